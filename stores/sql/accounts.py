"""Households and devices."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import case, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import ids
from domain.accounts import (
    REFRESH_GRACE,
    Account,
    Device,
    DeviceInput,
    SubscriptionTier,
    Viewer,
)
from domain.ids import AccountId, DeviceId, ProfileId
from stores.sql import among
from stores.sql.profiles import PROFILE, profile_of
from stores.tables import accounts, devices, profiles

ACCOUNT = (accounts.c.id, accounts.c.email, accounts.c.tier, accounts.c.operator)
_DEVICE = (
    devices.c.id,
    devices.c.account_id,
    devices.c.kind,
    devices.c.name,
    devices.c.last_seen_at,
)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account and the hash its password must match."""

    account: Account
    password_hash: str


@dataclass(frozen=True, slots=True)
class RefreshToken:
    """The SHA-256 of a refresh token, and when it runs out."""

    digest: bytes
    expires_at: datetime


async def insert_account(
    tx: AsyncConnection,
    *,
    email: str,
    password_hash: str,
    tier: SubscriptionTier,
    now: datetime,
) -> AccountId | None:
    """The new account, or None when the address has one already."""
    values = {
        "id": ids.make(ids.Prefix.ACCOUNT, uuid4()),
        "email": email,
        "password_hash": password_hash,
        "tier": tier,
        "created_at": now,
    }
    statement = insert(accounts).values(values).on_conflict_do_nothing().returning(accounts.c.id)
    found = (await tx.execute(statement)).scalar_one_or_none()
    return None if found is None else AccountId(found)


async def credentials(tx: AsyncConnection, email: str) -> Credentials | None:
    """The account of this (normal) address. Index: uq_accounts_email."""
    query = select(*ACCOUNT, accounts.c.password_hash).where(accounts.c.email == email)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Credentials(Account(*row[:-1]), row[-1])


async def register_device(
    tx: AsyncConnection,
    account_id: AccountId,
    asked: DeviceInput,
    *,
    token: RefreshToken,
    now: datetime,
) -> Device:
    """The household's device of this installation, with a fresh token and no profile chosen."""
    values = {
        "account_id": account_id,
        "installation_id": asked.installation_id,
        "kind": asked.kind,
        "name": asked.name,
        "app_version": asked.app_version,
        "profile_id": None,
        "refresh_token_hash": token.digest,
        "refresh_expires_at": token.expires_at,
        "spent_token_hash": None,
        "spent_at": None,
        "last_seen_at": now,
    }
    statement = insert(devices).values(id=ids.make(ids.Prefix.DEVICE, uuid4()), **values)
    upsert = statement.on_conflict_do_update(
        index_elements=["account_id", "installation_id"], set_=values
    ).returning(*_DEVICE)
    return Device(*(await tx.execute(upsert)).one())


async def rotate_refresh_token(
    tx: AsyncConnection, digest: bytes, successor: RefreshToken, now: datetime
) -> Viewer | None:
    """Replaces the token that hashes to `digest`; None when no device holds it or it ran out.

    A token that was spent within REFRESH_GRACE may be spent again, and replaces its first
    successor: of racing uses the last one holds. Indexes: uq_devices_refresh_token_hash and
    uq_devices_spent_token_hash.
    """
    is_current = devices.c.refresh_token_hash == digest
    is_just_spent = (devices.c.spent_token_hash == digest) & (
        devices.c.spent_at > now - REFRESH_GRACE
    )
    statement = (
        update(devices)
        .where(is_current | is_just_spent, devices.c.refresh_expires_at > now)
        .values(
            refresh_token_hash=successor.digest,
            refresh_expires_at=successor.expires_at,
            spent_token_hash=digest,
            spent_at=case((is_current, now), else_=devices.c.spent_at),
            last_seen_at=now,
        )
        .returning(devices.c.account_id, devices.c.id, devices.c.profile_id)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else await viewer(tx, *row)


async def choose_profile(
    tx: AsyncConnection, device_id: DeviceId, profile_id: ProfileId, now: datetime
) -> bool:
    """Remembers who watches on this device, if it is still signed in. Primary key."""
    statement = (
        update(devices)
        .where(devices.c.id == device_id, devices.c.refresh_expires_at > now)
        .values(profile_id=profile_id, last_seen_at=now)
        .returning(devices.c.id)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def viewer(
    tx: AsyncConnection,
    account_id: AccountId,
    device_id: DeviceId,
    profile_id: ProfileId | None,
) -> Viewer | None:
    """Who these ids are, all of one household; None when any of them is gone. Primary keys."""
    query = (
        select(*ACCOUNT, *_DEVICE, *PROFILE)
        .join_from(accounts, devices, devices.c.account_id == accounts.c.id)
        .outerjoin(
            profiles,
            (profiles.c.account_id == accounts.c.id) & (profiles.c.id == profile_id),
        )
        .where(accounts.c.id == account_id, devices.c.id == device_id)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    to_device, to_profile = len(ACCOUNT), len(ACCOUNT) + len(_DEVICE)
    profile = profile_of(row[to_profile:]) if row[to_profile] is not None else None
    if profile_id is not None and profile is None:
        return None
    return Viewer(Account(*row[:to_device]), Device(*row[to_device:to_profile]), profile)


async def devices_by_id(
    tx: AsyncConnection, device_ids: Sequence[DeviceId]
) -> dict[DeviceId, Device]:
    """Primary key."""
    query = select(*_DEVICE).where(among(devices.c.id, device_ids))
    return {row.id: Device(*row) for row in await tx.execute(query)}
