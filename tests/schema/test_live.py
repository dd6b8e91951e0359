"""Continue Watching as it changes: over WebSocket and server-sent events, on a real server."""

import asyncio
import json
from contextlib import asynccontextmanager

import httpx
import pytest
import websockets
from sqlalchemy import event

from domain.degradation import Dependency
from tests import factories
from tests.api import SELECT_PROFILE
from tests.http.conftest import serving
from tests.waiting import until

SUBSCRIPTION = """
subscription ($after: EventCursor) {
  continueWatching(after: $after) {
    cursor removed
    state { positionMs status revision playable { name } }
  }
}
"""
HOME = """
{ page { provenance { source } rows(first: 20) { edges { node {
  provenance { source }
  items { edges { node { title { name } resume { positionMs } } } }
} } } } }
"""
PROTOCOL = "graphql-transport-ws"
FORBIDDEN = 4403


class Socket:
    """A graphql-transport-ws client that knows just enough."""

    def __init__(self, connection):
        self._connection = connection

    async def send(self, **message):
        await self._connection.send(json.dumps(message))

    async def receive(self):
        return json.loads(await asyncio.wait_for(self._connection.recv(), 10))

    async def subscribe(self, after=None):
        await self.ask("1", SUBSCRIPTION, after=after)

    async def ask(self, operation, query, **variables):
        await self.send(
            type="subscribe", id=operation, payload={"query": query, "variables": variables}
        )

    async def event(self):
        message = await self.receive()
        assert message["type"] == "next", message
        return message["payload"]["data"]["continueWatching"]


@pytest.fixture
async def server(api, stores):
    nudges = asyncio.create_task(stores.nudges.run())
    async with serving(api.app.routes) as running:
        yield running
    nudges.cancel()


@asynccontextmanager
async def socket(server, token, **init):
    url = f"ws://127.0.0.1:{server.port}/graphql"
    async with websockets.connect(url, subprotocols=[PROTOCOL]) as connection:
        opened = Socket(connection)
        payload = {} if token is None else {"Authorization": f"Bearer {token}"}
        await opened.send(type="connection_init", payload=payload | init)
        yield opened


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 16})


@pytest.fixture
async def viewer(api, home):
    return await api.viewer(home)


@pytest.fixture
async def session(viewer, stores):
    film = await factories.movie(stores)
    return (await viewer.start(film.id))["session"]["id"]


async def listening(stores):
    """The subscription reads first and then waits; a change after that is news."""

    async def waiting():
        return bool(stores.nudges._waiting)

    await until(waiting)
    await asyncio.sleep(0.2)


async def test_a_heartbeat_on_one_device_arrives_on_another(
    server, api, home, viewer, session, stores
):
    kitchen = await api.viewer(home, installation="kitchen")
    async with socket(server, kitchen.token) as opened:
        assert (await opened.receive())["type"] == "connection_ack"
        await opened.subscribe()
        await listening(stores)

        await viewer.beat(session, 30_000)
        joined = await opened.event()
        await viewer.beat(session, 59_000)
        left = await opened.event()

    assert joined["state"]["playable"] == {"name": "Night Train"}
    assert (joined["state"]["positionMs"], joined["removed"]) == (30_000, False)
    assert (left["state"]["status"], left["removed"]) == ("FINISHED", True)


async def test_a_stream_resumed_by_its_cursor_misses_nothing(server, viewer, session, stores):
    other = (await viewer.start((await factories.movie(stores, "Other")).id))["session"]["id"]
    await viewer.beat(session, 10_000)
    async with socket(server, viewer.token) as opened:
        await opened.receive()
        await opened.subscribe()
        await listening(stores)
        await viewer.beat(session, 20_000)
        cursor = (await opened.event())["cursor"]
    await viewer.beat(session, 30_000)
    await viewer.beat(other, 5_000)

    async with socket(server, viewer.token) as opened:
        await opened.receive()
        await opened.subscribe(after=cursor)
        missed = [await opened.event(), await opened.event()]

    assert [event["state"]["positionMs"] for event in missed] == [30_000, 5_000]


async def test_nothing_of_another_profile_arrives(server, api, viewer, session, stores):
    theirs = await api.viewer(await factories.household(stores, email="other@house.test"))
    async with socket(server, theirs.token) as opened:
        await opened.receive()
        await opened.subscribe()
        await listening(stores)
        await viewer.beat(session, 30_000)

        with pytest.raises(asyncio.TimeoutError):
            await asyncio.wait_for(opened.event(), 0.5)


