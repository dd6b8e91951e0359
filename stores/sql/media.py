"""Films on their way into the house: taken in, encoded, and published or withdrawn."""

from collections.abc import Sequence
from dataclasses import asdict, replace
from datetime import datetime
from uuid import uuid4

from sqlalchemy import case, delete, exists, func, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import Artwork, ArtworkRole, TitleKind
from domain.encoding import EncodeTitle, IngestCode, JobState, Stage, progress_after
from domain.errors import InvalidInput
from domain.ids import JobId, MediaId, Prefix, TitleId, make
from domain.ingest import Admitted, Encoding, Finished, NewFilm, Pending
from domain.licenses import StoredKey
from stores.tables import (
    artwork,
    content_keys,
    encodings,
    genres,
    media,
    renditions,
    title_genres,
    titles,
)

_NUMBERED = ("parent_id", "number")


async def admit(tx: AsyncConnection, film: NewFilm, media_id: MediaId, now: datetime) -> Admitted:
    """Writes what is known of a film before it is encoded; nothing of it is visible yet.

    A series and a season of that name and number are found or made. Raises InvalidInput when the
    season has the episode already.
    """
    if film.place is None:
        playable_id = title_id = await _add_top(tx, TitleKind.MOVIE, film, now)
    else:
        title_id = await series_named(tx, replace(film, name=film.place.series), now)
        season_id = await _season(tx, film, title_id, now, number=film.place.season)
        playable_id = await _episode(tx, film, season_id, now, number=film.place.episode)
    await _put_on_shelves(tx, title_id, film.genres)
    await tx.execute(insert(media).values(id=media_id, title_id=playable_id, created_at=now))
    job_id = JobId(make(Prefix.JOB, uuid4()))
    await tx.execute(
        insert(encodings).values(
            id=job_id,
            media_id=media_id,
            name=film.name,
            state=JobState.QUEUED,
            progress_0_to_1=0.0,
            created_at=now,
        )
    )
    return Admitted(title_id, playable_id, media_id, job_id)


async def series_named(tx: AsyncConnection, series: NewFilm, now: datetime) -> TitleId:
    """The series of that name: found, or made of what is said of it. Not visible before its first
    episode."""
    # Two first episodes at once must not make two series; there is no key over their names.
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended(series.name, 0))))
    query = select(titles.c.id).where(
        titles.c.kind == TitleKind.SERIES, titles.c.name == series.name
    )
    found = (await tx.execute(query.order_by(titles.c.created_at).limit(1))).scalar_one_or_none()
    if found is not None:
        return TitleId(found)
    series_id = await _add_top(tx, TitleKind.SERIES, series, now)
    await _put_on_shelves(tx, series_id, series.genres)
    return series_id


