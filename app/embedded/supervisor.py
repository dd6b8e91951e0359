"""Starts the house's programs, starts again what dies, and leaves nothing running behind."""

import asyncio
import os
import re
import signal
import sys
import time
from asyncio.subprocess import DEVNULL, Process
from collections.abc import Awaitable, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType
from typing import Self

import structlog

from app.embedded.ledger import Ledger, kill_group
from app.embedded.logs import shorten
from app.embedded.machine import HUNG_AFTER_S, free_port, is_free
from app.embedded.mishaps import cause_of_death, oom_kills, watch_machine
from settings import CannotStart

POLL_S = 0.02  # how often a program is asked whether it is ready; most are within 0.2 s
FIRST_RETRY_S = 0.2  # long enough for a killed Postgres' own children to be gone
LONGEST_RETRY_S = 10.0  # a program that cannot run must not keep a core busy
STOP_WITHIN_S = 9.0  # for all children together; `marquee up` promises to be gone in ten
STEADY_AFTER_S = 30.0  # having run this long it was well: the next retry is a first one again
ASK_EVERY_S = 2.0  # whether a child is alive: a small request; five before it is taken for hung
LOOK_AT_LOGS_EVERY_S = 30.0  # a program that prints as fast as it can fills 3 GB in that time
TELLING = re.compile(r"FATAL|PANIC|^[\w.]+Error: ")  # the reasons of Postgres and of Python
LOG_TAIL_BYTES = 8192  # enough to hold the lines a program dies with

LEASH = Path(__file__).with_name("leash.py")

log = structlog.get_logger()


async def _at_once(pid: int) -> bool:
    return True


@dataclass(frozen=True, slots=True)
class Account:
    """The user and group a program runs as."""

    uid: int = field(default_factory=os.geteuid)
    gid: int = field(default_factory=os.getegid)


@dataclass(frozen=True, slots=True)
class Child:
    """A program to keep running. `argv[0]` is a path; `log` gets all it prints."""

    name: str
    argv: tuple[str, ...]
    log: Path
    env: Mapping[str, str]
    cwd: Path
    account: Account = field(default_factory=Account)
    is_ready: Callable[[int], Awaitable[bool]] = _at_once  # is asked with the process id
    ready_within_s: float = 30.0
    # Asked with the process id, again and again; one that hangs is killed, and so started again.
    is_alive: Callable[[int], Awaitable[bool]] = _at_once
    stop_signal: signal.Signals = signal.SIGTERM
    stops_within_s: float = 2.0  # then it is killed, with all of its process group


class ChildFailed(CannotStart):
    """The program could not be run, ended, or was not ready in time; says its last words."""


@dataclass(frozen=True, slots=True)
class _Running:
    child: Child
    process: Process
    log_from: int  # where in the log this run's lines begin, in bytes


def leashed(
    argv: Sequence[str], account: Account, stop_signal: signal.Signals, *, ledger_fd: int = -1
) -> tuple[str, ...]:
    """The command that runs `argv` as `account` and sends it `stop_signal` when we are gone. It
    writes its process id to `ledger_fd` first, if there is one."""
    terms = (os.getpid(), stop_signal.value, account.uid, account.gid, ledger_fd)
    return (sys.executable, "-I", "-S", str(LEASH), *map(str, terms), *argv)


