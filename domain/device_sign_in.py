"""Signing a TV in by a code that somebody types on a phone (RFC 8628).

The TV holds a device code, which nobody can guess, and shows a user code, which is short enough to
type. What keeps a user code from being guessed is how few tries there are in its life.
"""

from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import StrEnum

from domain.accounts import Account, DeviceInput, DeviceKind, check_device
from domain.errors import InvalidInput
from domain.scalars import Url

CODE_TTL = timedelta(minutes=10)  # to fetch a phone and sign in on it; each more is one to guess in
INTERVAL_S = 5  # between polls; RFC 8628, 3.2: what a device assumes that is told nothing
SLOWER_BY_S = 5  # RFC 8628, 3.5: for each poll that comes too soon, for good
EARLY = timedelta(seconds=1)  # one poll may be that much quicker on its way than the one before

USER_CODE_ALPHABET = "BCDFGHJKLMNPQRSTVWXZ"  # RFC 8628, 6.1: no words, nothing that looks alike
USER_CODE_LETTERS = 8  # 34.6 bits, as in RFC 8628, 5.1
USER_CODES = len(USER_CODE_ALPHABET) ** USER_CODE_LETTERS
MAX_TYPED_CHARACTERS = 100  # with all the dashes and blanks anybody may put in between

# RFC 8628, 5.1: with so many tries a code of this size is hit with a chance below 2^-32.
WRONG_CODES = 5
WRONG_CODES_WINDOW = timedelta(minutes=15)  # longer than CODE_TTL: no code lives to see more tries
MOST_ASKED = 60  # codes that wait for one address at a time: a shop full of TVs, but no flood


class SignInState(StrEnum):
    """Whether somebody has decided. Once the device has its tokens, the code is gone."""

    PENDING = "PENDING"
    APPROVED = "APPROVED"
    DENIED = "DENIED"


@dataclass(frozen=True, slots=True)
class DeviceSignIn:
    """What a TV needs to show, and to ask with. `interval_seconds` lie between its polls."""

    device_code: str
    user_code: str
    verification_uri: Url
    verification_uri_complete: Url
    expires_at: datetime
    interval_seconds: int


@dataclass(frozen=True, slots=True)
class PendingDevice:
    """A device that asks to be let in, as it describes itself, and the address it asks from."""

    letters: str
    kind: DeviceKind
    name: str
    app_version: str
    asked_from: str
    asked_at: datetime
    expires_at: datetime

    @property
    def user_code(self) -> str:
        """As the device shows it, for people to compare."""
        return shown(self.letters)


@dataclass(frozen=True, slots=True)
class DeviceApproved:
    """What was decided (`approved`), and about which device."""

    approved: bool
    device: PendingDevice


@dataclass(frozen=True, slots=True)
class Waiting:
    """A code as its device finds it; approved by `account`."""

    state: SignInState
    interval_s: int
    polled_at: datetime | None
    device: DeviceInput
    account: Account | None

    def interval_after(self, now: datetime) -> int:
        """Seconds to the next poll: SLOWER_BY_S more when this one comes too soon."""
        if self.polled_at is None:
            return self.interval_s
        is_due = now >= self.polled_at + timedelta(seconds=self.interval_s) - EARLY
        return self.interval_s if is_due else self.interval_s + SLOWER_BY_S


def spelled(number: int) -> str:
    """The user code that `number` (0 up to, not including, USER_CODES) stands for."""
    letters = ""
    for _ in range(USER_CODE_LETTERS):
        number, letter = divmod(number, len(USER_CODE_ALPHABET))
        letters = USER_CODE_ALPHABET[letter] + letters
    return letters


def shown(user_code: str) -> str:
    """As on a screen: XXXX-XXXX."""
    half = USER_CODE_LETTERS // 2
    return f"{user_code[:half]}-{user_code[half:]}"


def typed(text: str) -> str | None:
    """The code that somebody meant: upper and lower case are one, and what is no letter of a code
    was put in between for looks (RFC 8628, 6.1). None when it cannot be a code."""
    if len(text) > MAX_TYPED_CHARACTERS:
        return None
    letters = "".join(letter for letter in text.upper() if letter in USER_CODE_ALPHABET)
    return letters if len(letters) == USER_CODE_LETTERS else None


def check_asking(device: DeviceInput) -> None:
    """Raises InvalidInput for what cannot be kept, or would show the one who decides something
    other than it is: line breaks, say, or marks that turn the direction of writing."""
    check_device(device, "input")
    for name, text in (("name", device.name), ("appVersion", device.app_version)):
        if not text.isprintable():
            raise InvalidInput("Only what can be printed.", field=["input", name])
