"""Lines to servers that can be cut and mended: what is behind looks down, and nobody has to die."""

import asyncio
from asyncio import StreamReader, StreamWriter
from contextlib import suppress

from app.embedded.machine import LOOPBACK

PART_BYTES = 64 * 1024  # what is carried at once


class Line:
    """Carries bytes to a port of this machine from one of its own, which stays the same."""

    def __init__(self, port_behind: int) -> None:
        self._port_behind = port_behind
        self._server: asyncio.Server | None = None
        self._carried: set[StreamWriter] = set()
        self.port = 0

    async def mend(self) -> None:
        if self._server is None:
            self._server = await asyncio.start_server(self._carry, LOOPBACK, self.port)
            self.port = self._server.sockets[0].getsockname()[1]

    async def cut(self) -> None:
        """Connections are refused, and those there were are gone."""
        if self._server is not None:
            self._server.close()
            self._server = None
            for writer in list(self._carried):
                writer.transport.abort()

    async def _carry(self, reader: StreamReader, writer: StreamWriter) -> None:
        try:
            there = await asyncio.open_connection(LOOPBACK, self._port_behind)
        except OSError:
            writer.transport.abort()
            return
        async with asyncio.TaskGroup() as both:
            both.create_task(self._pass(reader, there[1]))
            both.create_task(self._pass(there[0], writer))

    async def _pass(self, reader: StreamReader, writer: StreamWriter) -> None:
        self._carried.add(writer)
        try:
            with suppress(ConnectionError):
                while part := await reader.read(PART_BYTES):
                    writer.write(part)
                    await writer.drain()
        finally:
            self._carried.discard(writer)
            writer.close()
