"""What of the demo is in the house already, and the pictures that were drawn for it."""

from collections.abc import Sequence
from dataclasses import asdict

from sqlalchemy import func, select
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import Artwork
from domain.ingest import Admitted
from stores.sql import among
from stores.sql.media import place_of
from stores.tables import artwork, encodings, media, titles


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


async def hang(tx: AsyncConnection, pictures: Sequence[Artwork]) -> list[str]:
    """Puts `pictures` in the place of those of the same title and role, whose object paths it
    answers. Index: uq_artwork_title_id_role."""
    replaced: list[str] = []
    for picture in sorted(pictures, key=place_of):
        old = select(artwork.c.object_path).where(
            artwork.c.title_id == picture.title_id, artwork.c.role == picture.role
        )
        replaced += (await tx.execute(old)).scalars()
        values = asdict(picture)
        # The film may be published at this moment, with pictures of its own.
        upsert = insert(artwork).values(values)
        await tx.execute(
            upsert.on_conflict_do_update(index_elements=["title_id", "role"], set_=values)
        )
    return replaced
