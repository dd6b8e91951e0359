"""Every cache, TTL and fallback, on one page: what a request reads when Postgres does not answer.

A request reads Postgres, and nothing else, as long as it answers. Once it has failed, the rest of
that request is read from copies: of the published catalogue, which every process keeps in memory,
and of what is a viewer's own, kept from the last time it was read.
"""

import asyncio
import random
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager, suppress
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING, Any, Concatenate, ParamSpec, TypeVar

from pydantic import TypeAdapter
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Profile, Viewer
from domain.degradation import Dependency
from domain.errors import Unavailable
from domain.ids import AccountId, ProfileId, TitleId
from domain.tokens import AccessClaims
from domain.watching import WatchState
from stores.catalog_memory import CatalogCopy, copy_catalogue
from stores.guard import Guard
from stores.last_good import Kept, LastGood
from stores.sql import accounts as accounts_sql
from stores.sql import published as published_sql
from stores.sql import watching as watching_sql
from stores.sql.watching import Resumable

if TYPE_CHECKING:
    from stores import Stores

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")

LOOK_EVERY_S = 5.0  # one statement each process; what is older than this is no good copy
WRITE_EVERY_S = 60.0  # a copy that outlives its process may be this much behind
# Reads of one request together; what is left of the two seconds that a query has is for copies. A
# single read that hangs fails earlier, by the deadline of its own.
LIVE_FOR_S = 1.6
KEPT_FOR = timedelta(days=1)  # a house that is down for longer has other worries
RETRY_AFTER_S = 2  # for a request whose reads took too long together
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


