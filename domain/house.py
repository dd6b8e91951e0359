"""What one house is known by: its address and the keys that prove what it wrote."""

from dataclasses import dataclass, field
from datetime import timedelta

from domain.limits import DEFAULTS, Limits
from domain.sessions import SESSION_TTL
from domain.token_keys import TokenKeys


@dataclass(frozen=True, slots=True)
class House:
    """`public_url` without a slash at its end, as players reach it; `media_key`: 32 bytes;
    `trusted_only`: no document is answered but those that were registered;
    `sends_mails`: there is a mail server;
    `budgets`: points of a device in an hour;
    `session_ttl`: how long a browser nobody uses stays signed in."""

    public_url: str
    media_key: bytes = field(repr=False)
    token_keys: TokenKeys = field(repr=False)
    trusted_only: bool = False
    sends_mails: bool = False
    session_ttl: timedelta = SESSION_TTL
    budgets: Limits = field(default_factory=lambda: DEFAULTS)
