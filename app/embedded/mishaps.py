"""What befalls the machine under a house: named in the log, so that nobody has to guess."""

import asyncio
import shutil
import signal
import time
from collections.abc import Sequence
from pathlib import Path

import structlog

LOOK_EVERY_S = 10.0  # a disk takes longer than that to fill up
CLOCK_JUMP_S = 1.0  # a clock that is steered moves by milliseconds; this was set
NEARLY_FULL_BYTES = 2 * 1024**3  # room for one film of an hour and the source it was made from
FULL_BYTES = 200 * 1024**2  # Postgres and ffmpeg stop working about here

# Where Linux counts whom it killed for want of memory: in this container, else on this machine.
COUNTERS = (Path("/sys/fs/cgroup/memory.events"), Path("/proc/vmstat"))

log = structlog.get_logger()


async def watch_machine(folder: Path) -> None:
    """Tells of `folder`'s disk and of the clock until cancelled."""
    disk, offset_s = "has_room", _clock_offset_s()
    while True:
        disk = _tell_disk(folder, disk)
        offset_s = _tell_clock(offset_s)
        await asyncio.sleep(LOOK_EVERY_S)


def state_of_disk(free_bytes: int) -> str:
    """`has_room`, `nearly_full` or `full`."""
    if free_bytes < FULL_BYTES:
        return "full"
    return "nearly_full" if free_bytes < NEARLY_FULL_BYTES else "has_room"


def cause_of_death(code: int, oom_kills_meanwhile: int) -> str:
    """Why a program ended, from its exit code (negative: a signal) and the kernel's own count."""
    if code == -signal.SIGKILL and oom_kills_meanwhile:
        return "out_of_memory"
    return f"exit_{code}" if code >= 0 else signal.Signals(-code).name


def oom_kills(counters: Sequence[Path] = COUNTERS) -> int:
    """How often the kernel has killed a program here for want of memory; 0 if it does not say."""
    for counter in counters:
        if counter.is_file():
            pairs = (line.split() for line in counter.read_text().splitlines())
            counts = {name: int(number) for name, number in pairs}
            return counts.get("oom_kill", 0)
    return 0


def _tell_disk(folder: Path, before: str) -> str:
    free_bytes = shutil.disk_usage(folder).free
    now = state_of_disk(free_bytes)
    if now != before:
        # That there is room again is as loud: whoever was warned waits for it.
        log.warning(f"disk_{now}", folder=str(folder), free_mb=free_bytes // 1024**2)
    return now


def _tell_clock(offset_before_s: float) -> float:
    offset_s = _clock_offset_s()
    if abs(offset_s - offset_before_s) > CLOCK_JUMP_S:
        log.warning("clock_jumped", by_s=round(offset_s - offset_before_s, 1))
    return offset_s


def _clock_offset_s() -> float:
    """Between the clock on the wall and the one that nobody can set."""
    return time.time() - time.monotonic()
