"""Which content keys a playback session gets, and how ClearKey players ask for them.

The messages are those of W3C Encrypted Media Extensions, 9.1.3 and 9.1.4 (org.w3.clearkey).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from uuid import UUID

import orjson

from domain import base64url
from domain.encoding import HD_LINES, TrackClass
from domain.errors import InvalidInput, NotFound

LICENSE_TTL = timedelta(hours=24)  # row 36 of docs/promises.md
MAX_CHALLENGE_BYTES = 4096  # MAX_KIDS key ids take about 900
MAX_KIDS = 32  # a film has three; a player may ask for more than one film's tracks at once


@dataclass(frozen=True, slots=True)
class StoredKey:
    """A content key of a film as it is kept: wrapped by the house's master key."""

    kid: UUID
    track_class: TrackClass
    wrapped_key: bytes


def allowed_keys(
    keys: Sequence[StoredKey], *, asked: Sequence[UUID], max_height: int
) -> list[StoredKey]:
    """Those of a film's `keys` that were asked for and that a session of `max_height` may have.

    Raises NotFound when that is none: a key of another film, one that was never made and one
    above the session's height look the same from outside.
    """
    allowed = [key for key in keys if key.kid in asked and _may_have(key.track_class, max_height)]
    if not allowed:
        raise NotFound("This session has none of these keys.")
    return allowed


def parse_clearkey(challenge: bytes) -> list[UUID]:
    """The key ids a player asks for. Raises InvalidInput."""
    if len(challenge) > MAX_CHALLENGE_BYTES:
        raise InvalidInput(f"A license request has at most {MAX_CHALLENGE_BYTES} bytes.")
    try:
        message = orjson.loads(challenge)  # refuses NaN, lone surrogates and deep nesting itself
    except orjson.JSONDecodeError as error:
        raise InvalidInput("A license request is JSON.") from error
    if not isinstance(message, dict) or message.get("type", "temporary") != "temporary":
        raise InvalidInput("A license request is an object, of the type temporary.")
    kids = message.get("kids")
    if not isinstance(kids, list) or not 0 < len(kids) <= MAX_KIDS:
        raise InvalidInput(f"A license request asks for 1 to {MAX_KIDS} key ids.")
    return [_kid(text) for text in kids]


def clearkey_license(keys: Mapping[UUID, bytes]) -> bytes:
    """The answer a ClearKey player reads `keys` (by key id) from."""
    jwks = [
        {"kty": "oct", "kid": base64url.encode(kid.bytes), "k": base64url.encode(key)}
        for kid, key in keys.items()
    ]
    return orjson.dumps({"keys": jwks, "type": "temporary"})


def _may_have(track_class: TrackClass, max_height: int) -> bool:
    return track_class in (TrackClass.AUDIO, TrackClass.SD) or max_height >= HD_LINES


def _kid(text: object) -> UUID:
    try:
        return UUID(bytes=base64url.decode(str(text)))
    except ValueError as error:
        raise InvalidInput("A key id is 16 bytes in base64url, without padding.") from error
