"""What one request carries: the house it came to, who asks, and its loaders."""

from collections.abc import Mapping
from datetime import UTC, datetime
from enum import StrEnum
from typing import TypeAlias, cast

from strawberry import Info as StrawberryInfo

from domain import tokens
from domain.accounts import Profile, Viewer
from domain.errors import Forbidden, TokenInvalid, Unauthenticated
from domain.house import House
from domain.tokens import AccessClaims
from resolvers.loaders import Loaders, build_loaders
from stores import Stores
from stores.sql import accounts as accounts_sql

BEARER = "bearer "


class Scope(StrEnum):
    """How far in a caller must be: signed in, or signed in with a profile chosen."""

    ACCOUNT = "ACCOUNT"
    PROFILE = "PROFILE"


class Context:
    """One request, or one WebSocket connection; `forget` begins anew after something changed."""

    loaders: Loaders

    def __init__(self, house: House, stores: Stores, authorization: str | None) -> None:
        self.house = house
        self.stores = stores
        self.connection_params: Mapping[str, object] | None = None  # strawberry fills it
        self._authorization = authorization
        self._viewer: Viewer | None = None
        self.forget()

    def forget(self) -> None:
        """Drops everything read so far, so that the next read sees what is true now."""
        self._viewer = None
        self.loaders = build_loaders(self.stores, self.profile, self.now)

    def now(self) -> datetime:
        """The one clock of a request."""
        return datetime.now(UTC)

    def authorize(self, authorization: str | None) -> None:
        """Who asks from now on: a WebSocket says so after it has connected."""
        self._authorization = authorization
        self.forget()

    def claims(self) -> AccessClaims | None:
        """What the caller's token says; None without one. Raises TokenExpired, TokenInvalid."""
        if self._authorization is None:
            return None
        if not self._authorization.lower().startswith(BEARER):
            raise TokenInvalid("The Authorization header is: Bearer, a space, and the token.")
        token = self._authorization[len(BEARER) :].strip()
        return tokens.read_access(self.house.token_key, token, now=self.now())

    def require(self, scope: Scope) -> None:
        """Raises Unauthenticated, TokenExpired, TokenInvalid, or Forbidden without a profile."""
        claims = self.claims()
        if claims is None:
            raise Unauthenticated("Sign in first.")
        if scope is Scope.PROFILE and claims.profile_id is None:
            raise Forbidden("Choose a profile first.")

    async def viewer(self) -> Viewer:
        """Who asks, as stored now. Raises what `require` does."""
        if self._viewer is None:
            self.require(Scope.ACCOUNT)
            claims = cast(AccessClaims, self.claims())
            async with self.stores.begin() as tx:
                self._viewer = await accounts_sql.viewer(
                    tx, claims.account_id, claims.device_id, claims.profile_id
                )
        if self._viewer is None:
            raise TokenInvalid("This account, device or profile is gone; sign in again.")
        return self._viewer

    async def profile(self) -> Profile:
        """Who watches. Raises what `require` does."""
        viewer = await self.viewer()
        if viewer.profile is None:
            raise Forbidden("Choose a profile first.")
        return viewer.profile


Info: TypeAlias = StrawberryInfo[Context, None]
