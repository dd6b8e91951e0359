"""Who is asking, as text that nobody but this house can write: access and license tokens.

Both are JSON Web Tokens signed with Ed25519. They differ in `typ` and `aud`, so that one is
never taken for the other (RFC 8725, 3.11 and 3.12).
"""

import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from enum import StrEnum
from functools import lru_cache
from typing import Any

import jwt

from domain.errors import TokenExpired, TokenInvalid
from domain.ids import AccountId, DeviceId, Prefix, ProfileId, SessionId, kind_of
from domain.token_keys import ALGORITHM, TokenKeys

ACCESS_TTL = timedelta(minutes=10)  # how long a token outlives a sign-out that nobody heard of
OUTAGE_GRACE = timedelta(days=1)  # as long as copies of what is a viewer's own are kept
# After it no token of an earlier epoch reads any more, not even while Postgres is away.
REVOKED_FOR = ACCESS_TTL + OUTAGE_GRACE
CLOCKS_APART = timedelta(minutes=1)  # how far ahead the clock of another of our machines may be

_YEAR_2100_S = 4_102_444_800  # an expiry beyond it is no date we wrote, and may not be one at all
_MAX_CHARACTERS = 2048  # ours have about 500; nothing longer is worth a signature check
_MOST_PROVEN = 8192  # tokens that need no second signature check; with their claims about 12 MB
_EVER = datetime.min.replace(tzinfo=UTC)  # when what does not say began
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


class Scope(StrEnum):
    """How far in a caller must be. SIGNED_IN is any access token; ACCOUNT, PROFILE and OPERATOR
    are in some of them only."""

    SIGNED_IN = "SIGNED_IN"
    ACCOUNT = "ACCOUNT"
    PROFILE = "PROFILE"
    OPERATOR = "OPERATOR"


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """A device of a household, and the profile chosen on it; `kids`: it is a child's. Of the
    device's `epoch` when it was issued. Instants in whole seconds."""

    account_id: AccountId
    device_id: DeviceId
    profile_id: ProfileId | None
    kids: bool
    epoch: int
    issued_at: datetime
    expires_at: datetime

    @property
    def scopes(self) -> frozenset[Scope]:
        """What it opens. OPERATOR is in no token: who is one is looked up."""
        if self.profile_id is None:
            return frozenset({Scope.SIGNED_IN, Scope.ACCOUNT})
        if self.kids:
            return frozenset({Scope.SIGNED_IN, Scope.PROFILE})
        return frozenset({Scope.SIGNED_IN, Scope.ACCOUNT, Scope.PROFILE})


@dataclass(frozen=True, slots=True)
class LicenseClaims:
    """Somebody who may ask for the keys of this session. `expires_at` in whole seconds."""

    session_id: SessionId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Door:
    typ: str
    audience: str


@dataclass(frozen=True, slots=True)
class _Proven:
    """Access claims that are ours; whether they are good at this moment is another question."""

    claims: AccessClaims
    begins_at: datetime


_ACCESS = _Door(typ="at+jwt", audience="marquee")
_LICENSE = _Door(typ="license+jwt", audience="license")


def issue_access(keys: TokenKeys, claims: AccessClaims) -> str:
    """A token for the GraphQL door."""
    own = {
        "sub": claims.account_id,
        "did": claims.device_id,
        "kids": claims.kids,
        "epo": claims.epoch,
        "iat": int(claims.issued_at.timestamp()),
    }
    if claims.profile_id is not None:
        own["pid"] = claims.profile_id
    return _issue(keys, _ACCESS, own, claims.expires_at)


def read_access(
    keys: TokenKeys, token: str, *, now: datetime, grace: timedelta = timedelta(0)
) -> AccessClaims:
    """What `token` claims, once it is proven; one that ran out is good for `grace` longer. Raises
    TokenExpired or TokenInvalid."""
    proven = _proven_access(keys, token)
    _check_time(proven.begins_at, proven.claims.expires_at + grace, now)
    return proven.claims


