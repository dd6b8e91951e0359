"""The viewers of households, their PINs, and how often those were tried."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any
from uuid import uuid4

from sqlalchemy import Row, case, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import ids
from domain.ids import AccountId, ProfileId
from domain.profiles import MAX_PIN_TRIES, PIN_LOCK, PlaybackPreferences, Profile
from stores.sql import among
from stores.tables import accounts, devices, profiles

PROFILE = (
    profiles.c.id,
    profiles.c.account_id,
    profiles.c.name,
    profiles.c.kids,
    profiles.c.maturity_age,
    profiles.c.ui_locale,
    profiles.c.avatar,
    profiles.c.pin_hash.is_not(None).label("pinned"),
    profiles.c.audio,
    profiles.c.subtitles,
    profiles.c.subtitle_mode,
    profiles.c.autoplay_next,
    profiles.c.autoplay_previews,
    profiles.c.data_saver,
)
_OWN = 8  # of these are the profile's, and the rest its preferences'


@dataclass(frozen=True, slots=True)
class PinTry:
    """A try that was counted: what it has to match, and which since the last right one it is."""

    pin_hash: str
    number: int


@dataclass(frozen=True, slots=True)
class PinTries:
    """How many were counted since the last right one, and until when none is looked at."""

    counted: int
    locked_until: datetime | None


def profile_of(row: Sequence[Any]) -> Profile:
    """The profile whose columns (PROFILE) these are."""
    audio, subtitles, *rest = row[_OWN:]
    liked = PlaybackPreferences(tuple(audio), tuple(subtitles), *rest)
    return Profile(*[*row[:_OWN], liked])


async def insert_profile(
    tx: AsyncConnection,
    account_id: AccountId,
    *,
    name: str,
    kids: bool,
    maturity_age: int,
    ui_locale: str,
    now: datetime,
) -> ProfileId:
    """A new viewer of the household."""
    profile_id = ids.make(ids.Prefix.PROFILE, uuid4())
    await tx.execute(
        insert(profiles).values(
            id=profile_id,
            account_id=account_id,
            name=name,
            kids=kids,
            maturity_age=maturity_age,
            ui_locale=ui_locale,
            created_at=now,
        )
    )
    return ProfileId(profile_id)


async def update_profile(tx: AsyncConnection, profile: Profile) -> None:
    """All of it but its PIN. Primary key."""
    liked = profile.playback
    await tx.execute(
        update(profiles)
        .where(profiles.c.id == profile.id)
        .values(
            name=profile.name,
            kids=profile.kids,
            maturity_age=profile.maturity_age,
            ui_locale=profile.ui_locale,
            avatar=profile.avatar,
            audio=list(liked.audio),
            subtitles=list(liked.subtitles),
            subtitle_mode=liked.subtitle_mode,
            autoplay_next=liked.autoplay_next,
            autoplay_previews=liked.autoplay_previews,
            data_saver=liked.data_saver,
        )
    )


async def delete_profile(tx: AsyncConnection, profile_id: ProfileId) -> None:
    """With everything that was watched on it; devices that it was chosen on are left with none.
    Primary key."""
    await tx.execute(delete(profiles).where(profiles.c.id == profile_id))


async def leave_household(tx: AsyncConnection, profile_id: ProfileId) -> None:
    """Nobody's from now on, nor chosen on any device. Primary key; of devices there is no index."""
    theirs = update(devices).where(devices.c.profile_id == profile_id)
    await tx.execute(theirs.values(profile_id=None))
    own = update(profiles).where(profiles.c.id == profile_id)
    await tx.execute(own.values(account_id=None))


async def profiles_of(
    tx: AsyncConnection, account_ids: Sequence[AccountId]
) -> dict[AccountId, list[Profile]]:
    """Each household's profiles, oldest first. Index: uq_profiles_account_id_name."""
    query = (
        select(*PROFILE)
        .where(among(profiles.c.account_id, account_ids))
        .order_by(profiles.c.created_at, profiles.c.id)
    )
    found: dict[AccountId, list[Profile]] = {}
    for row in await tx.execute(query):
        profile = profile_of(row)
        found.setdefault(profile.account_id, []).append(profile)
    return found


async def lock_household(tx: AsyncConnection, account_id: AccountId) -> list[Profile] | None:
    """The household's profiles, oldest first; nobody else adds, edits or deletes one of them until
    the transaction ends. None when it is gone. Primary key, then as `profiles_of`."""
    lock = select(accounts.c.id).where(accounts.c.id == account_id, accounts.c.email.is_not(None))
    if (await tx.execute(lock.with_for_update(key_share=True))).one_or_none() is None:
        return None
    return (await profiles_of(tx, [account_id])).get(account_id, [])


async def profile_on(tx: AsyncConnection, device_id: str) -> Profile | None:
    """Who was chosen on this device last. Primary keys."""
    query = select(*PROFILE).join(devices, devices.c.profile_id == profiles.c.id)
    row: Row[Any] | None = (await tx.execute(query.where(devices.c.id == device_id))).one_or_none()
    return None if row is None else profile_of(row)


async def set_pin(tx: AsyncConnection, profile_id: ProfileId, pin_hash: str | None) -> None:
    """Another PIN, or none, that nobody has tried yet. Primary key."""
    await tx.execute(
        update(profiles)
        .where(profiles.c.id == profile_id)
        .values(pin_hash=pin_hash, pin_tries=0, pin_locked_until=None)
    )


async def count_try(tx: AsyncConnection, profile_id: ProfileId, now: datetime) -> PinTry | None:
    """Counts a try before anybody looks at it; None while none is to be looked at, or when there
    is no PIN. The last one allowed locks, and `forgive_tries` unlocks if it was right. Of tries
    that race, the row's lock lets one after the other pass. Primary key.
    """
    number = case((profiles.c.pin_locked_until.is_(None), profiles.c.pin_tries + 1), else_=1)
    statement = (
        update(profiles)
        .where(
            profiles.c.id == profile_id,
            profiles.c.pin_hash.is_not(None),
            profiles.c.pin_locked_until.is_(None) | (profiles.c.pin_locked_until <= now),
        )
        .values(
            pin_tries=number,
            pin_locked_until=case((number >= MAX_PIN_TRIES, now + PIN_LOCK), else_=None),
        )
        .returning(profiles.c.pin_hash, profiles.c.pin_tries)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else PinTry(*row)


async def forgive_tries(tx: AsyncConnection, profile_id: ProfileId, right: PinTry) -> None:
    """After a right PIN none counts any more, unless somebody tried beside it: else who knows one
    PIN would win those who guess another look. Primary key."""
    await tx.execute(
        update(profiles)
        .where(
            profiles.c.id == profile_id,
            profiles.c.pin_tries == right.number,
            profiles.c.pin_hash == right.pin_hash,
        )
        .values(pin_tries=0, pin_locked_until=None)
    )


async def pin_tries(tx: AsyncConnection, profile_id: ProfileId) -> PinTries | None:
    """None when the profile is gone. Primary key."""
    query = select(profiles.c.pin_tries, profiles.c.pin_locked_until)
    row = (await tx.execute(query.where(profiles.c.id == profile_id))).one_or_none()
    return None if row is None else PinTries(*row)
