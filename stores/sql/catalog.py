"""Titles, what is on their shelves, and how they look. Only what is published and, for lists,
not above the asking profile's age.

`languages` are what the profile reads, best first (`domain.texts.fallbacks`); what is told in none
of them comes in the house's own words."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import (
    ARRAY,
    ColumnElement,
    FromClause,
    Select,
    Text,
    func,
    literal,
    select,
    text,
    true,
)
from sqlalchemy import Row as SqlRow
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import (
    Artwork,
    ArtworkRole,
    CatalogEntry,
    Certification,
    Episode,
    Genre,
    Movie,
    Season,
    Series,
    TitleKind,
)
from domain.ids import GenreId, TitleId
from stores.sql import among
from stores.tables import artwork, genre_texts, genres, title_genres, title_texts, titles

_parent = titles.alias("parent")

_ENTRY = (
    titles.c.kind,
    titles.c.id,
    titles.c.year,
    titles.c.certification_age,
    titles.c.runtime_ms,
    titles.c.number,
    titles.c.parent_id,
    _parent.c.parent_id.label("series_id"),
    _parent.c.number.label("season_number"),
)


@dataclass(frozen=True, slots=True)
class Shelf:
    """Which titles a row wants: of a genre or of all, newest first, `most` of them, after a place
    (published_at, id) in that order."""

    genre_id: GenreId | None
    most: int
    after: tuple[datetime, TitleId] | None = None


@dataclass(frozen=True, slots=True)
class Placed:
    """A title's place on a shelf."""

    title_id: TitleId
    published_at: datetime


async def entries_by_id(
    tx: AsyncConnection,
    title_ids: Sequence[TitleId],
    *,
    max_age: int,
    languages: Sequence[str] = (),
) -> dict[TitleId, CatalogEntry]:
    """What these ids are, of any kind. Unpublished ones, and those above `max_age`, are absent.
    Primary key."""
    query = _entries(max_age, languages).where(among(titles.c.id, title_ids))
    return {row.id: _entry(row) for row in await tx.execute(query)}


async def seasons_of(
    tx: AsyncConnection,
    series_ids: Sequence[TitleId],
    *,
    max_age: int,
    languages: Sequence[str] = (),
) -> dict[TitleId, list[Season]]:
    """Each series' seasons, in order. Index: uq_titles_parent_id_number."""
    query = (
        _entries(max_age, languages)
        .where(titles.c.kind == TitleKind.SEASON, among(titles.c.parent_id, series_ids))
        .order_by(titles.c.number)
    )
    found: dict[TitleId, list[Season]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.parent_id, []).append(_season(row))
    return found


async def episodes_of(
    tx: AsyncConnection,
    series_ids: Sequence[TitleId],
    *,
    max_age: int,
    languages: Sequence[str] = (),
) -> dict[TitleId, list[Episode]]:
    """Each series' episodes of all seasons, in order. Index: uq_titles_parent_id_number."""
    query = (
        _entries(max_age, languages)
        .where(titles.c.kind == TitleKind.EPISODE, among(_parent.c.parent_id, series_ids))
        .order_by(_parent.c.number, titles.c.number)
    )
    found: dict[TitleId, list[Episode]] = {}
    for row in await tx.execute(query):
        found.setdefault(row.series_id, []).append(_episode(row))
    return found


# One statement for all the rows of a page. Indexes: ix_titles_newest, pk_title_genres.
_SHELVES = text(
    """
    SELECT shelf.place, found.id, found.published_at
    FROM unnest(
        CAST(:genre_ids AS text[]), CAST(:most AS int[]),
        CAST(:after_at AS timestamptz[]), CAST(:after_id AS text[])
    ) WITH ORDINALITY AS shelf(genre_id, most, after_at, after_id, place)
    CROSS JOIN LATERAL (
        SELECT t.id, t.published_at
        FROM titles t
        WHERE t.kind IN ('MOVIE', 'SERIES')
          AND t.published_at IS NOT NULL
          AND t.certification_age <= :max_age
          AND (shelf.genre_id IS NULL OR EXISTS (
                SELECT FROM title_genres g WHERE g.title_id = t.id AND g.genre_id = shelf.genre_id))
          AND (shelf.after_at IS NULL
               OR (t.published_at, t.id) < (shelf.after_at, shelf.after_id))
        ORDER BY t.published_at DESC, t.id DESC
        LIMIT shelf.most
    ) AS found
    ORDER BY shelf.place, found.published_at DESC, found.id DESC
    """
)


async def shelves(
    tx: AsyncConnection, wanted: Sequence[Shelf], *, max_age: int
) -> list[list[Placed]]:
    """The titles on each shelf, newest first, in the order asked."""
    values = {
        "genre_ids": [shelf.genre_id for shelf in wanted],
        "most": [shelf.most for shelf in wanted],
        "after_at": [shelf.after[0] if shelf.after else None for shelf in wanted],
        "after_id": [shelf.after[1] if shelf.after else None for shelf in wanted],
        "max_age": max_age,
    }
    found: list[list[Placed]] = [[] for _ in wanted]
    for place, title_id, published_at in await tx.execute(_SHELVES, values):
        found[place - 1].append(Placed(title_id, published_at))
    return found


