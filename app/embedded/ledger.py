"""Which programs does this house run, even when nobody is left who started them?"""

import asyncio
import fcntl
import os
import signal
import time
from collections.abc import Iterable
from contextlib import suppress
from pathlib import Path

from settings import CannotStart

LEFTOVERS_LEAVE_WITHIN_S = 5.0  # the kernel has told them; Postgres needs most of it
POLL_S = 0.02  # how often is looked whether they are gone


class Ledger:
    """A file that children inherit open: it is locked as long as any of them lives, and each enters
    its process id in it before it becomes what it is."""

    def __init__(self, fd: int) -> None:
        self.fd = fd

    @classmethod
    async def taken(cls, path: Path) -> "Ledger":
        """Ours alone: what an earlier supervisor left running has ended, or is ended. Raises
        CannotStart when it cannot be."""
        ledger = cls(os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o600))
        if not await ledger._locked_in_time():
            for pid in ledger.pids():
                kill_group(pid)
            if not await ledger._locked_in_time():
                ledger.close()
                raise CannotStart(f"Programs of an earlier run do not end; {path} lists them.")
        return ledger

    def pids(self) -> list[int]:
        """Whoever entered, and perhaps has ended since."""
        return [int(line) for line in os.pread(self.fd, os.fstat(self.fd).st_size, 0).split()]

    def keep(self, pids: Iterable[int]) -> None:
        """Forgets all others: the system may give their ids to strangers. Not to be called while a
        child begins, whose entry would be lost."""
        os.ftruncate(self.fd, 0)
        os.write(self.fd, "".join(f"{pid}\n" for pid in pids).encode())

    def close(self) -> None:
        """What still runs holds the lock on."""
        os.close(self.fd)

    async def _locked_in_time(self) -> bool:
        deadline = time.monotonic() + LEFTOVERS_LEAVE_WITHIN_S
        while time.monotonic() < deadline:
            with suppress(BlockingIOError):
                fcntl.flock(self.fd, fcntl.LOCK_EX | fcntl.LOCK_NB)
                return True
            await asyncio.sleep(POLL_S)
        return False


def kill_group(leader: int) -> None:
    """Ends a program and what it has started; gone already is as good."""
    with suppress(ProcessLookupError, PermissionError):
        os.killpg(leader, signal.SIGKILL)
