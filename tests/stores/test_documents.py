"""What a process knows of the trusted documents, and what it writes of their uses."""

import asyncio
from datetime import UTC, date, datetime, timedelta

import pytest

from domain.degradation import Dependency
from domain.errors import Unavailable
from schema.documents import document_id
from stores.documents import UNKNOWN, Documents
from stores.sql import documents as documents_sql
from stores.sql import janitor
from stores.sql.documents import Build, Use

TV = Build("tv", "1")
NOON = datetime(2026, 1, 1, 12, tzinfo=UTC)
FIRST_DAY, SECOND_DAY = date(2026, 1, 1), date(2026, 1, 2)
VIEWER, HOME = "query Viewer { viewer { __typename } }", 'query Home { page(slug: "home") { id } }'


def by_id(*texts):
    return {document_id(text): text for text in texts}


async def register(stores, *texts, build=TV):
    async with stores.begin() as tx:
        return await documents_sql.register(tx, build, by_id(*texts), NOON)


async def uses(stores):
    async with stores.begin() as tx:
        found = await documents_sql.listed(tx)
    return {(each.document_id, each.build): each.times for each in found}


async def test_a_document_is_registered_once_whatever_builds_send_it(stores):
    first = await register(stores, VIEWER)
    second = await register(stores, VIEWER, HOME)
    third = await register(stores, HOME, build=Build("tv", "2"))

    assert (first, second, third) == (1, 1, 0)
    async with stores.begin() as tx:
        assert await documents_sql.texts(tx) == by_id(VIEWER, HOME)
        assert await documents_sql.builds(tx) == {TV, Build("tv", "2")}
        assert await documents_sql.registrations(tx) == 3


async def test_what_is_registered_elsewhere_is_known_here_when_it_is_asked_for(stores):
    id_ = document_id(VIEWER)
    before = await stores.documents.text(id_, stores)
    await register(stores, VIEWER)
    later = Documents(stores.redis, stores.guards[Dependency.REDIS])

    assert before is None
    assert await later.text(id_, stores) == VIEWER


async def test_who_asks_for_inventions_makes_postgres_answer_once_in_a_while(stores):
    await stores.documents.text("0" * 64, stores)
    await register(stores, VIEWER)

    found = await asyncio.gather(
        *(stores.documents.text(document_id(VIEWER), stores) for _ in range(10))
    )

    assert found == [None] * 10  # nobody has looked again, so soon after the first


async def test_the_page_is_trusted_at_once_and_registered_when_postgres_answers(stores):
    stores.documents.adopt(TV, by_id(HOME))
    stores.guards[Dependency.POSTGRES].drill(closed=True)

    known = await stores.documents.text(document_id(HOME), stores)
    with pytest.raises(Unavailable):
        await stores.documents.text(document_id(VIEWER), stores)

    stores.guards[Dependency.POSTGRES].drill(closed=False)
    await stores.documents.look(stores)
    assert known == HOME
    async with stores.begin() as tx:
        assert await documents_sql.texts(tx) == by_id(HOME)


async def test_what_is_registered_is_answered_while_postgres_is_closed(stores):
    await register(stores, VIEWER)
    await stores.documents.look(stores)

    stores.guards[Dependency.POSTGRES].drill(closed=True)

    assert await stores.documents.text(document_id(VIEWER), stores) == VIEWER


async def test_a_process_that_begins_without_postgres_knows_what_its_neighbour_knew(stores):
    await register(stores, VIEWER)
    await stores.documents.look(stores)
    stores.guards[Dependency.POSTGRES].drill(closed=True)
    later = Documents(stores.redis, stores.guards[Dependency.REDIS])
    later.adopt(Build("web", "1"), by_id(HOME))

    found = await later.text(document_id(VIEWER), stores)

    assert found == VIEWER
    assert later.known(document_id(HOME)) == HOME
    with pytest.raises(Unavailable):
        await later.text("0" * 64, stores)
    later.used(document_id(VIEWER), TV)
    stores.guards[Dependency.POSTGRES].drill(closed=False)
    await later.flush(stores)
    assert await uses(stores) == {(document_id(VIEWER), TV): 1}


