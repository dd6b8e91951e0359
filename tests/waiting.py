"""Waiting for something to become true, with a deadline."""

import asyncio
import time
from collections.abc import Awaitable, Callable

DEADLINE_S = 20  # of a machine that does ten other things


async def until(condition: Callable[[], Awaitable[bool]]) -> None:
    async with asyncio.timeout(DEADLINE_S):
        while not await condition():  # noqa: ASYNC110 - nobody would set an event
            await asyncio.sleep(0.05)


def wait_until(condition: Callable[[], bool], *, within_s: float = DEADLINE_S) -> None:
    """The same where no loop runs."""
    deadline = time.monotonic() + within_s
    while not condition():
        assert time.monotonic() < deadline, "it did not become true in time"
        time.sleep(0.05)
