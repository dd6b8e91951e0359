"""A folder to make a film in: empty at first, gone at the end, even when its maker is killed."""

import asyncio
import fcntl
import os
import shutil
import tempfile
from collections.abc import AsyncIterator, Iterator
from contextlib import asynccontextmanager, contextmanager
from pathlib import Path


@asynccontextmanager
async def workplace(root: Path) -> AsyncIterator[Path]:
    """A new folder below `root`, for this process alone.

    It is locked while it is used, and the kernel unlocks what a killed process leaves; so whoever
    comes next knows what is left over, and removes it.
    """
    taking = asyncio.ensure_future(asyncio.to_thread(_take, root))
    try:
        folder, _ = await asyncio.shield(taking)
        yield folder
    finally:
        # A thread cannot be cancelled: what it takes after we were is given back all the same.
        folder, lock = await taking
        await asyncio.to_thread(shutil.rmtree, folder, ignore_errors=True)
        os.close(lock)


def tidy(root: Path) -> int:
    """Removes the folders whose makers were killed; how many."""
    with _nobody_else_takes(root):
        return sum(map(_remove_if_unused, list(root.iterdir())))


def _take(root: Path) -> tuple[Path, int]:
    with _nobody_else_takes(root):
        for leftover in root.iterdir():
            _remove_if_unused(leftover)
        folder = Path(tempfile.mkdtemp(dir=root))
        lock = os.open(folder, os.O_RDONLY)
        fcntl.flock(lock, fcntl.LOCK_EX)
        return folder, lock


@contextmanager
def _nobody_else_takes(root: Path) -> Iterator[None]:
    """A folder is not locked yet in the moment it is made."""
    root.mkdir(mode=0o700, parents=True, exist_ok=True)
    everybody = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(everybody, fcntl.LOCK_EX)
        yield
    finally:
        os.close(everybody)


def _remove_if_unused(folder: Path) -> bool:
    try:
        lock = os.open(folder, os.O_RDONLY)
    except FileNotFoundError:
        return False  # its owner has just finished
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except BlockingIOError:
        return False  # a film is being made in it
    else:
        shutil.rmtree(folder, ignore_errors=True)
        return True
    finally:
        os.close(lock)
