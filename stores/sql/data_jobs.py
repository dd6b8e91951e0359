"""What was asked for about somebody's data, and how far it is."""

from dataclasses import asdict
from datetime import datetime
from uuid import uuid4

from sqlalchemy import delete, insert, select, text, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.encoding import JobState
from domain.ids import AccountId, DataJobId, Prefix, make
from domain.my_data import Counts, DataJob, DataPurpose, Subject
from stores.tables import data_jobs

_JOB = (
    data_jobs.c.id,
    data_jobs.c.account_id,
    data_jobs.c.purpose,
    data_jobs.c.state,
    data_jobs.c.receipt,
    data_jobs.c.created_at,
    data_jobs.c.finished_at,
)

# One that still has to look for the last time; it does, also when the account is erased meanwhile.
IS_ERASING = (data_jobs.c.purpose == DataPurpose.ERASE) & data_jobs.c.finished_at.is_(None)

# Jobs that have not ended are few, and each is looked for among the orders that wait or run.
_FORGOTTEN = text(
    """
    SELECT d.id FROM data_jobs d
    WHERE d.finished_at IS NULL AND d.created_at < :before
      AND NOT EXISTS (
        SELECT FROM procrastinate_jobs j
        WHERE j.status IN ('todo', 'doing') AND j.args->>'job_id' = d.id)
    """
)


async def add(
    tx: AsyncConnection, account_id: AccountId | None, purpose: DataPurpose, now: datetime
) -> DataJob:
    """A job that has not begun."""
    job_id = DataJobId(make(Prefix.DATA_JOB, uuid4()))
    job = DataJob(job_id, account_id, purpose, JobState.QUEUED, None, now, None)
    await tx.execute(insert(data_jobs).values(asdict(job)))
    return job


async def by_id(tx: AsyncConnection, job_id: str) -> DataJob | None:
    """Primary key."""
    row = (await tx.execute(select(*_JOB).where(data_jobs.c.id == job_id))).one_or_none()
    return None if row is None else DataJob(*row)


async def of_account(tx: AsyncConnection, account_id: AccountId) -> list[DataJob]:
    """Latest first. Index: ix_data_jobs_account_id."""
    query = (
        select(*_JOB)
        .where(data_jobs.c.account_id == account_id)
        .order_by(data_jobs.c.created_at.desc(), data_jobs.c.id)
    )
    return [DataJob(*row) for row in await tx.execute(query)]


async def disown(tx: AsyncConnection, account_id: AccountId) -> None:
    """Erasures that go on are nobody's to see any more. Index: ix_data_jobs_account_id."""
    theirs = (data_jobs.c.account_id == account_id) & IS_ERASING
    await tx.execute(update(data_jobs).where(theirs).values(account_id=None))


async def begin(tx: AsyncConnection, job_id: str) -> DataJob | None:
    """The job, RUNNING from now on; None when it has ended or is gone. Primary key."""
    statement = (
        update(data_jobs)
        .where(data_jobs.c.id == job_id, data_jobs.c.finished_at.is_(None))
        .values(state=JobState.RUNNING)
        .returning(*_JOB)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else DataJob(*row)


async def note(tx: AsyncConnection, job_id: str, subject: Subject, found: Counts) -> None:
    """What an erasure looks for, and what it has found so far. Primary key."""
    await tx.execute(
        update(data_jobs)
        .where(data_jobs.c.id == job_id)
        .values(subject=asdict(subject), found=dict(found))
    )


async def noted(tx: AsyncConnection, job_id: str) -> tuple[Subject, dict[str, int]]:
    """What `note` wrote; nobody else writes it before `tx` ends. Primary key."""
    query = select(data_jobs.c.subject, data_jobs.c.found).where(data_jobs.c.id == job_id)
    subject, found = (await tx.execute(query.with_for_update())).one()
    return Subject(**{name: tuple(ids) for name, ids in subject.items()}), found


async def answer(tx: AsyncConnection, job_id: str, receipt: str) -> None:
    """An erasure has something to show, and will look once more. Primary key."""
    await tx.execute(
        update(data_jobs)
        .where(data_jobs.c.id == job_id)
        .values(state=JobState.SUCCEEDED, receipt=receipt)
    )


async def finish(
    tx: AsyncConnection, job_id: str, now: datetime, *, receipt: str | None = None
) -> bool:
    """It has succeeded, and forgets whom it was about; False when it is gone. Primary key."""
    statement = (
        update(data_jobs)
        .where(data_jobs.c.id == job_id)
        .values(state=JobState.SUCCEEDED, receipt=receipt, finished_at=now, subject=None)
        .returning(data_jobs.c.id)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def fail(tx: AsyncConnection, job_id: str) -> None:
    """It was tried as often as anything is; the janitor begins it again. Primary key."""
    await tx.execute(
        update(data_jobs).where(data_jobs.c.id == job_id).values(state=JobState.FAILED)
    )


async def forgotten(tx: AsyncConnection, before: datetime) -> list[DataJobId]:
    """Jobs asked for before that time that have not ended, and that nobody works at or will. No
    index: once an hour."""
    return list((await tx.execute(_FORGOTTEN, {"before": before})).scalars())


async def forget_old(tx: AsyncConnection, before: datetime) -> list[DataJobId]:
    """Deletes jobs that ended before that time, and names them. No index: there are few."""
    statement = delete(data_jobs).where(data_jobs.c.finished_at < before).returning(data_jobs.c.id)
    return list((await tx.execute(statement)).scalars())
