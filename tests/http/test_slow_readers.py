"""Whoever lets go of an answer, or is slow to read it, is in nobody's way."""

import asyncio

import pytest
from prometheus_client import Gauge
from sqlalchemy import text
from starlette.requests import HTTPConnection

from app.http.admission import Admission, Seats
from app.http.operations import Operations, passed_on
from schema.params import params_of
from stores.sql.documents import Build
from tests import factories
from tests.http.test_graphql_socket import VIEWER, greeted, receive, send, server, viewer
from tests.http.test_overload import Crowd

__all__ = ["server", "viewer"]  # fixtures of the socket's own tests
PARTED = {
    "query": """{ now: __typename ... @defer { page { rows { edges { node { items {
      edges { node { title { artwork { url } } } }
    } } } } } } }"""
}
SEATS = Seats(0, 0, taken=Gauge("test_no_seats", "None.", registry=None))


@pytest.fixture
async def film(stores):
    return await factories.movie(stores, "Night Train")


async def test_an_id_that_was_let_go_of_says_nothing_of_what_it_was(server, stores, viewer, film):
    async with greeted(server, viewer.token) as socket:
        async with stores.begin() as tx:
            await tx.execute(text("LOCK TABLE artwork IN ACCESS EXCLUSIVE MODE"))
            await send(socket, type="subscribe", id="1", payload=PARTED)
            first = await receive(socket)
            await send(socket, type="complete", id="1")
            await send(socket, type="subscribe", id="1", payload=VIEWER)
            answer, complete = await receive(socket), await receive(socket)
        await asyncio.sleep(0.3)  # for what was in the middle of something
        await send(socket, type="ping")

        assert first["payload"]["hasNext"]
        assert answer["payload"]["data"] == {"viewer": {"account": {"email": factories.EMAIL}}}
        assert complete == {"type": "complete", "id": "1"}
        assert await receive(socket) == {"type": "pong"}


async def test_letting_go_of_an_answer_at_any_moment_leaves_the_socket(server, viewer):
    async with greeted(server, viewer.token) as socket:
        for number in range(120):
            await send(socket, type="subscribe", id="1", payload=PARTED if number % 3 else VIEWER)
            await asyncio.sleep(number % 12 / 1000)  # before it began, in the middle, afterwards
            await send(socket, type="complete", id="1")
        await send(socket, type="ping")

        while (await receive(socket))["type"] != "pong":
            pass


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
