"""Whoever lets go of an answer, or is slow to read it, is in nobody's way."""

import asyncio
from contextlib import suppress

import pytest
from prometheus_client import Gauge
from starlette.requests import HTTPConnection
from starlette.routing import WebSocketRoute

from app.http.admission import Admission, Seats
from app.http.graphql import GraphQLDoor
from app.http.operations import Operations, passed_on
from schema.params import params_of
from stores.sql.documents import Build
from tests import factories
from tests.http.conftest import serving
from tests.http.test_graphql_socket import VIEWER, greeted, receive, send, viewer
from tests.http.test_overload import Crowd

__all__ = ["viewer"]  # a fixture of the socket's own tests
PARTED = {
    "query": """{ now: __typename ... @defer { page { rows { edges { node { items {
      edges { node { title { artwork { url } } } }
    } } } } } } }"""
}
SEATS = Seats(0, 0, taken=Gauge("test_no_seats", "None.", registry=None))


@pytest.fixture
async def film(stores):
    return await factories.movie(stores, "Night Train")


class Deaf(Operations):
    """Its first operation does not hear that it is cancelled, as graphql-core's with `@defer` at
    some moments."""

    first = True

    async def run(self, asked, ctx, send):
        if not self.first:
            await super().run(asked, ctx, send)
            return
        self.first = False
        with suppress(asyncio.CancelledError):
            await asyncio.Event().wait()
        await send({"data": "nobody's"})


class DeafDoor(GraphQLDoor):
    def __init__(self, stores, house):
        admission = Admission()
        super().__init__(stores, house, admission, with_graphiql=False)
        self._operations = Deaf(stores, house, admission, SEATS)


async def test_an_id_that_was_let_go_of_says_nothing_of_what_it_was(stores, house, viewer):
    door = DeafDoor(stores, house)
    async with (
        serving([WebSocketRoute("/graphql", door)]) as deaf,
        greeted(deaf, viewer.token) as socket,
    ):
        await send(socket, type="subscribe", id="1", payload=VIEWER)
        await asyncio.sleep(0.2)  # until it runs
        await send(socket, type="complete", id="1")
        await send(socket, type="subscribe", id="1", payload=VIEWER)
        answer, complete = await receive(socket), await receive(socket)
        await send(socket, type="ping")

        assert answer["payload"]["data"] == {"viewer": {"account": {"email": factories.EMAIL}}}
        assert complete == {"type": "complete", "id": "1"}
        assert await receive(socket) == {"type": "pong"}


async def test_who_does_not_read_keeps_no_turn(stores, house, viewer, film):
    admission, begun = Admission(), asyncio.Event()
    operations = Operations(stores, house, admission, SEATS)
    headers = [(b"authorization", f"Bearer {viewer.token}".encode())]
    scope = {"type": "http", "headers": headers, "client": None}
    ctx = operations.context(HTTPConnection(scope))

    async def send_and_wait(_):
        begun.set()
        await asyncio.Event().wait()

    asked = await operations.asked(params_of(PARTED), Build("", ""))
    running = asyncio.create_task(operations.run(asked, ctx, send_and_wait))
    await begun.wait()

    async with Crowd(admission):  # takes all turns there are
        assert not running.done()

    running.cancel()
    await asyncio.gather(running, return_exceptions=True)


async def test_what_was_ready_is_sent_before_it_is_told_what_went_wrong():
    sent = []

    async def slowly(answer):
        await asyncio.sleep(0)
        sent.append(answer)

    async def work():
        async with passed_on(slowly) as put:
            put({"data": 1})
            put({"data": 2})
            raise LookupError

    with pytest.raises(LookupError):
        await work()

    assert sent == [{"data": 1}, {"data": 2}]
