"""Where viewers are in what they watch."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select, update
from sqlalchemy.dialects.postgresql import distinct_on, insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import DeviceId, ProfileId, TitleId
from domain.watching import WatchState, WatchStatus
from stores.sql import among
from stores.tables import profiles, titles, watch_states

_STATE = (
    watch_states.c.profile_id,
    watch_states.c.playable_id,
    watch_states.c.device_id,
    watch_states.c.position_ms,
    watch_states.c.status,
    watch_states.c.revision,
    watch_states.c.cursor,
    watch_states.c.updated_at,
)


@dataclass(frozen=True, slots=True)
class Progress:
    """What a device reports of a playable."""

    profile_id: ProfileId
    playable_id: TitleId
    device_id: DeviceId
    position_ms: int
    status: WatchStatus


@dataclass(frozen=True, slots=True)
class Resumable:
    """A title to go on with: the movie, or the series of the episode that `state` is about."""

    title_id: TitleId
    state: WatchState


async def save(tx: AsyncConnection, progress: Progress, now: datetime) -> WatchState:
    """The state after `progress`. The profile's row lock puts its changes in order, so that
    whoever has read up to a cursor has missed none before it."""
    cursor = (
        update(profiles)
        .where(profiles.c.id == progress.profile_id)
        .values(watch_cursor=profiles.c.watch_cursor + 1)
        .returning(profiles.c.watch_cursor)
        .cte("bumped")
    )
    changed = {
        "device_id": progress.device_id,
        "position_ms": progress.position_ms,
        "status": progress.status,
        "cursor": select(cursor.c.watch_cursor).scalar_subquery(),
        "updated_at": now,
    }
    statement = insert(watch_states).values(
        profile_id=progress.profile_id, playable_id=progress.playable_id, revision=1, **changed
    )
    changed["cursor"] = statement.excluded.cursor
    upsert = statement.on_conflict_do_update(
        index_elements=["profile_id", "playable_id"],
        set_={**changed, "revision": watch_states.c.revision + 1},
    ).returning(*_STATE)
    return WatchState(*(await tx.execute(upsert)).one())


async def states_of(
    tx: AsyncConnection, profile_id: ProfileId, playable_ids: Sequence[TitleId]
) -> dict[TitleId, WatchState]:
    """The profile's states of these playables; the untouched ones are absent. Primary key."""
    query = select(*_STATE).where(
        watch_states.c.profile_id == profile_id,
        among(watch_states.c.playable_id, playable_ids),
    )
    return {row.playable_id: WatchState(*row) for row in await tx.execute(query)}


async def changes_after(
    tx: AsyncConnection, profile_id: ProfileId, cursor: int
) -> list[WatchState]:
    """What changed after `cursor`, in order. Index: uq_watch_states_profile_id_cursor."""
    query = (
        select(*_STATE)
        .where(watch_states.c.profile_id == profile_id, watch_states.c.cursor > cursor)
        .order_by(watch_states.c.cursor)
    )
    return [WatchState(*row) for row in await tx.execute(query)]


async def latest_cursor(tx: AsyncConnection, profile_id: ProfileId) -> int:
    """The cursor of the profile's newest change; 0 before the first. Primary key."""
    query = select(profiles.c.watch_cursor).where(profiles.c.id == profile_id)
    return int((await tx.execute(query)).scalar_one())


async def resumables(
    tx: AsyncConnection,
    profile_id: ProfileId,
    *,
    max_age: int,
    most: int,
    before: int | None = None,
) -> list[Resumable]:
    """What the profile has begun and not finished, latest first, one entry a series; those whose
    cursor is below `before`, when given. Index: uq_watch_states_profile_id_cursor."""
    season = titles.alias("season")
    title_id = func.coalesce(season.c.parent_id, titles.c.id).label("title_id")
    newest = (
        select(title_id, *_STATE)
        .ext(distinct_on(title_id))
        .join_from(watch_states, titles, titles.c.id == watch_states.c.playable_id)
        .outerjoin(season, season.c.id == titles.c.parent_id)
        .where(
            watch_states.c.profile_id == profile_id,
            watch_states.c.status == WatchStatus.IN_PROGRESS,
            titles.c.published_at.is_not(None),
            titles.c.certification_age <= max_age,
        )
        .order_by(title_id, watch_states.c.cursor.desc())
        .subquery()
    )
    query = select(newest).order_by(newest.c.cursor.desc()).limit(most)
    if before is not None:
        query = query.where(newest.c.cursor < before)
    return [Resumable(row[0], WatchState(*row[1:])) for row in await tx.execute(query)]
