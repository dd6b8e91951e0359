"""The whole of what is published, in parts: what a copy of the catalogue is made of."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import CatalogEntry
from domain.ids import GenreId, TitleId
from domain.texts import TitleText
from stores.sql import among, catalog
from stores.tables import genre_texts, title_texts, titles

OLDEST = 18  # of the ages a title may be certified for, so that nothing is left out
MADE_OF = (
    "titles",
    "title_texts",
    "genres",
    "genre_texts",
    "title_genres",
    "artwork",
    "media",
    "renditions",
    "people",
    "credits",
)
COUNTED_WITHIN = timedelta(seconds=10)  # a connection that is idle since its commit tells it then


@dataclass(frozen=True, slots=True)
class Listed:
    """A title in the house's own words, since when it is published, and from which age."""

    entry: CatalogEntry
    published_at: datetime
    age: int


# Postgres counts the rows it writes, whoever writes them; asking costs no look at the tables. The
# counts begin anew after a crash: then the copy is read once more.
_WRITES = text(
    """
    SELECT coalesce(sum(n_tup_ins + n_tup_upd + n_tup_del), 0)
    FROM pg_stat_user_tables
    WHERE schemaname = current_schema() AND relname = ANY(:made_of)
    """
)


async def writes(tx: AsyncConnection) -> int:
    """How many rows of the catalogue were ever written, until COUNTED_WITHIN ago: another number,
    another catalogue."""
    return int((await tx.execute(_WRITES, {"made_of": list(MADE_OF)})).scalar_one())


async def listed_after(tx: AsyncConnection, last: TitleId | None, most: int) -> list[Listed]:
    """Published titles of any kind and age, by id, those after `last`. Primary key."""
    query = (
        select(titles.c.id, titles.c.published_at, titles.c.certification_age)
        .where(titles.c.published_at.is_not(None), titles.c.id > (last or ""))
        .order_by(titles.c.id)
        .limit(most)
    )
    rows = (await tx.execute(query)).all()
    entries = await catalog.entries_by_id(tx, [row.id for row in rows], max_age=OLDEST)
    return [Listed(entries[row.id], row.published_at, row.certification_age) for row in rows]


async def texts_of(
    tx: AsyncConnection, title_ids: Sequence[TitleId]
) -> dict[TitleId, dict[str, TitleText]]:
    """Each title's texts by language. Primary key."""
    query = select(
        title_texts.c.title_id,
        title_texts.c.language,
        title_texts.c.synopsis,
        title_texts.c.name,
    ).where(among(title_texts.c.title_id, title_ids))
    found: dict[TitleId, dict[str, TitleText]] = {}
    for title_id, language, *told in await tx.execute(query):
        found.setdefault(title_id, {})[language] = TitleText(*told)
    return found


async def genre_names(tx: AsyncConnection) -> dict[GenreId, dict[str, str]]:
    """Each genre's names by language. A handful of rows in all."""
    query = select(
        genre_texts.c.genre_id, func.jsonb_object_agg(genre_texts.c.language, genre_texts.c.name)
    ).group_by(genre_texts.c.genre_id)
    return {genre_id: names for genre_id, names in await tx.execute(query)}
