"""What a request reads when Postgres does not answer; the part is closed by a drill."""

import asyncio
import inspect
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import ClassVar

import pytest
import structlog
from sqlalchemy import text

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.catalog_memory import CatalogCopy
from stores.copies import Copies, again_and_again
from stores.reads import Reads
from stores.sql import catalog as catalog_sql
from stores.sql import people as people_sql
from stores.sql import playback as playback_sql
from stores.sql.catalog import Shelf
from tests import factories
from tests.waiting import until

QUESTIONS = [
    catalog_sql.entries_by_id,
    catalog_sql.seasons_of,
    catalog_sql.episodes_of,
    catalog_sql.shelves,
    catalog_sql.genres_on_offer,
    catalog_sql.genres_of,
    catalog_sql.genre_by_id,
    catalog_sql.artwork_of,
    people_sql.credits_of,
    people_sql.person_by_id,
    people_sql.works_of,
    playback_sql.media_of,
]


@pytest.mark.parametrize("question", QUESTIONS, ids=lambda question: question.__name__)
def test_the_copy_is_asked_as_postgres_is(question):
    of_sql = list(inspect.signature(question).parameters.values())[1:]
    of_copy = list(inspect.signature(getattr(CatalogCopy, question.__name__)).parameters.values())

    assert [(p.name, p.kind, p.default) for p in of_copy[1:]] == [
        (p.name, p.kind, p.default) for p in of_sql
    ]


NOW = datetime(2026, 1, 1, tzinfo=UTC)


def drill(stores, *closed):
    for part, guard in stores.guards.items():
        guard.drill(closed=part in closed)


@pytest.fixture
async def filled(stores):
    """A little of everything, and the copy of it."""
    drama, space = await factories.genre(stores, "Drama"), await factories.genre(stores, "Space")
    await factories.movie(stores, "For all", genres=(drama,), age=6)
    await factories.movie(stores, "For adults", genres=(drama, space), age=16, newer_by_s=1)
    await factories.movie(stores, "Coming", genres=(space,), published=False)
    await factories.series(stores, "Lighthouse", episodes=(2, 1), genres=(drama,), newer_by_s=2)
    await stores.copies.look(stores)
    return stores


@pytest.mark.parametrize("max_age", [0, 6, 18])
async def test_the_copy_answers_as_postgres_does(filled, max_age):
    listed = list(filled.copies.catalogue.titles)
    genres = [None, *(genre.id for genre in filled.copies.catalogue._index.genres.values())]
    wanted = [Shelf(genre, 2) for genre in genres]
    asked = [
        (catalog_sql.entries_by_id, [listed], {"max_age": max_age, "languages": ("de",)}),
        (catalog_sql.seasons_of, [listed], {"max_age": max_age}),
        (catalog_sql.episodes_of, [listed], {"max_age": max_age}),
        (catalog_sql.shelves, [wanted], {"max_age": max_age}),
        (catalog_sql.genres_on_offer, [], {"max_age": max_age}),
        (catalog_sql.genres_of, [listed], {}),
        (playback_sql.media_of, [listed], {}),
        (people_sql.credits_of, [listed], {}),
    ]
    for question, args, named in asked:
        drill(filled)
        live = await Reads(filled, clock).catalogue(question, *args, **named)
        drill(filled, Dependency.POSTGRES)
        copied = await Reads(filled, clock).catalogue(question, *args, **named)

        assert _without_empty(copied) == _without_empty(live)


async def test_the_copy_is_read_to_its_end_by_cursors_as_postgres_is(filled):
    drill(filled, Dependency.POSTGRES)
    reads, after, seen = Reads(filled, clock), None, []
    while True:
        [placed] = await reads.catalogue(catalog_sql.shelves, [Shelf(None, 1, after)], max_age=18)
        if not placed:
            break
        after = (placed[0].published_at, placed[0].title_id)
        seen.append(filled.copies.catalogue.titles[placed[0].title_id].entry.name)

    assert seen == ["Lighthouse", "For adults", "For all"]


async def test_the_catalogue_is_copied_again_only_when_some_of_it_was_written(filled):
    first = filled.copies.catalogue
    await filled.copies.look(filled)
    confirmed = filled.copies.catalogue
    await factories.movie(filled, "New")

    async def is_new():
        await filled.copies.look(filled)
        return len(filled.copies.catalogue.titles) == len(first.titles) + 1

    assert confirmed.titles is first.titles
    assert confirmed.as_of >= first.as_of
    await until(is_new)


