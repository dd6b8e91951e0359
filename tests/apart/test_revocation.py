"""Two web servers that run, and what one of them is told about who may still come in."""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import dataclass

import httpx
import jwt
import pytest
import websockets
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat
from redis import Redis

from app.embedded.machine import LOOPBACK, free_port
from tests import factories
from tests.apart.parts import ApiAt, serving
from tests.http.conftest import Server
from tests.resolvers.test_sessions import REFUSED, VIEWER, refresh
from tests.schema.test_live import FORBIDDEN, SUBSCRIPTION, socket

pytestmark = pytest.mark.slow

SOON_S = 5.0  # a second is the promise; what only Postgres knows is read after 30


@dataclass
class Two:
    """Web servers of one house. The first signs with the old key, the second with the next."""

    one: ApiAt
    other: ApiAt
    other_port: int


@pytest.fixture
async def two(environment, tmp_path):
    next_key = Ed25519PrivateKey.generate().private_bytes(
        Encoding.PEM, PrivateFormat.PKCS8, NoEncryption()
    )
    old_pem, next_pem = environment["TOKEN_KEY"], next_key.decode()
    one, other = free_port(), free_port()
    told = environment | {"TOKEN_KEY": old_pem + next_pem}
    rotated = environment | {"TOKEN_KEY": next_pem + old_pem}
    with (
        serving(one, environment=told, log=tmp_path / "one.log"),
        serving(other, environment=rotated, log=tmp_path / "other.log"),
    ):
        async with (
            ApiAt(f"http://{LOOPBACK}:{one}") as first,
            ApiAt(f"http://{LOOPBACK}:{other}") as second,
        ):
            yield Two(first, second, other)


async def replay(api, refresh_token):
    """Signs the device out, as a thief would."""
    for _ in range(3):
        last = await refresh(api, refresh_token)
    assert last == REFUSED


async def until_refused(api, token):
    async with asyncio.timeout(SOON_S):
        while True:
            looked = await api.run(VIEWER, token=token)
            if "errors" in looked.body:
                return looked.codes
            await asyncio.sleep(0.02)


@asynccontextmanager
async def streams(two, token):
    """A WebSocket and server-sent events that are open at the other server."""
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {token}"}
    async with (
        socket(Server(two.other_port), token) as opened,
        httpx.AsyncClient(base_url=two.other.http.base_url, timeout=20) as client,
        client.stream("POST", "/graphql", json={"query": SUBSCRIPTION}, headers=headers) as sse,
    ):
        assert (await opened.receive())["type"] == "connection_ack"
        await opened.subscribe()
        yield opened, sse


async def codes_of(opened, sse):
    """What both end with."""
    last = (await opened.receive())["payload"]["errors"]
    assert (await opened.receive())["type"] == "complete"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await opened.receive()
    assert closed.value.rcvd.code == FORBIDDEN
    lines = [line async for line in sse.aiter_lines() if line.startswith("data: {")]
    found = last + json.loads(lines[-1][6:])["errors"]
    return [error["extensions"]["code"] for error in found]


async def test_a_device_that_one_process_signs_out_is_refused_by_another(two, stores):
    home = await factories.household(stores)
    viewer = await two.one.viewer(home)
    async with streams(two, viewer.token) as opened:
        before = await two.other.run(VIEWER, token=viewer.token)

        await replay(two.one, viewer.refresh_token)
        codes = await until_refused(two.other, viewer.token)
        async with asyncio.timeout(SOON_S):
            ends = await codes_of(*opened)

    assert before.data == {"viewer": {"profile": {"name": "Ada"}}}
    assert codes == ["TOKEN_INVALID"]
    assert ends == ["TOKEN_INVALID", "TOKEN_INVALID"]


async def test_nobody_comes_back_in_when_redis_forgets_all(two, stores, services):
    home = await factories.household(stores)
    viewer = await two.one.viewer(home)
    await replay(two.one, viewer.refresh_token)
    await until_refused(two.other, viewer.token)
    kitchen = await two.one.viewer(home, installation="kitchen")

    with Redis.from_url(services.redis_url) as redis:
        redis.flushall()
    again = [(await api.run(VIEWER, token=viewer.token)).codes for api in (two.one, two.other)]
    await replay(two.one, kitchen.refresh_token)

    assert again == [["TOKEN_INVALID"]] * 2
    assert await until_refused(two.other, kitchen.token) == ["TOKEN_INVALID"]


async def test_tokens_of_either_key_are_good_everywhere_while_one_replaces_the_other(two, stores):
    home = await factories.household(stores)
    old, new = await two.one.viewer(home), await two.other.viewer(home, installation="kitchen")

    looked = [
        (await api.run(VIEWER, token=viewer.token)).data["viewer"]["profile"]["name"]
        for api in (two.one, two.other)
        for viewer in (old, new)
    ]
    published = [
        (await api.http.get("/.well-known/jwks.json")).json() for api in (two.one, two.other)
    ]

    assert looked == ["Ada"] * 4
    signed_with = [jwt.get_unverified_header(viewer.token)["kid"] for viewer in (old, new)]
    assert [[key["kid"] for key in each["keys"]] for each in published] == [
        signed_with,
        signed_with[::-1],
    ]