def issue_license(keys: TokenKeys, claims: LicenseClaims) -> str:
    """A token for the license doors, good for the keys of one session."""
    return _issue(keys, _LICENSE, {"sid": claims.session_id}, claims.expires_at)


def read_license(keys: TokenKeys, token: str, *, now: datetime) -> LicenseClaims:
    """What `token` claims, once it is proven. Raises TokenExpired or TokenInvalid."""
    claims = _proven(keys, _LICENSE, token)
    session = SessionId(_id(claims.get("sid"), Prefix.SESSION))
    expires_at = _instant(claims["exp"])
    _check_time(_begins_at(claims), expires_at, now)
    return LicenseClaims(session, expires_at)


def _issue(keys: TokenKeys, door: _Door, own: dict[str, Any], expires_at: datetime) -> str:
    shared = {"iss": keys.issuer, "aud": door.audience, "exp": int(expires_at.timestamp())}
    return keys.sign(shared | own, door.typ)


@lru_cache(maxsize=_MOST_PROVEN)
def _proven_access(keys: TokenKeys, token: str) -> _Proven:
    """Remembered by the whole text, and only what is true of it for ever; a refusal is not."""
    claims = _proven(keys, _ACCESS, token)
    if "epo" not in claims:
        raise TokenExpired("This token was made by an earlier Marquee; refresh it.")
    profile, kids, epoch = claims.get("pid"), claims.get("kids"), claims["epo"]
    if type(kids) is not bool or type(epoch) is not int:
        raise TokenInvalid("This token does not say what it opens.")
    access = AccessClaims(
        account_id=AccountId(_id(claims.get("sub"), Prefix.ACCOUNT)),
        device_id=DeviceId(_id(claims.get("did"), Prefix.DEVICE)),
        profile_id=None if profile is None else ProfileId(_id(profile, Prefix.PROFILE)),
        kids=kids,
        epoch=epoch,
        issued_at=_instant(claims.get("iat")),
        expires_at=_instant(claims["exp"]),
    )
    return _Proven(access, _begins_at(claims))


def _proven(keys: TokenKeys, door: _Door, token: str) -> dict[str, Any]:
    """The claims of a token of ours for this door, whenever it is good. Raises TokenInvalid."""
    whole = len(token) <= _MAX_CHARACTERS and _COMPACT.fullmatch(token) is not None
    key = keys.key_of(token.partition(".")[0], door.typ) if whole else None
    if key is None:
        raise TokenInvalid("This token was not made here, or not for this door.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key,
            algorithms=[ALGORITHM],
            audience=door.audience,
            issuer=keys.issuer,
            # the library reads the wall clock; the time is an argument here, so it is ours to check
            options={
                "require": ["exp", "iss", "aud"],
                "strict_aud": True,
                "verify_exp": False,
                "verify_iat": False,
                "verify_nbf": False,
            },
        )
    except jwt.InvalidTokenError as error:
        raise TokenInvalid("This token was changed, or made for another house.") from error
    return claims


def _check_time(begins_at: datetime, expires_at: datetime, now: datetime) -> None:
    if begins_at > now + CLOCKS_APART:
        raise TokenInvalid("This token is not good yet.")
    if expires_at <= now:
        raise TokenExpired("This token has run out.")


def _begins_at(claims: dict[str, Any]) -> datetime:
    """We write no `nbf`; one that is there holds."""
    return max([_EVER, *(_instant(claims[name]) for name in ("iat", "nbf") if name in claims)])


def _instant(seconds: object) -> datetime:
    if type(seconds) is not int or not 0 <= seconds < _YEAR_2100_S:
        raise TokenInvalid("This token does not say when it runs out.")
    return datetime.fromtimestamp(seconds, UTC)


def _id(claim: object, prefix: Prefix) -> str:
    if not isinstance(claim, str) or kind_of(claim) is not prefix:
        raise TokenInvalid("This token names nobody.")
    return claim