async def genres_on_offer(
    tx: AsyncConnection, *, max_age: int, languages: Sequence[str] = ()
) -> list[Genre]:
    """Genres with something to show, the fullest first. A handful of rows in all."""
    titles_in_it = func.count(title_genres.c.title_id)
    query = (
        _genres(languages)
        .join(title_genres, title_genres.c.genre_id == genres.c.id)
        .join(titles, titles.c.id == title_genres.c.title_id)
        .where(titles.c.published_at.is_not(None), titles.c.certification_age <= max_age)
        .group_by(genres.c.id)
        .order_by(titles_in_it.desc(), genres.c.name)
    )
    return [Genre(row.id, row.told) for row in await tx.execute(query)]


async def genres_of(
    tx: AsyncConnection, title_ids: Sequence[TitleId], *, languages: Sequence[str] = ()
) -> dict[TitleId, list[Genre]]:
    """Each title's genres, the most telling first. Primary key."""
    query = (
        _genres(languages)
        .join(title_genres, title_genres.c.genre_id == genres.c.id)
        .add_columns(title_genres.c.title_id)
        .where(among(title_genres.c.title_id, title_ids))
        .order_by(title_genres.c.position)
    )
    found: dict[TitleId, list[Genre]] = {}
    for genre_id, name, title_id in await tx.execute(query):
        found.setdefault(title_id, []).append(Genre(genre_id, name))
    return found


async def genre_by_id(
    tx: AsyncConnection, genre_id: GenreId, *, languages: Sequence[str] = ()
) -> Genre | None:
    """Primary key."""
    query = _genres(languages).where(genres.c.id == genre_id)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Genre(row.id, row.told)


async def artwork_of(
    tx: AsyncConnection, wanted: Sequence[tuple[TitleId, ArtworkRole]]
) -> dict[tuple[TitleId, ArtworkRole], Artwork]:
    """The picture of each title in that role. Index: uq_artwork_title_id_role."""
    query = select(
        artwork.c.id,
        artwork.c.title_id,
        artwork.c.role,
        artwork.c.object_path,
        artwork.c.width,
        artwork.c.height,
        artwork.c.dominant_color,
    ).where(among(artwork.c.title_id, {title_id for title_id, _ in wanted}))
    found = (Artwork(*row) for row in await tx.execute(query))
    return {(picture.title_id, picture.role): picture for picture in found}


def _entries(max_age: int, languages: Sequence[str]) -> Select[tuple[object, ...]]:
    told = (
        select(title_texts.c.name, title_texts.c.synopsis)
        .where(title_texts.c.title_id == titles.c.id, among(title_texts.c.language, languages))
        .order_by(_preference(title_texts, languages))
        .limit(1)
        .lateral("told")
    )
    return (
        select(
            *_ENTRY,
            func.coalesce(told.c.name, titles.c.name).label("name"),
            func.coalesce(told.c.synopsis, titles.c.synopsis).label("synopsis"),
        )
        .outerjoin_from(titles, _parent, _parent.c.id == titles.c.parent_id)
        .outerjoin(told, true())
        .where(titles.c.published_at.is_not(None), titles.c.certification_age <= max_age)
    )


def _genres(languages: Sequence[str]) -> Select[tuple[GenreId, str]]:
    told = (
        select(genre_texts.c.name)
        .where(genre_texts.c.genre_id == genres.c.id, among(genre_texts.c.language, languages))
        .order_by(_preference(genre_texts, languages))
        .limit(1)
        .scalar_subquery()
    )
    return select(genres.c.id, func.coalesce(told, genres.c.name).label("told"))


def _preference(texts: FromClause, languages: Sequence[str]) -> ColumnElement[int]:
    """The place of a text's language among `languages`."""
    return func.array_position(literal(list(languages), ARRAY(Text)), texts.c.language)


def _entry(row: SqlRow[tuple[object, ...]]) -> CatalogEntry:
    if row.kind is TitleKind.SEASON:
        return _season(row)
    if row.kind is TitleKind.EPISODE:
        return _episode(row)
    shared = (row.id, row.name, row.synopsis, row.year, Certification(row.certification_age))
    return Series(*shared) if row.kind is TitleKind.SERIES else Movie(*shared, row.runtime_ms)


def _season(row: SqlRow[tuple[object, ...]]) -> Season:
    return Season(row.id, row.parent_id, row.name, row.number)


def _episode(row: SqlRow[tuple[object, ...]]) -> Episode:
    return Episode(
        id=row.id,
        series_id=row.series_id,
        season_id=row.parent_id,
        season_number=row.season_number,
        number=row.number,
        name=row.name,
        synopsis=row.synopsis,
        certification=Certification(row.certification_age),
        runtime_ms=row.runtime_ms,
    )
