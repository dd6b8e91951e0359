"""What the doors answer when more is asked than one process can do."""

import asyncio
import json
from contextlib import AsyncExitStack

import pytest
import websockets
from prometheus_client import REGISTRY
from starlette.routing import Route, WebSocketRoute

from app import http
from app.http.admission import Admission, within
from app.http.graphql import GraphQLDoor
from app.http.graphql_socket import MOST_OPERATIONS_A_SOCKET
from app.http.problems import BODY_DEADLINE_S
from domain import load
from domain.errors import Overloaded, Unavailable
from domain.limits import DEFAULTS, Budget
from domain.load import PriorityClass
from stores.passwords import MOST_WAITING, THREADS
from tests import factories
from tests.api import SIGN_IN
from tests.waiting import until

CRITICAL, STANDARD, PREFETCH, BULK = PriorityClass
VIEWER = "{ viewer { account { email } } }"
HOME = '{ page(slug: "home") { id } }'
LIVE = "subscription { continueWatching { cursor } }"
OVERLOADED = {"code": "OVERLOADED", "retryAfterSeconds": 2}


class SmallDoor(GraphQLDoor):
    most_sockets = 2
    most_subscriptions = 0


@pytest.fixture
def admission():
    return Admission()


@pytest.fixture
def doors(stores, house, admission):
    graphql = SmallDoor(stores, house, admission, with_graphiql=False)
    return [
        Route("/graphql", graphql),
        WebSocketRoute("/graphql", graphql),
        *http.routes(stores, house, admission),
    ]


class Crowd:
    """Holds turns of one admission, and lets them go one by one."""

    def __init__(self, admission):
        self._admission = admission
        self._turns = AsyncExitStack()
        self._ends = asyncio.Event()
        self._waiting = []

    async def __aenter__(self):
        for _ in range(load.START):
            await self._turns.enter_async_context(self._admission.turn(CRITICAL))
        return self

    async def __aexit__(self, *_):
        self._ends.set()
        await self._turns.aclose()
        await asyncio.gather(*self._waiting)

    async def queue(self, priority):
        """As many more as may wait."""
        for _ in range(int(load.START * load.QUEUE_SHARE[priority])):
            self._waiting.append(asyncio.create_task(self._wait(priority)))
        await asyncio.sleep(0)

    async def _wait(self, priority):
        async with self._admission.turn(priority):
            await self._ends.wait()


@pytest.fixture
async def crowd(admission):
    async with Crowd(admission) as crowd:
        yield crowd


async def ask(client, document):
    return await client.post("/graphql", json={"query": document})


async def test_what_is_refused_says_so_at_once_and_when_to_come_again(client, crowd):
    await crowd.queue(STANDARD)

    refused = await ask(client, HOME)

    assert refused.status_code == 503
    assert refused.headers["retry-after"] == "2"
    [error] = refused.json()["errors"]
    assert error["extensions"] == OVERLOADED
    assert "data" not in refused.json()


async def test_who_waits_for_a_hash_keeps_nobody_else_from_a_turn(client, stores):
    device = {"installationId": "tv", "kind": "TV", "name": "TV", "appVersion": "1"}
    wanted = {"email": "a@house.test", "password": "correct horse", "device": device}
    body = {"query": SIGN_IN, "variables": {"input": wanted}}
    async with AsyncExitStack() as threads:
        for _ in range(THREADS):
            await threads.enter_async_context(stores.passwords.turn())
        asking = (client.post("/graphql", json=body) for _ in range(2 * load.START))
        waiting = [asyncio.create_task(each) for each in asking]

        async def all_wait():  # those beyond have been refused, each at its own time
            return stores.passwords.waiting == MOST_WAITING == sum(not w.done() for w in waiting)

        await until(all_wait)
        answer = await ask(client, VIEWER)
        asked_meanwhile = sum(not w.done() for w in waiting)
    await asyncio.gather(*waiting)

    assert (answer.status_code, asked_meanwhile) == (200, MOST_WAITING)


async def test_refusals_are_counted_by_class(client, crowd):
    await crowd.queue(STANDARD)
    before = REGISTRY.get_sample_value("marquee_refused_total", {"priority": "STANDARD"}) or 0

    await ask(client, HOME)

    after = REGISTRY.get_sample_value("marquee_refused_total", {"priority": "STANDARD"})
    assert after == before + 1


async def test_an_operator_is_told_the_best_class_that_is_refused(client, admission, crowd):
    await crowd.queue(STANDARD)
    before = admission.shedding()

    with pytest.raises(Overloaded):
        async with admission.turn(BULK):
            pass
    first = admission.shedding()
    await ask(client, HOME)

    assert (before, first, admission.shedding()) == (None, BULK, STANDARD)


async def test_in_the_same_crowd_what_is_critical_waits_and_is_answered(client, admission):
    async with Crowd(admission) as crowd:
        await crowd.queue(STANDARD)
        answering = asyncio.create_task(ask(client, VIEWER))
        await asyncio.sleep(0)

    answered = await answering

    assert answered.json()["data"] == {"viewer": None}


