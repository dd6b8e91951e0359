"""An empty house is filled once: begun again, the demo goes on where it was."""

import asyncio
from collections.abc import AsyncIterator
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest
from sqlalchemy import func, select, text, update

from app.demo.filling import move_in, show
from app.demo.films import PROGRAMME, Programme
from app.demo.households import EMAIL, HOUSEHOLDS, PASSWORD
from domain.catalog import Artwork, ArtworkRole, Movie, Series
from domain.encoding import EncodeTitle
from stores import Stores, tables
from stores.jobs import Crew
from stores.sql import accounts, catalog, people
from stores.sql import profiles as profiles_sql
from workers.media.encode_title import encode_title
from workers.media.scenes import Look

GROWN_UP = 18
TINY = Programme(
    PROGRAMME.series,
    tuple(
        replace(each, spec=replace(each.spec, duration_s=2, width=256, height=144))
        for each in PROGRAMME.films
        if each.spec.look in (Look.SUNSET, Look.MEADOW_BY_DAY, Look.MEADOW_BY_NIGHT)
    ),
)
SMALLER = replace(TINY, films=TINY.films[:1])  # as the demo of an older house


@pytest.fixture
async def worker(stores: Stores, tmp_path: Path) -> AsyncIterator[None]:
    """What encodes, as `marquee work` does."""
    encode = partial(encode_title, stores, root=tmp_path / "worker")
    working = asyncio.create_task(
        stores.jobs.work({EncodeTitle: encode}, [Crew([EncodeTitle.queue], concurrency=1)])
    )
    yield
    working.cancel()
    await asyncio.wait([working])


async def test_both_households_move_in_once_with_all_their_profiles(stores: Stores) -> None:
    await move_in(stores, HOUSEHOLDS)
    await move_in(stores, HOUSEHOLDS)

    assert await _profiles(stores, EMAIL) == [
        ("Mira", False, 18),
        ("Joon", False, 13),
        ("Pip", True, 7),
    ]
    assert await _profiles(stores, "neighbours@marquee.example") == [
        ("Oskar", False, 18),
        ("Inês", False, 18),
        ("Lene", False, 13),
        ("Emil", True, 7),
    ]
    async with stores.begin() as tx:
        found = await accounts.credentials(tx, EMAIL)
    assert found is not None
    assert await stores.passwords.verify(found.password_hash, PASSWORD)
    assert await _count(stores, "accounts") == 2


