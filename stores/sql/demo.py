"""What of the demo is in the house already."""

from collections.abc import Sequence

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ingest import Admitted
from stores.sql import among
from stores.tables import encodings, media, titles


async def admitted_named(tx: AsyncConnection, names: Sequence[str]) -> dict[str, Admitted]:
    """Films of these names that are in, or on their way: the latest of each. No index: asked once
    a start."""
    playable, season = titles.alias("playable"), titles.alias("season")
    query = (
        select(
            encodings.c.name,
            func.coalesce(season.c.parent_id, playable.c.id),
            playable.c.id,
            media.c.id,
            encodings.c.id,
        )
        .join_from(encodings, media, media.c.id == encodings.c.media_id)
        .join(playable, playable.c.id == media.c.title_id)
        .outerjoin(season, season.c.id == playable.c.parent_id)
        .where(among(encodings.c.name, names))
        .order_by(encodings.c.created_at)
    )
    rows = (await tx.execute(query)).all()
    return {name: Admitted(*identities) for name, *identities in rows}
