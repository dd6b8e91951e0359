import asyncio
import signal
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import ClassVar

import pytest
from procrastinate.jobs import Job
from sqlalchemy import text

from domain.errors import Unavailable
from stores.jobs import DEATH, FAILURE, Attempt, Crew, Interrupted, RetryLater, attempt_of
from tests.waiting import DEADLINE_S, until


@dataclass(frozen=True)
class Greet:
    """An order for tests."""

    queue: ClassVar[str] = "greetings"
    name: str


@dataclass(frozen=True)
class Encode:
    """An order that takes long."""

    queue: ClassVar[str] = "films"
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
        stores.jobs.work({Greet: handler}, [Crew(["greetings"], concurrency=1)])
    )
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def test_an_order_runs_once_after_its_transaction(stores):
    greeted = []

    async def greet(order, attempt):
        greeted.append((order, attempt))

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))

    async def done():
        return (await jobs(stores))[0][0] == "succeeded"

    async with working(stores, greet):
        await until(done)

    assert greeted == [(Greet("Ada"), Attempt(failures=0, deaths=0))]


async def test_what_is_quick_is_done_while_another_crew_is_busy(stores):
    busy, greeted = asyncio.Event(), asyncio.Event()

    async def encode(_order, _attempt):
        busy.set()
        await asyncio.sleep(3600)

    async def greet(_order, _attempt):
        greeted.set()

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Encode("a film"))
    handlers = {Greet: greet, Encode: encode}
    crews = [Crew(["greetings"], concurrency=1), Crew(["films"], concurrency=1)]
    work = asyncio.create_task(stores.jobs.work(handlers, crews))
    await asyncio.wait_for(busy.wait(), DEADLINE_S)
    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))

    await asyncio.wait_for(greeted.wait(), DEADLINE_S)

    assert (await jobs(stores))[0][0] == "doing"
    signal.raise_signal(signal.SIGTERM)  # told to one crew, it ends all of them
    await asyncio.wait_for(work, DEADLINE_S)
    assert (await jobs(stores))[0][0] == "todo"


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
    retry, now, job = RetryLater(), datetime.now(UTC), job_of(Attempt())

    first = retry.get_retry_decision(exception=OSError(), job=job)
    second = retry.get_retry_decision(exception=OSError(), job=job.evolve(priority=first.priority))
    third = retry.get_retry_decision(exception=OSError(), job=job_of(Attempt(failures=2)))

    assert round((first.retry_at - now).total_seconds()) == 5
    assert round((second.retry_at - now).total_seconds()) == 25
    assert second.priority == -2 * FAILURE
    assert third is None


def test_neither_deaths_nor_a_part_that_is_away_use_up_the_tries():
    job, away = job_of(Attempt(failures=2, deaths=7)), Unavailable("objects", retry_after_seconds=1)

    waited = RetryLater().get_retry_decision(exception=away, job=job)
    died = RetryLater().get_retry_decision(exception=Interrupted(), job=job)

    assert attempt_of(job) == Attempt(failures=2, deaths=7)
    assert waited.priority is None
    assert attempt_of(job.evolve(priority=died.priority)) == Attempt(failures=2, deaths=8)


async def test_a_job_whose_worker_died_is_given_to_another_and_the_death_is_counted(stores):
    tried = []

    async def greet(_order, attempt):
        tried.append(attempt)

    async with stores.begin() as tx:
        await stores.jobs.enqueue(tx, Greet("Ada"))
        await tx.execute(
            text("INSERT INTO procrastinate_workers (last_heartbeat) VALUES ('1970-01-01')")
        )
        await tx.execute(
            text(
                "UPDATE procrastinate_jobs SET status = 'doing',"
                " worker_id = (SELECT id FROM procrastinate_workers)"
            )
        )

    async def done():
        return (await jobs(stores))[0][0] == "succeeded"

    async with working(stores, greet):
        await until(done)

    assert tried == [Attempt(deaths=1)]


async def test_jobs_that_ended_are_forgotten_and_others_are_not(stores):
    async with stores.begin() as tx:
        for state in ("succeeded", "failed", "todo"):
            await stores.jobs.enqueue(tx, Greet(state))
            await tx.execute(
                text(
                    "UPDATE procrastinate_jobs"
                    " SET status = CAST(:state AS procrastinate_job_status)"
                    " WHERE args->>'name' = :state"
                ),
                {"state": state},
            )
        early = await stores.jobs.forget_done(tx, datetime.now(UTC) - timedelta(hours=1))
        late = await stores.jobs.forget_done(tx, datetime.now(UTC) + timedelta(hours=1))

    assert (early, late) == (0, 2)
    assert await jobs(stores) == [("todo", 0)]


def job_of(attempt):
    return Job(
        id=1,
        queue="greetings",
        lock=None,
        queueing_lock=None,
        task_name="Greet",
        priority=-(attempt.failures * FAILURE + attempt.deaths * DEATH),
    )
