import asyncio

import structlog

from domain.degradation import BreakerState, Dependency
from stores.recovery import watch
from tests.stores.test_guard import Gone, fails, guard_of
from tests.waiting import until


class AlwaysMine:
    """No other process."""

    def __init__(self):
        self.opened = []

    async def take(self, part):
        return True

    async def open_to_all(self, part):
        self.opened.append(part)


class NobodyKnows(AlwaysMine):
    """Whose turn it is."""

    async def take(self, part):
        raise KeyError

    async def open_to_all(self, part):
        raise KeyError


async def test_a_part_that_is_back_is_noticed_and_everybody_is_told_to_look():
    guard, turns, answers = guard_of(), AlwaysMine(), [Gone, None]

    async def question():
        async with guard.passage():
            if (failure := answers.pop(0)) is not None:
                raise failure

    watching = asyncio.create_task(watch(guard, question, turns))
    with structlog.testing.capture_logs() as lines:
        await fails(guard, 5)

        async def closed():
            return guard.state is BreakerState.CLOSED

        await until(closed)
    watching.cancel()

    assert [line["event"] for line in lines] == ["breaker_opened", "breaker_closed"]
    assert answers == []
    assert turns.opened == [Dependency.OBJECTS]


async def test_without_turns_everybody_asks_for_itself_and_goes_on_asking():
    guard = guard_of()

    async def question():
        async with guard.passage():
            pass

    async def closed():
        return guard.state is BreakerState.CLOSED

    watching = asyncio.create_task(watch(guard, question, NobodyKnows()))
    for _ in range(2):
        await fails(guard, 5)
        await until(closed)

    assert not watching.done()
    watching.cancel()
