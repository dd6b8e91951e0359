"""What is kept for the time when Postgres does not answer: for how long, and how fresh."""

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, TypeVar

import structlog
from pydantic import TypeAdapter
from redis.asyncio import Redis

from domain.accounts import Viewer
from domain.errors import Unavailable
from domain.ids import TitleId
from domain.profiles import Profile
from domain.watching import WatchState, WatchStatus
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
REST = 10  # times as long as it took: during an ingest a large catalogue is copied all the time
KEPT_FOR = timedelta(days=1)  # a house that is down for longer has other worries
MOST_VIEWERS = 5_000  # of one process; with all they may have begun, about 100 MB
MOST_STATES = 50  # of one profile, the latest: two screens of Continue Watching
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Watching:
    """What is known of a profile's watch states, latest first. At `whole_at` Continue Watching was
    read from its beginning; before the first time, what is not in here is unknown rather than not
    begun."""

    states: tuple[WatchState, ...] = ()
    whole_at: datetime = NEVER

    @property
    def is_whole(self) -> bool:
        """Whether it can stand in for Continue Watching."""
        return self.whole_at > NEVER

    def joined(self, other: "Watching") -> "Watching":
        """What both know: the later revision of each state, and nothing that had left the row when
        it was last read."""
        known: dict[TitleId, WatchState] = {}
        for state in (*self.states, *other.states):
            if state.playable_id not in known or known[state.playable_id].revision < state.revision:
                known[state.playable_id] = state
        later = max(self, other, key=lambda watching: watching.whole_at)
        listed = {state.playable_id for state in later.states}
        current = [
            state
            for state in known.values()
            if state.playable_id in listed
            or state.status is not WatchStatus.IN_PROGRESS
            or state.updated_at >= later.whole_at
        ]
        latest_first = sorted(current, key=lambda state: state.cursor, reverse=True)
        return Watching(tuple(latest_first[:MOST_STATES]), later.whole_at)


class Copies:
    """What this process has to show when Postgres does not answer."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        """`guard` is around `redis`."""

        def kept(
            kind: str, of: TypeAdapter[tuple[datetime, V]], join: Callable[[V, V], V]
        ) -> LastGood[V]:
            return LastGood(
                kind, of, join, redis=redis, guard=guard, most=MOST_VIEWERS, ttl=KEPT_FOR
            )

        self.catalogue: CatalogCopy | None = None
        self.viewers = kept("viewer", TypeAdapter(tuple[datetime, Viewer | None]), _later)
        self.households = kept("household", TypeAdapter(tuple[datetime, list[Profile]]), _later)
        self.watching = kept("watching", TypeAdapter(tuple[datetime, Watching]), Watching.joined)
        self._writes = -1  # of the catalogue, when it was copied

    async def run(self, stores: "Stores") -> None:
        """Keeps the copies fresh until cancelled."""
        async with asyncio.TaskGroup() as tasks:
            tasks.create_task(again_and_again(LOOK_EVERY_S, lambda: self.look(stores)))
            tasks.create_task(again_and_again(WRITE_EVERY_S, self.write))

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
            self.catalogue = self.catalogue.confirmed(now - published_sql.COUNTED_WITHIN)

    async def write(self) -> None:
        """Lets what is a viewer's own outlive this process. Raises Unavailable."""
        for kept in (self.viewers, self.households, self.watching):
            await kept.flush()


def _later(_: V, later: V) -> V:
    return later


async def again_and_again(every_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Also after a part was away, and with a rest for all others when it took long. With jitter,
    so that processes do not ask all at once."""
    loop = asyncio.get_running_loop()
    while True:
        began_s, wait_s = loop.time(), every_s
        try:
            await work()
            wait_s = max(every_s, REST * (loop.time() - began_s))
        except Unavailable:
            pass
        except Exception:  # or they would be missed only when it is too late
            log.error("copies_not_made", exc_info=True)
        await asyncio.sleep(wait_s * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
