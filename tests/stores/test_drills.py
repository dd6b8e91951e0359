from datetime import timedelta

from domain.degradation import DRILLS, BreakerState, DegradationLevel, Dependency
from stores.drills import Drills
from stores.guard import Guard, Limits
from tests.waiting import until

POSTGRES, REDIS, OBJECTS = Dependency


def a_process(stores):
    """The guards of one more process of the house, and its drills."""
    guards = {part: Guard(part, Limits(1, 1), why_gone=lambda _: None) for part in Dependency}
    return guards, Drills(stores.redis, guards)


def closed(guards):
    return {part for part, guard in guards.items() if guard.state is BreakerState.OPEN}


async def test_a_drill_closes_parts_in_every_process_until_it_is_ended(stores):
    guards, elsewhere = a_process(stores)
    await stores.drills.begin({POSTGRES, REDIS}, timedelta(minutes=1))
    await elsewhere.look()
    during = closed(guards)
    await stores.drills.begin(DRILLS[DegradationLevel.FULL], timedelta(minutes=1))
    await elsewhere.look()

    assert during == {POSTGRES, REDIS}
    assert closed(guards) == set()


async def test_a_drill_ends_by_itself(stores):
    guards, elsewhere = a_process(stores)
    await stores.drills.begin({OBJECTS}, timedelta(milliseconds=300))
    await elsewhere.look()
    during = closed(guards)

    async def is_over():
        await elsewhere.look()
        return not closed(guards)

    assert during == {OBJECTS}
    await until(is_over)
