import asyncio
import socket

import pytest

from app.http import health
from stores import open_stores
from tests.conftest import Addresses
from tests.http.conftest import client_of
from tests.waiting import until

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
        return (await readiness(stores)).status_code == 200

    await until(ready)
    return await readiness(stores)


async def test_a_process_whose_parts_all_answer_is_ready(stores):
    answer = await readiness_once_connected(stores)

    assert answer.status_code == 200
    assert answer.json() == {
        "ready": True,
        "parts": {"postgres": "ok", "redis": "ok", "objects": "ok"},
    }
    assert answer.headers["cache-control"] == "no-store"


async def test_a_process_whose_parts_are_gone_is_not_ready_and_says_which(open_at):
    async with open_at(**UNREACHABLE) as stores:
        answer = await readiness(stores)

    assert answer.status_code == 503
    assert answer.json() == {
        "ready": False,
        "parts": {"postgres": "OperationalError", "redis": "ConnectionError", "objects": "ok"},
    }


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
    assert answer.json()["parts"] == {"postgres": "slow", "redis": "slow", "objects": "ok"}
    assert took_s < 1.5  # all parts at once, each 250 ms


async def test_a_process_is_alive_whatever_its_parts_do(open_at):
    async with open_at(**UNREACHABLE) as stores, client_of(health.routes(stores)) as client:
        answer = await client.get("/livez")

    assert (answer.status_code, answer.json()) == (200, {"alive": True})
