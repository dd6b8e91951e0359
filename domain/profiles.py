"""The viewers of a household: what each may see, how they like it, and the PIN before some."""

import re
import unicodedata
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import timedelta
from enum import StrEnum
from types import MappingProxyType
from typing import TypeVar

from domain.errors import Conflict, InvalidInput
from domain.ids import AccountId, ProfileId
from domain.locales import normal_tag
from domain.scalars import Locale

T = TypeVar("T")

MOST_PROFILES = 5  # faces that fit one row of a television without scrolling
MAX_NAME_CHARACTERS = 40  # fits under a face on the smallest screen, in two lines
MAX_TYPED_CHARACTERS = 400  # before accents are joined, which may take the square of their number
MAX_AGE = 18  # years; the top of the scale, and what nobody is kept from
MAX_KIDS_AGE = 12  # years; the last class before the teens at FSK, CNC and Kijkwijzer alike
MOST_LANGUAGES = 10  # of sound or of subtitles; nobody ranks more than they understand
MAX_PIN_TRIES = 5  # enough for slips; with the lock, 10,000 PINs take three weeks
PIN_LOCK = timedelta(minutes=15)  # 480 tries a day at most, and a family's evening is not lost

HOUSE_LOCALE = Locale("en")  # until somebody chooses: our own words and every title have it

_PIN = re.compile("[0-9]{4,8}")  # what a remote can type
_JOINERS = "\u200c\u200d"  # unseen, but Persian names and family emoji are spelled with them


class SubtitleMode(StrEnum):
    """When subtitles are shown."""

    OFF = "OFF"
    FORCED_ONLY = "FORCED_ONLY"
    FOREIGN_AUDIO = "FOREIGN_AUDIO"
    ALWAYS = "ALWAYS"


@dataclass(frozen=True, slots=True)
class Avatar:
    """A face that we drew: `web/avatars/<name>.svg`, a square on `dominant_color`."""

    name: str
    alt: str
    dominant_color: str
    width: int = 240  # a vector: what it is drawn for, not what it must be shown at
    height: int = 240


AVATARS: Mapping[str, Avatar] = MappingProxyType(
    {
        avatar.name: avatar
        for avatar in (
            Avatar("fox", "A fox", "#c8553d"),
            Avatar("owl", "An owl", "#5b4b8a"),
            Avatar("cat", "A black cat", "#e0a526"),
            Avatar("whale", "A whale", "#2a7f9e"),
            Avatar("bear", "A bear", "#4f7a4a"),
            Avatar("robot", "A robot", "#3d4f6b"),
            Avatar("moon", "A moon, asleep", "#24304f"),
            Avatar("ghost", "A small ghost", "#a8497f"),
        )
    }
)


@dataclass(frozen=True, slots=True)
class PlaybackPreferences:
    """How somebody likes films to be played. Languages are best first; none is the film's own."""

    audio: tuple[Locale, ...] = ()
    subtitles: tuple[Locale, ...] = ()
    subtitle_mode: SubtitleMode = SubtitleMode.FOREIGN_AUDIO
    autoplay_next: bool = True
    autoplay_previews: bool = True
    data_saver: bool = False


@dataclass(frozen=True, slots=True)
class Profile:
    """One viewer of a household. Sees titles certified up to `maturity_age` (years, 0 to 18).
    `avatar` names one of AVATARS; `pinned`: there is a PIN."""

    id: ProfileId
    account_id: AccountId
    name: str
    kids: bool
    maturity_age: int
    ui_locale: Locale
    avatar: str | None = None
    pinned: bool = False
    playback: PlaybackPreferences = PlaybackPreferences()


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class ProfileInput:
    """What to change of a profile, or of a new one without a `profile_id`. None leaves it."""

    profile_id: ProfileId | None = None
    name: str | None = None
    avatar: str | None = None
    kids: bool | None = None
    maturity_age: int | None = None
    pin: str | None = None
    current_pin: str | None = None
    ui_locale: Locale | None = None
    audio: list[Locale] | None = None
    subtitles: list[Locale] | None = None
    subtitle_mode: SubtitleMode | None = None
    autoplay_next: bool | None = None
    autoplay_previews: bool | None = None
    data_saver: bool | None = None


@dataclass(frozen=True, slots=True)
class ProfileSaved:
    """A profile as it is now."""

    profile: Profile


def fresh_profile(account_id: AccountId, asked: ProfileInput, *, ui_locale: Locale) -> Profile:
    """What `asked` makes of a profile that nobody has set anything of; it has no id yet. Raises
    InvalidInput."""
    blank = Profile(ProfileId(""), account_id, "", False, MAX_AGE, ui_locale)
    if asked.name is None:
        raise InvalidInput("A profile has a name.", field=["input", "name"])
    return revised(blank, asked)


def revised(profile: Profile, asked: ProfileInput) -> Profile:
    """`profile` as it is after what is asked, but for its PIN. Raises InvalidInput.

    A profile that becomes a child's is narrowed to MAX_KIDS_AGE; to ask for a child's that sees
    more is refused.
    """
    kids = profile.kids if asked.kids is None else asked.kids
    if asked.pin and not is_pin(asked.pin):
        raise InvalidInput("A PIN has 4 to 8 digits.", field=["input", "pin"])
    return replace(
        profile,
        name=profile.name if asked.name is None else normal_name(asked.name, "input", "name"),
        avatar=profile.avatar if asked.avatar is None else _avatar(asked.avatar),
        kids=kids,
        maturity_age=_age(profile, asked.maturity_age, kids=kids),
        ui_locale=(
            profile.ui_locale
            if asked.ui_locale is None
            else normal_tag(asked.ui_locale, "input", "uiLocale")
        ),
        playback=_preferences(profile.playback, asked),
    )


