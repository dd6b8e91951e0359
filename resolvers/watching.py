"""Where the viewer is in what they watch, now and as it changes."""

import asyncio
from collections.abc import AsyncGenerator

from strawberry import Parent

from domain.accounts import Device
from domain.catalog import Episode, Movie, Playable
from domain.connections import Connection, check_first, connect, read_number, write_cursor
from domain.errors import Forbidden, NotFound, Unavailable
from domain.profiles import Profile
from domain.scalars import EventCursor
from domain.watching import ContinueWatchingChanged, WatchState, WatchStatus
from resolvers import catalog
from resolvers.context import Context, Info
from stores.sql import watching as watching_sql
from stores.sql.watching import Resumable

RECHECK_S = 10  # a nudge that got lost delays news by no more than this
RETRY_S = 2  # news come this soon after Postgres is back, and asking costs nothing until then


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
    return await ctx.reads.resumables(
        ctx.profile_id(),
        max_age=(await ctx.audience()).max_age,
        most=first + 1,
        before=None if after is None else read_number(after),
    )


async def changes(
    info: Info, after: EventCursor | None = None
) -> AsyncGenerator[ContinueWatchingChanged, None]:
    """Every change after the cursor, or from now on. Ends with TokenExpired when the caller's
    token runs out: come back with a fresh one and the last cursor. While Postgres does not answer
    it waits, and goes on where it was."""
    ctx = info.context
    seen = None if after is None else read_number(after)
    with ctx.stores.nudges.listen(ctx.profile_id()) as nudge:
        while True:
            ctx.forget()
            nudge.clear()
            try:
                profile = await ctx.profile()
                if seen is None:
                    seen = await ctx.reads.latest_cursor(profile.id)
                async with ctx.reads.begin() as tx:
                    changed = await watching_sql.changes_after(tx, profile.id, seen)
            except Unavailable:
                await _wait(nudge, RETRY_S)
                continue
            for state in changed:
                ctx.forget()
                ctx.reads.remember(profile.id, [state])
                seen = state.cursor
                yield ContinueWatchingChanged(
                    cursor=EventCursor(write_cursor(seen)),
                    at=state.updated_at,
                    state=state,
                    removed=state.status is not WatchStatus.IN_PROGRESS,
                )
            await _wait(nudge, RECHECK_S)


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


async def _wait(nudge: asyncio.Event, most_s: float) -> None:
    try:
        async with asyncio.timeout(most_s):
            await nudge.wait()
    except TimeoutError:
        return
