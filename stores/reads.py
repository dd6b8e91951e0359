"""What does a request read when Postgres does not answer?

A request reads Postgres, and nothing else, as long as it answers. Once it has failed, the rest of
that request is read from copies: of the published catalogue, which every process keeps in memory,
and of what is a viewer's own, kept from the last time it was read.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Iterable, Sequence
from contextlib import asynccontextmanager
from datetime import datetime
from typing import TYPE_CHECKING, Concatenate, ParamSpec, TypeVar

from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Viewer
from domain.degradation import Dependency
from domain.errors import Unavailable
from domain.ids import AccountId, ProfileId, TitleId
from domain.profiles import Profile
from domain.tokens import AccessClaims
from domain.watching import WatchState
from stores.copies import NEVER, Watching
from stores.last_good import Kept, LastGood
from stores.sql import accounts as accounts_sql
from stores.sql import profiles as profiles_sql
from stores.sql import watching as watching_sql
from stores.sql.watching import Resumable

if TYPE_CHECKING:
    from stores import Stores

P = ParamSpec("P")
T = TypeVar("T")
V = TypeVar("V")

# Reads of one request together; what is left of the two seconds that a query has is for copies. A
# single read that hangs fails earlier, by the deadline of its own.
LIVE_FOR_S = 1.6
LATE_RETRY_AFTER_S = 2  # for a request whose reads took too long together
SCREEN = 25  # of Continue Watching is read however few are asked for: a copy shows that much


class Reads:
    """What one request reads. Every question raises Unavailable when there is no copy either."""

    def __init__(
        self,
        stores: "Stores",
        clock: Callable[[], datetime],
        *,
        lost: Unavailable | None = None,
    ) -> None:
        """`lost`: why Postgres is not even asked."""
        self._stores = stores
        self._copies = stores.copies
        self._clock = clock
        self._until_s: float | None = asyncio.get_running_loop().time() + LIVE_FOR_S
        self._lost = lost
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
        return Reads(self._stores, self._clock, lost=self._lost)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for what no copy can stand in for. Raises Unavailable; at once when this
        request has met it before, for one deadline is enough to wait."""
        if self._lost is not None:
            again_s = self._lost.retry_after_seconds or LATE_RETRY_AFTER_S
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
            stand_in: Callable[P, Awaitable[T]] = getattr(self._copies.catalogue, question.__name__)
            return await stand_in(*args, **kwargs)

    async def viewer(self, claims: AccessClaims) -> Viewer | None:
        """Who these claims are of; None when the account, device or profile is gone. A copy is of
        one epoch of the device: it began anew when what a profile may see was changed."""
        who = (claims.account_id, claims.device_id, claims.profile_id)

        async def live(tx: AsyncConnection) -> Viewer | None:
            return await accounts_sql.viewer(tx, *who)

        return await self._own(self._copies.viewers, "/".join(map(str, (*who, claims.epoch))), live)

    async def profiles_of(self, account_id: AccountId) -> list[Profile]:
        """The household's profiles, oldest first."""

        async def live(tx: AsyncConnection) -> list[Profile]:
            return (await profiles_sql.profiles_of(tx, [account_id])).get(account_id, [])

        return await self._own(self._copies.households, account_id, live)

    async def states_of(
        self, profile_id: ProfileId, playable_ids: Sequence[TitleId]
    ) -> dict[TitleId, WatchState]:
        """The profile's states of these playables; the untouched ones are absent."""
        try:
            async with self._live() as tx:
                found = await watching_sql.states_of(tx, profile_id, playable_ids)
        except Unavailable as lost:
            watching = await self._watching(profile_id, lost)
            kept = {s.playable_id: s for s in watching.states if s.playable_id in playable_ids}
            if not kept and not watching.is_whole:
                raise
            return kept
        self.remember(profile_id, found.values())
        return found

    async def resumables(
        self, profile_id: ProfileId, *, max_age: int, most: int, before: int | None
    ) -> list[Resumable]:
        """What the profile has begun and not finished, latest first, one entry a series."""
        asked_at = self._clock()
        wanted = max(most, SCREEN) if before is None else most
        try:
            async with self._live() as tx:
                found = await watching_sql.resumables(
                    tx, profile_id, max_age=max_age, most=wanted, before=before
                )
        except Unavailable as lost:
            watching = await self._watching(profile_id, lost)
            if self._copies.catalogue is None or not watching.is_whole:
                raise
            return self._copies.catalogue.resumables(
                watching.states, max_age=max_age, most=most, before=before
            )
        whole_at = asked_at if before is None else NEVER
        self.remember(profile_id, [each.state for each in found], whole_at=whole_at)
        return found[:most]

    def remember(
        self, profile_id: ProfileId, states: Iterable[WatchState], *, whole_at: datetime = NEVER
    ) -> None:
        """Keeps what was read or written just now; at `whole_at`, if it was read as a whole."""
        kept = self._copies.watching.remembered(profile_id)
        known = Watching() if kept is None else kept.value
        known = known.joined(Watching(tuple(states), whole_at))
        self._copies.watching.keep(profile_id, known, self._clock())

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
        """When the copy of the profile's Continue Watching was read; None when there is none."""
        kept = await self._find(self._copies.watching, profile_id)
        return kept.value.whole_at if kept is not None and kept.value.is_whole else None

    @asynccontextmanager
    async def _live(self) -> AsyncIterator[AsyncConnection]:
        """A transaction for what a copy can stand in for, while there is time."""
        try:
            async with asyncio.timeout_at(self._until_s), self.begin() as tx:
                yield tx
        except TimeoutError as error:
            self._lost = Unavailable(Dependency.POSTGRES, retry_after_seconds=LATE_RETRY_AFTER_S)
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
