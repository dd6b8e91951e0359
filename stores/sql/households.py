"""What an operator does with households: no viewer's request comes here."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account
from domain.ids import AccountId
from domain.profiles import Profile
from domain.sessions import Revocation
from stores.sql import device_sign_in, mailed_tokens
from stores.sql import devices as devices_sql
from stores.sql.accounts import ACCOUNT
from stores.sql.profiles import profiles_of
from stores.tables import accounts


@dataclass(frozen=True, slots=True)
class Household:
    """An account and its profiles, oldest first."""

    account: Account
    profiles: tuple[Profile, ...]


async def households(tx: AsyncConnection) -> list[Household]:
    """All of them, by address. Index: uq_accounts_email."""
    query = select(*ACCOUNT).where(accounts.c.email.is_not(None)).order_by(accounts.c.email)
    found = [Account(*row) for row in await tx.execute(query)]
    profiles = await profiles_of(tx, [account.id for account in found])
    return [Household(account, tuple(profiles.get(account.id, ()))) for account in found]


async def set_operator(tx: AsyncConnection, email: str, *, operator: bool) -> AccountId | None:
    """None when nobody has this (normal) address. Index: uq_accounts_email."""
    return await _set(tx, email, {"operator": operator})


async def set_password(
    tx: AsyncConnection, email: str, password_hash: str, now: datetime
) -> tuple[AccountId, list[Revocation]] | None:
    """Signs every device of the household out: tell `Stores.revocations` so after the commit. What
    was mailed before is good for nothing.

    None when nobody has this (normal) address. Index: uq_accounts_email.
    """
    account_id = await _set(tx, email, {"password_hash": password_hash})
    if account_id is None:
        return None
    await mailed_tokens.forget(tx, email)
    await device_sign_in.forget_approvals(tx, account_id)
    device_ids = await devices_sql.device_ids_of(tx, account_id)
    return account_id, await devices_sql.end_sessions(tx, device_ids, now)


async def _set(
    tx: AsyncConnection, email: str, values: Mapping[str, str | bool]
) -> AccountId | None:
    statement = update(accounts).where(accounts.c.email == email).values(values)
    found = (await tx.execute(statement.returning(accounts.c.id))).scalar_one_or_none()
    return None if found is None else AccountId(found)
