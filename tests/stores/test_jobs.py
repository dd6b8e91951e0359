import asyncio
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import ClassVar

import pytest
from procrastinate.jobs import Job
from sqlalchemy import text

from stores.jobs import RetryLater
from tests.waiting import DEADLINE_S, until


@dataclass(frozen=True)
class Greet:
    """An order for tests."""

    queue: ClassVar[str] = "greetings"
    name: str


async def jobs(stores):
    async with stores.begin() as tx:
        found = await tx.execute(
            text("SELECT status, attempts FROM procrastinate_jobs ORDER BY id")
        )
        return [tuple(row) for row in found]


@asynccontextmanager
async def working(stores, handler):
    work = asyncio.create_task(
        stores.jobs.work({Greet: handler}, queues=["greetings"], concurrency=1)
    )
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_an_order_runs_once_after_its_transaction(stores):
    greeted = []

    async def greet(order, attempt):
        greeted.append((order, attempt.number))

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))

    async def done():
        return (await jobs(stores))[0][0] == "succeeded"

    async with working(stores, greet):
        await until(done)

    assert greeted == [(Greet("Ada"), 1)]


async def test_a_job_that_failed_is_tried_again_later(stores):
    async def stumble(_order, _attempt):
        raise OSError("disk full")

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))

    async def rescheduled():
        return await jobs(stores) == [("todo", 1)]

    async with working(stores, stumble):
        await until(rescheduled)


async def test_an_order_of_a_transaction_that_failed_never_was(stores):
    async def order_and_fail():
        async with stores.begin() as tx:
            await stores.jobs.enqueue(tx, Greet("Ada"))
            raise ZeroDivisionError

    with pytest.raises(ZeroDivisionError):
        await order_and_fail()

    assert await jobs(stores) == []


async def test_a_job_that_a_stop_interrupted_begins_again(stores):
    started = asyncio.Event()

    async def hang(_order, _attempt):
        started.set()
        await asyncio.sleep(3600)

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))
    async with working(stores, hang):
        await asyncio.wait_for(started.wait(), DEADLINE_S)

    [(status, _)] = await jobs(stores)
    assert status in ("todo", "doing")  # in doubt it is found stalled, and given to another


def test_a_job_is_tried_three_times_with_longer_and_longer_pauses():
    retry, now = RetryLater(), datetime.now(UTC)

    first, second, third = (
        retry.get_retry_decision(exception=OSError(), job=job_after(attempts))
        for attempts in (0, 1, 2)
    )

    assert round((first.retry_at - now).total_seconds()) == 5
    assert round((second.retry_at - now).total_seconds()) == 25
    assert third is None


def job_after(attempts):
    return Job(
        id=1,
        queue="greetings",
        lock=None,
        queueing_lock=None,
        task_name="Greet",
        attempts=attempts,
    )
