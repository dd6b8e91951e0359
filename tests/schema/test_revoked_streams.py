"""Streams that are open when their token stops being good: over WebSocket and as events."""

import asyncio
import json
from dataclasses import replace
from datetime import UTC, datetime, timedelta

import httpx
import pytest
import websockets

from domain.errors import TokenInvalid
from domain.sessions import Revocation
from domain.tokens import Scope, issue_access, read_access
from resolvers.context import Caller, Context
from resolvers.sessions import while_let_in
from stores.sql import devices as devices_sql
from tests import factories
from tests.forgery import ACCESS
from tests.schema.test_live import FORBIDDEN, SUBSCRIPTION, listening, server, socket

__all__ = ["server"]  # a fixture


@pytest.fixture
async def viewer(api, stores):
    return await api.viewer(await factories.household(stores))


@pytest.fixture
def soon_expired(house, viewer):
    """The viewer's token, but for a second and a half."""
    now = datetime.now(UTC)
    claims = read_access(house.token_keys, viewer.token, now=now)
    ends = now.replace(microsecond=0) + timedelta(seconds=2)
    return issue_access(house.token_keys, replace(claims, expires_at=ends))


async def sign_out(stores):
    """Every device there is."""
    ids = [device.id for device in await factories.fetch(stores, factories.t.devices)]
    async with stores.begin() as tx:
        revoked = await devices_sql.end_sessions(tx, ids, datetime.now(UTC))
    await stores.revocations.tell(revoked)


async def code_of_the_end(opened):
    """What the stream ends with, and then the socket, on which nothing else runs."""
    last = await opened.receive()
    assert (await opened.receive())["type"] == "complete"
    with pytest.raises(websockets.ConnectionClosed) as closed:
        await opened.receive()
    assert closed.value.rcvd.code == FORBIDDEN
    return last["payload"]["errors"][0]["extensions"]["code"]


async def test_a_stream_over_a_socket_ends_when_its_device_is_signed_out(server, viewer, stores):
    async with socket(server, viewer.token) as opened:
        await opened.receive()
        await opened.subscribe()
        await listening(stores)

        await sign_out(stores)

        assert await code_of_the_end(opened) == "TOKEN_INVALID"
    assert not stores.nudges._waiting


async def test_a_stream_over_a_socket_ends_with_its_token(server, soon_expired):
    async with socket(server, soon_expired) as opened:
        await opened.receive()
        await opened.subscribe()

        assert await code_of_the_end(opened) == "TOKEN_EXPIRED"


async def test_a_socket_on_which_nothing_runs_is_closed_too(server, viewer, soon_expired, stores):
    async with socket(server, soon_expired) as expiring, socket(server, viewer.token) as revoked:
        for opened in (expiring, revoked):
            await opened.receive()
        await sign_out(stores)

        for opened in (expiring, revoked):
            with pytest.raises(websockets.ConnectionClosed) as closed:
                await opened.receive()
            assert closed.value.rcvd.code == FORBIDDEN


async def test_server_sent_events_end_when_their_device_is_signed_out(server, viewer, stores):
    headers = {"Accept": "text/event-stream", "Authorization": f"Bearer {viewer.token}"}
    url = f"http://127.0.0.1:{server.port}/graphql"
    async with (
        httpx.AsyncClient(timeout=10) as client,
        client.stream("POST", url, json={"query": SUBSCRIPTION}, headers=headers) as response,
    ):
        await listening(stores)

        await sign_out(stores)

        lines = [line async for line in response.aiter_lines()]
    told = [json.loads(line[6:]) for line in lines if line.startswith("data: {")]
    codes = [error["extensions"]["code"] for answer in told for error in answer["errors"]]
    assert codes == ["TOKEN_INVALID"]
    assert "event: complete" in lines
    assert not stores.nudges._waiting


async def test_a_stream_that_has_no_news_and_asks_nobody_ends_with_its_token(stores, house):
    now = datetime.now(UTC)
    claims = replace(ACCESS, issued_at=now, expires_at=now + timedelta(minutes=1))
    token = issue_access(house.token_keys, claims)
    ctx = Context(house, stores, Caller(f"Bearer {token}"), lambda: None)
    ended = asyncio.Event()

    async def silence():
        try:
            await asyncio.Event().wait()
            yield
        finally:
            ended.set()

    waiting = asyncio.ensure_future(anext(while_let_in(ctx, Scope.PROFILE, silence())))
    await asyncio.sleep(0)
    await stores.revocations.tell([Revocation(claims.device_id, claims.epoch + 1, now)])

    with pytest.raises(TokenInvalid):
        await asyncio.wait_for(waiting, 10)
    assert ended.is_set()
