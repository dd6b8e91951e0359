"""Where the viewer is in what they watch, now and as it changes."""

import asyncio
from collections.abc import AsyncGenerator

from strawberry import Parent

from domain.accounts import Device, Profile
from domain.catalog import Episode, Movie, Playable
from domain.connections import Connection, check_first, connect, read_number, write_cursor
from domain.errors import Forbidden, NotFound
from domain.scalars import EventCursor
from domain.watching import ContinueWatchingChanged, WatchState, WatchStatus
from resolvers import catalog
from resolvers.context import Context, Info, Scope
from stores.sql import watching as watching_sql
from stores.sql.watching import Resumable

RECHECK_S = 10  # a nudge that got lost delays news by no more than this


async def continue_watching(
    parent: Parent[Profile], info: Info, first: int = 20, after: str | None = None
) -> Connection[WatchState]:
    """What was begun and not finished, latest first, one entry a series."""
    if parent.id != (await info.context.profile()).id:
        raise Forbidden("This is for the profile that was chosen only.")
    found = await resumables(info.context, first=first, after=after)
    nodes = [(write_cursor(r.state.cursor), r.state) for r in found]
    return connect(nodes, first=first, after=after)


async def resumables(ctx: Context, *, first: int, after: str | None) -> list[Resumable]:
    """What the caller has begun and not finished, latest first; one beyond `first`."""
    check_first(first)
    profile = await ctx.profile()
    async with ctx.stores.begin() as tx:
        return await watching_sql.resumables(
            tx,
            profile.id,
            max_age=profile.maturity_age,
            most=first + 1,
            before=None if after is None else read_number(after),
        )


async def changes(
    info: Info, after: EventCursor | None = None
) -> AsyncGenerator[ContinueWatchingChanged, None]:
    """Every change after the cursor, or from now on. Ends with TokenExpired when the caller's
    token runs out: come back with a fresh one and the last cursor."""
    ctx = info.context
    profile = await ctx.profile()
    with ctx.stores.nudges.listen(profile.id) as nudge:
        seen = await _latest(ctx, profile) if after is None else read_number(after)
        while True:
            ctx.require(Scope.PROFILE)
            nudge.clear()
            async with ctx.stores.begin() as tx:
                changed = await watching_sql.changes_after(tx, profile.id, seen)
            for state in changed:
                ctx.forget()
                seen = state.cursor
                yield ContinueWatchingChanged(
                    cursor=EventCursor(write_cursor(seen)),
                    at=state.updated_at,
                    state=state,
                    removed=state.status is not WatchStatus.IN_PROGRESS,
                )
            await _wait(nudge)


async def playable(parent: Parent[WatchState], info: Info) -> Playable:
    """What it is the state of."""
    found = await info.context.loaders.entry_by_id.load(parent.playable_id)
    if not isinstance(found, Movie | Episode):
        raise NotFound("This title is no longer there.")
    return found


async def progress(parent: Parent[WatchState], info: Info) -> float:
    """How much of it is behind the viewer, from 0 to 1."""
    return min(parent.position_ms / (await playable(parent, info)).runtime_ms, 1.0)


async def on_device(parent: Parent[WatchState], info: Info) -> Device | None:
    """Where it was watched last; None when that device was removed."""
    if parent.device_id is None:
        return None
    return await info.context.loaders.device_by_id.load(parent.device_id)


async def next_in_series(parent: Parent[WatchState], info: Info) -> Episode | None:
    """The episode that follows; None for movies and at the end."""
    found = await playable(parent, info)
    return await catalog.following(info.context, found) if isinstance(found, Episode) else None


async def _latest(ctx: Context, profile: Profile) -> int:
    async with ctx.stores.begin() as tx:
        return await watching_sql.latest_cursor(tx, profile.id)


async def _wait(nudge: asyncio.Event) -> None:
    try:
        async with asyncio.timeout(RECHECK_S):
            await nudge.wait()
    except TimeoutError:
        return
