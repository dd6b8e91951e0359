"""Is a part back? Asked for everybody by one process at a time, so that it is not stormed."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from contextlib import suppress
from typing import Protocol

import structlog

from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores.guard import Guard

log = structlog.get_logger()

FIRST_QUESTION_S = 0.5  # a killed server that somebody starts again is back by then
QUESTION_EVERY_S = 2.0  # often enough for service within ten seconds, in every process
JITTER = 0.25  # of the above, so that processes that lost a part together do not ask together


class Turns(Protocol):
    """Whose turn it is to ask. Nobody may be there to say; then everybody asks for itself."""

    async def take(self, part: Dependency) -> bool: ...
    async def open_to_all(self, part: Dependency) -> None: ...


async def watch(guard: Guard, question: Callable[[], Awaitable[None]], turns: Turns) -> None:
    """Until cancelled: closes the guard's breaker soon after `question`, which passes the guard,
    is answered again."""
    while True:
        await guard.until_open()
        wait_s = FIRST_QUESTION_S
        while guard.state is not BreakerState.CLOSED:
            await asyncio.sleep(wait_s * random.uniform(1 - JITTER, 1 + JITTER))  # noqa: S311
            wait_s = min(2 * wait_s, QUESTION_EVERY_S)
            if await _is_mine(turns, guard.dependency) and await _is_back(guard, question):
                with suppress(Exception):  # it only saves the others time
                    await turns.open_to_all(guard.dependency)


async def _is_mine(turns: Turns, part: Dependency) -> bool:
    try:
        return await turns.take(part)
    except Unavailable:
        return True
    except Exception as error:  # noqa: BLE001 - this loop is the only way back: it must not end
        log.warning("odd_turn", dependency=part.value, error=repr(error))
        return True


async def _is_back(guard: Guard, question: Callable[[], Awaitable[None]]) -> bool:
    if guard.half_open():
        try:
            await question()
        except Unavailable:
            return False
        except Exception as error:  # noqa: BLE001 - an odd answer is one; this loop must not end
            log.warning("odd_answer", dependency=guard.dependency.value, error=repr(error))
    return guard.state is BreakerState.CLOSED
