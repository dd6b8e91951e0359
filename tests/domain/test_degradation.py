from itertools import chain, combinations

import pytest

from domain.degradation import (
    DRILLS,
    WITHOUT,
    DegradationLevel,
    Dependency,
    Field,
    StandIn,
    refusing,
    stand_in,
    summary,
)

POSTGRES, REDIS, OBJECTS = Dependency
EVERY_SUBSET = [
    frozenset(parts) for parts in chain.from_iterable(combinations(Dependency, n) for n in range(4))
]


def test_every_field_leans_on_something():
    assert set(WITHOUT) == set(Field)
    assert all(WITHOUT.values())


@pytest.mark.parametrize("level", DegradationLevel)
def test_a_drill_of_a_level_is_summed_up_as_that_level(level):
    assert summary(DRILLS[level]) is level


def test_the_summary_asks_which_parts_are_closed_and_not_how_many():
    assert {closed: summary(closed) for closed in EVERY_SUBSET} == {
        frozenset(): DegradationLevel.FULL,
        frozenset({REDIS}): DegradationLevel.PARTIAL,
        frozenset({OBJECTS}): DegradationLevel.PARTIAL,
        frozenset({REDIS, OBJECTS}): DegradationLevel.PARTIAL,
        frozenset({POSTGRES}): DegradationLevel.MINIMAL,
        frozenset({POSTGRES, OBJECTS}): DegradationLevel.MINIMAL,
        frozenset({POSTGRES, REDIS}): DegradationLevel.EMERGENCY,
        frozenset({POSTGRES, REDIS, OBJECTS}): DegradationLevel.EMERGENCY,
    }


@pytest.mark.parametrize("field", Field)
def test_nothing_gets_better_when_one_more_part_is_closed(field):
    order = [None, *StandIn]

    for closed in EVERY_SUBSET:
        for part in Dependency:
            worse = stand_in(field, closed | {part})
            assert order.index(worse) >= order.index(stand_in(field, closed))


def test_a_heartbeat_goes_on_without_redis_and_is_refused_without_postgres():
    assert stand_in(Field.PROGRESS, {REDIS}) is StandIn.LATE
    assert refusing(Field.PROGRESS, {REDIS}) is None
    assert refusing(Field.PROGRESS, {REDIS, POSTGRES}) is POSTGRES


@pytest.mark.parametrize("part", Dependency)
def test_a_film_is_not_started_without_all_it_takes_to_play_it(part):
    assert refusing(Field.START, {part}) is part
    assert refusing(Field.START, ()) is None
