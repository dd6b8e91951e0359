"""The job: published as a whole, withdrawn as a whole, and the same after any number of runs."""

import asyncio
import os
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.ingest import bring_in
from domain.catalog import ArtworkRole, Episode, Movie, Series
from domain.encoding import EncodeTitle, IngestCode, JobState, Stage, TrackClass
from domain.errors import InvalidInput
from domain.ids import TitleId
from domain.ingest import Admitted, NewFilm, Place
from stores import Stores, tables
from stores.jobs import MAX_FAILURES, Attempt
from stores.objects import ObjectMissing
from stores.sql import catalog, playback
from stores.sql import media as films
from tests.waiting import until
from tests.workers.conftest import Make
from workers.media.encode_title import GIVE_UP_AFTER, encode_title

MOVIE = NewFilm("Dawn", synopsis="A day begins.", year=2026, genres=("Drama", "Nature"))
PILOT = NewFilm("Pilot", place=Place("The Lighthouse", season=1, episode=1), genres=("Drama",))
SECOND = NewFilm("Second", place=Place("The Lighthouse", season=1, episode=2), genres=("Drama",))
FIRST = Attempt()


@pytest.fixture
def encode(stores: Stores, tmp_path: Path) -> Callable[..., Awaitable[None]]:
    """Runs the job of an admitted film once, as its first attempt or another."""

    async def run(admitted: Admitted, attempt: Attempt = FIRST) -> None:
        order = EncodeTitle(admitted.media_id, admitted.job_id)
        await encode_title(stores, order, attempt, root=tmp_path / "work")

    return run


async def rows(stores: Stores) -> dict[str, int]:
    """How many rows of everything that a film consists of there are."""
    counted = ("titles", "media", "renditions", "content_keys", "artwork", "outbox", "encodings")
    async with stores.begin() as tx:
        return {
            name: (await tx.execute(text(f"SELECT count(*) FROM {name}"))).scalar_one()
            for name in counted
        }


async def visible(stores: Stores, *title_ids: TitleId) -> list[object]:
    async with stores.begin() as tx:
        return list((await catalog.entries_by_id(tx, title_ids, max_age=18)).values())


async def encoding(stores: Stores, admitted: Admitted) -> tuple[JobState, str | None]:
    async with stores.begin() as tx:
        found = await films.encoding_by_id(tx, admitted.job_id)
    return found.state, found.error_code


async def objects(stores: Stores) -> set[str]:
    return set(await stores.objects.sizes())


async def test_a_film_taken_in_waits_unseen(stores: Stores, small_film: Path) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)

    assert await visible(stores, admitted.playable_id) == []
    assert await encoding(stores, admitted) == (JobState.QUEUED, None)
    assert await objects(stores) == {f"sources/{admitted.media_id}"}
    size = await stores.objects.size(f"sources/{admitted.media_id}")
    assert size == os.stat(small_film).st_size
    async with stores.begin() as tx:
        jobs = await tx.execute(text("SELECT task_name, args FROM procrastinate_jobs ORDER BY id"))
        assert [tuple(job) for job in jobs] == [
            ("ClearAway", {"files": [f"sources/{admitted.media_id}"], "folders": []}),
            ("EncodeTitle", {"media_id": admitted.media_id, "job_id": admitted.job_id}),
        ]


async def test_an_encoded_film_is_published_whole(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)

    await encode(admitted)

    [movie] = await visible(stores, admitted.playable_id)
    assert isinstance(movie, Movie)
    assert (movie.name, movie.year, movie.runtime_ms) == ("Dawn", 2026, 2000)
    async with stores.begin() as tx:
        media = (await playback.media_of(tx, [movie.id]))[movie.id]
        pictures = await catalog.artwork_of(tx, [(movie.id, role) for role in ArtworkRole])
        genres = (await catalog.genres_of(tx, [movie.id]))[movie.id]
        facts = (await tx.execute(select(tables.outbox.c.kind, tables.outbox.c.payload))).all()
    assert [(rung.width, rung.height) for rung in media.ladder] == [(320, 180)]
    assert media.storyboard is not None
    assert {role for _, role in pictures} == set(ArtworkRole)
    assert [genre.name for genre in genres] == ["Drama", "Nature"]
    assert facts == [("title_published", {"content": movie.id, "media": media.id})]
    assert await encoding(stores, admitted) == (JobState.SUCCEEDED, None)
    kept = await objects(stores)
    assert media.storyboard.object_path in kept
    assert {picture.object_path for picture in pictures.values()} <= kept
    assert f"films/{media.id}/v180/00001.m4s" in kept
    assert list((tmp_path / "work").iterdir()) == []