async def test_uses_are_added_up_by_document_build_and_day(stores):
    await register(stores, VIEWER, HOME)
    viewer, home = Use(document_id(VIEWER), TV), Use(document_id(HOME), TV)

    async with stores.begin() as tx:
        await documents_sql.add_uses(tx, {viewer: 2, home: 1}, FIRST_DAY)
        await documents_sql.add_uses(tx, {viewer: 3}, FIRST_DAY)
        await documents_sql.add_uses(tx, {viewer: 4, Use("0" * 64, TV): 5}, SECOND_DAY)

    async with stores.begin() as tx:
        found = await documents_sql.listed(tx)
    assert {(each.document_id, each.times, each.last_day) for each in found} == {
        (viewer.document_id, 9, SECOND_DAY),
        (home.document_id, 1, FIRST_DAY),
    }


async def test_a_build_that_nobody_registered_is_counted_as_unknown(stores):
    await register(stores, VIEWER)
    await stores.documents.look(stores)
    id_ = document_id(VIEWER)

    for build in (TV, Build("tv", "2"), Build("invented", "by a stranger"), Build("", "")):
        stores.documents.used(id_, build)
    await stores.documents.flush(stores)

    assert await uses(stores) == {(id_, TV): 1, (id_, UNKNOWN): 3}


async def test_uses_that_cannot_be_written_are_written_later(stores):
    await register(stores, VIEWER)
    await stores.documents.look(stores)
    id_ = document_id(VIEWER)
    stores.documents.used(id_, TV)

    stores.guards[Dependency.POSTGRES].drill(closed=True)
    with pytest.raises(Unavailable):
        await stores.documents.flush(stores)
    stores.documents.used(id_, TV)
    stores.guards[Dependency.POSTGRES].drill(closed=False)
    await stores.documents.flush(stores)
    await stores.documents.flush(stores)

    assert await uses(stores) == {(id_, TV): 2}


async def test_a_clean_stop_writes_what_was_used_last(stores):
    await register(stores, VIEWER)
    await stores.documents.look(stores)
    id_ = document_id(VIEWER)
    running = asyncio.create_task(stores.documents.run(stores))
    await asyncio.sleep(0)

    for _ in range(100):
        stores.documents.used(id_, TV)
    running.cancel()
    await asyncio.gather(running, return_exceptions=True)

    assert await uses(stores) == {(id_, TV): 100}


async def test_two_processes_add_to_the_same_uses_at_once(stores):
    await register(stores, VIEWER, HOME)
    here, there = (Documents(stores.redis, stores.guards[Dependency.REDIS]) for _ in range(2))
    for process in (here, there):
        await process.look(stores)

    for _ in range(5):
        for id_ in by_id(VIEWER, HOME):
            here.used(id_, TV)
            there.used(id_, TV)
        await asyncio.gather(here.flush(stores), there.flush(stores))

    assert set((await uses(stores)).values()) == {10}


async def test_uses_are_kept_for_so_long(stores):
    await register(stores, VIEWER)
    oldest = (NOON - documents_sql.USES_ARE_KEPT).date()
    async with stores.begin() as tx:
        for day in (oldest, oldest - timedelta(days=1)):
            await documents_sql.add_uses(tx, {Use(document_id(VIEWER), TV): 1}, day)

        await janitor.forget_expired(tx, NOON)

        [kept] = await documents_sql.listed(tx)
    assert (kept.last_day, kept.times) == (oldest, 1)


async def test_what_one_process_persists_another_finds(stores):
    there = Documents(stores.redis, stores.guards[Dependency.REDIS])

    await stores.documents.persist("a" * 64, HOME)

    assert await there.persisted("a" * 64) == HOME
    assert await there.persisted("b" * 64) is None
