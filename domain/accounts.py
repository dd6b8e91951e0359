"""Households: the account that pays, and the devices that are signed in to it."""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.ids import AccountId, DeviceId
from domain.profiles import Profile

REFRESH_TTL = timedelta(days=30)  # a TV that nobody turned on for a month asks for the password
REFRESH_GRACE = timedelta(seconds=30)  # a page reloaded before its answer came asks again at once
EMAIL = re.compile(r"[^@\s]+@[^@\s]+")  # more than this only a mail that arrives can tell
MAX_EMAIL_CHARACTERS = 254  # RFC 5321, the longest address that mail can be sent to
MAX_PASSWORD_CHARACTERS = 1024  # hashing is linear in length; nobody types more
MIN_PASSWORD_CHARACTERS = 8  # NIST SP 800-63B asks for no fewer; sign-in takes older, shorter ones
MAX_NAME_CHARACTERS = 100  # fits a screen line; a device's name is shown to people


class SubscriptionTier(StrEnum):
    """What the household pays for."""

    FREE = "FREE"
    BASIC = "BASIC"
    STANDARD = "STANDARD"
    PREMIUM = "PREMIUM"


class DeviceKind(StrEnum):
    """What somebody is watching on."""

    TV = "TV"
    MOBILE = "MOBILE"
    TABLET = "TABLET"
    WEB = "WEB"
    CONSOLE = "CONSOLE"
    SET_TOP = "SET_TOP"
    OTHER = "OTHER"


class SignInState(StrEnum):
    """How far a sign-in by code is. COLLECTED: the device has its tokens."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"
    COLLECTED = "COLLECTED"


class MailPurpose(StrEnum):
    """What a secret that was mailed is good for."""

    CONFIRM = "CONFIRM"
    RESET = "RESET"


@dataclass(frozen=True, slots=True)
class Account:
    """A household; that of an operator also runs the house."""

    id: AccountId
    email: str
    tier: SubscriptionTier
    operator: bool


@dataclass(frozen=True, slots=True)
class Device:
    """An installation of an app that somebody signed in on."""

    id: DeviceId
    account_id: AccountId
    kind: DeviceKind
    name: str
    last_seen_at: datetime


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class DeviceInput:
    """How a device introduces itself. `installation_id` stays the same over sign-ins."""

    installation_id: str
    kind: DeviceKind
    name: str
    app_version: str


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class SignInInput:
    """An e-mail address, its password, and the device asking."""

    email: str
    password: str
    device: DeviceInput


@dataclass(frozen=True, slots=True)
class Viewer:
    """Who is calling: a household's device, and the profile chosen on it, if any."""

    account: Account
    device: Device
    profile: Profile | None


@dataclass(frozen=True, slots=True)
class SignedIn:
    """A fresh access token for `viewer`; the refresh token only where a new one was made."""

    access_token: str
    expires_at: datetime
    refresh_token: str | None
    viewer: Viewer


def normal_email(text: str) -> str:
    """The form in which an address is stored and compared."""
    return text.strip().lower()


def check_new_account(email: str, password: str, profile_name: str) -> None:
    """Raises InvalidInput for what could not sign in, be written to, or be shown."""
    if not EMAIL.fullmatch(email) or len(email) > MAX_EMAIL_CHARACTERS:
        raise InvalidInput(f"{email} is no e-mail address.", field=["email"])
    check_new_password(password)
    if not 0 < len(profile_name.strip()) <= MAX_NAME_CHARACTERS:
        raise InvalidInput(
            f"A profile's name has between 1 and {MAX_NAME_CHARACTERS} characters.",
            field=["profile"],
        )


def check_new_password(password: str) -> None:
    """Raises InvalidInput for one that is too short, or longer than sign-in takes."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidInput(
            f"A password has between {MIN_PASSWORD_CHARACTERS} and {MAX_PASSWORD_CHARACTERS}"
            " characters.",
            field=["password"],
        )


def check_sign_in(asked: SignInInput) -> None:
    """Raises InvalidInput for what no form of ours can have sent."""
    _check_length(asked.email, MAX_EMAIL_CHARACTERS, "email")
    _check_length(asked.password, MAX_PASSWORD_CHARACTERS, "password")
    _check_length(asked.device.installation_id, MAX_NAME_CHARACTERS, "device", "installationId")
    _check_length(asked.device.name, MAX_NAME_CHARACTERS, "device", "name")
    _check_length(asked.device.app_version, MAX_NAME_CHARACTERS, "device", "appVersion")


def _check_length(text: str, most: int, *path: str) -> None:
    if not 0 < len(text) <= most:
        raise InvalidInput(f"Between 1 and {most} characters are needed.", field=["input", *path])
