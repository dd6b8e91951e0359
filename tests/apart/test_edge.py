"""Does nginx, as deploy/nginx.conf tells it, pass on what it should, once, and nothing else?"""

import asyncio
import json
import subprocess
from contextlib import asynccontextmanager
from dataclasses import dataclass, field

import httpx
import pytest

from app.embedded.machine import LOOPBACK, free_port
from tests import factories
from tests.apart.edge import NGINX, configured, edge, nginx
from tests.http.conftest import Server, serving
from tests.schema.test_live import SUBSCRIPTION, socket
from tests.waiting import until

pytestmark = [pytest.mark.slow, pytest.mark.skipif(not NGINX, reason="needs nginx")]

ANSWER = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\n{}"


@dataclass
class Upstream:
    """Takes requests and gives each the same answer, or none at all."""

    answer: bytes
    port: int = 0
    heads: list[str] = field(default_factory=list)

    async def take(self, reader, writer):
        self.heads.append((await reader.readuntil(b"\r\n\r\n")).decode())
        writer.write(self.answer)
        await writer.drain()
        writer.close()


@asynccontextmanager
async def upstreams(*answers):
    taking = [Upstream(answer) for answer in answers]
    servers = [await asyncio.start_server(each.take, LOOPBACK, 0) for each in taking]
    for each, server in zip(taking, servers, strict=True):
        each.port = server.sockets[0].getsockname()[1]
    yield taking
    for server in servers:
        server.close()


@asynccontextmanager
async def client_of_edge(tmp_path, *api_ports):
    with edge(tmp_path, api_ports) as port:
        async with httpx.AsyncClient(base_url=f"http://{LOOPBACK}:{port}", timeout=20) as client:
            yield client


def test_the_configuration_is_one_that_nginx_takes(tmp_path):
    command = nginx(configured(tmp_path, free_port(), [free_port(), free_port()]), "-t")

    done = subprocess.run(command, capture_output=True, text=True)

    assert done.returncode == 0, done.stderr


async def test_a_server_that_is_gone_is_not_noticed(tmp_path):
    async with (
        upstreams(ANSWER) as [there],
        client_of_edge(tmp_path, free_port(), there.port) as client,
    ):
        codes = [(await client.post("/graphql", content="{}")).status_code for _ in range(4)]

    assert codes == [200] * 4


async def test_a_mutation_that_was_sent_is_never_sent_again(tmp_path):
    async with (
        upstreams(b"", b"") as servers,
        client_of_edge(tmp_path, *(each.port for each in servers)) as client,
    ):
        answer = await client.post("/graphql", content="{}")

    assert answer.status_code == 502
    assert sum(len(each.heads) for each in servers) == 1


async def test_what_only_reads_is_asked_of_another(tmp_path):
    async with (
        upstreams(b"", ANSWER) as servers,
        client_of_edge(tmp_path, *(each.port for each in servers)) as client,
    ):
        codes = [(await client.get("/media/x/y")).status_code for _ in range(2)]

    assert codes == [200, 200]


async def test_what_a_client_says_of_its_own_address_is_dropped(tmp_path):
    claimed = {"X-Forwarded-For": "1.2.3.4", "X-Forwarded-Proto": "https", "Upgrade": "h2c"}
    async with upstreams(ANSWER) as [api], client_of_edge(tmp_path, api.port, 1) as client:
        await client.get("/", headers=claimed)

    head = api.heads[0].lower()
    assert f"x-forwarded-for: {LOOPBACK}\r\n" in head
    assert "x-forwarded-proto: http\r\n" in head
    assert "upgrade:" not in head


async def test_metrics_and_long_bodies_stay_outside(tmp_path):
    async with upstreams(ANSWER) as [api], client_of_edge(tmp_path, api.port, 1) as client:
        codes = [
            (await client.get("/metrics")).status_code,
            (await client.post("/graphql", content=b"x" * 300_000)).status_code,
        ]

    assert codes == [404, 413]
    assert api.heads == []


async def test_json_is_packed_and_media_is_not(tmp_path):
    head = (
        "HTTP/1.1 200 OK\r\nContent-Type: {}\r\nCache-Control: {}\r\nContent-Length: 9000\r\n\r\n"
    )
    document = head.format("application/json", "no-store").encode() + b" " * 9000
    segment = head.format("video/mp4", "private, max-age=9").encode() + b" " * 9000
    async with upstreams(document, segment) as [json_api, media_api]:
        async with client_of_edge(tmp_path, json_api.port, json_api.port) as client:
            packed = await client.post("/graphql", content="{}")
        async with client_of_edge(tmp_path, media_api.port, media_api.port) as client:
            plain = await client.get("/media/x/y")

    assert (packed.headers["content-encoding"], packed.headers["cache-control"]) == (
        "gzip",
        "no-store",
    )
    assert "content-encoding" not in plain.headers
    assert plain.headers["cache-control"] == "private, max-age=9"


async def test_live_updates_come_through_while_they_are_news(tmp_path, api, stores):
    home, film = await factories.household(stores), await factories.movie(stores)
    viewer = await api.viewer(home)
    session = (await viewer.start(film.id))["session"]["id"]
    nudges = asyncio.create_task(stores.nudges.run())
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {viewer.token}"}

    async with (
        serving(api.app.routes) as server,
        client_of_edge(tmp_path, server.port, server.port) as client,
        socket(Server(client.base_url.port), viewer.token) as opened,
        client.stream(
            "POST", "/graphql", json={"query": SUBSCRIPTION}, headers=headers
        ) as streamed,
    ):
        assert (await opened.receive())["type"] == "connection_ack"
        await opened.subscribe()
        lines = streamed.aiter_lines()
        heard = asyncio.gather(opened.event(), _data(lines))
        position_ms = 0

        async def told() -> bool:
            nonlocal position_ms
            position_ms += 1000
            await viewer.beat(session, position_ms)
            await asyncio.sleep(0.2)
            return heard.done()

        await until(told)
        by_socket, by_stream = heard.result()
    nudges.cancel()

    assert by_socket["state"]["playable"] == {"name": "Night Train"}
    assert by_stream["state"]["playable"] == {"name": "Night Train"}


async def _data(lines):
    async for line in lines:
        if line.startswith("data: ") and "continueWatching" in line:
            return json.loads(line.removeprefix("data: "))["data"]["continueWatching"]
    raise AssertionError("the stream ended")
