"""Bytes by path: a directory on one machine, a bucket elsewhere; the URL picks."""

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import suppress
from pathlib import Path
from typing import Any, TypeVar

import obstore
from obstore.store import from_url

DEADLINE_S = 5.0  # for one metadata request or one part; a disk or a bucket answers far sooner
FILE_DEADLINE_S = 600.0  # a film of gigabytes going up over a slow link
PART_BYTES = 256 * 1024  # what one read holds in memory; smaller costs more turns of the loop

T = TypeVar("T")


class ObjectMissing(Exception):
    """Nothing is stored under this path."""


def open_objects(url: str) -> "Objects":
    """Raises what the backend raises when the directory cannot be made or the URL is unknown."""
    if url.startswith("file:"):
        return Objects(from_url(url, mkdir=True))
    return Objects(from_url(url))


class Objects:
    """Paths are relative, with `/` between parts.

    The store is asked in threads: its own coroutines may abort a process that ends right after
    one (seen with obstore 0.12, as pyo3-async-runtimes issue 40 tells).
    """

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, path: str, data: bytes) -> None:
        """Stores `data` whole, or not at all."""
        await self._ask(obstore.put, path, data)

    async def put_file(self, path: str, file: Path) -> None:
        """Stores a file's bytes whole, or not at all, without reading it into memory."""
        await self._ask(obstore.put, path, file, deadline_s=FILE_DEADLINE_S)

    async def get(self, path: str) -> bytes:
        """All bytes; for small objects. Raises ObjectMissing."""
        return await self._ask(_whole, path)

    async def size(self, path: str) -> int:
        """Bytes stored under `path`. Raises ObjectMissing."""
        return int((await self._ask(obstore.head, path))["size"])

    async def stream(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` up to, not including, `end`, in parts of PART_BYTES.

        Raises ObjectMissing, also in the middle if the object is deleted meanwhile.
        """
        for at in range(start, end, PART_BYTES):
            yield await self._ask(_part, path, at, min(at + PART_BYTES, end))

    async def delete(self, path: str) -> None:
        """Deletes one object; no object is no error."""
        with suppress(ObjectMissing):
            await self._ask(obstore.delete, path)

    async def delete_prefix(self, prefix: str) -> None:
        """Deletes every object whose path begins with the folder `prefix`."""
        await self._ask(_delete_all, prefix, deadline_s=FILE_DEADLINE_S)

    async def _ask(
        self,
        work: Callable[..., T],
        path: str,
        *arguments: object,
        deadline_s: float = DEADLINE_S,
    ) -> T:
        async with asyncio.timeout(deadline_s):
            try:
                return await asyncio.to_thread(work, self._store, path, *arguments)
            except FileNotFoundError as error:
                raise ObjectMissing(path) from error


def _whole(store: Any, path: str) -> bytes:
    return bytes(obstore.get(store, path).bytes())


def _part(store: Any, path: str, start: int, end: int) -> bytes:
    return bytes(obstore.get_range(store, path, start=start, end=end))


def _delete_all(store: Any, prefix: str) -> None:
    for found in obstore.list(store, prefix):
        obstore.delete(store, [entry["path"] for entry in found])
