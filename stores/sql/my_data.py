"""Whose is a row? Everything kept about a household, counted, shown and deleted by one list."""

from collections.abc import Callable, Mapping, Set
from types import MappingProxyType
from typing import Any

from sqlalchemy import ColumnElement, Table, delete, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import AccountId, ProfileId
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
        mailed_tokens: lambda whose: among(mailed_tokens.c.email, whose.emails),
        data_jobs: lambda whose: among(data_jobs.c.id, whose.jobs),
        playback_sessions: lambda whose: among(playback_sessions.c.profile_id, whose.profiles),
        watch_states: lambda whose: among(watch_states.c.profile_id, whose.profiles),
        outbox: lambda whose: among(outbox.c.payload["profile"].astext, whose.profiles),
    }
)
# What refuses tokens stays as long as there may be some. Facts hold nothing but ids, and of a
# household that has watched for years there are more than a request has time for.
REVOCATIONS = frozenset({revocations})
LATER = REVOCATIONS | {outbox}
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


async def hold(tx: AsyncConnection, account_id: AccountId) -> None:
    """Nothing joins or leaves the household before `tx` ends. Primary key."""
    await tx.execute(select(accounts.c.id).where(accounts.c.id == account_id).with_for_update())


async def household(tx: AsyncConnection, account_id: AccountId) -> Subject | None:
    """All that the household is known by; None when it is gone. Indexes as in WHOSE, and
    ix_playback_sessions_account_id."""
    query = select(accounts.c.email).where(accounts.c.id == account_id)
    email = (await tx.execute(query)).scalar_one_or_none()
    if email is None:
        return None
    playing = playback_sessions.c.ended_at.is_(None)
    return Subject(
        accounts=(account_id,),
        emails=(email,),
        profiles=await _ids(tx, profiles, profiles.c.account_id == account_id),
        devices=await _ids(tx, devices, devices.c.account_id == account_id),
        sessions=await _ids(
            tx, playback_sessions, playing & (playback_sessions.c.account_id == account_id)
        ),
        jobs=await _ids(
            tx, data_jobs, (data_jobs.c.account_id == account_id) & ~data_jobs_sql.IS_ERASING
        ),
    )


async def viewer(tx: AsyncConnection, profile_id: ProfileId) -> Subject:
    """All that one profile is known by. Index: that of playback_sessions' key."""
    mine = playback_sessions.c.profile_id == profile_id
    playing = playback_sessions.c.ended_at.is_(None)
    return Subject(
        profiles=(profile_id,), sessions=await _ids(tx, playback_sessions, mine & playing)
    )


async def count(
    tx: AsyncConnection, whose: Subject, *, but: Set[Table] = frozenset()
) -> dict[str, int]:
    """How many rows of each table, but those, are about them, by `postgres/` and its name."""
    counted = {}
    for table, condition in WHOSE.items():
        if table in but:
            continue
        query = select(func.count()).select_from(table).where(condition(whose))
        counted[f"postgres/{table.name}"] = (await tx.execute(query)).scalar_one()
    return counted


async def erase(tx: AsyncConnection, whose: Subject, *, but: Set[Table] = frozenset()) -> None:
    """Deletes them, what points to others first; those of the tables `but` stay."""
    for table in reversed(metadata.sorted_tables):
        if table in WHOSE.keys() - but:
            await tx.execute(delete(table).where(WHOSE[table](whose)))


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
