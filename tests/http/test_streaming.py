"""Answers that come bit by bit: parts of a page, and events of a subscription."""

import asyncio
import json

import httpx
import pytest
from prometheus_client import REGISTRY
from sqlalchemy import text
from starlette.routing import Route

from app.http.admission import Admission
from app.http.graphql import GraphQLDoor
from app.http.streaming import AHEAD, begun
from domain.errors import Overloaded
from tests import factories
from tests.http.conftest import serving
from tests.waiting import until

PARTED = """
query ($later: Boolean = true) {
  page { id ... @defer(if: $later, label: "rows") { rows { edges { node { heading } } } } }
}
"""
BROKEN = """
{ page { id ... @defer { rows { edges { node {
  items { edges { node { title { name artwork { url } } } } } } } } } } }
"""
SUBSCRIPTION = "subscription { continueWatching { cursor state { positionMs } } }"
EVENTS, MULTIPART, JSON = "text/event-stream", "multipart/mixed", "application/json"
BOTH = f"{MULTIPART};incrementalSpec=v0.2, {JSON}"


@pytest.fixture
async def viewer(api, stores):
    found = await api.viewer(await factories.household(stores))
    await factories.movie(stores, "Night Train")
    return found


async def ask(api, viewer, query, accept, **variables):
    return await api.http.post(
        "/graphql",
        json={"query": query, "variables": variables},
        headers={"Accept": accept, "Authorization": f"Bearer {viewer.token}"},
    )


def parts_of(answer):
    """The answers in a multipart."""
    assert answer.content.endswith(b"\r\n-----\r\n")
    nothing, *parts = answer.content.removesuffix(b"\r\n-----\r\n").split(b"\r\n---\r\n")
    heads, bodies = zip(*(part.split(b"\r\n\r\n") for part in parts), strict=True)
    assert nothing == b""
    assert set(heads) == {b"Content-Type: application/json; charset=utf-8"}
    return [json.loads(body) for body in bodies]


def running():
    """Subscriptions of this process."""
    return REGISTRY.get_sample_value("marquee_subscriptions")


def events_of(told):
    """The answers in server-sent events, which are complete."""
    *events, complete, rest = [event for event in told.split("\n\n") if event != ":"]
    assert (complete, rest) == ("event: complete\ndata:", "")
    return [json.loads(event.removeprefix("event: next\ndata: ")) for event in events]


def check_parted(first, last):
    assert first["data"]["page"].keys() == {"id"}
    assert first["pending"] == [{"id": "0", "path": ["page"], "label": "rows"}]
    assert first["hasNext"]
    assert last["incremental"][0]["data"]["rows"]["edges"] != []
    assert (last["completed"], last["hasNext"]) == ([{"id": "0"}], False)
    assert first["extensions"]["cost"]["budget"] == "content"
    assert "extensions" not in last


async def test_what_is_deferred_comes_in_a_later_part(api, viewer):
    answer = await ask(api, viewer, PARTED, BOTH)

    assert answer.headers["content-type"] == f'{MULTIPART}; boundary="-"; incrementalSpec=v0.2'
    check_parted(*parts_of(answer))


async def test_or_in_a_later_event(api, viewer):
    answer = await ask(api, viewer, PARTED, f"{JSON}, {EVENTS}")

    assert answer.headers["content-type"] == "text/event-stream; charset=utf-8"
    check_parted(*events_of(answer.text))


@pytest.mark.parametrize("accept", [JSON, "*/*", f"{MULTIPART};deferSpec=20220824, {JSON}"])
async def test_who_reads_no_parts_is_answered_at_once(api, viewer, accept):
    answer = await ask(api, viewer, PARTED, accept)

    assert answer.headers["content-type"] == "application/json; charset=utf-8"
    assert answer.json()["data"]["page"].keys() == {"id", "rows"}


async def test_what_was_deferred_only_if_asked_is_one_part_when_not(api, viewer):
    [only] = parts_of(await ask(api, viewer, PARTED, BOTH, later=False))

    assert only["data"]["page"].keys() == {"id", "rows"}