async def test_who_waited_as_long_as_its_class_waits_is_refused(client, crowd):
    refused = await ask(client, HOME)  # nobody is in the queue, and nobody leaves

    assert refused.status_code == 503


async def test_what_finds_no_room_spends_no_budget(client, admission, api, stores):
    ada = await api.viewer(await factories.household(stores))
    async with Crowd(admission) as crowd:
        await crowd.queue(STANDARD)
        headers = {"Authorization": f"Bearer {ada.token}"}
        refused = await client.post("/graphql", json={"query": HOME}, headers=headers)

    answered = await ada.run(HOME)

    assert refused.status_code == 503
    assert answered.body["extensions"]["cost"]["remaining"] == DEFAULTS[Budget.CONTENT] - 1


@pytest.mark.parametrize("address", ["/livez", "/readyz", "/metrics", "/media/nothing/there"])
async def test_health_metrics_and_media_are_never_refused(client, stores, crowd, address):
    await stores.revocations.look(stores)  # or this process would not be ready, crowd or none
    await crowd.queue(CRITICAL)

    assert (await client.get(address)).status_code != 503


async def test_an_operation_that_takes_too_long_is_ended_with_a_time_to_come_again():
    with pytest.raises(Unavailable) as ended:
        async with within(0.01):
            await asyncio.sleep(20)

    assert ended.value.extensions == {"code": "UNAVAILABLE", "retryAfterSeconds": 2}


@pytest.mark.parametrize(
    ("body", "status"),
    [
        (b"x" * (load.MOST_OPERATION_BYTES + 1), 413),
        (b"[]", 400),
        (b"1", 400),
        (b"{", 400),
        (b"", 400),
        (b'{"query": NaN}', 400),
    ],
    ids=lambda value: repr(value)[:20],
)
async def test_a_body_that_no_app_sends_is_refused_by_name(client, body, status):
    answer = await client.post(
        "/graphql", content=body, headers={"Content-Type": "application/json"}
    )

    assert answer.status_code == status
    assert answer.json()["errors"][0]["extensions"] == {"code": "INVALID_INPUT"}


async def test_a_body_that_drips_is_cut_off_at_its_deadline(server):
    head = b"POST /graphql HTTP/1.1\r\nHost: x\r\nContent-Type: application/json\r\n"
    asked_at = asyncio.get_running_loop().time()

    status, answer = await server.send_raw(head + b"Content-Length: 100\r\n\r\n{")

    assert status == 408
    assert b"INVALID_INPUT" in answer
    assert asyncio.get_running_loop().time() - asked_at >= BODY_DEADLINE_S


async def connect(server):
    return await websockets.connect(
        f"ws://127.0.0.1:{server.port}/graphql", subprotocols=["graphql-transport-ws"]
    )


async def opened(server):
    socket = await connect(server)
    await send(socket, type="connection_init")
    assert (await receive(socket))["type"] == "connection_ack"
    return socket


async def send(socket, **message):
    await socket.send(json.dumps(message))


async def receive(socket):
    return json.loads(await asyncio.wait_for(socket.recv(), 10))


async def closed_with(socket):
    await asyncio.wait_for(socket.wait_closed(), 10)
    return socket.close_code


async def test_an_operation_over_a_socket_is_refused_alike(server, crowd):
    await crowd.queue(STANDARD)
    async with await opened(server) as socket:
        await send(socket, type="subscribe", id="1", payload={"query": HOME})

        refused = await receive(socket)

    assert (refused["type"], refused["id"]) == ("error", "1")
    assert refused["payload"][0]["extensions"] == OVERLOADED


async def test_one_subscription_too_many_is_refused_and_the_socket_stays(server):
    async with await opened(server) as socket:
        await send(socket, type="subscribe", id="1", payload={"query": LIVE})
        refused = await receive(socket)
        await send(socket, type="subscribe", id="2", payload={"query": VIEWER})

        answered = await receive(socket)

    assert refused["payload"][0]["extensions"] == OVERLOADED
    assert answered["payload"]["data"] == {"viewer": None}


async def test_a_client_that_keeps_to_no_number_of_operations_is_closed(server, crowd):
    async with await opened(server) as socket:
        for number in range(MOST_OPERATIONS_A_SOCKET + 1):
            await send(socket, type="subscribe", id=str(number), payload={"query": VIEWER})

        assert await closed_with(socket) == 4429


async def test_one_socket_too_many_is_refused_at_its_handshake(server):
    async with await opened(server), await opened(server):
        with pytest.raises(websockets.InvalidStatus) as refused:
            await connect(server)

    response = refused.value.response
    assert (response.status_code, response.headers["Retry-After"]) == (503, "2")
    assert json.loads(response.body)["errors"][0]["extensions"] == OVERLOADED

    async def lets_in():
        try:
            async with await opened(server):
                return True
        except websockets.InvalidStatus:
            return False

    await until(lets_in)
