"""Does `marquee up` start a whole house, refuse in one line, and leave nothing behind?"""

import asyncio
import os
import signal
import socket
import subprocess

import pytest

from app.embedded.machine import HUNG_AFTER_S, LOOPBACK, free_port
from app.embedded.supervisor import ASK_EVERY_S
from app.home import open_home
from app.up import STARTS_WITHIN_S
from tests.app.outside import own_secrets
from tests.running import (
    STOPPED_WITHIN_S,
    child,
    command,
    environment,
    house,
    sharing_a_port,
    somebody_is_left,
    status,
)

pytestmark = pytest.mark.slow

EMPTY = "--no-demo"


def refusal(home, port, **settings):
    """The exit code, stdout, and the last line on stderr of a house that cannot start."""
    done = subprocess.run(
        command(home, port, EMPTY),
        capture_output=True,
        text=True,
        env=environment(**settings),
        timeout=60,
    )
    assert "Traceback" not in done.stderr
    return done.returncode, done.stdout, done.stderr.splitlines()[-1]


def test_two_houses_run_side_by_side_and_stop_in_time_with_nothing_left(tmp_path):
    homes, ports = (tmp_path / "a", tmp_path / "b"), (free_port(), free_port())
    two = ("--api-processes", "2")
    with house(homes[0], ports[0], EMPTY, *two) as one, house(homes[1], ports[1], EMPTY) as other:
        serving = [len(sharing_a_port(running.process.pid)) for running in (one, other)]
        ran = [somebody_is_left(home) for home in homes]
        answered = [status(f"http://{LOOPBACK}:{port}/readyz") for port in ports]
        databases = {(home / "run" / "database_url").read_text() for home in homes}

        second = refusal(homes[0], free_port())
        interrupted, terminated = one.stop(signal.SIGINT), other.stop(signal.SIGTERM)

    url = f"http://{LOOPBACK}:{ports[0]}"
    assert one.ready == {"url": url, "graphql": f"{url}/graphql", "demo": None}
    assert serving == [2, 0]
    assert ran == [True, True]
    assert answered == [200, 200]
    assert len(databases) == 2
    assert second == (2, "", f"Marquee is already running in {homes[0]}.")
    for code, seconds, printed in (interrupted, terminated):
        assert (code, printed) == (0, "")
        assert seconds < STOPPED_WITHIN_S
    assert [somebody_is_left(home) for home in homes] == [False, False]


def test_a_house_can_be_stopped_while_it_starts(tmp_path):
    starting = subprocess.Popen(
        command(tmp_path, free_port(), EMPTY), stderr=subprocess.PIPE, text=True, env=environment()
    )
    assert starting.stderr.readline() == "Starting Postgres.\n"

    starting.terminate()
    starting.communicate(timeout=STOPPED_WITHIN_S)

    assert starting.returncode == 0
    assert not somebody_is_left(tmp_path)


def test_a_home_whose_house_was_killed_can_be_lived_in_at_once(tmp_path):
    port = free_port()
    with house(tmp_path, port, EMPTY) as killed:
        secret = (tmp_path / "secrets" / "postgres_password").read_text()
        killed.process.kill()
        killed.process.wait()

        with house(tmp_path, port, EMPTY):
            answered = status(f"http://{LOOPBACK}:{port}/readyz")

    assert answered == 200
    assert (tmp_path / "secrets" / "postgres_password").read_text() == secret
    assert not somebody_is_left(tmp_path)


async def test_a_web_server_and_a_worker_that_hang_are_replaced(tmp_path):
    port = free_port()
    with house(tmp_path, port, EMPTY) as running:
        hung = {name: child(running, name) for name in ("web", "worker")}
        await asyncio.sleep(ASK_EVERY_S)  # it has been seen alive: no longer given time to start
        for pid in hung.values():
            os.kill(pid, signal.SIGSTOP)

        async def replaced():
            return all(child(running, name) not in (None, pid) for name, pid in hung.items())

        async with asyncio.timeout(STARTS_WITHIN_S + HUNG_AFTER_S):
            while not await replaced() or not _is_ready(port):  # noqa: ASYNC110 - no event tells
                await asyncio.sleep(0.5)


def _is_ready(port):
    try:
        return status(f"http://{LOOPBACK}:{port}/readyz") == 200
    except OSError:
        return False  # nobody listens yet


def test_a_taken_port_is_one_line(tmp_path):
    with socket.create_server((LOOPBACK, 0)) as taken:
        port = taken.getsockname()[1]

        refused = refusal(tmp_path, port)

    advice = "choose another one, as in `make up PORT=8001`."
    assert refused == (2, "", f"Port {port} is taken: {advice}")


def test_an_address_that_is_not_ours_is_one_line_with_its_reason(tmp_path):
    port, documentation = free_port(), "192.0.2.1"  # kept free of machines by RFC 5737

    refused = refusal(tmp_path, port, BIND_ADDRESS=documentation)

    reason = "Cannot assign requested address"
    assert refused == (2, "", f"Nobody can listen at {documentation}, port {port}: {reason}.")


def test_a_damaged_database_is_one_line_and_nothing_is_left_running(tmp_path):
    with open_home(tmp_path):
        (tmp_path / "postgres").mkdir(mode=0o700)

    code, printed, line = refusal(tmp_path, free_port())

    assert (code, printed) == (2, "")
    assert line.startswith("postgres ended at once: ")
    assert not somebody_is_left(tmp_path)


@pytest.mark.parametrize("where", ["environment", "secrets"])
def test_a_database_elsewhere_that_is_not_there_is_one_line_and_none_is_made(tmp_path, where):
    nowhere = f"postgresql+psycopg://marquee:marquee@{LOOPBACK}:{free_port()}/marquee"
    given, home = {"DATABASE_URL": nowhere}, tmp_path / "home"
    if where == "secrets":
        own = own_secrets(tmp_path / "own")
        (own / "database_url").write_text(nowhere)
        given = {"MARQUEE_SECRETS": str(own)}

    code, printed, line = refusal(home, free_port(), **given)

    assert (code, printed) == (2, "")
    assert "Connection refused" in line
    assert not (home / "postgres").exists()
    assert not somebody_is_left(home)
