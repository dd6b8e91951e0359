"""Several web servers are one house: what one is told, all know, and none is missed."""

import asyncio
import os
import signal
from contextlib import suppress
from pathlib import Path

import httpx
import pytest

from app.embedded.machine import LOOPBACK, free_port, is_free
from tests import factories
from tests.apart.parts import STARTS_WITHIN_S, ApiAt, answers, marquee, serving, whose_python
from tests.http.conftest import Server
from tests.running import is_running, sharing_a_port
from tests.schema.test_live import socket
from tests.waiting import wait_until

pytestmark = pytest.mark.slow


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
        first, second = sharing_a_port(parent.pid)

        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(sharing_a_port(parent.pid) - {first}) == 2, within_s=STARTS_WITHIN_S)
        answered = answers(port, "/livez")
        replaced = sharing_a_port(parent.pid)

        parent.kill()
        parent.wait()
        wait_until(lambda: not any(map(is_running, replaced)))

    assert answered
    assert second in replaced
    assert is_free(port)


def test_a_process_of_several_whose_loop_hangs_is_replaced(environment, tmp_path):
    environment |= whose_python(
        tmp_path, "import signal, time; signal.signal(signal.SIGUSR1, lambda *_: time.sleep(600))"
    )
    port, log = free_port(), tmp_path / "log"
    with two_processes(port, environment, log) as parent:
        wait_until(lambda: log.read_text().count("startup complete") == 2, within_s=STARTS_WITHIN_S)
        first, second = sharing_a_port(parent.pid)

        os.kill(first, signal.SIGUSR1)
        wait_until(lambda: len(sharing_a_port(parent.pid) - {first}) == 2, within_s=STARTS_WITHIN_S)
        wait_until(lambda: answers(port, "/livez"), within_s=STARTS_WITHIN_S)
        replaced = sharing_a_port(parent.pid)

    assert second in replaced
    assert "loop_hung" in log.read_text()


def test_processes_that_start_slowly_replace_each_other_on_sighup(environment, tmp_path):
    slow = whose_python(
        tmp_path, "import sys, time; '--multiprocessing-fork' in sys.orig_argv and time.sleep(6)"
    )
    port = free_port()
    with two_processes(port, environment | slow, tmp_path / "log") as parent:
        before = sharing_a_port(parent.pid)

        parent.send_signal(signal.SIGHUP)
        wait_until(
            lambda: (
                len(sharing_a_port(parent.pid)) == 2 and not sharing_a_port(parent.pid) & before
            ),
            within_s=STARTS_WITHIN_S,
        )
        answered = answers(port, "/livez")

    assert answered


def health(environment, port):
    """What a container is told by `marquee health`, whatever proxy it has for the world outside."""
    told = environment | {"PORT": str(port), "http_proxy": f"http://{LOOPBACK}:{free_port()}"}
    with marquee("health", environment=told, log=Path(os.devnull)) as asking:
        return asking.wait(STARTS_WITHIN_S)


def test_several_processes_stop_when_they_are_told_and_are_healthy_until_then(
    environment, tmp_path
):
    port = free_port()
    environment |= {"MARQUEE_ENV": "production", "PUBLIC_URL": "https://house.test"}
    with two_processes(port, environment, tmp_path / "log") as parent:
        served = sharing_a_port(parent.pid)
        alive = health(environment, port)

        parent.terminate()
        code = parent.wait(10)
        gone = health(environment, port)

    assert code == 0
    assert (alive, gone) == (0, 1)
    assert not any(map(is_running, served))
    assert "Traceback" not in (tmp_path / "log").read_text()


def test_whichever_process_is_asked_for_its_metrics_answers_for_all(environment, tmp_path):
    port = free_port()
    with two_processes(port, environment, tmp_path / "log") as parent:
        first, _ = sharing_a_port(parent.pid)
        for _ in range(20):  # each by a connection of its own, which either process may take
            httpx.post(
                f"http://{LOOPBACK}:{port}/graphql", json={"query": "query Ours { __typename }"}
            )

        os.kill(first, signal.SIGKILL)
        wait_until(lambda: len(sharing_a_port(parent.pid) - {first}) == 2, within_s=STARTS_WITHIN_S)
        wait_until(lambda: answers(port, "/readyz"), within_s=STARTS_WITHIN_S)
        told = httpx.get(f"http://{LOOPBACK}:{port}/metrics").text

    counted = 'marquee_operations_total{document="Ours",kind="query",outcome="ok"} 20.0'
    assert counted in told.splitlines()
    assert 'marquee_breaker{dependency="postgres",state="CLOSED"} 3.0' not in told.splitlines()
