"""Connections that nobody who watches films would make, on a real server with short deadlines."""

import asyncio
import json
import socket
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from itertools import repeat

import pytest
import uvicorn
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse, StreamingResponse
from starlette.routing import Route, WebSocketRoute
from starlette.websockets import WebSocketDisconnect

from app.http.protocol import MOST_HEAD_BYTES, HttpProtocol, SocketProtocol
from tests.waiting import until

WITHIN_S = 10  # of a machine that does ten other things; a connection left alone never ends
REQUEST = b"GET / HTTP/1.1\r\nHost: x\r\n\r\n"
LONG = b"x" * 20_000_000  # more than all buffers between a server and a client hold


class HastyHttp(HttpProtocol):
    head_within_s = 0.3
    idle_s = 0.6
    stuck_s = 0.3
    most_connections = 40


class HastySocket(SocketProtocol):
    stuck_s = 0.3


async def hello(_):
    return PlainTextResponse("hello")


async def film(_):
    return StreamingResponse(repeat(b"x" * 65536))


async def long_answer(_):
    return PlainTextResponse(LONG)


async def talker(socket):
    await socket.accept()
    with suppress(WebSocketDisconnect):
        while True:
            await socket.send_bytes(b"x" * 1_000_000)


@pytest.fixture
def server():
    routes = [
        Route("/", hello, methods=["GET", "POST"]),
        Route("/film", film),
        Route("/long", long_answer),
        WebSocketRoute("/talk", talker),
    ]
    config = uvicorn.Config(
        Starlette(routes=routes), http=HastyHttp, ws=HastySocket, lifespan="off", log_config=None
    )
    return uvicorn.Server(config)


@pytest.fixture
async def port(server):
    with socket.create_server(("127.0.0.1", 0)) as listener:
        running = asyncio.create_task(server.serve(sockets=[listener]))
        yield listener.getsockname()[1]
        server.should_exit = True
        await running


@asynccontextmanager
async def connected(port, sent=b""):
    reader, writer = await asyncio.open_connection("127.0.0.1", port)
    writer.write(sent)
    try:
        yield reader, writer
    finally:
        writer.transport.abort()


async def everything(reader):
    """What came until the server hung up, which it has to do in time."""
    received = bytearray()
    async with asyncio.timeout(WITHIN_S):
        try:
            while packet := await reader.read(65536):
                received += packet
        except ConnectionResetError:
            pass
    return bytes(received)


async def drip(writer, packets):
    for packet in packets:
        await asyncio.sleep(0.05)
        if writer.is_closing():
            return
        writer.write(packet)


async def test_thirty_heads_that_drip_are_all_cut_off(port):
    async def one():
        async with connected(port, b"GET / HTTP/1.1\r\n") as (reader, writer):
            dripping = asyncio.create_task(drip(writer, repeat(b"X-Drip: 1\r\n")))
            try:
                return await everything(reader)
            finally:
                dripping.cancel()

    assert await asyncio.gather(*(one() for _ in range(30))) == [b""] * 30


@pytest.mark.parametrize("sent", [b"", b"\r\n", b"GET / HT"], ids=["nothing", "a line", "a word"])
async def test_a_connection_that_never_asks_is_closed(port, sent):
    async with connected(port, sent) as (reader, _):
        assert await everything(reader) == b""


@pytest.mark.parametrize("packets", [[], repeat(b"\r\n"), repeat(b"X: 1\r\n")])
async def test_after_an_answer_the_next_head_has_to_come_in_time(port, packets):
    async with connected(port, REQUEST) as (reader, writer):
        dripping = asyncio.create_task(drip(writer, packets))

        answered = await everything(reader)
        dripping.cancel()

    assert answered.count(b"HTTP/1.1 200 OK") == 1


async def test_a_body_that_drips_behind_its_answer_holds_no_connection(port):
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 1000\r\n\r\n"
    async with connected(port, sent) as (reader, writer):
        dripping = asyncio.create_task(drip(writer, repeat(b"x")))

        answered = await everything(reader)
        dripping.cancel()

    assert answered.count(b"HTTP/1.1 200 OK") == 1


async def test_a_connection_in_use_is_kept_beyond_every_deadline(port):
    async with connected(port) as (reader, writer):
        for _ in range(6):
            writer.write(REQUEST)
            await asyncio.wait_for(reader.readuntil(b"hello"), WITHIN_S)
            await asyncio.sleep(0.2)


@pytest.mark.parametrize(
    "head",
    [
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * 2 * MOST_HEAD_BYTES,
        b"GET /" + b"x" * 2 * MOST_HEAD_BYTES,
        b"GET / HTTP/1.1\r\n" + b"X-Many: x\r\n" * MOST_HEAD_BYTES,
        b"GET / HTTP/1.1\r\nX-Long: " + b"x" * MOST_HEAD_BYTES + b"\r\n\r\n",
    ],
    ids=["one header", "the address", "many headers", "a whole one"],
)
async def test_a_head_that_is_too_long_is_refused(port, head):
    async with connected(port, head) as (reader, _):
        answered = await everything(reader)

    # A client that is still sending when it is hung up on may lose the answer.
    assert answered == b"" or answered.startswith(b"HTTP/1.1 400 ")


async def test_a_long_body_is_no_long_head(port):
    sent = b"POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 100000\r\n\r\n" + b"x" * 100_000
    async with connected(port, sent) as (reader, _):
        assert await asyncio.wait_for(reader.readline(), WITHIN_S) == b"HTTP/1.1 200 OK\r\n"


@pytest.mark.parametrize("path", [b"/film", b"/long"])
@pytest.mark.parametrize("version", [b"1.1", b"1.0"])
async def test_a_client_that_does_not_read_is_dropped(server, port, path, version):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(b"GET " + path + b" HTTP/" + version + b"\r\nHost: x\r\n\r\n")
        await until_connections(server, 1)

        await until_connections(server, 0)


async def test_a_socket_that_does_not_read_is_dropped(server, port):
    with socket.create_connection(("127.0.0.1", port)) as client:
        client.sendall(
            b"GET /talk HTTP/1.1\r\nHost: x\r\nConnection: Upgrade\r\nUpgrade: websocket\r\n"
            b"Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: AAAAAAAAAAAAAAAAAAAAAA==\r\n\r\n"
        )
        await until_connections(server, 1)

        await until_connections(server, 0)


async def test_more_connections_than_the_cap_are_refused_by_name(server, port):
    async with AsyncExitStack() as held:
        for _ in range(HastyHttp.most_connections):
            await held.enter_async_context(connected(port))
        await until_connections(server, HastyHttp.most_connections)

        async with connected(port) as (reader, _):
            answered = await everything(reader)

    head, _, body = answered.partition(b"\r\n\r\n")
    assert head.startswith(b"HTTP/1.1 503 ")
    assert f"Content-Length: {len(body)}".encode() in head
    assert json.loads(body)["code"] == "OVERLOADED"


async def until_connections(server, count):
    async def reached():
        return len(server.server_state.connections) == count

    await until(reached)
