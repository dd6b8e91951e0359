"""Is what killed processes leave cleared away, and nothing that is used?"""

from collections.abc import Callable, Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import text

from app.ingest import bring_in
from domain.catalog import ArtworkRole
from domain.encoding import EncodeTitle, IngestCode
from domain.ingest import Admitted, ClearAway, NewFilm, Place
from stores import Stores
from stores.jobs import Attempt
from stores.sql import media as films
from stores.sql import playback
from workers.janitor import clear_away, sweep
from workers.media.encode_title import _withdraw, encode_title
from workers.media.workplace import workplace

MOVIE = NewFilm("Dawn")
PILOT = NewFilm("Pilot", place=Place("The Lighthouse", season=1, episode=1))
SECOND = NewFilm("Second", place=Place("The Lighthouse", season=1, episode=2))


async def orders(stores: Stores) -> list[ClearAway]:
    """What waits to be looked at again, oldest first."""
    async with stores.begin() as tx:
        found = await tx.execute(
            text("SELECT args FROM procrastinate_jobs WHERE task_name = 'ClearAway' ORDER BY id")
        )
        return [ClearAway(**args) for (args,) in found]


async def clear_all(stores: Stores) -> None:
    for order in await orders(stores):
        await clear_away(stores, order)


async def encode(stores: Stores, admitted: Admitted, root: Path) -> None:
    order = EncodeTitle(admitted.media_id, admitted.job_id)
    await encode_title(stores, order, Attempt(), root=root)


@pytest.fixture
def objects(tmp_path: Path) -> Callable[[], set[str]]:
    folder = tmp_path / "objects"
    return lambda: {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


async def test_the_source_of_a_film_that_never_got_a_row_is_deleted(
    stores: Stores, small_film: Path, objects: Callable[[], set[str]]
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    async with stores.begin() as tx:  # as if killed before this was written
        await tx.execute(text("DELETE FROM titles"))
    assert objects() == {f"sources/{admitted.media_id}"}

    await clear_all(stores)

    assert objects() == set()


async def test_nothing_of_a_film_that_waits_or_plays_is_deleted(
    stores: Stores, small_film: Path, tmp_path: Path, objects: Callable[[], set[str]]
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    await clear_all(stores)
    assert objects() == {f"sources/{admitted.media_id}"}
    await encode(stores, admitted, tmp_path / "work")
    whole = objects()

    await clear_all(stores)
    source, folder = f"sources/{admitted.media_id}", f"films/{admitted.media_id}"
    await clear_away(stores, ClearAway(files=[source], folders=[folder]))

    assert objects() == whole


async def test_pictures_of_a_series_that_has_others_by_now_are_deleted(
    stores: Stores, small_film: Path, tmp_path: Path, objects: Callable[[], set[str]]
) -> None:
    pilot = await bring_in(stores, small_film, PILOT)
    second = await bring_in(stores, small_film, SECOND)
    await encode(stores, second, tmp_path / "work")
    shown = objects()
    async with stores.begin() as tx:  # the pilot's, stored by a run that was killed
        found = await films.pending(tx, pilot.media_id)
    assert found is not None
    assert (found.series_id, found.bare_series_id) == (pilot.title_id, None)
    await encode(stores, pilot, tmp_path / "work")
    [*_, order] = await orders(stores)
    left_over = [path for path in order.files if pilot.title_id in path]
    for path in left_over:
        await stores.objects.put(path, b"picture")

    await clear_all(stores)

    assert len(left_over) == len(ArtworkRole)
    assert objects() >= shown
    assert objects().isdisjoint(left_over)


async def test_a_withdrawn_film_takes_only_its_own_pictures(
    stores: Stores, small_film: Path, objects: Callable[[], set[str]]
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    others = f"artwork/{admitted.playable_id}/of-another-media.jpg"
    await stores.objects.put(others, b"picture")
    await stores.objects.put(f"sources/{admitted.media_id}", b"no film any more")

    await encode(stores, admitted, Path("unused"))

    assert objects() == {others}


async def test_a_run_that_fails_after_another_published_deletes_nothing(
    stores: Stores, small_film: Path, tmp_path: Path, objects: Callable[[], set[str]]
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    order = EncodeTitle(admitted.media_id, admitted.job_id)
    async with stores.begin() as tx:
        seen_before = await films.pending(tx, admitted.media_id)
    assert seen_before is not None
    await encode(stores, admitted, tmp_path / "work")
    whole = objects()

    await _withdraw(stores, order, seen_before, IngestCode.ENCODING_FAILED, "Too late.")
    await clear_all(stores)

    assert objects() == whole
    async with stores.begin() as tx:
        assert admitted.playable_id in await playback.media_of(tx, [admitted.playable_id])


async def test_a_sweep_removes_what_killed_makers_left_and_nothing_in_use(
    stores: Stores, tmp_path: Path
) -> None:
    now, root = datetime.now(UTC), tmp_path / "work"
    begun = tmp_path / "objects" / "films" / "m" / "00001.m4s#1"
    await stores.objects.put("films/m/00001.m4s", b"whole")
    begun.write_bytes(b"ha")
    async with workplace(root) as used:
        (root / "left").mkdir()

        await sweep(stores, root, now)
        young = begun.exists()
        await sweep(stores, root, now + timedelta(hours=2))

        assert [path.name for path in root.iterdir()] == [used.name]
    assert (young, begun.exists()) == (True, False)
    assert await stores.objects.get("films/m/00001.m4s") == b"whole"


async def test_a_film_whose_job_was_lost_is_ordered_again_once(
    stores: Stores, small_film: Path, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    async with stores.begin() as tx:
        await tx.execute(
            text("UPDATE procrastinate_jobs SET status = 'failed' WHERE task_name = 'EncodeTitle'")
        )
    later = datetime.now(UTC) + timedelta(hours=2)

    await sweep(stores, tmp_path / "work", datetime.now(UTC))
    early = await waiting(stores)
    await sweep(stores, tmp_path / "work", later)
    await sweep(stores, tmp_path / "work", later)

    assert early == []
    assert await waiting(stores) == [
        {"media_id": admitted.media_id, "job_id": admitted.job_id},
    ]


async def waiting(stores: Stores) -> Sequence[object]:
    async with stores.begin() as tx:
        found = await tx.execute(
            text(
                "SELECT args FROM procrastinate_jobs"
                " WHERE task_name = 'EncodeTitle' AND status = 'todo'"
            )
        )
        return [args for (args,) in found]