class Reads:
    """What one request reads. Every question raises Unavailable when there is no copy either."""

    def __init__(self, stores: "Stores", clock: Callable[[], datetime]) -> None:
        self._stores = stores
        self._copies = stores.copies
        self._clock = clock
        self._until_s: float | None = asyncio.get_running_loop().time() + LIVE_FOR_S
        self._lost: Unavailable | None = None
        self._has_answered = False
        self._is_alone = False  # without Redis, too

    @property
    def is_live(self) -> bool:
        """Whether Postgres has answered everything so far."""
        return self._lost is None

    @property
    def is_torn(self) -> bool:
        """Whether Postgres went away in the middle, so that some was read live and some not."""
        return self._lost is not None and self._has_answered

    def be_patient(self) -> None:
        """For what changes something: it may take longer than a look at a page."""
        self._until_s = None

    def from_copies(self) -> "Reads":
        """The same request once more, from its beginning, without Postgres."""
        anew = Reads(self._stores, self._clock)
        anew._lost = self._lost
        return anew

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for what no copy can stand in for. Raises Unavailable; at once when this
        request has met it before, for one deadline is enough to wait."""
        if self._lost is not None:
            again_s = self._lost.retry_after_seconds or RETRY_AFTER_S
            raise Unavailable(self._lost.dependency, retry_after_seconds=again_s)
        try:
            async with self._stores.begin() as tx:
                yield tx
        except Unavailable as error:
            if error.dependency == Dependency.POSTGRES:
                self._lost = error
            raise
        self._has_answered = True

    async def catalogue(
        self,
        question: Callable[Concatenate[AsyncConnection, P], Awaitable[T]],
        *args: P.args,
        **kwargs: P.kwargs,
    ) -> T:
        """Asks a function of `stores/sql/`, or the copy's method of the same name."""
        try:
            async with self._live() as tx:
                return await question(tx, *args, **kwargs)
        except Unavailable:
            if self._copies.catalogue is None:
                raise
            stand_in: Any = getattr(self._copies.catalogue, question.__name__)
            answer: T = await stand_in(*args, **kwargs)
            return answer

    async def viewer(self, claims: AccessClaims) -> Viewer | None:
        """Who these claims are of; None when the account, device or profile is gone."""
        who = (claims.account_id, claims.device_id, claims.profile_id)

        async def live(tx: AsyncConnection) -> Viewer | None:
            return await accounts_sql.viewer(tx, *who)

        return await self._own(self._copies.viewers, "/".join(map(str, who)), live)

    async def profiles_of(self, account_id: AccountId) -> list[Profile]:
        """The household's profiles, oldest first."""

        async def live(tx: AsyncConnection) -> list[Profile]:
            return (await accounts_sql.profiles_of(tx, [account_id])).get(account_id, [])

        return await self._own(self._copies.households, account_id, live)

    async def states_of(
        self, profile_id: ProfileId, playable_ids: Sequence[TitleId]
    ) -> dict[TitleId, WatchState]:
        """The profile's states of these playables; the untouched ones are absent."""
        try:
            async with self._live() as tx:
                found = await watching_sql.states_of(tx, profile_id, playable_ids)
        except Unavailable as lost:
            states = (await self._watching(profile_id, lost)).states
            return {s.playable_id: s for s in states if s.playable_id in playable_ids}
        self.remember(profile_id, found.values())
        return found

    async def resumables(
        self, profile_id: ProfileId, *, max_age: int, most: int, before: int | None
    ) -> list[Resumable]:
        """What the profile has begun and not finished, latest first, one entry a series."""
        try:
            async with self._live() as tx:
                found = await watching_sql.resumables(
                    tx, profile_id, max_age=max_age, most=most, before=before
                )
        except Unavailable as lost:
            watching = await self._watching(profile_id, lost)
            if self._copies.catalogue is None or not watching.is_whole:
                raise
            return self._copies.catalogue.resumables(
                watching.states, max_age=max_age, most=most, before=before
            )
        self.remember(profile_id, [each.state for each in found], is_whole=before is None)
        return found

    def remember(
        self, profile_id: ProfileId, states: Iterable[WatchState], *, is_whole: bool = False
    ) -> None:
        """Keeps what was read or written just now."""
        kept = self._copies.watching.remembered(profile_id)
        watching = Watching() if kept is None else kept.value
        after = watching.after(states, is_whole=is_whole)
        self._copies.watching.keep(profile_id, after, self._clock())

    async def latest_cursor(self, profile_id: ProfileId) -> int:
        """The cursor of the profile's newest change. In a copy it may lie further back, so that
        whoever goes on after it is told again rather than not at all."""
        try:
            async with self._live() as tx:
                return await watching_sql.latest_cursor(tx, profile_id)
        except Unavailable as lost:
            states = (await self._watching(profile_id, lost)).states
            if not states:
                raise
            return states[0].cursor

    def catalogue_as_of(self) -> datetime | None:
        """When the copy of the catalogue was true; None when there is none."""
        return None if self._copies.catalogue is None else self._copies.catalogue.as_of

    async def watching_as_of(self, profile_id: ProfileId) -> datetime | None:
        """When the copy of the profile's Continue Watching was true; None when there is none."""
        kept = await self._find(self._copies.watching, profile_id)
        return kept.as_of if kept is not None and kept.value.is_whole else None

    @asynccontextmanager
    async def _live(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for what a copy can stand in for, while there is time."""
        try:
            async with asyncio.timeout_at(self._until_s), self.begin() as tx:
                yield tx
        except TimeoutError as error:
            self._lost = Unavailable(Dependency.POSTGRES, retry_after_seconds=RETRY_AFTER_S)
            raise self._lost from error

    async def _find(self, copies: LastGood[V], key: str) -> Kept[V] | None:
        """With one deadline of Redis to wait for, too."""
        if not self._is_alone:
            try:
                return await copies.find(key)
            except Unavailable:
                self._is_alone = True
        return copies.remembered(key)

    async def _watching(self, profile_id: ProfileId, lost: Unavailable) -> Watching:
        kept = await self._find(self._copies.watching, profile_id)
        if kept is None:
            raise lost
        return kept.value

    async def _own(
        self, copies: LastGood[V], key: str, live: Callable[[AsyncConnection], Awaitable[V]]
    ) -> V:
        try:
            async with self._live() as tx:
                found = await live(tx)
        except Unavailable:
            kept = await self._find(copies, key)
            if kept is None:
                raise
            return kept.value
        copies.keep(key, found, self._clock())
        return found


async def _again_and_again(every_s: float, work: Callable[[], Awaitable[None]]) -> None:
    """Also after a part was away. With jitter, so that processes do not ask all at once."""
    while True:
        with suppress(Unavailable):
            await work()
        await asyncio.sleep(every_s * random.uniform(0.8, 1.2))  # noqa: S311 - no secret