async def test_profiles_that_are_new_in_the_demo_join_their_household(stores: Stores) -> None:
    older = tuple(replace(each, profiles=each.profiles[:2]) for each in HOUSEHOLDS)
    await move_in(stores, older)
    before = await _ids(stores, "profiles")

    await move_in(stores, HOUSEHOLDS)

    assert before < await _ids(stores, "profiles")
    assert await _count(stores, "profiles") == 7


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
    media, pictures = await _ids(stores, "media"), await _ids(stores, "artwork")
    await fill()

    assert announced == [1, 3]  # after the first of three films, then at once
    assert await _ids(stores, "media") == media
    assert len(media) == 3
    assert await _ids(stores, "artwork") == pictures
    assert len(pictures) == 2 * len(ArtworkRole) + 2  # a movie, a series, two episodes
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
    assert await _count(stores, "media") < 3

    await show(stores, TINY, workshop, playable=lambda: None, progress=lambda _, __: None)

    async with stores.begin() as tx:
        genres = await catalog.genres_on_offer(tx, max_age=GROWN_UP)
        [new] = await catalog.shelves(tx, [catalog.Shelf(None, most=10)], max_age=GROWN_UP)
        entries = await catalog.entries_by_id(
            tx, [placed.title_id for placed in new], max_age=GROWN_UP
        )
    assert await _count(stores, "media") == 3
    assert sorted(genre.name for genre in genres) == [
        "Drama",
        "Nature",
        "Science fiction",
    ]
    shown = [entry for entry in entries.values() if isinstance(entry, Movie | Series)]
    assert {entry.name: entry.synopsis for entry in shown} == {
        title.name: title.synopsis
        for title in [TINY.series.film, *(f.film for f in TINY.films if f.film.place is None)]
    }
    assert list(workshop.iterdir()) == []


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
async def test_the_demo_of_an_older_house_gets_the_rest_and_is_told_in_german(
    stores: Stores, tmp_path: Path
) -> None:
    async def fill(programme: Programme) -> None:
        workshop = tmp_path / "workshop"
        await show(stores, programme, workshop, playable=lambda: None, progress=lambda _, __: None)

    async def forget() -> None:
        """Back to when nothing was told in German, and nobody credited."""
        async with stores.begin() as tx:
            for table in (tables.title_texts, tables.genre_texts, tables.credits):
                await tx.execute(table.delete())

    await fill(SMALLER)
    await forget()

    await fill(TINY)

    async with stores.begin() as tx:
        [new] = await catalog.shelves(tx, [catalog.Shelf(None, most=10)], max_age=GROWN_UP)
        title_ids = [placed.title_id for placed in new]
        german = await catalog.entries_by_id(
            tx, title_ids, max_age=GROWN_UP, languages=["de-de", "de"]
        )
        genres = await catalog.genres_on_offer(tx, max_age=GROWN_UP, languages=["de"])
        credits = await people.credits_of(tx, title_ids)
        asked = [(title_id, role) for title_id in title_ids for role in ArtworkRole]
        pictures = await catalog.artwork_of(tx, asked)
    assert [german[each].name for each in title_ids] == ["Die Uhrwerkwiese", "Langsames Wetter"]
    assert "Natur" in [genre.name for genre in genres]
    assert set(pictures) == set(asked)
    assert credits == {
        title_ids[0]: list(TINY.series.roll),
        title_ids[1]: list(TINY.films[0].title.roll),
    }


@pytest.mark.slow
@pytest.mark.usefixtures("worker")
async def test_pictures_cut_out_of_a_film_give_way_to_drawn_ones(
    stores: Stores, tmp_path: Path
) -> None:
    async def fill() -> dict[ArtworkRole, Artwork]:
        workshop = tmp_path / "workshop"
        await show(stores, SMALLER, workshop, playable=lambda: None, progress=lambda _, __: None)
        async with stores.begin() as tx:
            [new] = await catalog.shelves(tx, [catalog.Shelf(None, most=1)], max_age=GROWN_UP)
            title_id = new[0].title_id
            found = await catalog.artwork_of(tx, [(title_id, role) for role in ArtworkRole])
        return {role: picture for (_, role), picture in found.items()}

    drawn = await fill()
    async with stores.begin() as tx:  # as an older house has them
        await tx.execute(
            update(tables.artwork).values(
                id=func.concat("art_", func.md5(tables.artwork.c.id)), object_path="artwork/old.jpg"
            )
        )

    again = await fill()

    assert again == drawn
    for picture in drawn.values():
        assert await stores.objects.size(picture.object_path) > 1000
    async with stores.begin() as tx:
        orders = await tx.execute(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'ClearAway'")
        )
        assert ["artwork/old.jpg"] * len(ArtworkRole) in [args["files"] for [args] in orders]


async def _profiles(stores: Stores, email: str) -> list[tuple[str, bool, int]]:
    async with stores.begin() as tx:
        found = await accounts.credentials(tx, email)
        assert found is not None
        profiles = (await profiles_sql.profiles_of(tx, [found.account.id]))[found.account.id]
    return [(p.name, p.kids, p.maturity_age) for p in profiles]


async def _count(stores: Stores, table: str) -> int:
    async with stores.begin() as tx:
        query = select(func.count()).select_from(tables.metadata.tables[table])
        return int((await tx.execute(query)).scalar_one())


async def _ids(stores: Stores, table: str) -> set[str]:
    async with stores.begin() as tx:
        return set((await tx.execute(select(tables.metadata.tables[table].c.id))).scalars())
