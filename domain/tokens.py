"""Who is asking, as text that nobody but this house can write: access and license tokens.

Both are JSON Web Tokens signed with Ed25519. They differ in `typ` and `aud`, so that one is
never taken for the other (RFC 8725, 3.11 and 3.12).
"""

import hashlib
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import jwt
import orjson
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey
from cryptography.hazmat.primitives.serialization import (
    Encoding,
    PublicFormat,
    load_pem_private_key,
)

from domain import base64url
from domain.errors import TokenExpired, TokenInvalid
from domain.ids import AccountId, DeviceId, Prefix, ProfileId, SessionId, kind_of

ACCESS_TTL = timedelta(minutes=10)  # how long a token outlives a sign-out that nobody heard of
OUTAGE_GRACE = timedelta(days=1)  # as long as copies of what is a viewer's own are kept

_ALGORITHM = "EdDSA"  # the one and only: a token does not get to choose
_YEAR_2100_S = 4_102_444_800  # an expiry beyond it is no date we wrote, and may not be one at all
_MAX_CHARACTERS = 2048  # ours have about 500; nothing longer is worth a signature check
_COMPACT = re.compile(r"[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+\.[A-Za-z0-9_-]+")


@dataclass(frozen=True, slots=True)
class AccessClaims:
    """A device of a household, and the profile chosen on it. `expires_at` in whole seconds."""

    account_id: AccountId
    device_id: DeviceId
    profile_id: ProfileId | None
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class LicenseClaims:
    """Somebody who may ask for the keys of this session. `expires_at` in whole seconds."""

    session_id: SessionId
    expires_at: datetime


@dataclass(frozen=True, slots=True)
class _Door:
    typ: str
    audience: str


_ACCESS = _Door(typ="at+jwt", audience="marquee")
_LICENSE = _Door(typ="license+jwt", audience="license")


class TokenKey:
    """The key one house signs its tokens with, and the name (`issuer`) it signs them in."""

    def __init__(self, private_key: Ed25519PrivateKey, *, issuer: str) -> None:
        self.issuer = issuer
        self._private_key = private_key
        self.public_key = private_key.public_key()
        self.id = _thumbprint(self.public_key)

    @classmethod
    def from_pem(cls, pem: str, *, issuer: str) -> "TokenKey":
        """Raises ValueError when `pem` holds no private Ed25519 key."""
        key = load_pem_private_key(pem.encode(), password=None)
        if not isinstance(key, Ed25519PrivateKey):
            raise ValueError("The token key is not an Ed25519 key.")
        return cls(key, issuer=issuer)

    def sign(self, claims: dict[str, Any], typ: str) -> str:
        """`claims` as a token of this type."""
        headers = {"typ": typ, "kid": self.id}
        return jwt.encode(claims, self._private_key, algorithm=_ALGORITHM, headers=headers)

    def header(self, typ: str) -> str:
        """How every token of this type begins: the library sorts names and leaves out spaces."""
        return base64url.encode(orjson.dumps({"alg": _ALGORITHM, "kid": self.id, "typ": typ}))


def issue_access(key: TokenKey, claims: AccessClaims) -> str:
    """A token for the GraphQL door."""
    own = {"sub": claims.account_id, "did": claims.device_id}
    if claims.profile_id is not None:
        own["pid"] = claims.profile_id
    return _issue(key, _ACCESS, own, claims.expires_at)


def read_access(key: TokenKey, token: str, *, now: datetime) -> AccessClaims:
    """What `token` claims, once it is proven. Raises TokenExpired or TokenInvalid."""
    claims = _read(key, _ACCESS, token, now)
    profile = claims.get("pid")
    return AccessClaims(
        account_id=AccountId(_id(claims.get("sub"), Prefix.ACCOUNT)),
        device_id=DeviceId(_id(claims.get("did"), Prefix.DEVICE)),
        profile_id=None if profile is None else ProfileId(_id(profile, Prefix.PROFILE)),
        expires_at=_instant(claims["exp"]),
    )


def issue_license(key: TokenKey, claims: LicenseClaims) -> str:
    """A token for the license doors, good for the keys of one session."""
    return _issue(key, _LICENSE, {"sid": claims.session_id}, claims.expires_at)


def read_license(key: TokenKey, token: str, *, now: datetime) -> LicenseClaims:
    """What `token` claims, once it is proven. Raises TokenExpired or TokenInvalid."""
    claims = _read(key, _LICENSE, token, now)
    session = SessionId(_id(claims.get("sid"), Prefix.SESSION))
    return LicenseClaims(session, _instant(claims["exp"]))


def _issue(key: TokenKey, door: _Door, own: dict[str, Any], expires_at: datetime) -> str:
    shared = {"iss": key.issuer, "aud": door.audience, "exp": int(expires_at.timestamp())}
    return key.sign(shared | own, door.typ)


def _read(key: TokenKey, door: _Door, token: str, now: datetime) -> dict[str, Any]:
    """The header is compared as text and never parsed: a stranger's algorithm, key, `crit` or
    `jku` is simply not how our tokens begin."""
    whole = len(token) <= _MAX_CHARACTERS and _COMPACT.fullmatch(token) is not None
    if not whole or token.partition(".")[0] != key.header(door.typ):
        raise TokenInvalid("This token was not made here, or not for this door.")
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            key.public_key,
            algorithms=[_ALGORITHM],
            audience=door.audience,
            issuer=key.issuer,
            # the library reads the wall clock; `now` is an argument here, so exp is ours to check
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
    if _instant(claims["exp"]) <= now:
        raise TokenExpired("This token has run out.")
    return claims


def _instant(seconds: object) -> datetime:
    if type(seconds) is not int or not 0 <= seconds < _YEAR_2100_S:
        raise TokenInvalid("This token does not say when it runs out.")
    return datetime.fromtimestamp(seconds, UTC)


def _id(claim: object, prefix: Prefix) -> str:
    if not isinstance(claim, str) or kind_of(claim) is not prefix:
        raise TokenInvalid("This token names nobody.")
    return claim


def _thumbprint(public_key: Ed25519PublicKey) -> str:
    """RFC 7638 over the required members of RFC 8037, in lexical order, without spaces."""
    x = public_key.public_bytes(Encoding.Raw, PublicFormat.Raw)
    members = orjson.dumps({"crv": "Ed25519", "kty": "OKP", "x": base64url.encode(x)})
    return base64url.encode(hashlib.sha256(members).digest())
