"""What keeps a device signed in: refresh tokens, each good for one use."""

import hashlib
import hmac
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum, auto

from cryptography.hazmat.primitives.ciphers.aead import AESGCM

from domain.accounts import DeviceKind
from domain.ids import DeviceId

SESSION_TTL = timedelta(hours=24)  # of idleness, in a browser: anybody may sit down at one
DEVICE_SESSION_TTL = timedelta(days=30)  # a TV nobody turned on for a month asks for the password
REFRESH_GRACE = timedelta(seconds=30)  # a page reloaded before its answer came asks again at once
MOST_SIGNED_IN = 250  # devices of a household: fifty a viewer, browsers that forgot themselves too
REFRESH_BYTES = 32  # 256 bits: guessing is hopeless, so a plain SHA-256 is enough at rest

_NONCE = bytes(12)  # each key seals one text, so that there is none to tell apart


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """One as it is kept. `sealed_successor` is what it was replaced by; none while it is unspent,
    and none once its successor was used or given out again."""

    device_id: DeviceId
    expires_at: datetime
    spent_at: datetime | None
    sealed_successor: bytes | None


@dataclass(frozen=True, slots=True)
class Revocation:
    """Access tokens of this device are refused when they are of an earlier epoch than this."""

    device_id: DeviceId
    epoch: int
    at: datetime


class Use(StrEnum):
    """What presenting a refresh token means."""

    FIRST = auto()  # it is replaced
    AGAIN = auto()  # the answer with its successor was lost, and is given once more
    REPLAY = auto()  # two have it, and nobody can tell which of them is the thief
    LATE = auto()  # unknown, or run out


def use_of(token: RefreshToken | None, now: datetime) -> Use:
    """RFC 9700, 4.14.2: a token that was used before ends the whole session."""
    if token is None:
        return Use.LATE
    if token.spent_at is None:
        return Use.FIRST if token.expires_at > now else Use.LATE
    was_just_spent = token.spent_at + REFRESH_GRACE > now
    return Use.AGAIN if was_just_spent and token.sealed_successor is not None else Use.REPLAY


def session_ttl(kind: DeviceKind, browsers: timedelta) -> timedelta:
    """For how long a device of this kind stays signed in while nobody uses it."""
    return browsers if kind is DeviceKind.WEB else DEVICE_SESSION_TTL


def digest(secret: str) -> bytes:
    """What is kept of a refresh token."""
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()


def seal(successor: str, *, spent: str) -> bytes:
    """`successor` as only somebody who has `spent` can read it: not who reads the database."""
    return AESGCM(_seal_key(spent)).encrypt(_NONCE, successor.encode(), None)


def unseal(sealed: bytes, *, spent: str) -> str:
    """What `seal` was given. Raises InvalidTag for any other `spent`."""
    return AESGCM(_seal_key(spent)).decrypt(_NONCE, sealed, None).decode()


def _seal_key(spent: str) -> bytes:
    return hmac.digest(spent.encode("utf-8", "surrogatepass"), b"its successor", "sha256")
