"""Who has how many sockets and subscriptions, and who is let go of?"""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
import websockets
from starlette.routing import Route, WebSocketRoute

from app.http.admission import Admission
from app.http.graphql import GraphQLDoor
from domain.limits import DEVICES
from tests import factories
from tests.http.conftest import serving
from tests.http.test_graphql_socket import LIVE, closed, connected, greeted, receive, running, send
from tests.waiting import until

OVERLOADED = {"code": "OVERLOADED", "retryAfterSeconds": 2}


class NarrowDoor(GraphQLDoor):
    most_sockets_an_address = 2
    most_subscriptions_a_device = 2
    strangers_stay_s = 1.0


class NarrowHouses(GraphQLDoor):
    most_subscriptions_a_device = 1


@pytest.fixture
async def server(stores, house):
    async with behind(NarrowDoor(stores, house, Admission(), with_graphiql=False)) as found:
        yield found


def behind(door):
    return serving([Route("/graphql", door), WebSocketRoute("/graphql", door)])


async def live(socket, id_):
    """Begins a subscription, and waits until it runs."""
    before = running()
    await send(socket, type="subscribe", id=id_, payload=LIVE)

    async def it_runs():
        return running() == before + 1

    await until(it_runs)


async def is_running(number):
    return running() == number


async def refused(socket, id_):
    await send(socket, type="subscribe", id=id_, payload=LIVE)
    answer = await receive(socket)
    assert (answer["type"], answer["id"]) == ("error", id_)
    return [error["extensions"] for error in answer["payload"]]


async def test_an_address_has_so_many_sockets_and_gets_them_back(server):
    async with connected(server), connected(server):
        with pytest.raises(websockets.InvalidStatus) as full:
            async with connected(server):
                pass

    assert full.value.response.status_code == 503
    assert json.loads(full.value.response.body)["errors"][0]["extensions"] == OVERLOADED

    async def lets_in():
        try:
            async with connected(server):
                return True
        except websockets.InvalidStatus:
            return False

    await until(lets_in)


async def test_a_device_has_so_many_subscriptions_over_all_its_sockets(server, api, stores):
    home = await factories.household(stores)
    tv = await api.viewer(home)
    async with greeted(server, tv.token) as one, greeted(server, tv.token) as other:
        await live(one, "1")
        await live(other, "1")

        assert await refused(one, "2") == [OVERLOADED]


async def test_another_device_of_the_household_has_its_own(server, api, stores):
    home = await factories.household(stores)
    tv, phone = await api.viewer(home), await api.viewer(home, installation="phone")
    async with greeted(server, tv.token) as one, greeted(server, phone.token) as other:
        await live(one, "1")
        await live(one, "2")

        await live(other, "1")


async def test_a_household_has_so_many_over_all_its_devices_and_gets_them_back(stores, house, api):
    home = await factories.household(stores)
    others = await api.viewer(await factories.household(stores, email="other@house.test"))
    tokens = [(await api.viewer(home, installation=f"tv {n}")).token for n in range(DEVICES + 1)]
    door = NarrowHouses(stores, house, Admission(), with_graphiql=False)
    async with behind(door) as server, AsyncExitStack() as stack:
        *tvs, last, other = [
            await stack.enter_async_context(greeted(server, token))
            for token in [*tokens, others.token]
        ]
        for tv in tvs:
            await live(tv, "1")

        assert await refused(last, "1") == [OVERLOADED]
        await live(other, "1")
        await send(tvs[0], type="complete", id="1")
        await until(lambda: is_running(DEVICES))
        await live(last, "2")


async def test_a_stranger_who_runs_nothing_is_let_go_of(server):
    async with greeted(server) as socket:
        assert await closed(socket) == (4401, "Unauthorized")


async def test_who_has_a_token_may_run_nothing_for_longer(server, api, stores):
    viewer = await api.viewer(await factories.household(stores))
    async with greeted(server, viewer.token) as socket:
        await asyncio.sleep(2.5)  # longer than a stranger may, and than it takes to look
        await send(socket, type="ping")

        assert await receive(socket) == {"type": "pong"}
