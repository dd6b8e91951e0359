import asyncio
import socket
from contextlib import suppress

import pytest

from app.http import health
from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores import open_stores
from tests.conftest import Addresses
from tests.http.conftest import client_of
from tests.waiting import until

WELL = {"state": "ok", "breaker": "CLOSED"}
NOBODY = "127.0.0.1:1"  # a port that no program of ours or of a distribution listens at
UNREACHABLE = {
    "database_url": f"postgresql+psycopg://marquee@{NOBODY}/marquee",
    "redis_url": f"redis://{NOBODY}/0",
}


@pytest.fixture
def silent():
    """A server that takes connections and never says a word: how a hung one looks."""
    with socket.create_server(("127.0.0.1", 0)) as listener:
        yield f"127.0.0.1:{listener.getsockname()[1]}"


@pytest.fixture
def open_at(tmp_path):
    """Stores at these addresses, with objects in a folder."""
    (tmp_path / "master_key").write_text("00" * 32)
    folders = {
        "objects_url": (tmp_path / "objects").as_uri(),
        "keys_url": (tmp_path / "master_key").as_uri(),
    }
    return lambda **urls: open_stores(Addresses(**folders, **urls))


async def readiness(stores):
    async with client_of(health.routes(stores)) as client:
        return await client.get("/readyz")


async def readiness_once_connected(stores):
    """A busy machine may take longer to connect than a part is given to answer."""

    async def ready():
        with suppress(Unavailable):
            await stores.revocations.look(stores)
        return (await readiness(stores)).status_code == 200

    await until(ready)
    return await readiness(stores)


async def down(stores, part):
    """Asks until its breaker is open."""
    while stores.guards[part].state is not BreakerState.OPEN:
        with suppress(Unavailable):
            await stores.ask(part)


async def test_a_process_whose_parts_all_answer_is_ready(stores):
    answer = await readiness_once_connected(stores)

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": dict.fromkeys(("postgres", "redis", "objects"), WELL),
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_process_that_does_not_know_yet_who_was_signed_out_is_not_ready(stores):
    await stores.ask(Dependency.POSTGRES)
    before = await readiness(stores)
    await stores.revocations.look(stores)
    after = await readiness(stores)

    assert (before.status_code, before.json()["ready"]) == (503, False)
    assert (after.status_code, after.json()["ready"]) == (200, True)


async def test_a_process_that_never_reached_postgres_has_nothing_to_show(open_at):
    async with open_at(**UNREACHABLE) as stores:
        await down(stores, Dependency.POSTGRES)
        answer = await readiness(stores)

    assert answer.status_code == 503
    assert answer.json()["ready"] is False
    assert answer.json()["parts"]["postgres"] == {"state": "down", "breaker": "OPEN"}
    assert answer.json()["parts"]["objects"] == WELL


async def test_a_process_without_redis_is_ready_and_says_so(open_at, database_url):
    async with open_at(**UNREACHABLE | {"database_url": database_url}) as stores:
        await down(stores, Dependency.REDIS)
        answer = await readiness_once_connected(stores)

    assert answer.json()["parts"] == {
        "postgres": WELL,
        "redis": {"state": "down", "breaker": "OPEN"},
        "objects": WELL,
    }


async def test_a_folder_of_objects_that_was_deleted_is_noticed(open_at, database_url, tmp_path):
    async with open_at(**UNREACHABLE | {"database_url": database_url}) as stores:
        before = await readiness_once_connected(stores)
        (tmp_path / "objects").rmdir()
        after = await readiness(stores)

    assert before.json()["parts"]["objects"] == WELL
    assert after.json()["parts"]["objects"] == {"state": "down", "breaker": "CLOSED"}


async def test_a_part_that_hangs_is_slow_and_holds_nobody_up(open_at, silent):
    hung = {
        "database_url": f"postgresql+psycopg://marquee@{silent}/marquee",
        "redis_url": f"redis://{silent}/0",
    }
    loop = asyncio.get_running_loop()

    async with open_at(**hung) as stores:
        asked_at = loop.time()
        answer = await readiness(stores)
        took_s = loop.time() - asked_at

    assert answer.status_code == 503
    assert {part: told["state"] for part, told in answer.json()["parts"].items()} == {
        "postgres": "slow",
        "redis": "slow",
        "objects": "ok",
    }
    assert took_s < 1.5  # all parts at once, each 250 ms


async def test_a_process_is_alive_whatever_its_parts_do(open_at):
    async with open_at(**UNREACHABLE) as stores, client_of(health.routes(stores)) as client:
        answer = await client.get("/livez")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})