def check_household(before: Profile | None, saved: Profile, others: Sequence[Profile]) -> None:
    """Raises Conflict for a name that another has, for one too many, and for a child's where no
    grown-up's is left: from one of those, what children see is changed. None is `before` a new
    one."""
    if len(others) >= MOST_PROFILES:
        raise Conflict(f"A household has at most {MOST_PROFILES} profiles.")
    if _sounding(saved.name) in {_sounding(other.name) for other in others}:
        raise Conflict("Another profile has this name.", field=["input", "name"])
    if saved.kids and (before is None or not before.kids):
        check_left(others, field=["input", "kids"])


def check_leaving(household: Sequence[Profile], leaving: ProfileId) -> None:
    """Raises Conflict when the last grown-up's profile would go."""
    others = [profile for profile in household if profile.id != leaving]
    if any(profile.id == leaving and not profile.kids for profile in household):
        check_left(others, field=["profileId"])


def check_left(others: Sequence[Profile], *, field: list[str]) -> None:
    """Raises Conflict when `others` are children only."""
    if all(other.kids for other in others):
        raise Conflict("One profile of a household is no child's.", field=field)


def pin_between(leaving: Iterable[Profile], entering: Profile) -> Profile | None:
    """Whose PIN is asked on the way to a profile, from those that the device and its token are on;
    None when there is none to ask.

    A grown-up's own PIN is asked wherever one comes from; a child's, to get away from it.
    """
    if entering.pinned and not entering.kids:
        return entering
    childs = (left for left in leaving if left.kids and left.pinned and left.id != entering.id)
    return next(childs, None)


def uses_pins(household: Iterable[Profile]) -> bool:
    """Whether anything in it is kept from somebody by a PIN."""
    return any(profile.pinned for profile in household)


def is_pin(text: str) -> bool:
    """Whether a PIN can look like this."""
    return _PIN.fullmatch(text) is not None


def needs_pin(before: Profile, after: Profile, asked: ProfileInput) -> bool:
    """Whether the PIN of `before` is asked for this change: of the PIN, and of what it guards."""
    return before.pinned and (asked.pin is not None or sees_otherwise(before, after))


def sees_otherwise(before: Profile, after: Profile) -> bool:
    """Whether tokens made for `before` say more, or less, than is true of `after`."""
    return (before.kids, before.maturity_age) != (after.kids, after.maturity_age)


def sees_less(before: Profile, after: Profile) -> bool:
    """Whether something that `before` may play is not for `after`."""
    return after.maturity_age < before.maturity_age


def normal_name(text: str, *field: str) -> str:
    """As it is shown. Raises InvalidInput for one that could not be."""
    text = text if len(text) <= MAX_TYPED_CHARACTERS else ""
    name = unicodedata.normalize("NFC", " ".join(text.split()))
    shown = all(letter.isprintable() or letter in _JOINERS for letter in name)
    if not 0 < len(name) <= MAX_NAME_CHARACTERS or not shown or not name.strip(_JOINERS):
        raise InvalidInput(
            f"A name has between 1 and {MAX_NAME_CHARACTERS} characters that can be seen.",
            field=[*field],
        )
    return name


def _sounding(name: str) -> str:
    """Two names that nobody tells apart across the room are one."""
    return unicodedata.normalize("NFKC", name).casefold()


def _avatar(name: str) -> str | None:
    if name and name not in AVATARS:
        raise InvalidInput("There is no such avatar.", field=["input", "avatar"])
    return name or None


def _age(profile: Profile, asked: int | None, *, kids: bool) -> int:
    most = MAX_KIDS_AGE if kids else MAX_AGE
    if asked is None:
        return min(profile.maturity_age, most)
    if not 0 <= asked <= most:
        whose = "a child's profile" if kids else "a profile"
        raise InvalidInput(
            f"The age of {whose} is from 0 to {most}.", field=["input", "maturityAge"]
        )
    return asked


def _preferences(kept: PlaybackPreferences, asked: ProfileInput) -> PlaybackPreferences:
    return PlaybackPreferences(
        audio=_given(_languages(asked.audio, "audio"), kept.audio),
        subtitles=_given(_languages(asked.subtitles, "subtitles"), kept.subtitles),
        subtitle_mode=_given(asked.subtitle_mode, kept.subtitle_mode),
        autoplay_next=_given(asked.autoplay_next, kept.autoplay_next),
        autoplay_previews=_given(asked.autoplay_previews, kept.autoplay_previews),
        data_saver=_given(asked.data_saver, kept.data_saver),
    )


def _given(asked: T | None, kept: T) -> T:
    return kept if asked is None else asked


def _languages(asked: Sequence[Locale] | None, name: str) -> tuple[Locale, ...] | None:
    """Each once, in the order given."""
    if asked is None:
        return None
    if len(asked) > MOST_LANGUAGES:
        raise InvalidInput(f"At most {MOST_LANGUAGES} languages are ranked.", field=["input", name])
    return tuple(dict.fromkeys(normal_tag(tag, "input", name) for tag in asked))
