"""Does what should run, run; and what should not, not?"""

import asyncio
import os
import signal
import sys
import time
from dataclasses import replace

import pytest
from structlog.testing import capture_logs

from app.embedded.logs import LARGEST_BYTES
from app.embedded.supervisor import Child, ChildFailed, Supervisor, retry_after
from tests.running import is_running
from tests.waiting import wait_until

TELLS_ITS_ID = "echo $$ >> ids; exec sleep 60"
IGNORES_SIGTERM = "trap '' TERM; echo $$ >> ids; while :; do sleep 0.1; done"
TELLS_ITS_END = "trap 'echo %s >> ends; exit' TERM; echo $$ >> ids; while :; do sleep 0.05; done"
WITH_A_CHILD = "sleep 60 & echo $! >> ids; exec sleep 60"

# A supervisor of another process, to be killed: `python -c HOUSE SCRIPT FOLDER`.
HOUSE = """
import asyncio, sys
from pathlib import Path
from app.embedded.supervisor import Child, Supervisor

async def run(script, folder):
    async with Supervisor(folder / "children") as supervisor:
        await supervisor.start(
            Child("one", ("/bin/sh", "-c", script), folder / "log", {}, folder)
        )
        await asyncio.sleep(60)

asyncio.run(run(sys.argv[1], Path(sys.argv[2])))
"""


def child(folder, script, **more):
    return Child("one", ("/bin/sh", "-c", script), folder / "log", {}, folder, **more)


async def told(path, count=1):
    """The first `count` lines of a file that children write to, when they are there."""
    async with asyncio.timeout(10):
        while True:
            lines = path.read_text().split() if path.exists() else []
            if len(lines) >= count:
                return lines
            await asyncio.sleep(0.01)


async def test_a_killed_child_is_started_again_after_a_longer_wait_each_time(tmp_path, supervisor):
    await supervisor.start(child(tmp_path, TELLS_ITS_ID))

    with capture_logs() as logs:
        for number in (1, 2, 3):
            ids = await told(tmp_path / "ids", number)
            os.kill(int(ids[-1]), signal.SIGKILL)
        await told(tmp_path / "ids", 4)

    assert [(line["event"], line["cause"], line["again_in_s"]) for line in logs] == [
        ("child_ended", "SIGKILL", 0.2),
        ("child_ended", "SIGKILL", 0.4),
        ("child_ended", "SIGKILL", 0.8),
    ]


@pytest.mark.parametrize(
    ("last_wait_s", "ran_s", "wait_s"),
    [(0.0, 1.0, 0.2), (0.2, 1.0, 0.4), (8.0, 29.9, 10.0), (10.0, 0.0, 10.0), (10.0, 30.0, 0.2)],
)
def test_the_wait_doubles_up_to_ten_seconds_and_begins_anew_after_a_steady_run(
    last_wait_s, ran_s, wait_s
):
    assert retry_after(last_wait_s, ran_s=ran_s) == wait_s


async def test_children_end_in_the_reverse_order_of_their_start(tmp_path):
    async with Supervisor(tmp_path / "children") as supervisor:
        for number, name in enumerate(("first", "second", "third"), start=1):
            await supervisor.start(replace(child(tmp_path, TELLS_ITS_END % name), name=name))
            await told(tmp_path / "ids", number)

    assert (tmp_path / "ends").read_text().split() == ["third", "second", "first"]


async def test_a_child_that_ignores_the_polite_signal_is_killed_when_its_time_is_up(tmp_path):
    async with Supervisor(tmp_path / "children") as supervisor:
        await supervisor.start(child(tmp_path, IGNORES_SIGTERM, stops_within_s=0.3))
        [pid] = await told(tmp_path / "ids")
        began = time.monotonic()

    assert time.monotonic() - began >= 0.3
    assert not is_running(pid)


async def test_what_a_child_has_started_ends_with_it(tmp_path):
    async with Supervisor(tmp_path / "children") as supervisor:
        await supervisor.start(child(tmp_path, WITH_A_CHILD))
        [grandchild] = await told(tmp_path / "ids")
        ran_before = is_running(grandchild)

    assert ran_before
    wait_until(lambda: not is_running(grandchild))  # the kernel has been told, and takes a moment