async def test_a_copy_is_confirmed_only_as_far_as_the_writes_were_counted(filled):
    catalogue = filled.copies.catalogue
    second = timedelta(seconds=1)

    assert catalogue.confirmed(catalogue.as_of + second).as_of == catalogue.as_of + second
    assert catalogue.confirmed(catalogue.as_of - second).as_of == catalogue.as_of


async def test_the_loop_goes_on_while_a_copy_is_indexed(stores):
    class Threads(ThreadPoolExecutor):
        """Remembers what is done in threads."""

        done: ClassVar = []

        def submit(self, work, *args):
            self.done.append(work)
            return super().submit(work, *args)

    asyncio.get_running_loop().set_default_executor(Threads())
    await stores.copies.look(stores)

    assert CatalogCopy in [work.args[0] for work in Threads.done if isinstance(work, partial)]


async def test_what_takes_long_leaves_time_for_others():
    began = []

    async def take_long():
        began.append(True)
        await asyncio.sleep(0.1)

    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.7):
            await again_and_again(0.0, take_long)

    assert len(began) == 1


async def test_copies_are_made_again_after_a_failure_nobody_thought_of(stores):
    async with stores.begin() as tx:
        await tx.execute(text("ALTER TABLE titles RENAME TO gone"))

    with structlog.testing.capture_logs() as lines:
        making = asyncio.create_task(stores.copies.run(stores))

        async def has_failed():
            return "copies_not_made" in [line["event"] for line in lines]

        await until(has_failed)
        async with stores.begin() as tx:
            await tx.execute(text("ALTER TABLE gone RENAME TO titles"))

        async def is_made():
            return stores.copies.catalogue is not None

        await until(is_made)
    making.cancel()


async def test_nothing_of_a_copy_is_read_while_postgres_answers(filled):
    await factories.movie(filled, "Newest", newer_by_s=9)

    [placed] = await Reads(filled, clock).catalogue(
        catalog_sql.shelves, [Shelf(None, 1)], max_age=18
    )

    assert placed[0].title_id not in filled.copies.catalogue.titles


async def test_one_failure_a_request_is_enough(filled):
    drill(filled, Dependency.POSTGRES)
    reads = Reads(filled, clock)
    await reads.catalogue(catalog_sql.genres_on_offer, max_age=18)
    drill(filled)

    with pytest.raises(Unavailable) as refused:
        async with reads.begin():
            pass

    assert refused.value.dependency == "postgres"
    assert not reads.is_live


async def test_a_copy_outlives_its_process_in_redis(filled, house):
    home = await factories.household(filled)
    key = home.profiles["Ada"]
    await Reads(filled, clock).resumables(key, max_age=18, most=3, before=None)
    await Reads(filled, clock).profiles_of(home.account_id)
    await filled.copies.write()

    another = Copies(filled.redis, filled.guards[Dependency.REDIS])

    assert (await another.watching.find(key)).as_of == NOW
    assert [p.name for p in (await another.households.find(home.account_id)).value] == ["Ada"]
    assert 0 < await filled.redis.pttl(f"copy:watching:{key}") <= timedelta(days=1) / MS


async def test_the_later_copy_is_shown_wherever_it_is(filled):
    home = await factories.household(filled)
    mine = Copies(filled.redis, filled.guards[Dependency.REDIS])
    neighbour = Copies(filled.redis, filled.guards[Dependency.REDIS])
    mine.households.keep(home.account_id, [], NOW)
    neighbour.households.keep(home.account_id, [], NOW + timedelta(seconds=1))
    await neighbour.write()

    assert (await mine.households.find(home.account_id)).as_of == NOW + timedelta(seconds=1)
    await mine.write()
    assert (await neighbour.households.find(home.account_id)).as_of == NOW + timedelta(seconds=1)


def clock():
    return NOW


MS = timedelta(milliseconds=1)


def _without_empty(answer):
    """A key without anything may be left out of a mapping."""
    return {k: v for k, v in answer.items() if v} if isinstance(answer, dict) else answer
