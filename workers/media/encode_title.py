"""The job that makes a title playable. Killed anywhere and run again it ends the same: nothing of a
film is visible before the one transaction that publishes it."""

import asyncio
import secrets
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import asynccontextmanager
from datetime import UTC, datetime
from pathlib import Path
from uuid import UUID, uuid4, uuid5

import structlog

from domain.catalog import Artwork, ArtworkRole, Media, Storyboard
from domain.encoding import (
    TILE_COLUMNS,
    EncodeTitle,
    FilmRefused,
    IngestCode,
    Stage,
    TrackClass,
    ladder_for,
    track_classes,
)
from domain.errors import Unavailable
from domain.events import title_published
from domain.ids import ArtworkId, MediaId, Prefix, TitleId, make
from domain.ingest import (
    CLEAR_AWAY_AFTER,
    ClearAway,
    Finished,
    Pending,
    film_folder,
    picture_path,
    source_path,
)
from domain.licenses import StoredKey
from stores import Stores
from stores.jobs import Attempt
from stores.objects import Objects
from stores.sql import media as films
from stores.sql import outbox, playback
from workers.janitor import clear_away
from workers.media.artwork import hanging
from workers.media.film import Film, Report, make_film
from workers.media.package import ContentKey
from workers.media.probe import probe
from workers.media.workplace import workplace

TELL_EVERY_S = 0.5  # a progress bar that moves, at two small updates a second
UPLOADS_AT_ONCE = 8  # enough to hide a bucket's latency, few enough to hold in memory
GIVE_UP_AFTER = 20  # deaths of the worker: by then it is the film that kills it
KEY_BYTES = 16  # AES-128, what `cenc` is

log = structlog.get_logger()


async def encode_title(stores: Stores, order: EncodeTitle, attempt: Attempt, *, root: Path) -> None:
    """Makes and publishes what `order` names, or withdraws it with the reason. Works below `root`.

    Raises what went wrong otherwise, to be tried again unless this attempt was the last.
    """
    async with stores.begin() as tx:
        pending = await films.pending(tx, order.media_id)
    if pending is None or pending.is_published:
        return  # another run of this job came to an end
    try:
        if attempt.deaths >= GIVE_UP_AFTER:
            raise FilmRefused(IngestCode.ENCODING_FAILED, "Its encoder died again and again.")
        async with workplace(root) as work, _progress(stores, order) as report:
            film = await _make(stores, order, pending, work, report)
            await _upload(stores.objects, pending, film, report)
            report(Stage.PUBLISH, 0.0)
            await _publish(stores, order, film)
    except FilmRefused as refusal:
        await _withdraw(stores, order, pending, refusal.reason, refusal.message)
    except Unavailable:
        raise  # not the film's fault; it is tried again until the part is back
    except Exception as error:
        if attempt.is_last:
            await _withdraw(stores, order, pending, IngestCode.ENCODING_FAILED, str(error))
        raise


async def _make(
    stores: Stores, order: EncodeTitle, pending: Pending, work: Path, report: Report
) -> Film:
    report(Stage.PROBE, 0.0)
    file = work / "source"  # no extension: what it is shows in its bytes
    await _download(stores.objects, source_path(order.media_id), file)
    source = await probe(file)
    keys = await _keys(stores, order.media_id, track_classes(ladder_for(source)))
    return await make_film(file, source, keys, work=work, report=report, name=pending.lettered_name)


async def _keys(
    stores: Stores, media_id: MediaId, classes: Sequence[TrackClass]
) -> Mapping[TrackClass, ContentKey]:
    """The keys of the media: durable before anything is encrypted with them, and made once."""
    fresh = []
    for track_class in classes:
        kid = uuid4()
        wrapped = stores.keys.wrap(kid, secrets.token_bytes(KEY_BYTES))
        fresh.append(StoredKey(kid, track_class, wrapped))
    async with stores.begin() as tx:
        await films.add_keys(tx, media_id, fresh)
        kept = await playback.keys_of(tx, media_id)
    return {
        key.track_class: ContentKey(key.kid, stores.keys.unwrap(key.kid, key.wrapped_key))
        for key in kept
    }


async def _download(objects: Objects, path: str, file: Path) -> None:
    with file.open("wb") as opened:
        async for part in objects.stream(path, 0, await objects.size(path)):
            await asyncio.to_thread(opened.write, part)


async def _upload(objects: Objects, pending: Pending, film: Film, report: Report) -> None:
    found = sorted(path for path in film.folder.rglob("*") if path.is_file())
    prefix = film_folder(pending.media_id)
    files = [(f"{prefix}/{file.relative_to(film.folder)}", file) for file in found]
    for picture, file in _pictures(pending, film):
        files.append((picture.object_path, file))
    for at in range(0, len(files), UPLOADS_AT_ONCE):
        report(Stage.UPLOAD, at / len(files))
        batch = files[at : at + UPLOADS_AT_ONCE]
        await asyncio.gather(*(objects.put_file(path, file) for path, file in batch))