async def test_the_stored_keys_are_wrapped_and_are_those_of_the_playlists(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)

    await encode(admitted)

    async with stores.begin() as tx:
        keys = await playback.keys_of(tx, admitted.media_id)
    assert {key.track_class for key in keys} == {TrackClass.AUDIO, TrackClass.SD}
    for key in keys:
        name = "a" if key.track_class is TrackClass.AUDIO else "v180"
        playlist = await stores.objects.get(f"films/{admitted.media_id}/{name}.m3u8")
        assert f'URI="/license/key/{key.kid.hex}"'.encode() in playlist
        secret = stores.keys.unwrap(key.kid, key.wrapped_key)
        assert len(secret) == 16
        assert secret not in key.wrapped_key


async def test_a_second_run_changes_nothing(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    await encode(admitted)
    before, stored = await rows(stores), await objects(stores)

    await encode(admitted)

    assert await rows(stores) == before
    assert await objects(stores) == stored


async def test_a_run_that_was_stopped_leaves_its_keys_and_nothing_to_see(
    stores: Stores,
    encode: Callable[..., Awaitable[None]],
    make_source: Make,
    tmp_path: Path,
) -> None:
    admitted = await bring_in(stores, make_source("slow.mp4", size="1280x720", seconds=8), MOVIE)

    async def keys() -> list[object]:
        async with stores.begin() as tx:
            return [key.kid for key in await playback.keys_of(tx, admitted.media_id)]

    async def is_encoding() -> bool:
        async with stores.begin() as tx:
            found = await films.encoding_by_id(tx, admitted.job_id)
        return found.stage is Stage.ENCODE

    first = asyncio.create_task(encode(admitted))
    await until(is_encoding)
    first.cancel()
    with pytest.raises(asyncio.CancelledError):
        await first
    made_once = await keys()

    assert len(made_once) == 3
    assert await visible(stores, admitted.playable_id) == []
    assert await encoding(stores, admitted) == (JobState.RUNNING, None)
    assert list((tmp_path / "work").iterdir()) == []

    await encode(admitted)

    assert sorted(map(str, await keys())) == sorted(map(str, made_once))
    assert len(await visible(stores, admitted.playable_id)) == 1


async def test_a_film_refused_by_the_job_is_withdrawn_with_its_reason(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, PILOT)
    await stores.objects.put(f"sources/{admitted.media_id}", b"no film any more")

    await encode(admitted)

    assert await encoding(stores, admitted) == (JobState.FAILED, IngestCode.NOT_A_FILM)
    assert await objects(stores) == set()
    assert await rows(stores) == {
        "titles": 0,
        "media": 0,
        "renditions": 0,
        "content_keys": 0,
        "artwork": 0,
        "outbox": 0,
        "encodings": 1,
    }


async def test_a_failure_is_final_only_with_the_last_attempt(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)
    await stores.objects.delete(f"sources/{admitted.media_id}")

    with pytest.raises(ObjectMissing):
        await encode(admitted, FIRST)
    assert (await rows(stores))["titles"] == 1

    with pytest.raises(ObjectMissing):
        await encode(admitted, Attempt(failures=MAX_FAILURES - 1, deaths=9))
    assert (await rows(stores))["titles"] == 0
    assert await encoding(stores, admitted) == (JobState.FAILED, IngestCode.ENCODING_FAILED)


async def test_a_film_that_kills_its_workers_is_given_up(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    admitted = await bring_in(stores, small_film, MOVIE)

    await encode(admitted, Attempt(deaths=GIVE_UP_AFTER))

    assert await encoding(stores, admitted) == (JobState.FAILED, IngestCode.ENCODING_FAILED)


async def test_episodes_share_a_series_that_appears_with_the_first_of_them(
    stores: Stores, encode: Callable[..., Awaitable[None]], small_film: Path
) -> None:
    pilot = await bring_in(stores, small_film, PILOT)
    second = await bring_in(stores, small_film, SECOND)
    assert pilot.title_id == second.title_id
    assert await visible(stores, pilot.title_id) == []

    await encode(second)

    [series] = await visible(stores, pilot.title_id)
    assert isinstance(series, Series)
    assert series.name == "The Lighthouse"
    async with stores.begin() as tx:
        episodes = await catalog.episodes_of(tx, [pilot.title_id], max_age=18)
        pictures = await catalog.artwork_of(tx, [(pilot.title_id, role) for role in ArtworkRole])
    assert [episode.name for episode in episodes[pilot.title_id]] == ["Second"]
    assert {role for _, role in pictures} == set(ArtworkRole)

    await encode(pilot)

    [episode] = await visible(stores, pilot.playable_id)
    assert isinstance(episode, Episode)
    assert (episode.season_number, episode.number) == (1, 1)
    assert (await rows(stores))[
        "artwork"
    ] == 6 + 2  # of the series once, and a still of each episode


async def test_an_episode_that_is_there_is_not_taken_in_again(
    stores: Stores, small_film: Path
) -> None:
    first = await bring_in(stores, small_film, PILOT)
    before = await rows(stores)

    with pytest.raises(InvalidInput):
        await bring_in(stores, small_film, PILOT)

    assert await rows(stores) == before
    assert await objects(stores) == {f"sources/{first.media_id}"}
