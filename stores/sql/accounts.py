"""Households."""

from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, literal, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import ids
from domain.accounts import (
    Account,
    Device,
    SubscriptionTier,
    Viewer,
)
from domain.ids import AccountId, DeviceId, ProfileId
from domain.profiles import HOUSE_LOCALE, MAX_AGE
from stores.sql.devices import DEVICE, is_signed_in
from stores.sql.profiles import PROFILE, profile_of
from stores.tables import accounts, devices, profiles

TIER_AT_FIRST = SubscriptionTier.PREMIUM  # nothing is sold here; an operator's is the same

ACCOUNT = (accounts.c.id, accounts.c.email, accounts.c.tier, accounts.c.operator)


@dataclass(frozen=True, slots=True)
class Credentials:
    """An account and the hash its password must match."""

    account: Account
    password_hash: str


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


async def open_account(
    tx: AsyncConnection, email: str, *, password_hash: str, profile_name: str, now: datetime
) -> Account | None:
    """A household with its first profile, who is grown up; None when the (normal) address has one
    already. One statement, whichever it is."""
    account = {
        "id": ids.make(ids.Prefix.ACCOUNT, uuid4()),
        "email": email,
        "password_hash": password_hash,
        "tier": TIER_AT_FIRST,
        "created_at": now,
    }
    opened = (
        insert(accounts).values(account).on_conflict_do_nothing().returning(*ACCOUNT).cte("opened")
    )
    first = {
        "id": literal(ids.make(ids.Prefix.PROFILE, uuid4())),
        "account_id": opened.c.id,
        "name": literal(profile_name),
        "kids": literal(False),
        "maturity_age": literal(MAX_AGE),
        "ui_locale": literal(HOUSE_LOCALE),
        "created_at": literal(now, profiles.c.created_at.type),
    }
    watching = insert(profiles).from_select([*first], select(*first.values())).cte("watching")
    row = (await tx.execute(select(opened).add_cte(watching))).one_or_none()
    return None if row is None else Account(*row)


async def credentials(tx: AsyncConnection, email: str) -> Credentials | None:
    """The account of this (normal) address. Index: uq_accounts_email."""
    query = select(*ACCOUNT, accounts.c.password_hash).where(accounts.c.email == email)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Credentials(Account(*row[:-1]), row[-1])


async def known_device(
    tx: AsyncConnection, email: str, installation_id: str, now: datetime
) -> DeviceId | None:
    """The device of this installation, if it is signed in to the account of this (normal) address.
    Indexes: uq_accounts_email, uq_devices_account_id_installation_id,
    ix_refresh_tokens_device_id."""
    query = (
        select(devices.c.id)
        .join(accounts, accounts.c.id == devices.c.account_id)
        .where(
            accounts.c.email == email,
            devices.c.installation_id == installation_id,
            is_signed_in(now),
        )
    )
    return (await tx.execute(query)).scalar_one_or_none()


async def held_credentials(tx: AsyncConnection, email: str) -> Credentials | None:
    """As `credentials`; nobody else changes or erases them until the transaction ends."""
    query = select(*ACCOUNT, accounts.c.password_hash).where(accounts.c.email == email)
    row = (await tx.execute(query.with_for_update())).one_or_none()
    return None if row is None else Credentials(Account(*row[:-1]), row[-1])


async def hold_password(tx: AsyncConnection, found: Credentials) -> bool:
    """Whether it is still what was found; then it stays that, and the account stays, until the
    transaction ends. Primary key."""
    query = select(accounts.c.id).where(*_still(found)).with_for_update(read=True)
    return (await tx.execute(query)).one_or_none() is not None


async def replace_password(tx: AsyncConnection, found: Credentials, password_hash: str) -> bool:
    """Whether it was still what was found. Primary key."""
    statement = (
        update(accounts)
        .where(*_still(found))
        .values(password_hash=password_hash)
        .returning(accounts.c.id)
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
        select(*ACCOUNT, *DEVICE, *PROFILE)
        .join_from(accounts, devices, devices.c.account_id == accounts.c.id)
        .outerjoin(
            profiles,
            (profiles.c.account_id == accounts.c.id) & (profiles.c.id == profile_id),
        )
        .where(
            accounts.c.id == account_id,
            accounts.c.email.is_not(None),
            devices.c.id == device_id,
        )
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    to_device, to_profile = len(ACCOUNT), len(ACCOUNT) + len(DEVICE)
    profile = profile_of(row[to_profile:]) if row[to_profile] is not None else None
    if profile_id is not None and profile is None:
        return None
    return Viewer(Account(*row[:to_device]), Device(*row[to_device:to_profile]), profile)


def _still(found: Credentials) -> tuple[ColumnElement[bool], ...]:
    return (
        accounts.c.id == found.account.id,
        accounts.c.email == found.account.email,
        accounts.c.password_hash == found.password_hash,
    )