async def pending(tx: AsyncConnection, media_id: MediaId) -> Pending | None:
    """What the media is for; None when it was withdrawn. Locked until the end of `tx`, so that two
    runs of one job publish or withdraw one after the other. Primary keys, and
    uq_artwork_title_id_role."""
    playable, season, series = (titles.alias(name) for name in ("playable", "season", "series"))
    pictured = exists().where(artwork.c.title_id == season.c.parent_id)
    query = (
        select(
            media.c.id,
            media.c.title_id,
            func.coalesce(series.c.name, playable.c.name),
            season.c.parent_id,
            case((~pictured, season.c.parent_id)),
            media.c.published_at.is_not(None),
        )
        .join_from(media, playable, playable.c.id == media.c.title_id)
        .outerjoin(season, season.c.id == playable.c.parent_id)
        .outerjoin(series, series.c.id == season.c.parent_id)
        .where(media.c.id == media_id)
        .with_for_update(of=media)
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Pending(*row)


async def add_keys(tx: AsyncConnection, media_id: MediaId, keys: Sequence[StoredKey]) -> None:
    """Keeps `keys`, but for track classes that have one already: a key is made once and stays."""
    rows = [
        {
            "kid": key.kid,
            "media_id": media_id,
            "track_class": key.track_class,
            "wrapped_key": key.wrapped_key,
        }
        for key in keys
    ]
    await tx.execute(
        insert(content_keys)
        .values(rows)
        .on_conflict_do_nothing(index_elements=["media_id", "track_class"])
    )


async def encoding_by_id(tx: AsyncConnection, job_id: JobId) -> Encoding:
    """How far it is; encodings are never deleted. Primary key."""
    query = select(
        encodings.c.id,
        encodings.c.state,
        encodings.c.stage,
        encodings.c.progress_0_to_1,
        encodings.c.error_code,
        encodings.c.error_message,
    ).where(encodings.c.id == job_id)
    found = Encoding(*(await tx.execute(query)).one())
    return replace(found, stage=None if found.stage is None else Stage(found.stage))


async def tell_progress(
    tx: AsyncConnection, job_id: JobId, stage: Stage, done_0_to_1: float
) -> None:
    """`stage` is so far, unless the encoding has ended meanwhile. Primary key."""
    await tx.execute(
        update(encodings)
        .where(encodings.c.id == job_id, encodings.c.finished_at.is_(None))
        .values(
            state=JobState.RUNNING,
            stage=stage,
            progress_0_to_1=progress_after(stage, done_0_to_1),
        )
    )


async def publish(tx: AsyncConnection, job_id: JobId, finished: Finished, now: datetime) -> None:
    """Makes a film visible: what it plays, how it looks, and the series above it."""
    made = finished.media
    await tx.execute(
        insert(renditions),
        [
            {
                "media_id": made.id,
                "height": rung.height,
                "width": rung.width,
                "codec": rung.codec,
                "average_kbps": rung.average_kbps,
                "peak_kbps": rung.peak_kbps,
                "track_class": finished.track_classes[rung.height],
            }
            for rung in made.ladder
        ],
    )
    await tx.execute(
        update(media)
        .where(media.c.id == made.id)
        .values(
            duration_ms=made.duration_ms,
            storyboard=None if made.storyboard is None else asdict(made.storyboard),
            published_at=now,
        )
    )
    for picture in sorted(finished.artwork, key=place_of):
        await tx.execute(
            insert(artwork)
            .values(asdict(picture))
            .on_conflict_do_nothing(index_elements=["title_id", "role"])
        )
    await tx.execute(
        update(titles)
        .where(titles.c.id == made.playable_id)
        .values(runtime_ms=made.duration_ms, published_at=now)
    )
    await _publish_above(tx, made.playable_id, now)
    await tx.execute(
        update(encodings)
        .where(encodings.c.id == job_id)
        .values(state=JobState.SUCCEEDED, stage=Stage.PUBLISH, progress_0_to_1=1.0, finished_at=now)
    )


def place_of(picture: Artwork) -> tuple[TitleId, ArtworkRole]:
    """Pictures are hung in this order, or two who hang at once would wait for each other."""
    return picture.title_id, picture.role


async def withdraw(
    tx: AsyncConnection, order: EncodeTitle, now: datetime, *, code: IngestCode, message: str
) -> None:
    """Forgets a film that will not be one, and what was made only for it; its encoding stays and
    says why."""
    query = select(media.c.title_id).where(media.c.id == order.media_id)
    title_id = (await tx.execute(query)).scalar_one()
    await tx.execute(
        update(encodings)
        .where(encodings.c.id == order.job_id)
        .values(
            media_id=None,
            state=JobState.FAILED,
            error_code=code,
            error_message=message,
            finished_at=now,
        )
    )
    emptied: TitleId | None = title_id
    while emptied is not None:
        emptied = await _delete_unpublished_leaf(tx, emptied)


async def _delete_unpublished_leaf(tx: AsyncConnection, title_id: TitleId) -> TitleId | None:
    """Its parent, if it was deleted: no episode left in it, and never seen by anybody."""
    below = titles.alias("below")
    statement = (
        delete(titles)
        .where(
            titles.c.id == title_id,
            titles.c.published_at.is_(None),
            ~exists().where(below.c.parent_id == title_id),
        )
        .returning(titles.c.parent_id)
    )
    return (await tx.execute(statement)).scalar_one_or_none()


async def _season(
    tx: AsyncConnection, film: NewFilm, series_id: TitleId, now: datetime, *, number: int
) -> TitleId:
    season = replace(film, name=f"Season {number}", synopsis="", year=None)
    row = _row(TitleKind.SEASON, season, now) | {"parent_id": series_id, "number": number}
    await tx.execute(insert(titles).values(row).on_conflict_do_nothing(index_elements=_NUMBERED))
    query = select(titles.c.id).where(titles.c.parent_id == series_id, titles.c.number == number)
    return TitleId((await tx.execute(query)).scalar_one())


async def _episode(
    tx: AsyncConnection, film: NewFilm, season_id: TitleId, now: datetime, *, number: int
) -> TitleId:
    row = _row(TitleKind.EPISODE, film, now) | {"parent_id": season_id, "number": number}
    added = insert(titles).values(row).on_conflict_do_nothing(index_elements=_NUMBERED)
    episode_id = (await tx.execute(added.returning(titles.c.id))).scalar_one_or_none()
    if episode_id is None:
        raise InvalidInput("The season has an episode of this number.", field=["episode"])
    return TitleId(episode_id)


async def _add_top(tx: AsyncConnection, kind: TitleKind, film: NewFilm, now: datetime) -> TitleId:
    row = _row(kind, film, now)
    await tx.execute(insert(titles).values(row))
    return TitleId(str(row["id"]))


def _row(kind: TitleKind, film: NewFilm, now: datetime) -> dict[str, object]:
    return {
        "id": make(Prefix[kind], uuid4()),
        "kind": kind,
        "name": film.name,
        "synopsis": film.synopsis,
        "year": film.year,
        "certification_age": film.certification_age,
        "created_at": now,
    }


async def _put_on_shelves(tx: AsyncConnection, title_id: TitleId, names: Sequence[str]) -> None:
    for position, name in enumerate(names):
        genre = insert(genres).values(id=make(Prefix.GENRE, uuid4()), name=name)
        # Touching the row makes RETURNING answer for the genre that was there before.
        touched = genre.on_conflict_do_update(index_elements=["name"], set_={"name": name})
        genre_id = (await tx.execute(touched.returning(genres.c.id))).scalar_one()
        await tx.execute(
            insert(title_genres)
            .values(title_id=title_id, genre_id=genre_id, position=position)
            .on_conflict_do_nothing()
        )


async def _publish_above(tx: AsyncConnection, playable_id: TitleId, now: datetime) -> None:
    """A season and a series are there from their first episode on."""
    season_id = select(titles.c.parent_id).where(titles.c.id == playable_id).scalar_subquery()
    series_id = select(titles.c.parent_id).where(titles.c.id == season_id).scalar_subquery()
    await tx.execute(
        update(titles)
        .where(titles.c.id.in_([season_id, series_id]), titles.c.published_at.is_(None))
        .values(published_at=now)
    )
