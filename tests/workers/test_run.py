"""Starting tools: what comes out, what goes wrong, and that nothing stays behind."""

import asyncio
import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest

from tests.running import is_running
from workers.media.run import ToolFailed, ToolKilled, ToolTooSlow, run

SLEEPS = "sleep 60 & echo $$ $!; wait"  # tells its own number and that of what it started


def wait_until_gone(*pids: int) -> None:
    deadline = time.monotonic() + 5
    while any(is_running(pid) for pid in pids):
        assert time.monotonic() < deadline, "a process stayed behind"
        time.sleep(0.02)


def numbers(line: str) -> list[int]:
    return [int(word) for word in line.split()]


async def test_what_a_tool_reads_and_says_goes_through() -> None:
    answer = await run(["/bin/cat"], deadline_s=5, stdin=b"a\0b")

    assert answer == b"a\0b"


async def test_lines_arrive_while_the_tool_still_runs() -> None:
    heard: list[tuple[str, float]] = []
    began = time.monotonic()

    await run(
        ["/bin/sh", "-c", "echo one; sleep 0.5; echo two"],
        deadline_s=5,
        on_line=lambda line: heard.append((line, time.monotonic() - began)),
    )

    assert [line for line, _ in heard] == ["one", "two"]
    assert heard[1][1] - heard[0][1] > 0.3


async def test_a_failure_ends_with_what_the_tool_said() -> None:
    with pytest.raises(ToolFailed) as failed:
        await run(["/bin/sh", "-c", "echo no such codec >&2; exit 3"], deadline_s=5)

    assert str(failed.value) == "sh ended with status 3: no such codec"


async def test_a_tool_that_somebody_killed_says_nothing_about_the_film() -> None:
    with pytest.raises(ToolKilled):
        await run(["/bin/sh", "-c", "kill -9 $$"], deadline_s=5)


async def test_a_long_complaint_is_cut_to_its_end() -> None:
    with pytest.raises(ToolFailed) as failed:
        await run(
            ["/bin/sh", "-c", "head -c 1000000 /dev/zero | tr '\\0' x >&2; echo end >&2; exit 1"],
            deadline_s=5,
        )

    assert len(failed.value.stderr_tail) <= 4096
    assert failed.value.stderr_tail.endswith("xend")


async def test_a_tool_past_its_deadline_is_killed_with_all_it_started() -> None:
    pids: list[int] = []

    with pytest.raises(ToolTooSlow, match="took more than 1 s"):
        await run(
            ["/bin/sh", "-c", SLEEPS], deadline_s=1, on_line=lambda line: pids.extend(numbers(line))
        )

    assert len(pids) == 2
    wait_until_gone(*pids)


async def test_a_cancelled_tool_is_gone_when_the_cancelling_is() -> None:
    pids: list[int] = []
    task = asyncio.create_task(
        run(
            ["/bin/sh", "-c", SLEEPS],
            deadline_s=60,
            on_line=lambda line: pids.extend(numbers(line)),
        )
    )
    while not pids:  # noqa: ASYNC110 - nobody would set an event
        await asyncio.sleep(0.01)

    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    wait_until_gone(*pids)


def test_a_tool_dies_with_a_worker_that_is_killed() -> None:
    program = (
        "import asyncio; from workers.media.run import run\n"
        "asyncio.run(run(['/bin/sh', '-c', 'echo $$; exec sleep 60'], deadline_s=60,"
        " on_line=lambda line: print(line, flush=True)))"
    )
    worker = subprocess.Popen(
        [sys.executable, "-c", program],
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
        cwd=Path(__file__).parents[2],
    )
    with worker:
        assert worker.stdout is not None
        lines = (line.strip() for line in worker.stdout)
        tool = int(next(line for line in lines if line.isdigit()))
        assert is_running(tool)

        worker.send_signal(signal.SIGKILL)

    wait_until_gone(tool)


async def test_secrets_on_stdin_are_in_no_list_of_processes() -> None:
    seen = await run(
        ["/bin/sh", "-c", "read secret; tr '\\0' ' ' < /proc/$$/cmdline"],
        deadline_s=5,
        stdin=b"topsecret\n",
    )

    assert b"read secret" in seen
    assert b"topsecret" not in seen


async def test_a_tool_sees_none_of_the_environment() -> None:
    os.environ["TOKEN_KEY"] = "private"
    try:
        seen = await run(["/usr/bin/env"], deadline_s=5)
    finally:
        del os.environ["TOKEN_KEY"]

    assert b"private" not in seen
