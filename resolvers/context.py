"""What one request carries: the house it came to, who asks, and its loaders."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from types import MappingProxyType
from typing import TypeAlias, cast

from strawberry import Info as StrawberryInfo

from domain import tokens
from domain.accounts import Viewer
from domain.degradation import BreakerState, Dependency, Field, refusing
from domain.errors import Forbidden, TokenInvalid, Unauthenticated, Unavailable
from domain.house import House
from domain.ids import ProfileId
from domain.load import PriorityClass
from domain.profiles import Profile
from domain.texts import fallbacks
from domain.tokens import OUTAGE_GRACE, AccessClaims
from domain.tokens import Scope as Scope
from resolvers.loaders import Loaders, build_loaders
from stores import Stores
from stores.reads import Reads

SIGNED_OUT = "This device was signed out. Sign in again."
GONE = "This account, device or profile is gone; sign in again."


# Why a token without the scope is refused.
_MISSING: Mapping[Scope, str] = MappingProxyType(
    {
        Scope.ACCOUNT: "This is not for a child's profile.",
        Scope.PROFILE: "Choose a profile first.",
        Scope.OPERATOR: "This is for those who run the house.",
    }
)


@dataclass(frozen=True, slots=True)
class Audience:
    """What somebody may see (in years, 0 to 18), and the languages they read, best first."""

    max_age: int
    languages: tuple[str, ...] = ()


EVERYBODY = Audience(0)


@dataclass(frozen=True, slots=True)
class Caller:
    """Who asks, as the connection tells it: the Authorization header, the client's address (of an
    IPv6 one its /64; empty when unknown) and what it calls itself."""

    authorization: str | None
    address: str = ""
    user_agent: str = ""


class Context:
    """One operation, or a WebSocket that each of its operations takes its own from; `forget`
    begins anew after something changed."""

    reads: Reads
    _loaders: Loaders | None

    def __init__(
        self,
        house: House,
        stores: Stores,
        caller: Caller,
        shedding: Callable[[], PriorityClass | None],
    ) -> None:
        """`shedding` tells the best class that this process refuses now."""
        self.house = house
        self.stores = stores
        self.shedding = shedding
        self.address = caller.address
        self.user_agent = caller.user_agent
        self.not_ready = 0  # fields that were refused as NotReady: they are not paid for
        self._authorization = caller.authorization
        self._viewer: Viewer | None = None
        self.forget()

    def for_operation(self) -> "Context":
        """The same caller as now, with nothing read yet."""
        caller = Caller(self._authorization, self.address, self.user_agent)
        return Context(self.house, self.stores, caller, self.shedding)

    def forget(self) -> None:
        """Drops everything read so far, so that the next read sees what is true now."""
        self._start(Reads(self.stores, self.now))

    def read_copies(self) -> None:
        """As `forget`, but what Postgres was lost for once is read from the copies again."""
        self._start(self.reads.from_copies())

    def _start(self, reads: Reads) -> None:
        self._viewer = None
        self.reads = reads
        self._loaders = None

    @property
    def loaders(self) -> Loaders:
        """Made for who asks, and most operations that change something do not."""
        if self._loaders is None:
            self._loaders = build_loaders(self)
        return self._loaders

    def now(self) -> datetime:
        """The one clock of a request."""
        return datetime.now(UTC)

    def authorize(self, authorization: str | None) -> None:
        """Who asks from now on: a WebSocket says so after it has connected."""
        self._authorization = authorization
        self.forget()

    def claims(self) -> AccessClaims | None:
        """What the caller's token says; None without one. Raises TokenExpired, TokenInvalid.

        While Postgres is closed nobody can get a new token, and nothing but old copies can be
        read: one that ran out during an outage is as good as it was.
        """
        if self._authorization is None:
            return None
        scheme, _, token = self._authorization.partition(" ")
        if scheme.lower() != "bearer":
            raise TokenInvalid("The Authorization header is: Bearer, a space, and the token.")
        grace = OUTAGE_GRACE if Dependency.POSTGRES in self.closed() else timedelta(0)
        claims = tokens.read_access(self.house.token_keys, token, now=self.now(), grace=grace)
        if self.stores.revocations.refuse(claims.device_id, claims.epoch):
            raise TokenInvalid(SIGNED_OUT)
        return claims

    def require(self, scope: Scope) -> None:
        """Raises Unauthenticated, TokenExpired, TokenInvalid, or Forbidden for a scope that the
        caller's token does not hold."""
        claims = self.claims()
        if claims is None:
            raise Unauthenticated("Sign in first.")
        if scope not in claims.scopes:
            raise Forbidden(_MISSING[scope])

    def holds(self, scope: Scope) -> bool:
        """Whether the caller's token has it. Raises TokenExpired, TokenInvalid."""
        claims = self.claims()
        return claims is not None and scope in claims.scopes

    async def admit(self, scope: Scope) -> None:
        """As `require`; who is an operator is looked up, if the token may act for the account.
        Raises Unavailable, too."""
        if scope is not Scope.OPERATOR:
            self.require(scope)
            return
        self.require(Scope.ACCOUNT)
        if not (await self.viewer()).account.operator:
            raise Forbidden(_MISSING[scope])

    async def viewer(self) -> Viewer:
        """Who asks, as stored now. Raises what `require` does, and Unavailable."""
        if self._viewer is None:
            self._viewer = await self.reads.viewer(self._checked(Scope.SIGNED_IN))
        if self._viewer is None:
            raise TokenInvalid(GONE)
        return self._viewer

    async def profile(self) -> Profile:
        """Who watches. Raises what `require` does, and Unavailable."""
        viewer = await self.viewer()
        if viewer.profile is None:
            raise Forbidden("Choose a profile first.")
        return viewer.profile

    def profile_id(self) -> ProfileId:
        """Who watches, by the token alone. Raises what `require` does."""
        return cast(ProfileId, self._checked(Scope.PROFILE).profile_id)

    async def audience(self) -> Audience:
        """What the caller may see. When nobody can tell, it is what everybody may."""
        try:
            profile = await self.profile()
        except Unavailable:
            return EVERYBODY
        return Audience(profile.maturity_age, fallbacks(profile.ui_locale))

    def expect(self, field: Field) -> None:
        """Raises Unavailable at once when a part is closed that nothing stands in for."""
        closed = refusing(field, self.closed())
        if closed is not None:
            guard = self.stores.guards[closed]
            raise guard.refusal(guard.state.value)

    def closed(self) -> set[Dependency]:
        """The parts that do not answer, as far as this process knows."""
        guards = self.stores.guards.items()
        return {part for part, guard in guards if guard.state is not BreakerState.CLOSED}

    def _checked(self, scope: Scope) -> AccessClaims:
        self.require(scope)
        return cast(AccessClaims, self.claims())


Info: TypeAlias = StrawberryInfo[Context, None]
