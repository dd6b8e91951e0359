"""Which stored objects a signed address opens, for whom, and until when.

An address is `/media/<grant>/<object path>`. The grant says what it opens and carries a signature
over that text, so the door needs no database to believe it. A session's grant opens its film up to
a height; a picture's grant opens that picture.
"""

import hmac
import re
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta

from domain import base64url
from domain.errors import TokenExpired, TokenInvalid
from domain.ids import MediaId, SessionId
from domain.manifests import rung_height

PICTURE_TTL = timedelta(days=30)  # a picture's address is good for at least as long as its cache

_MAX_CHARACTERS = 512  # ours have about 220; nothing longer is worth a signature check
_PATH = re.compile(r"[a-z0-9_-]+(?:/[a-z0-9_-]+)*(?:\.[a-z0-9]+)?")  # one spelling on every disk


@dataclass(frozen=True, slots=True)
class Viewing:
    """The playback session a grant was made for, and the most lines it may see."""

    session_id: SessionId
    max_height: int


@dataclass(frozen=True, slots=True)
class Grant:
    """Opens the objects below `prefix` when it ends in a slash, else the one it names.

    `expires_at` in whole seconds. Without a `viewing`, it is for anybody who was shown it.
    """

    prefix: str
    expires_at: datetime
    viewing: Viewing | None = None

    def opens(self, path: str) -> bool:
        """Whether `path` is an object's (no dots but before the suffix, no empty part, nothing
        escaped), is covered, and is of no rung that this viewing may not see."""
        if not _PATH.fullmatch(path):
            return False
        if not self.prefix.endswith("/"):
            return path == self.prefix
        if not path.startswith(self.prefix):
            return False
        height = rung_height(path.removeprefix(self.prefix))
        return height is None or self.viewing is None or height <= self.viewing.max_height


def film_address(
    key: bytes, media_id: MediaId, file: str, viewing: Viewing, *, expires_at: datetime
) -> str:
    """Where, on this house, this viewing reads `file` (`manifest.mpd`, say) of a film."""
    grant = Grant(f"films/{media_id}/", expires_at, viewing)
    return f"/media/{sign(key, grant)}/{grant.prefix}{file}"


def picture_address(key: bytes, path: str, *, now: datetime) -> str:
    """Where, on this house, anybody sees the picture stored at `path` (artwork, a storyboard).

    The same for PICTURE_TTL and then renewed, so that browsers and caches know it again; good for
    between one and two PICTURE_TTL from `now`.
    """
    periods = int(now.timestamp() // PICTURE_TTL.total_seconds())
    expires_at = datetime.fromtimestamp((periods + 2) * PICTURE_TTL.total_seconds(), UTC)
    return f"/media/{sign(key, Grant(path, expires_at))}/{path}"


def sign(key: bytes, grant: Grant) -> str:
    """`grant` as one part of a path."""
    fields = [grant.prefix, str(int(grant.expires_at.timestamp()))]
    if grant.viewing is not None:
        fields += [grant.viewing.session_id, str(grant.viewing.max_height)]
    payload = base64url.encode("|".join(fields).encode())
    return f"{payload}.{_signature(key, payload)}"


def verify(key: bytes, text: str, *, now: datetime) -> Grant:
    """The grant that `text` is. Raises TokenInvalid when it was not signed with `key`, byte for
    byte, and TokenExpired when its time has passed."""
    payload, _, signature = text.partition(".")
    # As text and before anything is decoded: two spellings of one signature are two signatures.
    genuine = (
        len(text) <= _MAX_CHARACTERS
        and text.isascii()
        and hmac.compare_digest(signature, _signature(key, payload))
    )
    if not genuine:
        raise TokenInvalid("This address was not made here, or was changed.")
    grant = _parse(payload)
    if grant.expires_at <= now:
        raise TokenExpired("This address has run out; ask for a new one.")
    return grant


def _parse(payload: str) -> Grant:
    prefix, expires_s, *rest = base64url.decode(payload).decode().split("|")
    viewing = Viewing(SessionId(rest[0]), int(rest[1])) if rest else None
    return Grant(prefix, datetime.fromtimestamp(int(expires_s), UTC), viewing)


def _signature(key: bytes, payload: str) -> str:
    return base64url.encode(hmac.digest(key, payload.encode(), "sha256"))
