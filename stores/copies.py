"""What is kept for the time when Postgres does not answer: for how long, and how fresh."""

import asyncio
import random
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog
from pydantic import TypeAdapter
from redis.asyncio import Redis

from domain.accounts import Profile, Viewer
from domain.errors import Unavailable
from domain.watching import WatchState
from stores.catalog_memory import CatalogCopy, copy_catalogue
from stores.guard import Guard
from stores.last_good import LastGood
from stores.sql import published as published_sql

if TYPE_CHECKING:
    from stores import Stores

log = structlog.get_logger()
V = TypeVar("V")

LOOK_EVERY_S = 5.0  # one statement each process; what is older than this is no good copy
WRITE_EVERY_S = 60.0  # a copy that outlives its process may be this much behind
KEPT_FOR = timedelta(days=1)  # a house that is down for longer has other worries
MOST_VIEWERS = 5_000  # of one process; with all they may have begun, about 100 MB
MOST_STATES = 50  # of one profile, the latest: two screens of Continue Watching


@dataclass(frozen=True, slots=True)
class Watching:
    """What is known of a profile's watch states, latest first. `is_whole` once Continue Watching
    was read: before, what is not in here is unknown rather than not begun."""

    states: tuple[WatchState, ...] = ()
    is_whole: bool = False

    def after(self, read: Iterable[WatchState], *, is_whole: bool) -> "Watching":
        """With what was read now, of which the later revision holds."""
        known = {state.playable_id: state for state in self.states}
        for state in read:
            if state.playable_id not in known or known[state.playable_id].revision < state.revision:
                known[state.playable_id] = state
        latest_first = sorted(known.values(), key=lambda state: state.cursor, reverse=True)
        return Watching(tuple(latest_first[:MOST_STATES]), self.is_whole or is_whole)


class Copies:
    """What this process has to show when Postgres does not answer."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        """`guard` is around `redis`."""

        def kept(kind: str, of: TypeAdapter[tuple[datetime, V]]) -> LastGood[V]:
            return LastGood(kind, of, redis=redis, guard=guard, most=MOST_VIEWERS, ttl=KEPT_FOR)

        self.catalogue: CatalogCopy | None = None
        self.viewers = kept("viewer", TypeAdapter(tuple[datetime, Viewer | None]))
        self.households = kept("household", TypeAdapter(tuple[datetime, list[Profile]]))
        self.watching = kept("watching", TypeAdapter(tuple[datetime, Watching]))
        self._writes = -1  # of the catalogue, when it was copied

    async def run(self, stores: "Stores") -> None:
        """Keeps the copies fresh until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(_again_and_again(LOOK_EVERY_S, lambda: self.look(stores)))
            tasks.create_task(_again_and_again(WRITE_EVERY_S, self.write))

    async def look(self, stores: "Stores") -> None:
        """Copies the catalogue if any of it was written since the last time. Raises
        Unavailable."""
        now = datetime.now(UTC)
        async with stores.begin() as tx:
            writes = await published_sql.writes(tx)
        if self.catalogue is None or writes != self._writes:
            self.catalogue = await copy_catalogue(stores.begin, now)
            self._writes = writes
        else:
            self.catalogue = self.catalogue.confirmed(now)

    async def write(self) -> None:
        """Lets what is a viewer's own outlive this process. Raises Unavailable."""
        for kept in (self.viewers, self.households, self.watching):
            await kept.flush()


async def _again_and_again(every_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Also after a part was away. With jitter, so that processes do not ask all at once."""
    while True:
        try:
            await work()
        except Unavailable:
            pass
        except Exception:  # or they would be missed only when it is too late
            log.error("copies_not_made", exc_info=True)
        await asyncio.sleep(every_s * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
