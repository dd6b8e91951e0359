"""Which pages of a browser may use the GraphQL door?"""

import httpx
import pytest
from starlette.applications import Starlette
from starlette.responses import PlainTextResponse
from starlette.routing import Route, WebSocketRoute

from app.http.origins import only_from

OTHER, FRIEND = "https://elsewhere.test", "https://friend.test"
ASKED_AT = "inside.test:8000"  # which is not the public address


async def greet(socket):
    await socket.accept()


@pytest.fixture
def app():
    ours = only_from([FRIEND], "https://tv.house.test")
    door = (
        Route("/", PlainTextResponse("answered"), middleware=ours),
        WebSocketRoute("/", greet, middleware=ours),
    )
    return Starlette(routes=door)


async def opens(app, origin):
    """Whether a socket is accepted, for a page of this origin."""
    headers = [(b"host", ASKED_AT.encode())]
    if origin is not None:
        headers.append((b"origin", origin.encode()))
    scope = {"type": "websocket", "path": "/", "headers": headers, "query_string": b""}
    sent = []

    async def receive():
        return {"type": "websocket.connect"}

    async def send(message):
        sent.append(message["type"])

    await app(scope, receive, send)
    return sent[0] == "websocket.accept"


@pytest.mark.parametrize(
    ("origin", "welcome"),
    [
        (None, True),
        (f"http://{ASKED_AT}", True),
        ("https://tv.house.test", True),
        (FRIEND, True),
        (OTHER, False),
        ("null", False),
        ("http://[", False),
        (f"http://{ASKED_AT}.elsewhere.test", False),
        ("http://tv.house.test", False),
    ],
)
async def test_a_socket_is_opened_by_our_own_pages_and_those_named(app, origin, welcome):
    assert await opens(app, origin) == welcome


@pytest.mark.parametrize(("origin", "allowed"), [(FRIEND, FRIEND), (OTHER, None)])
async def test_an_answer_is_read_by_pages_that_were_named(app, origin, allowed):
    asked = {"Origin": origin}
    before = asked | {"Access-Control-Request-Method": "POST"}
    transport = httpx.ASGITransport(app)
    async with httpx.AsyncClient(transport=transport, base_url="http://inside.test") as page:
        preflight = await page.options("/", headers=before)
        answered = await page.get("/", headers=asked)

    assert preflight.headers.get("access-control-allow-origin") == allowed
    assert answered.headers.get("access-control-allow-origin") == allowed
    assert answered.text == "answered"
