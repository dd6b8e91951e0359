"""What processes know of their viewers together, and how they tell each other."""

from datetime import UTC, datetime, timedelta

import pytest
from prometheus_client import REGISTRY
from pydantic import TypeAdapter

from domain.degradation import Dependency
from domain.errors import Unavailable
from domain.ids import ProfileId, TitleId
from domain.my_data import SETTLED_AFTER
from domain.profiles import Profile
from domain.watching import WatchState, WatchStatus
from stores.copies import KEPT_FOR, NEVER, Copies, Watching
from stores.last_good import PART, WRITTEN_WITHIN, LastGood
from stores.reads import SCREEN, Reads
from stores.sql import watching as watching_sql
from stores.sql.watching import Progress
from tests import factories

TEN = datetime(2026, 1, 1, 10, tzinfo=UTC)
ELEVEN, TWELVE = TEN + timedelta(hours=1), TEN + timedelta(hours=2)
ADA = ProfileId("pro_1")
BEGUN, FINISHED = WatchStatus.IN_PROGRESS, WatchStatus.FINISHED


def state(film, revision, at, status=BEGUN):
    return WatchState(ADA, TitleId(film), None, 1000 * revision, status, revision, revision, at)


def known(watching):
    return {each.playable_id: each.revision for each in watching.states}


def test_of_each_state_the_later_revision_is_known():
    mine = Watching((state("a", 3, TEN), state("b", 2, TEN)))
    theirs = Watching((state("a", 1, ELEVEN), state("b", 4, TEN)))

    assert known(mine.joined(theirs)) == {"b": 4, "a": 3}
    assert [each.playable_id for each in mine.joined(theirs).states] == ["b", "a"]


def test_what_had_left_the_row_when_it_was_read_last_is_forgotten():
    mine = Watching((state("a", 1, TEN), state("b", 2, TEN), state("c", 3, TEN, FINISHED)), TEN)
    theirs = Watching((state("b", 2, TEN),), ELEVEN)

    joined = mine.joined(theirs)

    assert known(joined) == {"b": 2, "c": 3}
    assert joined == theirs.joined(mine)
    assert joined.whole_at == ELEVEN


def test_what_was_begun_after_the_row_was_read_stays():
    mine = Watching((state("a", 1, TWELVE),), NEVER)
    theirs = Watching((state("b", 2, TEN),), ELEVEN)

    assert known(mine.joined(theirs)) == {"a": 1, "b": 2}


async def test_a_row_is_as_old_as_when_it_was_read_whatever_was_read_since(stores):
    home = await factories.household(stores)
    film = await factories.movie(stores)
    ada = home.profiles["Ada"]
    await Reads(stores, lambda: TEN).resumables(ada, max_age=18, most=1, before=None)
    await Reads(stores, lambda: ELEVEN).states_of(ada, [film.id])

    assert await Reads(stores, lambda: TWELVE).watching_as_of(ada) == TEN


async def test_a_copy_holds_a_screen_of_the_row_however_little_was_asked_for(stores):
    ada = (await factories.household(stores)).profiles["Ada"]
    films = [await factories.movie(stores, f"Film {n}") for n in range(3)]
    async with stores.begin() as tx:
        for film in films:
            await watching_sql.save(tx, Progress(ada, film.id, None, 1000, BEGUN), TEN)

    shown = await Reads(stores, lambda: TEN).resumables(ada, max_age=18, most=1, before=None)

    assert len(shown) == 1
    assert len(stores.copies.watching.remembered(ada).value.states) == 3 < SCREEN


async def test_what_a_neighbour_wrote_is_added_to_and_not_overwritten(stores):
    mine, neighbour, another = (
        Copies(stores.redis, stores.guards[Dependency.REDIS]) for _ in range(3)
    )
    neighbour.watching.keep(ADA, Watching((state("a", 5, ELEVEN),), TEN), ELEVEN)
    mine.watching.keep(ADA, Watching((state("a", 1, TEN), state("b", 2, TEN)), TEN), TWELVE)
    await neighbour.write()
    seen = await mine.watching.find(ADA)
    await mine.write()
    written = await another.watching.find(ADA)

    assert known(seen.value) == {"a": 5, "b": 2}
    assert seen == written
    assert written.value.whole_at == TEN


async def test_a_busy_process_writes_its_copies_in_parts(stores):
    accounts = [f"acc_{n}" for n in range(2 * PART + 1)]
    for account_id in accounts:
        stores.copies.households.keep(account_id, [], TEN)
    before = calls_of_redis()
    await stores.copies.write()

    assert calls_of_redis() - before == 3
    assert await stores.redis.dbsize() == len(accounts)


async def test_copies_that_could_not_be_written_are_the_next_time(stores):
    guard = stores.guards[Dependency.REDIS]
    for n in range(PART + 1):
        stores.copies.households.keep(f"acc_{n}", [], TEN)
    guard.drill(closed=True)
    with pytest.raises(Unavailable):
        await stores.copies.write()
    guard.drill(closed=False)
    await stores.copies.write()

    assert await stores.redis.dbsize() == PART + 1


async def test_what_nobody_could_write_until_an_erasure_was_over_is_never_written(stores):
    now = SETTLED_AFTER.total_seconds()
    copies = LastGood(
        "household",
        TypeAdapter(tuple[datetime, list[Profile]]),
        lambda _, later: later,
        redis=stores.redis,
        guard=stores.guards[Dependency.REDIS],
        most=9,
        ttl=KEPT_FOR,
        clock=lambda: now,
    )
    copies.keep("acc_old", [], TEN)
    copies.keep("acc_again", [], TEN)
    now += WRITTEN_WITHIN.total_seconds()
    copies.keep("acc_again", [], ELEVEN)
    await copies.flush()

    assert await stores.redis.keys() == [b"copy:household:acc_again"]
    assert WRITTEN_WITHIN < SETTLED_AFTER


def calls_of_redis():
    labels = {"dependency": "redis", "outcome": "ok"}
    return REGISTRY.get_sample_value("marquee_dependency_seconds_count", labels) or 0
