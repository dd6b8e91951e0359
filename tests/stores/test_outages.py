"""What Postgres and Valkey do to us when they hang, die and come back; both of this file's own."""

import asyncio
import signal
from contextlib import AsyncExitStack, suppress
from dataclasses import dataclass
from typing import ClassVar

import psycopg
import pytest
import structlog
from alembic import command
from prometheus_client import REGISTRY
from sqlalchemy import text

from app.embedded.supervisor import Supervisor
from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from domain.ids import SessionId
from stores import MOST_TRANSACTIONS, WORKERS, open_stores
from stores.jobs import Crew, Jobs
from tests.conftest import alembic_config
from tests.stores.mortal import POSTGRES, REDIS, start
from tests.waiting import until

pytestmark = pytest.mark.slow

SESSION = SessionId("pbs_1")
AT_ONCE_S = 4.0  # the deadline, on a machine that does ten other things; psycopg alone takes 11 s


@pytest.fixture(scope="module")
def started(tmp_path_factory):
    """One pair for all that only hang: nobody starts them again."""
    folder = tmp_path_factory.mktemp("servers")
    supervisor = Supervisor(folder / "children")
    with asyncio.Runner() as runner:
        runner.run(supervisor.__aenter__())
        yield runner.run(start(supervisor, folder))
        runner.run(supervisor.stop())


@pytest.fixture
def servers(started):
    yield started
    for part in (POSTGRES, REDIS):
        started.go_on(part)


@pytest.fixture
async def mortal(tmp_path):
    """Of a test's own, started again when they die."""
    async with Supervisor(tmp_path / "children") as supervisor:
        yield await start(supervisor, tmp_path)


@pytest.fixture
async def two_processes(servers):
    """What two API processes have open, as far as the servers can tell."""
    async with AsyncExitStack() as stack:
        opened = [await stack.enter_async_context(open_stores(servers.addresses)) for _ in range(2)]
        for stores in opened:
            for part in Dependency:
                await stores.ask(part)
        yield opened


@pytest.fixture
def stores(two_processes):
    return two_processes[0]


async def refused_after_s(stores, part):
    loop = asyncio.get_running_loop()
    began = loop.time()
    with pytest.raises(Unavailable):
        await stores.ask(part)
    return loop.time() - began


async def open_breaker(stores, part):
    while stores.guards[part].state is BreakerState.CLOSED:
        with suppress(Unavailable):
            await stores.ask(part)


async def closed_within_s(stores, part):
    loop = asyncio.get_running_loop()
    began = loop.time()

    async def closed():
        return stores.guards[part].state is BreakerState.CLOSED

    await until(closed)
    return loop.time() - began


@pytest.mark.parametrize("part", [POSTGRES, REDIS])
async def test_one_that_hangs_costs_five_deadlines_and_is_back_within_ten_seconds(
    servers, stores, part
):
    servers.hang(part)
    took_s = [await refused_after_s(stores, part) for _ in range(5)]
    state = stores.guards[part].state
    servers.go_on(part)
    back_s = await closed_within_s(stores, part)
    await stores.ask(part)

    assert max(took_s) < AT_ONCE_S
    assert state is not BreakerState.CLOSED
    assert back_s < 10


async def test_a_restart_costs_a_reconnect_and_no_error(mortal):
    async with open_stores(mortal.addresses, patience=WORKERS) as stores:
        for part in (POSTGRES, REDIS):
            await asyncio.gather(*(stores.ask(part) for _ in range(10)))  # ten connections each
            mortal.send(part, signal.SIGKILL)
            for _ in range(20):
                await stores.ask(part)


@dataclass(frozen=True)
class Greet:
    """An order for tests."""

    queue: ClassVar[str] = "greetings"
    name: str


@pytest.mark.parametrize("outage", ["killed", "hung"])
async def test_a_worker_outlasts_postgres_or_ends_to_be_started_again(mortal, outage):
    greeted = []

    async def greet(order, _attempt):
        greeted.append(order.name)

    async with open_stores(mortal.addresses, patience=WORKERS) as stores:
        await migrated(mortal)

        async def work():
            while True:  # as its supervisor does
                jobs = Jobs(mortal.addresses.database_url)
                with suppress(Unavailable):
                    await jobs.work({Greet: greet}, [Crew(["greetings"], concurrency=1)])

        async def order(name):
            async with stores.begin() as tx:
                await stores.jobs.enqueue(tx, Greet(name))

        working = asyncio.create_task(work())
        await order("before")
        await until(lambda: is_in("before", greeted))
        if outage == "killed":
            mortal.send(POSTGRES, signal.SIGKILL)
        else:
            mortal.hang(POSTGRES)
            await asyncio.sleep(8)
            mortal.go_on(POSTGRES)
        await order("after")
        await until(lambda: is_in("after", greeted))
        working.cancel()
        await asyncio.wait([working])

    assert greeted == ["before", "after"]


