"""Whose is a row? Everything kept about a household, counted, shown and deleted by one list."""

from collections.abc import Callable, Mapping, Set
from dataclasses import replace
from datetime import datetime
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId
from domain.my_data import Subject
from stores.sql import among
from stores.sql import data_jobs as data_jobs_sql
from stores.tables import (
    accounts,
    data_jobs,
    device_sign_ins,
    devices,
    mailed_tokens,
    metadata,
    outbox,
    playback_sessions,
    profiles,
    refresh_tokens,
    revocations,
    titles,
    watch_states,
)

# Every table that says something about somebody, and which of its rows do. A table that is missing
# here fails a test, which knows those that are nobody's. Each condition has an index; but codes and
# secrets that were mailed are few, for they are gone within a day.
WHOSE: Mapping[Table, Callable[[Subject], ColumnElement[bool]]] = MappingProxyType(
    {
        accounts: lambda whose: among(accounts.c.id, whose.accounts),
        profiles: lambda whose: among(profiles.c.id, whose.profiles),
        devices: lambda whose: among(devices.c.id, whose.devices),
        refresh_tokens: lambda whose: among(refresh_tokens.c.device_id, whose.devices),
        revocations: lambda whose: among(revocations.c.device_id, whose.devices),
        device_sign_ins: lambda whose: among(device_sign_ins.c.account_id, whose.accounts),
        mailed_tokens: lambda whose: among(mailed_tokens.c.id, whose.mails),
        data_jobs: lambda whose: among(data_jobs.c.id, whose.jobs),
        playback_sessions: lambda whose: among(playback_sessions.c.profile_id, whose.profiles),
        watch_states: lambda whose: among(watch_states.c.profile_id, whose.profiles),
        outbox: lambda whose: among(outbox.c.payload["profile"].astext, whose.profiles),
    }
)
ALL = frozenset(WHOSE)
# What a request deletes: what opens something, or is shown to who has an address of it. Of a
# household that has watched for years there is more of the rest than a request has time for.
AT_ONCE = frozenset({refresh_tokens, device_sign_ins, mailed_tokens, data_jobs})
REVOCATIONS = frozenset({revocations})  # they refuse tokens, and stay as long as there may be some
MANY = (playback_sessions, watch_states, outbox)  # rows for each film that was watched
MOST_AT_ONCE = 5000  # rows of one statement, which takes Postgres about 50 ms
# What opens something: it is deleted like the rest, and shown to nobody.
SECRET = frozenset(
    {
        accounts.c.password_hash,
        profiles.c.pin_hash,
        refresh_tokens.c.digest,
        refresh_tokens.c.sealed_successor,
        device_sign_ins.c.device_code_digest,
        mailed_tokens.c.digest,
        mailed_tokens.c.payload,
        data_jobs.c.subject,
    }
)


async def hold(tx: AsyncConnection, account_id: AccountId) -> bool:
    """Whether the household is there; then nothing joins or leaves it before `tx` ends. Primary
    key."""
    query = select(accounts.c.id).where(accounts.c.id == account_id, accounts.c.email.is_not(None))
    return (await tx.execute(query.with_for_update())).one_or_none() is not None


async def close(tx: AsyncConnection, account_id: AccountId) -> None:
    """Nobody signs in to it, and nothing of it is shown; its address is free. Primary key."""
    await tx.execute(update(accounts).where(accounts.c.id == account_id).values(email=None))


async def household(tx: AsyncConnection, account_id: AccountId) -> Subject | None:
    """All that the household is known by, but for what it plays; None when it is gone. Indexes as
    in WHOSE, and ix_mailed_tokens_email."""
    query = select(accounts.c.email).where(accounts.c.id == account_id)
    email = (await tx.execute(query)).scalar_one_or_none()
    if email is None:
        return None
    return Subject(
        accounts=(account_id,),
        emails=(email,),
        mails=await _ids(tx, mailed_tokens, mailed_tokens.c.email == email),
        profiles=await _ids(tx, profiles, profiles.c.account_id == account_id),
        devices=await _ids(tx, devices, devices.c.account_id == account_id),
        jobs=await _ids(
            tx, data_jobs, (data_jobs.c.account_id == account_id) & ~data_jobs_sql.IS_ERASING
        ),
    )


async def playing(tx: AsyncConnection, whose: Subject, since: datetime) -> Subject:
    """With the sessions that may be playing, or ended after `since`, beside those it was known by.
    Index as in WHOSE."""
    ended_at = playback_sessions.c.ended_at
    mine = WHOSE[playback_sessions](whose) & (ended_at.is_(None) | (ended_at > since))
    found = await _ids(tx, playback_sessions, mine)
    return replace(whose, sessions=tuple({*whose.sessions, *found}))


async def count(tx: AsyncConnection, whose: Subject, of: Set[Table] = ALL) -> dict[str, int]:
    """How many rows of each of these tables are about them, by `postgres/` and its name."""
    counted = {}
    for table, condition in WHOSE.items():
        if table in of:
            query = select(func.count()).select_from(table).where(condition(whose))
            counted[f"postgres/{table.name}"] = (await tx.execute(query)).scalar_one()
    return counted


async def erase(tx: AsyncConnection, whose: Subject, of: Set[Table] = ALL) -> None:
    """Deletes them from these tables, what points to others first."""
    for table in reversed(metadata.sorted_tables):
        if table in of:
            await tx.execute(delete(table).where(WHOSE[table](whose)))


async def erase_some(tx: AsyncConnection, whose: Subject, table: Table) -> bool:
    """Deletes up to MOST_AT_ONCE rows of one table; whether there may be more."""
    key = tuple_(*table.primary_key)
    some = select(*table.primary_key).where(WHOSE[table](whose)).limit(MOST_AT_ONCE)
    deleted = await tx.execute(delete(table).where(key.in_(some)))
    return deleted.rowcount == MOST_AT_ONCE


async def rows(tx: AsyncConnection, whose: Subject) -> dict[str, list[dict[str, Any]]]:
    """All of them by table, without what is SECRET."""
    found = {}
    for table, condition in WHOSE.items():
        shown = [column for column in table.c if column not in SECRET]
        result = await tx.execute(select(*shown).where(condition(whose)))
        # Plain text for names: the library's own kind of it is no key of a JSON object.
        names = [str(column.name) for column in shown]
        found[str(table.name)] = [dict(zip(names, row, strict=True)) for row in result]
    return found


async def title_names(tx: AsyncConnection, title_ids: set[str]) -> dict[str, str]:
    """What these titles are called. Primary key."""
    query = select(titles.c.id, titles.c.name).where(among(titles.c.id, title_ids))
    return {row.id: row.name for row in await tx.execute(query)}


async def _ids(
    tx: AsyncConnection, table: Table, condition: ColumnElement[bool]
) -> tuple[str, ...]:
    return tuple((await tx.execute(select(table.c.id).where(condition))).scalars())
