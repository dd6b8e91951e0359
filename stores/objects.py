"""Bytes by path: a directory on one machine, a bucket elsewhere; the URL picks."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import obstore
from obstore.store import from_url

DEADLINE_S = 5.0  # for one metadata request or one part; a disk or a bucket answers far sooner
FILE_DEADLINE_S = 600.0  # a film of gigabytes going up over a slow link
PART_BYTES = 256 * 1024  # what one read holds in memory; smaller costs more turns of the loop


class ObjectMissing(Exception):
    """Nothing is stored under this path."""


def open_objects(url: str) -> "Objects":
    """Raises what the backend raises when the directory cannot be made or the URL is unknown."""
    if url.startswith("file:"):
        return Objects(from_url(url, mkdir=True))
    return Objects(from_url(url))


class Objects:
    """Paths are relative, with `/` between parts."""

    def __init__(self, store: Any) -> None:
        self._store = store

    async def put(self, path: str, data: bytes) -> None:
        """Stores `data` whole, or not at all."""
        async with asyncio.timeout(DEADLINE_S):
            await obstore.put_async(self._store, path, data)

    async def put_file(self, path: str, file: Path) -> None:
        """Stores a file's bytes whole, or not at all, without reading it into memory."""
        async with asyncio.timeout(FILE_DEADLINE_S):
            await obstore.put_async(self._store, path, file)

    async def get(self, path: str) -> bytes:
        """All bytes; for small objects. Raises ObjectMissing."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                answer = await obstore.get_async(self._store, path)
                return bytes(await answer.bytes_async())
            except FileNotFoundError as error:
                raise ObjectMissing(path) from error

    async def size(self, path: str) -> int:
        """Bytes stored under `path`. Raises ObjectMissing."""
        async with asyncio.timeout(DEADLINE_S):
            try:
                found = await obstore.head_async(self._store, path)
            except FileNotFoundError as error:
                raise ObjectMissing(path) from error
        return int(found["size"])

    async def stream(self, path: str, start: int, end: int) -> AsyncIterator[bytes]:
        """Bytes `start` up to, not including, `end`, in parts of PART_BYTES.

        Raises ObjectMissing, also in the middle if the object is deleted meanwhile.
        """
        for at in range(start, end, PART_BYTES):
            async with asyncio.timeout(DEADLINE_S):
                try:
                    part = await obstore.get_range_async(
                        self._store, path, start=at, end=min(at + PART_BYTES, end)
                    )
                except FileNotFoundError as error:
                    raise ObjectMissing(path) from error
            yield bytes(part)

    async def delete(self, path: str) -> None:
        """Deletes one object; no object is no error."""
        async with asyncio.timeout(DEADLINE_S):
            with suppress(FileNotFoundError):
                await obstore.delete_async(self._store, path)

    async def delete_prefix(self, prefix: str) -> None:
        """Deletes every object whose path begins with the folder `prefix`."""
        async for found in obstore.list(self._store, prefix):
            await obstore.delete_async(self._store, [entry["path"] for entry in found])
