"""The GraphQL door: requests by POST, queries by GET, and what answers bit by bit."""

from functools import partial
from typing import ClassVar

import orjson
from graphql import OperationType
from prometheus_client import Gauge
from starlette.datastructures import Headers
from starlette.requests import HTTPConnection, Request
from starlette.types import Receive, Scope, Send

from app.http.admission import Admission, Seats
from app.http.callers import caller_of
from app.http.documents import sender_of
from app.http.graphql_socket import Conversation
from app.http.negotiation import (
    IN_PARTS,
    MediaType,
    MethodNotAllowed,
    NotAcceptable,
    accepted,
    check_content,
    in_parts,
    plain,
    whole,
)
from app.http.operations import Operations
from app.http.pages import graphiql
from app.http.problems import read_body, refused
from app.http.streaming import begun, only, streamed
from domain.errors import DomainError
from domain.house import House
from domain.load import MOST_OPERATION_BYTES
from schema.execution import Answer, CannotRun
from schema.params import Params, params_of, params_of_address, read_json
from stores import Stores

MOST_SOCKETS = 2000  # a process; each holds about 50 KiB, and a nudge wakes every one of them
MOST_SOCKETS_AN_ADDRESS = 200  # a school behind one address, or a street behind its provider's
KEEP_ALIVE_S = 12.0  # proxies close what is silent for a minute, some phones' networks for less
MOST_SUBSCRIPTIONS = 4000  # a process: two for each socket, or as many streams without one
MOST_SUBSCRIPTIONS_A_DEVICE = 20  # a screen has one or two, and a browser is one device in all tabs
GREETED_WITHIN_S = 3.0  # as in graphql-ws: a TV on a bad line says hello in two round trips
STRANGERS_STAY_S = 60.0  # without a token there is next to nothing to ask for, and asking is quick
_CONTENT_TYPES = {kind: f"{kind}; charset=utf-8" for kind in (MediaType.GRAPHQL, MediaType.JSON)}
SOCKETS = Gauge("marquee_sockets", "WebSockets that are open.", multiprocess_mode="livesum")
SUBSCRIPTIONS = Gauge(
    "marquee_subscriptions", "Subscriptions that run.", multiprocess_mode="livesum"
)


class GraphQLDoor:
    """An ASGI application. Refusals of the house are `{"errors": [{"extensions": {"code",
    "retryAfterSeconds"}}]}` under a status of their own."""

    most_sockets: ClassVar = MOST_SOCKETS
    most_sockets_an_address: ClassVar = MOST_SOCKETS_AN_ADDRESS
    most_subscriptions: ClassVar = MOST_SUBSCRIPTIONS
    most_subscriptions_a_device: ClassVar = MOST_SUBSCRIPTIONS_A_DEVICE
    keep_alive_s: ClassVar = KEEP_ALIVE_S
    greeted_within_s: ClassVar = GREETED_WITHIN_S
    strangers_stay_s: ClassVar = STRANGERS_STAY_S

    def __init__(
        self, stores: Stores, house: House, admission: Admission, *, with_graphiql: bool
    ) -> None:
        self._stores = stores
        self._house = house
        subscriptions = Seats(
            self.most_subscriptions, self.most_subscriptions_a_device, taken=SUBSCRIPTIONS
        )
        self._operations = Operations(stores, house, admission, subscriptions)
        self._sockets = Seats(self.most_sockets, self.most_sockets_an_address, taken=SOCKETS)
        self._with_graphiql = with_graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A browser's GET is shown GraphiQL, if that is wanted here."""
        try:
            if scope["type"] == "websocket":
                async with self._sockets.seat(caller_of(HTTPConnection(scope)).address):
                    talk = Conversation(self._operations, scope, receive, send)
                    await talk.hold(
                        greeted_within_s=self.greeted_within_s,
                        strangers_stay_s=self.strangers_stay_s,
                    )
            elif self._with_graphiql and _is_browser(scope):
                page = await graphiql(self._stores, self._house)
                await page(scope, receive, send)
            else:
                await self._answer(scope, receive, send)
        except DomainError as refusal:
            error = {"message": refusal.message, "extensions": refusal.extensions}
            form = _plain(Headers(scope=scope))
            response = refused(refusal, {"errors": [error]}, form=_CONTENT_TYPES[form])
            await response(scope, receive, send)

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Raises DomainError for what is refused before anything is sent."""
        headers = Headers(scope=scope)
        types = accepted(headers.get("accept"))
        params = await _params(scope, headers, receive)
        try:
            asked = await self._operations.asked(params, sender_of(headers))
        except CannotRun as error:
            kind = whole(types)
            if kind in IN_PARTS:  # a refusal before this had a status; graphql-sse has an event
                await streamed(only(error.answer), kind)(scope, receive, send)
            else:
                await _send(send, error.answer, kind, _caching(scope))
            return
        if scope["method"] == "GET" and asked.planned.type is not OperationType.QUERY:
            raise MethodNotAllowed("By GET only queries are asked.", allowed="POST")
        ctx = self._operations.context(HTTPConnection(scope))
        if asked.is_stream:
            kind = in_parts(types)
        else:
            kind = whole(types, prefers_parts=asked.planned.defers)
        if kind in IN_PARTS:
            work = partial(self._operations.run, asked, ctx)
            async with begun(work, keep_alive_s=self.keep_alive_s) as answers:
                await streamed(answers, kind)(scope, receive, send)
            return
        answer = await self._operations.answer(asked, ctx)
        is_for_all = asked.is_public and "authorization" not in headers and "errors" not in answer
        await _send(send, answer, kind, _caching(scope, is_for_all=is_for_all))


async def _params(scope: Scope, headers: Headers, receive: Receive) -> Params:
    """Raises MethodNotAllowed, UnsupportedMediaType, BodyTooLong, BodyTooSlow, InvalidInput."""
    if scope["method"] == "POST":
        check_content(headers)
        body = await read_body(Request(scope, receive), most_bytes=MOST_OPERATION_BYTES)
        return params_of(read_json(body))
    if scope["method"] == "GET":
        return params_of_address(scope["query_string"])
    raise MethodNotAllowed("Operations are asked for by POST, or by GET.", allowed="GET, POST")


def _caching(scope: Scope, *, is_for_all: bool = False) -> list[tuple[bytes, bytes]]:
    """What caches may do with the answer; nothing is kept of what depends on who asks."""
    if scope["method"] == "POST":
        return [(b"cache-control", b"no-store")]
    may = b"public, max-age=60" if is_for_all else b"private, no-store"
    return [(b"cache-control", may), (b"vary", b"Accept, Authorization")]


async def _send(
    send: Send, answer: Answer, kind: MediaType, caching: list[tuple[bytes, bytes]]
) -> None:
    """What could not run is a bad request in the form that has statuses; JSON says it inside."""
    status = 400 if kind is MediaType.GRAPHQL and "data" not in answer else 200
    body = orjson.dumps(answer)
    headers = [
        (b"content-type", _CONTENT_TYPES[kind].encode()),
        (b"content-length", b"%d" % len(body)),
        (b"x-content-type-options", b"nosniff"),
        *caching,
    ]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})


def _plain(headers: Headers) -> MediaType:
    """For a refusal, also of the header that says in which form it is wanted."""
    try:
        return plain(accepted(headers.get("accept")))
    except NotAcceptable:
        return MediaType.JSON


def _is_browser(scope: Scope) -> bool:
    return scope["method"] == "GET" and "text/html" in Headers(scope=scope).get("accept", "")
