"""Households: the account that pays, and the devices that are signed in to it."""

import hashlib
import re
import unicodedata
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.errors import InvalidInput
from domain.ids import AccountId, DeviceId, ProfileId
from domain.passwords import is_common
from domain.profiles import Profile, normal_name

# RFC 5321's dot-strings, with the letters of all languages (RFC 6531): no spaces, quotes or
# brackets. More than this only a mail that arrives can tell.
_ATOM = r"""[^\s.@"(),:;<>\[\]\\]+"""
EMAIL = re.compile(rf"{_ATOM}(?:\.{_ATOM})*@[\w-]+(?:\.[\w-]+)*")
MAX_EMAIL_BYTES = 254  # RFC 5321, the longest address that mail can be sent to
MAX_PASSWORD_CHARACTERS = 1024  # hashing is linear in length; nobody types more
MIN_PASSWORD_CHARACTERS = 8  # NIST SP 800-63B asks for no fewer; sign-in takes older, shorter ones
# Wrong passwords for one account, from one address, and on one device that knows the account.
# Guessing 1,000 a day finds nobody's password but the worst; the owner waits for a cup of tea.
MOST_TRIES, TRIES_WINDOW = 10, timedelta(minutes=15)
# Accounts and links asked for: of one address of the network, that of a school or of a carrier's
# phones; and of one mailbox, which strangers could fill.
MOST_ASKED, MOST_MAILED, ASKED_WINDOW = 100, 5, timedelta(hours=1)
MAX_NAME_CHARACTERS = 100  # of a device, which is shown to people: fits a screen line


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


class MailPurpose(StrEnum):
    """Why a mail is sent, and what its secret is good for; CHANGED has none."""

    CONFIRM = "CONFIRM"
    RESET = "RESET"
    CHANGED = "CHANGED"


@dataclass(frozen=True, slots=True)
class Account:
    """A household; that of an operator also runs the house."""

    id: AccountId
    email: str
    tier: SubscriptionTier
    operator: bool


@dataclass(frozen=True, slots=True)
class Device:
    """An installation of an app that somebody signed in on. Its access tokens of epochs before
    `epoch` are refused."""

    id: DeviceId
    account_id: AccountId
    kind: DeviceKind
    name: str
    last_seen_at: datetime
    epoch: int


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


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class RegisterInput:
    """Whom to open an account for: an address, its password, and who watches first."""

    email: str
    password: str
    profile_name: str
    device: DeviceInput


@dataclass(frozen=True, slots=True)
class SignedOut:
    """So many devices were signed in, and are no more."""

    devices_signed_out: int


@dataclass(frozen=True, slots=True)
class DeviceRemoved:
    """This device is signed in no more."""

    device_id: DeviceId
    account: Account


@dataclass(frozen=True, slots=True)
class ProfileDeleted:
    """This profile is gone, with what was watched on it."""

    profile_id: ProfileId
    account: Account


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
    """The form in which an address is stored, compared and written to. Letters that can be spelled
    in two ways are one; those that only look alike stay two, for they may be two people's."""
    if len(text) > MAX_EMAIL_BYTES:
        return text  # no address, and to normalise it may take the square of its length
    return unicodedata.normalize("NFC", text.strip()).lower()


def fingerprint(email: str) -> str:
    """Of a (normal) address, for the names of counters: who reads those is not told it."""
    return hashlib.sha256(email.encode("utf-8", "surrogatepass")).hexdigest()[:32]


def check_new_account(email: str, password: str, profile_name: str) -> None:
    """Raises InvalidInput for what could not sign in, be written to, or be shown. `email` is
    normal."""
    check_email(email, "input", "email")
    check_new_password(password, email, "input", "password")
    normal_name(profile_name, "input", "profileName")


def check_email(email: str, *field: str) -> None:
    """Raises InvalidInput for an address (a normal one) that no mail could be sent to."""
    if (
        len(email) > MAX_EMAIL_BYTES
        or not EMAIL.fullmatch(email)
        or not email.isprintable()  # nothing that ends a line, or turns around what is read
        or len(email.encode()) > MAX_EMAIL_BYTES
    ):
        raise InvalidInput("This is no e-mail address.", field=[*field])


def check_new_password(password: str, email: str, *field: str) -> None:
    """Raises InvalidInput for one that is too short, longer than sign-in takes, or among the first
    that anybody would try for the account of this (normal) address."""
    if not MIN_PASSWORD_CHARACTERS <= len(password) <= MAX_PASSWORD_CHARACTERS:
        raise InvalidInput(
            f"A password has between {MIN_PASSWORD_CHARACTERS} and {MAX_PASSWORD_CHARACTERS}"
            " characters.",
            field=[*field],
        )
    if is_common(password, email):
        raise InvalidInput("This password is one of the first anybody tries.", field=[*field])


def check_sign_in(asked: SignInInput) -> None:
    """Raises InvalidInput for what no form of ours can have sent."""
    check_length(asked.email, MAX_EMAIL_BYTES, "input", "email")
    check_length(asked.password, MAX_PASSWORD_CHARACTERS, "input", "password")
    check_device(asked.device, "input", "device")


def check_device(asked: DeviceInput, *field: str) -> None:
    """Raises InvalidInput as `check_sign_in` does."""
    check_length(asked.installation_id, MAX_NAME_CHARACTERS, *field, "installationId")
    check_length(asked.name, MAX_NAME_CHARACTERS, *field, "name")
    check_length(asked.app_version, MAX_NAME_CHARACTERS, *field, "appVersion")


def check_length(text: str, most: int, *field: str) -> None:
    """Raises InvalidInput for an empty text, and for one of more characters than `most`."""
    if not 0 < len(text) <= most:
        raise InvalidInput(f"Between 1 and {most} characters are needed.", field=[*field])