async def _publish(stores: Stores, order: EncodeTitle, film: Film) -> None:
    now = datetime.now(UTC)
    async with stores.begin() as tx:
        pending = await films.pending(tx, order.media_id)
        if pending is not None and not pending.is_published:
            # An earlier run may have stored pictures of a series that has others by now.
            pictures = ClearAway(files=_picture_paths(pending))
            await stores.jobs.enqueue(tx, pictures, not_before=now + CLEAR_AWAY_AFTER)
            await films.publish(tx, order.job_id, _finished(pending, film), now)
            fact = title_published(pending.playable_id, pending.media_id)
            await outbox.append(tx, fact, now)
    if pending is None:  # withdrawn by another run of this job, which could not know our objects
        await stores.objects.delete_prefix(film_folder(order.media_id))
    log.info("title_published", media=order.media_id)


def _finished(pending: Pending, film: Film) -> Finished:
    storyboard = Storyboard(
        object_path=f"{film_folder(pending.media_id)}/storyboard.jpg",
        columns=TILE_COLUMNS,
        tile_width=film.tiles.width,
        tile_height=film.tiles.height,
        interval_ms=film.tile_interval_ms,
    )
    return Finished(
        media=Media(
            id=pending.media_id,
            playable_id=pending.playable_id,
            duration_ms=film.duration_ms,
            ladder=tuple(film.renditions),
            storyboard=storyboard,
        ),
        track_classes=film.track_classes,
        artwork=tuple(picture for picture, _ in _pictures(pending, film)),
    )


def _pictures(pending: Pending, film: Film) -> list[tuple[Artwork, Path]]:
    """A still of an episode, and all roles for a movie or for a series that has none. Their ids
    follow from the media, so that a second run stores them at the same places."""
    hung = [(pending.playable_id, film.pictures.still)] if pending.series_id else []
    title_id = pending.bare_series_id if pending.series_id else pending.playable_id
    if title_id is not None:
        hung += [(title_id, picture) for picture in film.pictures.of_title]
    return [
        (
            hanging(picture, title_id, _artwork_id(pending.media_id, title_id, picture.role)),
            picture.file,
        )
        for title_id, picture in hung
    ]


def _picture_paths(pending: Pending) -> list[str]:
    """Of all pictures that any run of this job may have stored."""
    title_ids = [title for title in (pending.playable_id, pending.series_id) if title]
    return [
        picture_path(title_id, _artwork_id(pending.media_id, title_id, role), role)
        for title_id in title_ids
        for role in ArtworkRole
    ]


def _artwork_id(media_id: MediaId, title_id: TitleId, role: str) -> ArtworkId:
    media = UUID(media_id.partition("_")[2])
    return ArtworkId(make(Prefix.ARTWORK, uuid5(media, f"{title_id}/{role}")))


async def _withdraw(
    stores: Stores, order: EncodeTitle, pending: Pending, code: IngestCode, message: str
) -> None:
    now = datetime.now(UTC)
    remains = ClearAway(
        files=[source_path(order.media_id), *_picture_paths(pending)],
        folders=[film_folder(order.media_id)],
    )
    async with stores.begin() as tx:
        found = await films.pending(tx, order.media_id)
        if found is None or found.is_published:
            return  # another run of this job came to an end
        # Later too: another run of this job may be storing still.
        await stores.jobs.enqueue(tx, remains, not_before=now + CLEAR_AWAY_AFTER)
        await films.withdraw(tx, order, now, code=code, message=message)
    await clear_away(stores, remains)
    log.warning("film_withdrawn", media=order.media_id, code=code, reason=message)


@asynccontextmanager
async def _progress(stores: Stores, order: EncodeTitle) -> AsyncIterator[Report]:
    """What it gives is told to the encoding's row, the latest every TELL_EVERY_S."""
    latest: tuple[Stage, float] | None = None

    def report(stage: Stage, done_0_to_1: float) -> None:
        nonlocal latest
        latest = (stage, done_0_to_1)

    async def keep_telling() -> None:
        told = None
        while True:
            await asyncio.sleep(TELL_EVERY_S)
            if latest is not None and latest != told:
                async with stores.begin() as tx:
                    await films.tell_progress(tx, order.job_id, *latest)
                told = latest

    telling = asyncio.create_task(keep_telling())
    try:
        yield report
    finally:
        telling.cancel()
        await asyncio.wait([telling])  # a film is not lost because its progress was
        if not telling.cancelled():
            log.warning("progress_not_told", media=order.media_id, error=str(telling.exception()))
