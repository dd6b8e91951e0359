"""Does a socket keep to graphql-transport-ws, also with who does not?"""

import asyncio
import json
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest
import websockets
from prometheus_client import REGISTRY
from starlette.routing import Route, WebSocketRoute

from app.http.admission import Admission
from app.http.graphql import GraphQLDoor
from domain.tokens import issue_access, read_access
from tests import factories
from tests.http.conftest import serving
from tests.waiting import until

PROTOCOL = "graphql-transport-ws"
VIEWER = {"query": "{ viewer { account { email } } }"}
LIVE = {"query": "subscription { continueWatching { cursor } }"}
PARTED = {"query": "{ page { id ... @defer { rows { edges { node { heading } } } } } }"}

NO_MESSAGES = [
    b"{}",
    b'{"type":"ping"}',
    "",
    "[]",
    "null",
    "1",
    '"x"',
    "{",
    "{}",
    "[" * 100_000,
    '{"type": 1}',
    '{"type": "ping", "payload": NaN}',
    '{"type": "ping", "payload": "\\u0000"}',
    '{"type": "start", "id": "1", "payload": {"query": "{ viewer }"}}',
    '{"type": "subscribe", "payload": {"query": "{ viewer }"}}',
    '{"type": "subscribe", "id": "", "payload": {"query": "{ viewer }"}}',
    '{"type": "subscribe", "id": {}, "payload": {"query": "{ viewer }"}}',
    '{"type": "subscribe", "id": "1"}',
    '{"type": "subscribe", "id": "1", "payload": []}',
    '{"type": "subscribe", "id": "1", "payload": {}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer }", "variables": 1}}',
    '{"type": "subscribe", "id": "1", "payload": {"query": "{ viewer }", "extensions": 1}}',
    '{"type": "complete"}',
    '{"type": "complete", "id": []}',
]


class BriskDoor(GraphQLDoor):
    greeted_within_s = 0.2


@pytest.fixture
async def server(stores, house):
    door = BriskDoor(stores, house, Admission(), with_graphiql=False)
    async with serving([Route("/graphql", door), WebSocketRoute("/graphql", door)]) as running:
        yield running


@pytest.fixture
async def viewer(api, stores):
    return await api.viewer(await factories.household(stores))


@asynccontextmanager
async def connected(server, *subprotocols):
    url = f"ws://127.0.0.1:{server.port}/graphql"
    async with websockets.connect(url, subprotocols=subprotocols or [PROTOCOL]) as socket:
        yield socket


@asynccontextmanager
async def greeted(server, token=None):
    async with connected(server) as socket:
        payload = {} if token is None else {"Authorization": f"Bearer {token}"}
        await send(socket, type="connection_init", payload=payload)
        assert await receive(socket) == {"type": "connection_ack"}
        yield socket


async def send(socket, **message):
    await socket.send(json.dumps(message))


async def receive(socket):
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def closed(socket):
    await asyncio.wait_for(socket.wait_closed(), 10)
    return socket.close_code, socket.close_reason


def running():
    return REGISTRY.get_sample_value("marquee_subscriptions")


async def test_another_subprotocol_is_told_so(server):
    async with connected(server, "graphql-ws") as socket:
        assert await closed(socket) == (4406, "Subprotocol not acceptable")


async def test_who_does_not_say_who_it_is_is_not_waited_for(server):
    async with connected(server) as socket:
        assert await closed(socket) == (4408, "Connection initialisation timeout")


async def test_who_said_it_once_is_not_asked_again(server):
    async with greeted(server) as socket:
        await send(socket, type="connection_init")

        assert await closed(socket) == (4429, "Too many initialisation requests")


async def test_nothing_is_answered_before_that(server):
    async with connected(server) as socket:
        await send(socket, type="subscribe", id="1", payload=VIEWER)

        assert await closed(socket) == (4401, "Unauthorized")


async def test_a_token_that_is_no_good_is_forbidden(server):
    async with connected(server) as socket:
        await send(socket, type="connection_init", payload={"Authorization": "Bearer x"})

        assert await closed(socket) == (4403, "Forbidden")


