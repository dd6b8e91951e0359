"""Copies and erases what is kept about somebody.

Both are safe to be killed anywhere and begun again: a file is stored whole, and an erasure writes
down what it found before it deletes it, in a row that outlives all it was about.
"""

from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import UTC, datetime

import orjson
import structlog

from domain import limits
from domain.accounts import fingerprint
from domain.errors import Unavailable
from domain.ids import AccountId
from domain.my_data import (
    EXPORTS,
    RECEIPT,
    SETTLED_AFTER,
    DataJob,
    DataPurpose,
    MyData,
    Subject,
    export_path,
    most,
    receipt,
)
from domain.token_keys import TokenKeys
from stores import Stores, Tx
from stores.jobs import Attempt
from stores.objects import ObjectMissing
from stores.sql import data_jobs
from stores.sql import my_data as my_data_sql
from stores.traces import Found

log = structlog.get_logger()


class NotAllGone(Exception):
    """Something of somebody was written after all of it had been deleted."""


def _now() -> datetime:
    return datetime.now(UTC)


async def my_data(
    stores: Stores,
    keys: TokenKeys,
    order: MyData,
    attempt: Attempt,
    *,
    clock: Callable[[], datetime] = _now,
) -> None:
    """Does what `order` names, as far as it can be by now. Raises what went wrong, to be tried
    again."""
    async with stores.begin() as tx:
        job = await data_jobs.begin(tx, order.job_id)
    if job is None:
        return  # another run of it came to an end
    try:
        if job.purpose is DataPurpose.EXPORT:
            await _export(stores, job, clock())
        else:
            await _erase(stores, keys, job, clock())
    except Unavailable:
        raise  # it is tried again until the part is back
    except Exception:
        if attempt.is_last:
            async with stores.begin() as tx:
                await data_jobs.fail(tx, job.id)
        raise


async def _export(stores: Stores, job: DataJob, now: datetime) -> None:
    if job.account_id is None:
        return
    path = export_path(job.id)
    async with stores.begin() as tx:
        content = await _everything(tx, job.account_id, now)
    if content is not None:
        await stores.objects.put(path, content)
        async with stores.begin() as tx:
            is_wanted = await data_jobs.finish(tx, job.id, now)
        if is_wanted:
            return
    await stores.objects.delete(path)  # the account was erased meanwhile


async def _everything(tx: Tx, account_id: AccountId, now: datetime) -> bytes | None:
    whose = await my_data_sql.household(tx, account_id)
    if whose is None:
        return None
    tables = await my_data_sql.rows(tx, whose)
    watched = {
        row["playable_id"] for rows in tables.values() for row in rows if "playable_id" in row
    }
    content = {
        "madeAt": now,
        "about": "Everything kept about this household, by table. Left out is only what opens"
        " something: hashes of passwords, PINs and tokens.",
        "titles": await my_data_sql.title_names(tx, watched),
        "tables": tables,
    }
    return orjson.dumps(content, option=orjson.OPT_INDENT_2)


async def _erase(stores: Stores, keys: TokenKeys, job: DataJob, now: datetime) -> None:
    """Nobody is shown any of it since it was asked for; here it goes, in parts, and is signed for.
    Once what was written meanwhile has settled, everything is looked at for the last time."""
    is_last = now >= job.created_at + SETTLED_AFTER
    async with stores.begin() as tx:
        subject, found = await data_jobs.noted(tx, job.id)
        # A session's budget is kept for an hour after it was last used.
        subject = await my_data_sql.playing(tx, subject, job.created_at - limits.WINDOW)
        await data_jobs.note(tx, job.id, subject, found)
    traces = await stores.traces.look(_names(subject), copies_of=job.account_id)
    elsewhere = await _elsewhere(stores, subject, traces)
    async with stores.begin() as tx:
        _, found = await data_jobs.noted(tx, job.id)
        there = await my_data_sql.count(tx, subject) | elsewhere
        await data_jobs.note(tx, job.id, subject, most(found, there))
    await stores.traces.forget(traces, with_revocations=is_last)
    for each in subject.jobs:
        await stores.objects.delete(export_path(each))
    for table in my_data_sql.MANY:
        is_more = True
        while is_more:
            async with stores.begin() as tx:
                is_more = await my_data_sql.erase_some(tx, subject, table)
    # The address is free: what is counted for it from now on is about whoever has it next.
    subject = replace(subject, emails=())
    async with stores.begin() as tx:
        kept = frozenset() if is_last else my_data_sql.REVOCATIONS
        await my_data_sql.erase(tx, subject, my_data_sql.ALL - kept)
        _, found = await data_jobs.noted(tx, job.id)
        await data_jobs.note(tx, job.id, subject, found)
    await _sign(stores, keys, job, subject, now, is_last=is_last)
    log.info("erased", job=job.id, is_last=is_last)


async def _sign(
    stores: Stores, keys: TokenKeys, job: DataJob, subject: Subject, now: datetime, *, is_last: bool
) -> None:
    """What is left now, and after the last look nothing. Raises NotAllGone."""
    traces = await stores.traces.look(_names(subject), copies_of=job.account_id)
    elsewhere = await _elsewhere(stores, subject, traces)
    async with stores.begin() as tx:
        left = await my_data_sql.count(tx, subject) | elsewhere
        if is_last and any(left.values()):
            raise NotAllGone({place: number for place, number in left.items() if number})
        _, found = await data_jobs.noted(tx, job.id)
        claims = receipt(job, subject, found, left, now, is_last=is_last)
        signed = keys.sign({"iss": keys.issuer} | claims, RECEIPT)
        if is_last:
            await data_jobs.finish(tx, job.id, now, receipt=signed)
        else:
            await data_jobs.answer(tx, job.id, signed)


async def _elsewhere(stores: Stores, subject: Subject, traces: Found) -> dict[str, int]:
    """By place, what Postgres does not hold."""
    files = [path for path in map(export_path, subject.jobs) if await _is_there(stores, path)]
    keys = {f"redis/{family}": number for family, number in traces.counts.items()}
    return keys | {f"objects/{EXPORTS}": len(files)}


async def _is_there(stores: Stores, path: str) -> bool:
    try:
        await stores.objects.size(path)
    except ObjectMissing:
        return False
    return True


def _names(subject: Subject) -> set[str]:
    """All that a key may be called after. An address is in none as it is written."""
    ids = {each for of_kind in asdict(subject).values() for each in of_kind}
    return ids | {fingerprint(email) for email in subject.emails}
