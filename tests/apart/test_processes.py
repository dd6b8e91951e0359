"""Several web servers are one house: what one is told, all know, and none is missed."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import pytest

from app.embedded.machine import LOOPBACK, free_port, is_free
from tests import factories
from tests.apart.parts import STARTS_WITHIN_S, ApiAt, answers, serving
from tests.http.conftest import Server
from tests.schema.test_live import socket
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


def children(pid):
    """Those that serve; multiprocessing has one more, which tidies up after them."""
    pids = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    return {
        int(child) for child in pids if b"spawn_main" in Path(f"/proc/{child}/cmdline").read_bytes()
    }


def is_running(pid):
    try:
        return "\nState:\tZ" not in Path(f"/proc/{pid}/status").read_text()
    except FileNotFoundError:
        return False


def two_processes(port, environment, log):
    return serving(port, "--processes", "2", environment=environment, log=log)


async def test_a_heartbeat_told_to_one_process_arrives_from_another(environment, stores, tmp_path):
    home, film = await factories.household(stores), await factories.movie(stores)
    one, other = free_port(), free_port()
    with (
        serving(one, environment=environment, log=tmp_path / "one.log"),
        serving(other, environment=environment, log=tmp_path / "other.log"),
    ):
        async with ApiAt(f"http://{LOOPBACK}:{one}") as api:
            living_room = await api.viewer(home)
            kitchen = await api.viewer(home, installation="kitchen")
            session = (await living_room.start(film.id))["session"]["id"]

            async with socket(Server(other), kitchen.token) as opened:
                assert (await opened.receive())["type"] == "connection_ack"
                await opened.subscribe()
                position_ms, event = 0, None
                while event is None:  # until the subscription has begun, nothing is news to it
                    position_ms += 1000
                    await living_room.beat(session, position_ms)
                    with suppress(TimeoutError):
                        event = await asyncio.wait_for(opened.event(), 1)

    assert event["state"]["playable"] == {"name": "Night Train"}
    assert event["state"]["positionMs"] <= position_ms


def test_a_process_of_several_that_dies_is_replaced_and_nothing_outlives_the_first(
    environment, tmp_path
):
    port = free_port()
    with two_processes(port, environment, tmp_path / "log") as parent:
        first, second = children(parent.pid)

        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(children(parent.pid) - {first}) == 2, within_s=STARTS_WITHIN_S)
        answered = answers(port, "/livez")
        replaced = children(parent.pid)

        parent.kill()
        parent.wait()
        wait_until(lambda: not any(map(is_running, replaced)))

    assert answered
    assert second in replaced
    assert is_free(port)


def test_several_processes_stop_when_they_are_told(environment, tmp_path):
    port = free_port()
    with two_processes(port, environment, tmp_path / "log") as parent:
        served = children(parent.pid)

        parent.terminate()
        code = parent.wait(10)

    assert code == 0
    assert not any(map(is_running, served))
    assert "Traceback" not in (tmp_path / "log").read_text()