async def test_a_bug_in_a_later_part_is_masked_like_any_other(api, viewer, stores):
    async with stores.begin() as tx:
        await tx.execute(text("ALTER TABLE artwork RENAME TO secret_artwork"))

    answer = await ask(api, viewer, BROKEN, BOTH)

    _, last = parts_of(answer)
    [error] = last["incremental"][0]["errors"]
    assert error["message"] == "Something went wrong on our side."
    assert error["extensions"]["code"] == "INTERNAL"
    assert "secret" not in answer.text


async def test_variables_that_do_not_fit_are_told_in_the_one_part_there_is(api, viewer):
    [only] = parts_of(await ask(api, viewer, PARTED, BOTH, later=[1]))

    assert "data" not in only
    assert [error["extensions"]["code"] for error in only["errors"]] == ["BAD_USER_INPUT"]


async def test_who_reads_events_alone_gets_any_answer_as_one(api, viewer):
    answer = await ask(api, viewer, "{ viewer { profile { name } } }", EVENTS)

    [only] = events_of(answer.text)
    assert only["data"] == {"viewer": {"profile": {"name": "Ada"}}}


async def test_a_subscription_is_for_who_reads_events(api, viewer):
    answer = await ask(api, viewer, SUBSCRIPTION, JSON)

    assert answer.status_code == 406


async def test_a_subscription_that_is_refused_says_so_and_is_complete(api):
    answer = await api.http.post(
        "/graphql", json={"query": SUBSCRIPTION}, headers={"Accept": EVENTS}
    )

    [only] = events_of(answer.text)
    assert [error["extensions"]["code"] for error in only["errors"]] == ["UNAUTHENTICATED"]


class BriskDoor(GraphQLDoor):
    keep_alive_s = 0.05


async def test_a_silent_stream_says_that_it_is_there_and_ends_when_its_client_leaves(
    stores, house, viewer
):
    door = BriskDoor(stores, house, Admission(), with_graphiql=False)
    headers = {"Accept": EVENTS, "Authorization": f"Bearer {viewer.token}"}
    async with (
        serving([Route("/graphql", door)]) as server,
        httpx.AsyncClient(timeout=10) as client,
    ):
        url = f"http://127.0.0.1:{server.port}/graphql"
        body = {"query": SUBSCRIPTION}
        async with client.stream("POST", url, json=body, headers=headers) as response:
            lines = response.aiter_lines()
            said = [await anext(lines) for _ in range(6)]
            taken = running()

        async def is_free():
            return running() == taken - 1

        await until(is_free)

    assert said == [":", ""] * 3


async def test_nothing_is_worked_out_far_ahead_of_a_client_that_does_not_read():
    sent = []

    async def work(send):
        for number in range(100):
            await send({"data": number})
            sent.append(number)

    async with begun(work, keep_alive_s=1.0) as answers:
        await asyncio.sleep(0.05)
        ahead = len(sent)
        read = [answer["data"] async for answer in answers]

    # One has been taken to see whether there is any.
    assert ahead == AHEAD + 1
    assert read == list(range(100))


async def test_a_silence_after_an_answer_is_told_and_the_answer_is_not_repeated():
    goes_on = asyncio.Event()

    async def work(send):
        await send({"data": 1})
        await goes_on.wait()
        await send({"data": 2})

    async with begun(work, keep_alive_s=0.01) as answers:
        said = [await anext(answers) for _ in range(3)]
        goes_on.set()
        rest = [answer async for answer in answers if answer is not None]

    assert said == [{"data": 1}, None, None]
    assert rest == [{"data": 2}]


async def test_what_is_refused_before_anything_was_sent_is_raised():
    async def work(_send):
        raise Overloaded("Full.")

    with pytest.raises(Overloaded):
        async with begun(work, keep_alive_s=1.0):
            pass


async def test_what_is_refused_in_the_middle_is_the_last_answer():
    async def work(send):
        await send({"data": 1})
        raise Overloaded("Full.")

    async with begun(work, keep_alive_s=1.0) as answers:
        first, last = [answer async for answer in answers]

    assert first == {"data": 1}
    assert [error["extensions"]["code"] for error in last["errors"]] == ["OVERLOADED"]
    assert not last["hasNext"]


async def test_who_leaves_ends_the_work():
    ended = asyncio.Event()

    async def work(send):
        try:
            await send({"data": 1})
            await asyncio.sleep(60)
        finally:
            ended.set()

    async with begun(work, keep_alive_s=1.0) as answers:
        await anext(answers)

    assert ended.is_set()
