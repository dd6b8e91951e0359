"""Starts the media tools, all of them: told in the log, watched, timed, and never left over."""

import asyncio
import os
import shlex
import signal
import sys
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import cast

import structlog

from stores.jobs import Interrupted

LEASH = Path(__file__).with_name("leash.py")
STDERR_BYTES = 4096  # the end of a tool's complaint is where the reason stands
PART_BYTES = 64 * 1024  # what a pipe holds
MAX_STDOUT_BYTES = 64 * 1024 * 1024  # small frames of 100 candidates are 4 MB

log = structlog.get_logger()


class ToolFailed(Exception):
    """A media tool did not do its work; the text ends with what it said."""

    def __init__(self, tool: str, outcome: str, stderr_tail: str) -> None:
        """`outcome` completes the sentence that begins with the tool's name."""
        super().__init__(f"{tool} {outcome}: {stderr_tail}" if stderr_tail else f"{tool} {outcome}")
        self.stderr_tail = stderr_tail


class ToolTooSlow(ToolFailed):
    """The deadline passed first."""


class ToolKilled(Interrupted):
    """Somebody ended a media tool, which says nothing about the film."""


async def run(
    command: Sequence[str | Path],
    *,
    deadline_s: float,
    stdin: bytes = b"",
    cwd: Path | None = None,
    on_line: Callable[[str], None] | None = None,
) -> bytes:
    """Runs a tool to its end and returns its standard output; with `on_line` each line of it goes
    there at once instead, and nothing is returned.

    `stdin` is for what must be neither in the log nor in the process list. Raises ToolFailed,
    ToolTooSlow after `deadline_s` seconds, and ToolKilled. Cancelled, it kills the tool and all
    that the tool started before it lets go.
    """
    words = [str(word) for word in command]
    tool = Path(words[0]).name.split("-")[0]
    log.info("tool_started", command=shlex.join(words), cwd=str(cwd or Path.cwd()))
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-I", "-S", str(LEASH), str(os.getpid()), *words,
        stdin=asyncio.subprocess.PIPE,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
        cwd=cwd,
        start_new_session=True,  # a group to kill as one, and out of reach of the terminal's Ctrl-C
        env={"LC_ALL": "C"},  # messages as written, and none of the house's settings
    )  # fmt: skip
    try:
        async with asyncio.timeout(deadline_s):
            _, stdout, stderr_tail = await asyncio.gather(
                _feed(process, stdin), _read_stdout(process, on_line), _read_tail(process)
            )
            status = await process.wait()
    except TimeoutError as error:
        raise ToolTooSlow(tool, f"took more than {deadline_s:.0f} s", "") from error
    finally:
        await _end(process)
    if status == -signal.SIGKILL:
        raise ToolKilled
    if status != 0:
        raise ToolFailed(tool, f"ended with status {status}", stderr_tail)
    return stdout


async def _feed(process: asyncio.subprocess.Process, stdin: bytes) -> None:
    pipe = cast(asyncio.StreamWriter, process.stdin)
    try:
        pipe.write(stdin)
        await pipe.drain()
    except (BrokenPipeError, ConnectionResetError):
        pass  # it ended without reading on; its status tells why
    finally:
        pipe.close()


async def _read_stdout(
    process: asyncio.subprocess.Process, on_line: Callable[[str], None] | None
) -> bytes:
    pipe = cast(asyncio.StreamReader, process.stdout)
    if on_line is None:
        collected = bytearray()
        while part := await pipe.read(PART_BYTES):
            collected += part
            if len(collected) > MAX_STDOUT_BYTES:
                raise ToolFailed("the tool", "said more than it was asked", "")
        return bytes(collected)
    async for line in pipe:
        on_line(line.decode(errors="replace").rstrip())
    return b""


async def _read_tail(process: asyncio.subprocess.Process) -> str:
    pipe = cast(asyncio.StreamReader, process.stderr)
    tail = b""
    while part := await pipe.read(PART_BYTES):
        tail = (tail + part)[-STDERR_BYTES:]
    return tail.decode(errors="replace").strip()


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        os.killpg(process.pid, signal.SIGKILL)
        await asyncio.shield(process.wait())