class Supervisor:
    """An async context: leaving it stops every child, the last started first.

    Children hold `ledger` locked and enter themselves in it, so that a supervisor that comes after
    one that was killed waits for what that one left behind, and ends it, before it starts anything.
    To be used in a thread that lives as long as the children: the kernel takes its end for the
    parent's.
    """

    def __init__(self, ledger: Path) -> None:
        self._ledger_path = ledger
        self._running: dict[str, _Running] = {}
        self._spawning = asyncio.Lock()  # the ledger is written anew before a child, not beside it
        self._watches: list[asyncio.Task[None]] = []

    async def __aenter__(self) -> Self:
        self._ledger = await Ledger.taken(self._ledger_path)
        self._watches.append(asyncio.create_task(self._keep_logs_short()))
        self._watches.append(asyncio.create_task(watch_machine(self._ledger_path.parent)))
        return self

    async def __aexit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        await self.stop()

    async def start(self, child: Child) -> None:
        """Returns when the child is ready; it is kept running from then on. Raises ChildFailed."""
        running = await self._spawn_or_fail(child)
        try:
            await _until_ready(running)
        except ChildFailed:
            await _end(self._running.pop(child.name), time.monotonic() + child.stops_within_s)
            raise
        self._watches.append(asyncio.create_task(self._watch(running)))

    async def run(self, child: Child) -> None:
        """Returns when a child that ends by itself has done so. Raises ChildFailed."""
        running = await self._spawn_or_fail(child)
        code = await running.process.wait()
        del self._running[child.name]
        if code != 0:
            raise ChildFailed(_last_words(running, "failed"))

    async def start_on_a_free_port(self, child_at: Callable[[int], Child]) -> int:
        """Starts what `child_at(port)` describes and returns the port. Raises ChildFailed."""
        while True:
            port = free_port()
            try:
                await self.start(child_at(port))
            except ChildFailed:
                if is_free(port):
                    raise
                log.info("port_taken", port=port)  # between our asking and its listening
            else:
                return port

    async def stop(self) -> None:
        """Nothing is running afterwards. What takes longer than STOP_WITHIN_S in all is killed."""
        deadline = time.monotonic() + STOP_WITHIN_S
        for watch in self._watches:
            watch.cancel()
        await asyncio.gather(*self._watches, return_exceptions=True)
        while self._running:
            await _end(self._running.popitem()[1], deadline)
        self._ledger.close()

    async def _spawn_or_fail(self, child: Child) -> _Running:
        try:
            return await self._spawn(child)
        except OSError as error:
            raise ChildFailed(f"{child.name} cannot be started: {error}") from error

    async def _spawn(self, child: Child) -> _Running:
        fd = self._ledger.fd
        async with self._spawning:
            self._ledger.keep(
                each.process.pid for each in self._running.values() if not _has_ended(each)
            )
            shorten(child.log)
            with child.log.open("ab") as printed:
                log_from = printed.tell()
                process = await asyncio.create_subprocess_exec(
                    *leashed(child.argv, child.account, child.stop_signal, ledger_fd=fd),
                    stdin=DEVNULL,
                    stdout=printed,
                    stderr=printed,
                    cwd=child.cwd,
                    env=child.env,
                    start_new_session=True,  # Ctrl-C in a terminal is the supervisor's to hear
                    pass_fds=(fd,),
                )
            self._running[child.name] = _Running(child, process, log_from)
        return self._running[child.name]

    async def _keep_logs_short(self) -> None:
        while True:
            await asyncio.sleep(LOOK_AT_LOGS_EVERY_S)
            for name, running in self._running.items():
                try:
                    shorten(running.child.log)
                except OSError as error:
                    log.warning("log_not_shortened", name=name, reason=str(error))

    async def _watch(self, running: _Running) -> None:
        child, wait_s = running.child, 0.0
        while True:
            began, oom_kills_before = time.monotonic(), oom_kills()
            code = await _ended_or_hung(running)
            cause = cause_of_death(code, oom_kills() - oom_kills_before)
            kill_group(running.process.pid)  # what it had started must not meet its successor's
            wait_s = retry_after(wait_s, ran_s=time.monotonic() - began)
            log.warning("child_ended", name=child.name, cause=cause, again_in_s=wait_s)
            await asyncio.sleep(wait_s)
            try:
                running = await self._spawn(child)
            except (
                OSError
            ) as error:  # no memory or no disk, for a while: the next round tries again
                log.warning("child_not_started", name=child.name, reason=str(error))


def retry_after(last_wait_s: float, *, ran_s: float) -> float:
    """Seconds to wait before a child is started again that ended after running for `ran_s`."""
    if last_wait_s == 0.0 or ran_s >= STEADY_AFTER_S:
        return FIRST_RETRY_S
    return min(2 * last_wait_s, LONGEST_RETRY_S)


async def _ended_or_hung(running: _Running) -> int:
    """The exit code, once it has one; a child that hangs is helped to it."""
    child, process = running.child, running.process
    silent_s, patience_s = 0.0, child.ready_within_s  # it may still be starting
    while True:
        with suppress(TimeoutError):
            return await asyncio.wait_for(process.wait(), ASK_EVERY_S)
        # Askings are counted, not time: while this process was suspended nobody was silent.
        if await child.is_alive(process.pid):
            silent_s, patience_s = 0.0, HUNG_AFTER_S
        else:
            silent_s += ASK_EVERY_S
        if silent_s >= patience_s:
            log.warning("child_hung", name=child.name, silent_s=silent_s)
            kill_group(process.pid)
            silent_s = 0.0


def _has_ended(running: _Running) -> bool:
    return running.process.returncode is not None


async def _until_ready(running: _Running) -> None:
    child = running.child
    try:
        async with asyncio.timeout(child.ready_within_s):
            while not await child.is_ready(running.process.pid):
                if _has_ended(running):
                    raise ChildFailed(_last_words(running, "ended at once"))
                await asyncio.sleep(POLL_S)
    except TimeoutError as error:
        late = f"was not ready in {child.ready_within_s:.0f} s"
        raise ChildFailed(_last_words(running, late)) from error


def _last_words(running: _Running, what: str) -> str:
    path = running.child.log
    with path.open("rb") as printed:
        size = path.stat().st_size
        log_from = running.log_from if running.log_from <= size else 0  # it was emptied meanwhile
        printed.seek(max(log_from, size - LOG_TAIL_BYTES))
        lines = [line.strip() for line in printed.read().decode(errors="replace").splitlines()]
    telling = [line for line in lines if TELLING.search(line)]
    words = (telling or [line for line in lines if line] or ["it printed nothing"])[-1]
    return f"{running.child.name} {what}: {words} (its log: {path})"


async def _end(running: _Running, deadline: float) -> None:
    """Asks politely, then kills; also what the child itself started in its group."""
    child, process = running.child, running.process
    patience_s = min(child.stops_within_s, max(0.0, deadline - time.monotonic()))
    with suppress(ProcessLookupError):
        process.send_signal(child.stop_signal)
    try:
        await asyncio.wait_for(process.wait(), patience_s)
    except TimeoutError:
        log.warning("child_killed", name=child.name, after_s=round(patience_s, 1))
    kill_group(process.pid)
    await process.wait()
