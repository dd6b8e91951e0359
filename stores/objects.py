"""Bytes by path: a directory on one machine, a bucket elsewhere; the URL picks."""

import asyncio
import os
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from typing import IO, Any, TypeVar

import obstore
from obstore.exceptions import GenericError, PermissionDeniedError, UnauthenticatedError
from obstore.store import LocalStore, from_url

from domain.degradation import Dependency
from stores.guard import Guard, Limits

DEADLINE_S = 30.0  # for one request of a command that nobody waits for before a screen
MOST_REQUESTS = 32  # at once, a thread each; a hung one holds its thread until it is answered
# With those that wait for a thread: the last of them for half a second, if a request takes 70 ms.
MOST_CALLS = 8 * MOST_REQUESTS
FILE_DEADLINE_S = 600.0  # a film of gigabytes going up over a slow link
FILE_RETRIES = 3  # a bucket asks to slow down now and then; a film is not begun again for that
PART_BYTES = 256 * 1024  # what one read holds in memory; smaller costs more turns of the loop

T = TypeVar("T")


class ObjectMissing(Exception):
    """Nothing is stored under this path."""


def open_objects(url: str, guard: Guard | None = None) -> "Objects":
    """A folder (`file:`), or a bucket with a prefix (`s3://bucket/prefix`), whose endpoint, region
    and credentials are where every tool for S3 finds them: in AWS_* variables, or from the cloud.
    Without a `guard`, requests get DEADLINE_S.

    Raises what the backend raises when the directory cannot be made or the URL is unknown.
    """
    guard = guard or Guard(Dependency.OBJECTS, Limits(DEADLINE_S, MOST_CALLS), why_gone=why_gone)
    if url.startswith("file:"):
        store = from_url(url, mkdir=True)
        return Objects(store, guard, for_files=store)
    return Objects(
        _bucket(url, guard.deadline_s),
        guard,
        for_files=_bucket(url, FILE_DEADLINE_S, FILE_RETRIES),
    )


def _bucket(url: str, deadline_s: float, retries: int = 0) -> Any:
    """Nothing is retried behind the back of whoever asks for one small thing."""
    options: Any = {
        "timeout": timedelta(seconds=deadline_s),
        # Options of ours make obstore forget this one of the environment: plain HTTP, when asked.
        "allow_http": os.environ.get("AWS_ALLOW_HTTP", "").lower() in ("1", "true"),
    }
    return from_url(url, client_options=options, retry_config={"max_retries": retries})


class Objects:
    """Paths are relative, with `/` between parts.

    The store is asked in threads: its own coroutines may abort a process that ends right after
    one (seen with obstore 0.12, as pyo3-async-runtimes issue 40 tells).
    """

    def __init__(self, store: Any, guard: Guard, *, for_files: Any) -> None:
        self._store = store
        self._guard = guard
        self._for_files = for_files  # the same place, asked with more patience
        self._threads = ThreadPoolExecutor(MOST_REQUESTS, thread_name_prefix="objects")

    async def reach(self) -> None:
        """Raises Unavailable unless the folder or the bucket itself is there."""
        await self._ask(_reach, "")

    async def put(self, path: str, data: bytes) -> None:
        """Stores `data` whole, or not at all."""
        await self._ask(obstore.put, path, data)

    async def put_file(self, path: str, file: Path | IO[bytes]) -> None:
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

    async def sizes(self) -> dict[str, int]:
        """Every object's path, and its bytes."""
        return await self._ask(_sizes, "", deadline_s=FILE_DEADLINE_S)

    async def delete(self, path: str) -> None:
        """Deletes one object; no object is no error."""
        with suppress(ObjectMissing):
            await self._ask(obstore.delete, path)

    async def delete_prefix(self, prefix: str) -> None:
        """Deletes every object whose path begins with the folder `prefix`."""
        await self._ask(_delete_all, prefix, deadline_s=FILE_DEADLINE_S)

    async def delete_unfinished(self, before: datetime) -> int:
        """Deletes what was begun to be stored and not written to since that time; how many. Buckets
        do it themselves, by a rule for incomplete uploads."""
        return await self._ask(_delete_halves, "", before, deadline_s=FILE_DEADLINE_S)

    def close(self) -> None:
        """Starts nothing more; a request that hangs keeps its thread, and is not waited for."""
        self._threads.shutdown(wait=False, cancel_futures=True)

    async def _ask(
        self,
        work: Callable[..., T],
        path: str,
        *arguments: object,
        deadline_s: float | None = None,
    ) -> T:
        store = self._store if deadline_s is None else self._for_files
        async with self._guard.passage(deadline_s=deadline_s):
            asking = self._threads.submit(_found, work, store, path, *arguments)
            return await asyncio.wrap_future(asking)


def why_gone(error: Exception) -> str | None:
    """The store's own trouble, in one line; None for a trouble of ours."""
    if isinstance(error, OSError | GenericError | PermissionDeniedError | UnauthenticatedError):
        return str(error).partition("\n")[0]
    return None


def _found(work: Callable[..., T], store: Any, path: str, *arguments: object) -> T:
    try:
        return work(store, path, *arguments)
    except FileNotFoundError as error:
        if isinstance(store, LocalStore) and not Path(str(store.prefix)).is_dir():
            raise NotADirectoryError("the folder of all objects is gone") from error
        raise ObjectMissing(path) from error


def _reach(store: Any, _path: str) -> None:
    if isinstance(store, LocalStore):
        Path(str(store.prefix)).stat()
    else:
        next(iter(obstore.list(store, chunk_size=1)), None)  # also where nothing is stored yet


def _whole(store: Any, path: str) -> bytes:
    return bytes(obstore.get(store, path).bytes())


def _part(store: Any, path: str, start: int, end: int) -> bytes:
    return bytes(obstore.get_range(store, path, start=start, end=end))


def _sizes(store: Any, prefix: str) -> dict[str, int]:
    return {
        entry["path"]: int(entry["size"])
        for found in obstore.list(store, prefix or None)
        for entry in found
    }


def _delete_all(store: Any, prefix: str) -> None:
    for found in obstore.list(store, prefix):
        obstore.delete(store, [entry["path"] for entry in found])


def _delete_halves(store: Any, _prefix: str, before: datetime) -> int:
    """A file that is being written is called NAME#NUMBER, and listed nowhere."""
    if not isinstance(store, LocalStore):
        return 0
    deleted = 0
    for path in Path(str(store.prefix)).rglob("*#*"):
        with suppress(FileNotFoundError):  # it is whole now, under its own name
            if path.stat().st_mtime < before.timestamp():
                path.unlink()
                deleted += 1
    return deleted
