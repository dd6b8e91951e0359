"""Playback sessions, and the media they play."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import Select, literal_column, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.catalog import Media, Rendition, Storyboard
from domain.ids import AccountId, DeviceId, MediaId, ProfileId, SessionId, TitleId
from domain.licenses import StoredKey
from domain.playback import HeartbeatInput, PlaybackSession
from stores.sql import among
from stores.tables import (
    accounts,
    content_keys,
    media,
    playback_sessions,
    profiles,
    renditions,
    titles,
)

# The outer row's column by its text: SQLAlchemy correlates no subquery of a RETURNING.
_runtime_ms = (
    select(titles.c.runtime_ms)
    .where(titles.c.id == literal_column("playback_sessions.playable_id"))
    .scalar_subquery()
)
_SESSION = (
    playback_sessions.c.id,
    playback_sessions.c.account_id,
    playback_sessions.c.profile_id,
    playback_sessions.c.device_id,
    playback_sessions.c.playable_id,
    playback_sessions.c.media_id,
    playback_sessions.c.max_height,
    playback_sessions.c.position_ms,
    playback_sessions.c.sequence,
    playback_sessions.c.rendition_kbps,
    playback_sessions.c.started_at,
    playback_sessions.c.ended_at,
    _runtime_ms,
)
_RENDITION = (
    renditions.c.height,
    renditions.c.width,
    renditions.c.codec,
    renditions.c.average_kbps,
    renditions.c.peak_kbps,
)


@dataclass(frozen=True, slots=True)
class NewSession:
    """A session to be opened. `idempotency_key` is the device's own name for it."""

    id: SessionId
    account_id: AccountId
    profile_id: ProfileId
    device_id: DeviceId
    playable_id: TitleId
    media_id: MediaId
    idempotency_key: str
    max_height: int
    position_ms: int


async def media_of(tx: AsyncConnection, playable_ids: Sequence[TitleId]) -> dict[TitleId, Media]:
    """What each playable plays now. Indexes: uq_media_published_title, pk_renditions."""
    query = (
        select(media.c.id, media.c.title_id, media.c.duration_ms, media.c.storyboard, *_RENDITION)
        .join_from(media, renditions)
        .where(among(media.c.title_id, playable_ids), media.c.published_at.is_not(None))
        .order_by(media.c.id, renditions.c.height)
    )
    ladders: dict[TitleId, list[Rendition]] = {}
    found: dict[TitleId, Media] = {}
    for media_id, title_id, duration_ms, storyboard, *rung in await tx.execute(query):
        ladder = ladders.setdefault(title_id, [])
        ladder.append(Rendition(*rung))
        found[title_id] = Media(
            media_id,
            title_id,
            duration_ms,
            tuple(ladder),
            None if storyboard is None else Storyboard(**storyboard),
        )
    return found


async def open_session(
    tx: AsyncConnection, asked: NewSession, now: datetime
) -> tuple[PlaybackSession, bool]:
    """The session of this key and whether it is new: asked twice, there is one."""
    statement = (
        insert(playback_sessions)
        .values(
            id=asked.id,
            account_id=asked.account_id,
            profile_id=asked.profile_id,
            device_id=asked.device_id,
            playable_id=asked.playable_id,
            media_id=asked.media_id,
            idempotency_key=asked.idempotency_key,
            max_height=asked.max_height,
            position_ms=asked.position_ms,
            sequence=-1,
            started_at=now,
        )
        # Touching the row makes RETURNING answer for the one that was there before.
        .on_conflict_do_update(
            index_elements=["profile_id", "device_id", "idempotency_key"],
            set_={"idempotency_key": asked.idempotency_key},
        )
        .returning(*_SESSION)
    )
    session = PlaybackSession(*(await tx.execute(statement)).one())
    return session, session.id == asked.id


async def session_by_id(tx: AsyncConnection, session_id: SessionId) -> PlaybackSession | None:
    """None, too, when whoever plays it is being erased. Primary keys."""
    somebodys = (
        _session_query(session_id)
        .join(profiles, profiles.c.id == playback_sessions.c.profile_id)
        .join(accounts, accounts.c.id == profiles.c.account_id)
        .where(accounts.c.email.is_not(None))
    )
    return await _session(tx, somebodys)


async def lock_session(tx: AsyncConnection, session_id: SessionId) -> PlaybackSession | None:
    """The session, which nobody else changes until the end of `tx`. Primary key."""
    return await _session(tx, _session_query(session_id).with_for_update(of=playback_sessions))


async def record_heartbeat(tx: AsyncConnection, beat: HeartbeatInput) -> PlaybackSession:
    """Where the player says it is."""
    statement = (
        update(playback_sessions)
        .where(playback_sessions.c.id == beat.session_id)
        .values(
            position_ms=beat.position_ms,
            sequence=beat.sequence,
            rendition_kbps=beat.rendition_kbps,
        )
        .returning(*_SESSION)
    )
    return PlaybackSession(*(await tx.execute(statement)).one())


async def end_session(
    tx: AsyncConnection, session_id: SessionId, position_ms: int, now: datetime
) -> None:
    """Ended at `position_ms`; it plays no more."""
    await tx.execute(
        update(playback_sessions)
        .where(playback_sessions.c.id == session_id)
        .values(position_ms=position_ms, ended_at=now)
    )


async def end_sessions_of(tx: AsyncConnection, profile_id: ProfileId, now: datetime) -> None:
    """What this profile plays anywhere ends, where it was heard of last. Index:
    uq_playback_sessions_profile_id_device_id_idempotency_key."""
    await tx.execute(
        update(playback_sessions)
        .where(playback_sessions.c.profile_id == profile_id, playback_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )


async def keys_of(tx: AsyncConnection, media_id: MediaId) -> list[StoredKey]:
    """Every key the media is encrypted with. Index: uq_content_keys_media_id_track_class."""
    query = select(
        content_keys.c.kid, content_keys.c.track_class, content_keys.c.wrapped_key
    ).where(content_keys.c.media_id == media_id)
    return [StoredKey(*row) for row in await tx.execute(query)]


async def any_key(tx: AsyncConnection) -> StoredKey | None:
    """One of any film; None before there is a film."""
    query = select(
        content_keys.c.kid, content_keys.c.track_class, content_keys.c.wrapped_key
    ).limit(1)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else StoredKey(*row)


def _session_query(session_id: SessionId) -> Select[*tuple[Any, ...]]:
    return select(*_SESSION).where(playback_sessions.c.id == session_id)


async def _session(tx: AsyncConnection, query: Select[*tuple[Any, ...]]) -> PlaybackSession | None:
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else PlaybackSession(*row)