async def test_an_id_that_is_running_is_not_given_again(server, viewer):
    async with greeted(server, viewer.token) as socket:
        await send(socket, type="subscribe", id="1", payload=LIVE)
        await send(socket, type="subscribe", id="1", payload=VIEWER)

        assert await closed(socket) == (4409, "Subscriber already exists")


async def test_an_id_that_is_over_may_be_given_again(server, viewer):
    async with greeted(server, viewer.token) as socket:
        await send(socket, type="subscribe", id="1", payload=LIVE)
        await send(socket, type="complete", id="1")
        await send(socket, type="subscribe", id="1", payload=VIEWER)
        answer, complete = await receive(socket), await receive(socket)
        await send(socket, type="complete", id="1")
        await send(socket, type="complete", id="never there")
        await send(socket, type="ping")

        assert (answer["type"], answer["id"]) == ("next", "1")
        assert answer["payload"]["data"]["viewer"]["account"]["email"] == factories.EMAIL
        assert complete == {"type": "complete", "id": "1"}
        assert await receive(socket) == {"type": "pong"}


async def test_what_is_no_message_of_the_protocol_ends_it(server):
    for frame in NO_MESSAGES:
        async with greeted(server) as socket:
            await socket.send(frame)

            assert await closed(socket) == (4400, "Not a message of the protocol"), frame[:60]


async def test_a_greeting_that_is_none_ends_it_too(server):
    async with connected(server) as socket:
        await send(socket, type="connection_init", payload=["Bearer"])

        assert await closed(socket) == (4400, "Not a message of the protocol")


@pytest.mark.parametrize(
    ("payload", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ viewr }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": "{ __typename }", "operationName": "A"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"documentId": "nobody's"}, "PERSISTED_QUERY_NOT_FOUND"),
    ],
)
async def test_what_cannot_run_is_an_error_and_the_socket_stays(server, payload, code):
    async with greeted(server) as socket:
        await send(socket, type="subscribe", id="1", payload=payload)
        refused = await receive(socket)
        await send(socket, type="ping")

        assert (refused["type"], refused["id"]) == ("error", "1")
        assert [error["extensions"]["code"] for error in refused["payload"]] == [code]
        assert await receive(socket) == {"type": "pong"}


async def test_what_is_deferred_comes_as_a_later_message(server, viewer):
    async with greeted(server, viewer.token) as socket:
        await send(socket, type="subscribe", id="1", payload=PARTED)
        first, last, complete = [await receive(socket) for _ in range(3)]

    assert first["payload"]["data"]["page"].keys() == {"id"}
    assert (first["payload"]["hasNext"], last["payload"]["hasNext"]) == (True, False)
    assert "rows" in last["payload"]["incremental"][0]["data"]
    assert complete == {"type": "complete", "id": "1"}


async def test_what_runs_ends_with_its_socket(server, viewer):
    before = running()
    async with greeted(server, viewer.token) as socket:
        await send(socket, type="subscribe", id="1", payload=LIVE)
        await send(socket, type="subscribe", id="2", payload=LIVE)

        async def both_run():
            return running() == before + 2

        await until(both_run)

    async def none_does():
        return running() == before

    await until(none_does)


async def test_a_token_that_runs_out_ends_what_runs_and_then_the_socket(server, house, viewer):
    claims = read_access(house.token_keys, viewer.token, now=datetime.now(UTC))
    soon = replace(claims, expires_at=datetime.now(UTC) + timedelta(seconds=2))
    async with greeted(server, issue_access(house.token_keys, soon)) as socket:
        await send(socket, type="subscribe", id="1", payload=LIVE)
        ended, complete = await receive(socket), await receive(socket)

        assert [e["extensions"]["code"] for e in ended["payload"]["errors"]] == ["TOKEN_EXPIRED"]
        assert complete == {"type": "complete", "id": "1"}
        assert await closed(socket) == (4403, "Forbidden")


async def test_a_stranger_who_says_nothing_wrong_may_stay(server):
    async with greeted(server) as socket:
        await asyncio.sleep(1.5)  # longer than it takes to look at a token
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}
