"""Keeps what programs print from filling the disk."""

import shutil
from pathlib import Path

LARGEST_BYTES = 10 * 1024 * 1024  # weeks of a quiet house, and still quick to search


def shorten(log: Path, *, largest_bytes: int = LARGEST_BYTES) -> None:
    """Moves what is in a log that has grown too large into `NAME.1`, in place of what was there.

    Whoever prints into it may go on: the file stays the same one, emptied. A line printed between
    the copy's end and the emptying, microseconds, is lost. Raises OSError when there is no room.
    """
    if not log.exists() or log.stat().st_size <= largest_bytes:
        return
    fresh, older = log.with_name(f"{log.name}.new"), log.with_name(f"{log.name}.1")
    with log.open("r+b") as printed, fresh.open("wb") as copy:
        shutil.copyfileobj(printed, copy)
        printed.truncate(0)
    fresh.rename(older)
