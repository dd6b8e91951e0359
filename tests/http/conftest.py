import asyncio
import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.routing import Route

from stores.objects import Objects, open_objects


@dataclass(frozen=True)
class Server:
    """Our routes behind a real uvicorn on loopback, for what no client would send."""

    port: int

    async def get_raw(self, target: bytes) -> tuple[int, bytes]:
        """Status and everything that follows."""
        return await self.send_raw(
            b"GET " + target + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
        )

    async def send_raw(self, request: bytes) -> tuple[int, bytes]:
        reader, writer = await asyncio.open_connection("127.0.0.1", self.port)
        writer.write(request)
        answer = await asyncio.wait_for(reader.read(), 20)
        writer.close()
        await writer.wait_closed()
        status, _, rest = answer.partition(b"\r\n")
        return int(status.split()[1]), rest


def client_of(routes: list[Route]) -> httpx.AsyncClient:
    """Asks our routes without a network in between."""
    transport = httpx.ASGITransport(Starlette(routes=routes))
    return httpx.AsyncClient(transport=transport, base_url="http://house.test")


@asynccontextmanager
async def serving(routes: list[Route]) -> AsyncIterator[Server]:
    config = uvicorn.Config(Starlette(routes=routes), lifespan="off", log_config=None)
    server = uvicorn.Server(config)
    with socket.create_server(("127.0.0.1", 0)) as listener:  # clients wait here until it serves
        port = listener.getsockname()[1]
        running = asyncio.create_task(server.serve(sockets=[listener]))
        yield Server(port)
        server.should_exit = True
        await running


@pytest.fixture
async def client(doors):
    """Of the `doors` that the asking file defines."""
    async with client_of(doors) as client:
        yield client


@pytest.fixture
async def server(doors):
    """Of the `doors` that the asking file defines."""
    async with serving(doors) as server:
        yield server


@pytest.fixture
def objects(objects_url) -> Objects:
    return open_objects(objects_url)