async def test_a_profile_that_is_chosen_on_a_socket_does_not_change_what_runs_there(
    server, api, home, viewer, session, stores
):
    async with socket(server, viewer.token) as opened:
        await opened.receive()
        await opened.subscribe()
        await listening(stores)
        await opened.ask("2", SELECT_PROFILE, id=home.profiles["Bo"])
        chosen = [await opened.receive(), await opened.receive()]
        await viewer.beat(session, 30_000)
        news = await opened.event()

    assert [message["type"] for message in chosen] == ["next", "complete"]
    found = chosen[0]["payload"]["data"]["selectProfile"]
    assert found["viewer"]["profile"]["name"] == "Bo"
    assert news["state"]["positionMs"] == 30_000


async def test_a_page_over_a_socket_that_loses_postgres_halfway_is_a_copy_as_a_whole(
    server, viewer, session, stores
):
    await viewer.beat(session, 30_000)
    await stores.copies.look(stores)
    await viewer.run(HOME)
    statements = []

    def lose_it_at_the_fourth(*_):
        statements.append(None)
        stores.guards[Dependency.POSTGRES].drill(closed=len(statements) >= 4)

    async with socket(server, viewer.token) as opened:
        await opened.receive()
        event.listen(stores.engine.sync_engine, "after_cursor_execute", lose_it_at_the_fourth)
        await opened.ask("1", HOME)
        answer = await opened.receive()
        event.remove(stores.engine.sync_engine, "after_cursor_execute", lose_it_at_the_fourth)

    page = answer["payload"]["data"]["page"]
    rows = [edge["node"]["provenance"] for edge in page["rows"]["edges"]]
    assert len(statements) >= 4
    assert [found["source"] for found in (page["provenance"], *rows)] == ["STALE"] * 3


async def test_a_bad_token_closes_the_socket(server):
    async with socket(server, "not.a.token") as opened:
        with pytest.raises(websockets.ConnectionClosed) as closed:
            await opened.receive()

    assert closed.value.rcvd.code == FORBIDDEN


async def test_a_stranger_may_connect_and_finds_every_field_shut(server):
    async with socket(server, None) as opened:
        await opened.receive()
        await opened.subscribe()
        answer = await opened.receive()

    assert answer["payload"]["errors"][0]["extensions"]["code"] == "UNAUTHENTICATED"


async def test_a_cursor_that_was_not_made_here_ends_the_stream_with_its_code(server, viewer):
    async with socket(server, viewer.token) as opened:
        await opened.receive()
        await opened.subscribe(after="?")
        answer = await opened.receive()

    assert answer["payload"]["errors"][0]["extensions"]["code"] == "INVALID_INPUT"


async def test_server_sent_events_carry_the_same(server, viewer, session, stores):
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {viewer.token}"}
    url = f"http://127.0.0.1:{server.port}/graphql"
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("POST", url, json={"query": SUBSCRIPTION}, headers=headers) as response,
    ):
        await listening(stores)
        await viewer.beat(session, 30_000)
        lines = (line async for line in response.aiter_lines() if line.startswith("data: {"))
        event = json.loads((await anext(lines)).removeprefix("data: "))

    assert response.headers["content-type"].startswith("text/event-stream")
    assert event["data"]["continueWatching"]["state"]["positionMs"] == 30_000


async def test_a_stream_waits_while_postgres_is_away_and_misses_nothing(
    server, home, viewer, session, stores
):
    postgres = stores.guards[Dependency.POSTGRES]
    await viewer.beat(session, 10_000)
    async with socket(server, viewer.token) as opened:
        await opened.receive()
        postgres.drill(closed=True)
        await opened.subscribe()
        await listening(stores)
        postgres.drill(closed=False)
        await viewer.beat(session, 20_000)
        first = await opened.event()
        postgres.drill(closed=True)
        await stores.nudges.send(home.profiles["Ada"])
        await asyncio.sleep(0.2)  # it looks again, and in vain
        postgres.drill(closed=False)
        await viewer.beat(session, 30_000)
        second = await opened.event()

    assert [event["state"]["positionMs"] for event in (first, second)] == [20_000, 30_000]