async def is_in(name, greeted):
    return name in greeted


async def migrated(servers):
    await asyncio.to_thread(command.upgrade, alembic_config(servers.addresses.database_url), "head")


@pytest.mark.parametrize(
    "then", ["ask again", "fail", "do something else"], ids=lambda then: then.replace(" ", "-")
)
async def test_one_that_hangs_in_a_transaction_is_let_go_in_time(servers, stores, then):
    loop = asyncio.get_running_loop()

    async def transact():
        async with stores.begin() as tx:
            await tx.execute(text("SELECT 1"))
            servers.hang(POSTGRES)
            match then:
                case "ask again":
                    await tx.execute(text("SELECT 1"))
                case "fail":
                    raise ZeroDivisionError
                case _:
                    await asyncio.sleep(60)

    began = loop.time()
    with pytest.raises(Unavailable):
        await transact()
    took_s = loop.time() - began
    held = stores.engine.pool.checkedout()
    servers.go_on(POSTGRES)

    assert took_s < AT_ONCE_S
    assert held == 0
    await stores.ask(POSTGRES)


async def test_a_crowd_before_one_that_hangs_is_refused_in_time(servers, stores):
    servers.hang(POSTGRES)
    too_many = {"dependency": "postgres", "reason": "full"}
    before = REGISTRY.get_sample_value("marquee_dependency_refused_total", too_many) or 0

    took_s = await asyncio.gather(
        *(refused_after_s(stores, POSTGRES) for _ in range(MOST_TRANSACTIONS + 50))
    )

    after = REGISTRY.get_sample_value("marquee_dependency_refused_total", too_many)
    assert max(took_s) < AT_ONCE_S
    assert after - before == 50
    assert stores.engine.pool.checkedout() == 0


async def test_one_process_asks_for_all_while_redis_lives(servers, two_processes):
    servers.hang(POSTGRES)
    await asyncio.gather(*(open_breaker(stores, POSTGRES) for stores in two_processes))
    asked, together = await questions_in(4.5, two_processes, POSTGRES)
    servers.go_on(POSTGRES)
    back_s = await asyncio.gather(*(closed_within_s(s, POSTGRES) for s in two_processes))

    assert sum(asked) >= 1
    assert not together
    assert max(back_s) < 10


async def test_each_asks_for_itself_when_redis_is_what_broke(servers, two_processes):
    servers.hang(REDIS)
    await asyncio.gather(*(open_breaker(stores, REDIS) for stores in two_processes))
    asked, _ = await questions_in(4.5, two_processes, REDIS)
    servers.go_on(REDIS)
    back_s = await asyncio.gather(*(closed_within_s(s, REDIS) for s in two_processes))

    assert min(asked) >= 1
    assert max(back_s) < 10


async def questions_in(seconds, processes, part):
    """How often each process asked in this time, and whether ever two asked together."""
    asked, together, was = [0] * len(processes), False, [None] * len(processes)
    loop = asyncio.get_running_loop()
    end = loop.time() + seconds
    while loop.time() < end:
        await asyncio.sleep(0.01)
        now = [stores.guards[part].state is BreakerState.HALF_OPEN for stores in processes]
        asked = [n + (new and not old) for n, new, old in zip(asked, now, was, strict=True)]
        together, was = together or sum(now) > 1, now
    return asked, together


async def test_redis_that_is_down_takes_nothing_else_with_it(servers, stores):
    servers.hang(REDIS)
    await open_breaker(stores, REDIS)

    await stores.nudges.send("pro_1")
    async with stores.begin() as tx:
        found = (await tx.execute(text("SELECT 1"))).scalar_one()

    assert found == 1
    with pytest.raises(Unavailable):
        await stores.leases.alive(SESSION)


async def test_a_server_that_may_forget_is_told_of_once(servers):
    async with await psycopg.AsyncConnection.connect(
        servers.addresses.database_url.replace("+psycopg", ""), autocommit=True
    ) as connection:
        await connection.execute("ALTER DATABASE marquee SET synchronous_commit = off")

    with structlog.testing.capture_logs() as lines:
        async with open_stores(servers.addresses) as stores:
            await asyncio.gather(*(stores.ask(POSTGRES) for _ in range(5)))

    assert lines == [
        {
            "event": "postgres_may_lose_what_it_acknowledged",
            "log_level": "critical",
            "off": "synchronous_commit",
        }
    ]