async def test_a_child_that_ends_at_once_is_told_with_its_last_words(tmp_path, supervisor):
    (tmp_path / "log").write_text("FATAL: of an earlier run\n")

    with pytest.raises(ChildFailed) as failure:
        await supervisor.start(
            child(tmp_path, "echo FATAL: no ink; echo bye; exit 3", is_ready=never)
        )

    assert str(failure.value) == f"one ended at once: FATAL: no ink (its log: {tmp_path / 'log'})"


async def test_a_child_that_is_not_ready_in_time_is_told_and_ended(tmp_path, supervisor):
    with pytest.raises(ChildFailed) as failure:
        await supervisor.start(child(tmp_path, TELLS_ITS_ID, is_ready=never, ready_within_s=1))

    [pid] = await told(tmp_path / "ids")
    assert str(failure.value).startswith("one was not ready in 1 s: it printed nothing")
    assert not is_running(pid)


async def test_a_program_that_is_not_there_is_one_line(tmp_path, supervisor):
    missing = Child("one", ("/no/such",), tmp_path / "log", {}, tmp_path, is_ready=never)

    with pytest.raises(ChildFailed, match=r"Cannot run /no/such: No such file or directory\."):
        await supervisor.start(missing)


async def test_a_program_that_runs_to_its_end_is_waited_for(tmp_path, supervisor):
    await supervisor.run(child(tmp_path, "sleep 0.2; echo done > result"))

    assert (tmp_path / "result").read_text() == "done\n"


async def test_a_program_that_fails_at_its_end_is_told_with_its_last_words(tmp_path, supervisor):
    with pytest.raises(ChildFailed, match="one failed: out of paper"):
        await supervisor.run(child(tmp_path, "echo out of paper; exit 1"))


@pytest.mark.slow
@pytest.mark.skipif(sys.platform != "linux", reason="only Linux tells a child of its parent's end")
async def test_children_of_a_killed_supervisor_are_asked_to_end_at_once(tmp_path):
    house = await run_house(TELLS_ITS_END % "one", tmp_path)

    house.kill()

    assert await told(tmp_path / "ends") == ["one"]


@pytest.mark.slow
async def test_a_new_supervisor_ends_what_a_killed_one_left_behind(tmp_path):
    house = await run_house(IGNORES_SIGTERM, tmp_path)
    house.kill()
    [leftover] = await told(tmp_path / "ids")
    outlived = is_running(leftover)

    async with Supervisor(tmp_path / "children"):
        left_when_started = is_running(leftover)

    assert outlived
    assert not left_when_started


async def run_house(script, folder):
    house = await asyncio.create_subprocess_exec(sys.executable, "-c", HOUSE, script, str(folder))
    await told(folder / "ids")
    await told(folder / "children")  # a child may be quicker than the ledger that lists it
    return house


async def never(pid):
    return False


async def test_a_child_that_hangs_is_replaced(tmp_path, supervisor):
    async def answers(pid):
        return pid != hung

    hung = None
    await supervisor.start(child(tmp_path, TELLS_ITS_ID, is_alive=answers, ready_within_s=0))
    [first] = map(int, await told(tmp_path / "ids"))

    with capture_logs() as logs:
        hung = first
        _, second = map(int, await told(tmp_path / "ids", 2))

    assert not is_running(first)
    assert is_running(second)
    assert [line["event"] for line in logs] == ["child_hung", "child_ended"]


async def test_a_log_is_cut_before_a_child_prints_into_it_again(tmp_path, supervisor):
    (tmp_path / "log").write_bytes(b"x" * (LARGEST_BYTES + 1))

    await supervisor.run(child(tmp_path, "echo fresh"))

    assert (tmp_path / "log").read_text() == "fresh\n"
    assert (tmp_path / "log.1").stat().st_size == LARGEST_BYTES + 1
