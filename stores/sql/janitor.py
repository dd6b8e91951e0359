"""What nobody would miss, and what nobody does any more."""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import delete, func, select, text
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.encoding import EncodeTitle
from domain.ingest import film_folder, source_path
from domain.tokens import REVOKED_FOR
from stores.sql import among
from stores.sql.documents import USES_ARE_KEPT
from stores.tables import (
    artwork,
    device_sign_ins,
    document_uses,
    mailed_tokens,
    media,
    refresh_tokens,
    revocations,
)

# Unpublished films, which are few, are each looked for among the jobs that wait or run.
_FORGOTTEN = text(
    """
    SELECT m.id, e.id FROM media m JOIN encodings e ON e.media_id = m.id
    WHERE m.published_at IS NULL AND e.finished_at IS NULL AND m.created_at < :before
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs j
        WHERE j.status IN ('todo', 'doing') AND j.args->>'media_id' = m.id)
    """
)


async def named(tx: AsyncConnection, paths: Sequence[str]) -> set[str]:
    """Those of these objects and folders that a row stands for. Primary keys: the last part of a
    path is an id, of media or of artwork."""
    ids = [path.rpartition("/")[2].partition(".")[0] for path in paths]
    found_media = (await tx.execute(select(media.c.id).where(among(media.c.id, ids)))).scalars()
    pictures = select(artwork.c.object_path).where(among(artwork.c.id, ids))
    found = set((await tx.execute(pictures)).scalars())
    for media_id in found_media:
        found |= {source_path(media_id), film_folder(media_id)}
    return found.intersection(paths)


async def forgotten(tx: AsyncConnection, before: datetime) -> list[EncodeTitle]:
    """Orders for films taken in before that time that are neither done nor withdrawn nor ordered:
    their last job ended when it could not even say so. Nobody else is told of them during `tx`.
    No index: asked once an hour."""
    await tx.execute(select(func.pg_advisory_xact_lock(func.hashtextextended("forgotten", 0))))
    return [EncodeTitle(*row) for row in await tx.execute(_FORGOTTEN, {"before": before})]


async def forget_expired(tx: AsyncConnection, now: datetime) -> int:
    """Deletes what opens nothing any more, what is refused without, and what was counted long ago;
    how many. Indexes: ix_refresh_tokens_expires_at and ix_revocations_at; the others are few."""
    expired = (
        delete(refresh_tokens).where(refresh_tokens.c.expires_at <= now),
        delete(device_sign_ins).where(device_sign_ins.c.expires_at <= now),
        delete(mailed_tokens).where(mailed_tokens.c.expires_at <= now),
        delete(revocations).where(revocations.c.at < now - REVOKED_FOR),
        delete(document_uses).where(document_uses.c.day < (now - USES_ARE_KEPT).date()),
    )
    return sum([(await tx.execute(statement)).rowcount for statement in expired])
