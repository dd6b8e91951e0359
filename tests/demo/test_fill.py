"""An empty house is filled once: begun again, the demo goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select

from app.demo.filling import move_in, show
from app.demo.films import PROGRAMME, Programme
from app.demo.households import EMAIL, HOUSEHOLDS, PASSWORD
from domain.catalog import Movie, Series
from domain.encoding import EncodeTitle
from stores import Stores, tables
from stores.sql import accounts, catalog
from workers.media.encode_title import encode_title

GROWN_UP = 18
TINY = Programme(
    PROGRAMME.series,
    tuple(
        replace(each, spec=replace(each.spec, duration_s=2, width=256, height=144))
        for each in PROGRAMME.films
    ),
)


@pytest.fixture
async def worker(stores: Stores, tmp_path: Path) -> AsyncIterator[None]:
    """What encodes, as `marquee work` does."""
    encode = partial(encode_title, stores, root=tmp_path / "worker")
    working = asyncio.create_task(
        stores.jobs.work({EncodeTitle: encode}, queues=[EncodeTitle.queue], concurrency=1)
    )
    yield
    working.cancel()
    await asyncio.wait([working])


async def test_both_households_move_in_once_with_all_their_profiles(stores: Stores) -> None:
    await move_in(stores, HOUSEHOLDS)
    await move_in(stores, HOUSEHOLDS)

    async with stores.begin() as tx:
        found = await accounts.credentials(tx, EMAIL)
        assert found is not None
        profiles = (await accounts.profiles_of(tx, [found.account.id]))[found.account.id]
    assert [(p.name, p.kids, p.maturity_age) for p in profiles] == [
        ("Mira", False, 18),
        ("Joon", False, 13),
        ("Pip", True, 7),
    ]
    assert await stores.passwords.verify(found.password_hash, PASSWORD)
    assert await _count(stores, "accounts") == 2
    assert await _count(stores, "profiles") == 5


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
async def test_a_filled_house_is_left_alone(stores: Stores, tmp_path: Path) -> None:
    told: list[tuple[str, float]] = []
    announced: list[int] = []

    async def fill() -> None:
        await show(
            stores,
            TINY,
            tmp_path / "workshop",
            playable=lambda: announced.append(len({name for name, _ in told})),
            progress=lambda name, part: told.append((name, part)),
        )

    await fill()
    media = await _ids(stores, "media")
    await fill()

    assert announced == [1, 5]  # after the first of five films, then at once
    assert await _ids(stores, "media") == media
    assert len(media) == 5
    first = [part for name, part in told if name == "Slow Weather"]
    assert first == sorted(first)
    assert (first[0], first[-1]) == (0.0, 1.0)


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
async def test_a_demo_that_was_stopped_goes_on_where_it_was(stores: Stores, tmp_path: Path) -> None:
    stopped = asyncio.Event()
    workshop = tmp_path / "workshop"
    begun = asyncio.create_task(
        show(stores, TINY, workshop, playable=stopped.set, progress=lambda _, __: None)
    )
    await stopped.wait()
    begun.cancel()
    await asyncio.wait([begun])
    assert await _count(stores, "media") < 5

    await show(stores, TINY, workshop, playable=lambda: None, progress=lambda _, __: None)

    async with stores.begin() as tx:
        genres = await catalog.genres_on_offer(tx, max_age=GROWN_UP)
        [new] = await catalog.shelves(tx, [catalog.Shelf(None, most=10)], max_age=GROWN_UP)
        entries = await catalog.entries_by_id(
            tx, [placed.title_id for placed in new], max_age=GROWN_UP
        )
    assert await _count(stores, "media") == 5
    assert sorted(genre.name for genre in genres) == [
        "Drama",
        "Mystery",
        "Nature",
        "Science fiction",
    ]
    shown = [entry for entry in entries.values() if isinstance(entry, Movie | Series)]
    assert {entry.name: entry.synopsis for entry in shown} == {
        title.name: title.synopsis
        for title in [TINY.series, *(f.film for f in TINY.films if f.film.place is None)]
    }
    assert list(workshop.iterdir()) == []


async def _count(stores: Stores, table: str) -> int:
    async with stores.begin() as tx:
        query = select(func.count()).select_from(tables.metadata.tables[table])
        return int((await tx.execute(query)).scalar_one())


async def _ids(stores: Stores, table: str) -> set[str]:
    async with stores.begin() as tx:
        return set((await tx.execute(select(tables.metadata.tables[table].c.id))).scalars())
