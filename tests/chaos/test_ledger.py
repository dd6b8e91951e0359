"""Does a house that is knocked about keep every word it gave, and serve again in time?"""

import asyncio
import json
import os
import signal
import subprocess
import sys
import time
from contextlib import contextmanager, suppress
from math import inf
from pathlib import Path

import httpx
import pytest

from app.embedded.machine import free_port
from bench.house import PLENTY
from settings import load_settings
from stores import open_stores
from tests import factories
from tests.chaos.ledger import (
    ALLOWED_ERRORS,
    SERVES_AGAIN_WITHIN_S,
    SETTLES_WITHIN_S,
    Knock,
    again_after_s,
    discrepancies,
    judge,
    read,
    refresh_tokens,
)
from tests.chaos.load import REFRESH
from tests.running import House, child, descendants, house

pytestmark = pytest.mark.slow

ROOT = Path(__file__).parents[2]
SLACK = 3  # in the short form: where it runs, other tests may want the same cores
CALM_S = 2.0  # beyond a knock's window, so that there is something outside of it
CHILDREN = ("web", "worker", "postgres", "valkey")
STOPPED = ("postgres", "valkey")


def test_a_short_evening_of_knocks_costs_no_acknowledged_write(tmp_path, monkeypatch):
    verdict = evening(tmp_path, monkeypatch, viewers=4, rounds=1, stopped_s=3.0)

    assert verdict.bugs == []
    assert max(verdict.again_after_s.values()) <= SLACK * SERVES_AGAIN_WITHIN_S, verdict


def test_a_house_is_back_with_the_first_answer_that_no_missing_one_follows():
    knocks = [Knock("first", at=10.0, back_at=13.0), Knock("last", at=20.0, back_at=20.0)]
    answers = [(9, "error"), (11, "ok"), (14, "error"), (15, "ok"), (16, "ok"), (19, "cut")]
    lines = [{"until": until, "outcome": outcome} for until, outcome in answers]

    assert again_after_s(lines, knocks) == {"first": 2.0, "last": inf}
    assert again_after_s([*lines, {"until": 21, "outcome": "ok"}], knocks)["last"] == 1.0


@pytest.mark.soak
def test_a_long_evening_of_knocks_costs_no_acknowledged_write(tmp_path, monkeypatch):
    verdict = evening(tmp_path, monkeypatch, viewers=12, rounds=3, stopped_s=10.0)

    assert verdict.bugs == []
    assert verdict.errors_0_to_1 < ALLOWED_ERRORS, verdict
    assert max(verdict.again_after_s.values()) <= SERVES_AGAIN_WITHIN_S, verdict.again_after_s


def evening(tmp_path, monkeypatch, *, viewers, rounds, stopped_s):
    """Knocks at every process of a house under load, and last at their supervisor; says what it
    found, and how it was taken."""
    home, port, ledger = tmp_path / "home", free_port(), tmp_path / "ledger"
    monkeypatch.setenv("MARQUEE_HOME", str(home))
    monkeypatch.setenv("BUDGETS", PLENTY)
    emails = [f"viewer{number}@house.test" for number in range(viewers)]
    knocks = []
    with house(home, port, "--no-demo") as first:
        title = asyncio.run(furnish(emails))
        with load(first.ready["url"], title, ledger, emails) as capacity:
            time.sleep(SETTLES_WITHIN_S)
            for number in range(rounds):
                for name in CHILDREN:
                    knocks.append(kill(first, name, number))
                    time.sleep(SETTLES_WITHIN_S + CALM_S)
                for name in STOPPED:
                    knocks.append(stop(first, name, number, stopped_s))
                    time.sleep(SETTLES_WITHIN_S + CALM_S)
            knocks.append(kill_supervisor(first))
            with house(home, port, "--no-demo") as second:
                time.sleep(SETTLES_WITHIN_S + CALM_S)
                capacity.stop()
                found = asyncio.run(read_back(second, ledger))
    lines = read(ledger)
    verdict = judge(lines, knocks)
    sys.stderr.write(report(capacity, lines, verdict))
    assert found == []
    return verdict


def kill(running, name, number):
    at = time.time()
    os.kill(child(running, name), signal.SIGKILL)
    return Knock(f"{name} killed, round {number}", at, at)


def kill_supervisor(running):
    """It is away until somebody starts it again, which is the next thing to be done."""
    at = time.time()
    running.process.kill()
    running.process.wait()
    return Knock("supervisor killed", at, time.time())


def stop(running, name, number, seconds):
    leader, at = child(running, name), time.time()
    family = [leader, *descendants(leader)]  # a Postgres serves each client in a process of its own
    signal_all(family, signal.SIGSTOP)
    time.sleep(seconds)
    signal_all(family, signal.SIGCONT)
    return Knock(f"{name} stopped, round {number}", at, time.time())


def signal_all(pids, number):
    for pid in pids:
        with suppress(ProcessLookupError):
            os.kill(pid, number)


async def furnish(emails):
    async with open_stores(load_settings()) as stores:
        for email in emails:
            await factories.household(stores, email=email)
        genre = await factories.genre(stores, "Drama")
        films = [await factories.movie(stores, f"Film {n}", genres=[genre]) for n in range(10)]
        return films[0].id


class Load:
    """The process that asks; `capacity_per_s` is what it measured."""

    def __init__(self, *arguments):
        self.process = subprocess.Popen(
            [sys.executable, "-m", "tests.chaos.load", *arguments],
            cwd=ROOT,
            stdout=subprocess.PIPE,
            text=True,
        )
        self.capacity_per_s = json.loads(self.process.stdout.readline())["capacity_per_s"]

    def stop(self):
        self.process.terminate()
        assert self.process.wait(timeout=20) == 0


@contextmanager
def load(url, title, ledger, emails):
    asking = Load(url, title, str(ledger), *emails)
    try:
        yield asking
    finally:
        asking.process.kill()
        asking.process.wait()
        asking.process.stdout.close()


async def read_back(running: House, ledger):
    """What is lost or doubled; that includes refresh tokens that no longer work."""
    lines = read(ledger)
    async with open_stores(load_settings()) as stores:
        found = await discrepancies(stores, lines)
    async with httpx.AsyncClient(base_url=running.ready["url"], timeout=10) as http:
        for viewer, token in refresh_tokens(lines).items():
            body = {"query": REFRESH, "variables": {"token": token}}
            answer = (await http.post("/graphql", json=body)).json()["data"]["refreshToken"]
            if "accessToken" not in answer:
                found.append(f"{viewer} was signed out: {answer}")
    return found


def report(load, lines, verdict):
    asked_s = max(line["until"] for line in lines) - min(line["at"] for line in lines)
    told = {
        "capacity_per_s": load.capacity_per_s,
        "asked_per_s": round(len(lines) / asked_s, 1),
        "outside": dict(verdict.outside),
        "inside": dict(verdict.inside),
        "again_after_s": {name: round(s, 1) for name, s in verdict.again_after_s.items()},
        "unexcused": verdict.unexcused[:40],
    }
    return json.dumps(told, indent=1)
