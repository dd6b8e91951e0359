"""The GraphQL door: requests and server-sent events by POST, queries by GET, WebSocket."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import timedelta
from typing import ClassVar

import orjson
from cross_web import HTTPException
from graphql import OperationType
from prometheus_client import Gauge
from starlette.requests import Request
from starlette.responses import PlainTextResponse, Response, StreamingResponse
from starlette.types import Message, Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from app.http.admission import Admission, Seats, within
from app.http.callers import caller_of
from app.http.graphql_socket import MOST_OPERATIONS_A_SOCKET, SocketHandler
from app.http.pages import graphiql
from app.http.problems import read_body, refused
from domain.errors import DomainError, InvalidInput
from domain.house import House
from domain.load import MOST_OPERATION_BYTES, PriorityClass
from resolvers.context import Context
from schema.documents import Operation, check_listed, operation_of
from schema.root import PRIORITIES, schema
from stores import Stores

NUL = b"\\u0000"  # legal JSON, and no text that Postgres could store
DEADLINE_S = {
    OperationType.QUERY: 2.0,  # a viewer has looked elsewhere by then
    OperationType.MUTATION: 5.0,  # signing in hashes a password, behind those of others
}
MOST_SOCKETS = 2000  # a process; each holds about 50 KiB, and a nudge wakes every one of them
MOST_SUBSCRIPTIONS = 4000  # a process: two for each socket, or as many streams without one
SOCKETS = Gauge("marquee_sockets", "WebSockets that are open.", multiprocess_mode="livesum")
SUBSCRIPTIONS = Gauge(
    "marquee_subscriptions", "Subscriptions that run.", multiprocess_mode="livesum"
)
INIT_WITHIN = timedelta(seconds=10)  # a TV on a bad line opens and says hello in two round trips


class GraphQLDoor(GraphQL[Context, None]):
    """Strawberry's ASGI application, with our context, stricter JSON, and a limit to what is
    taken on: refusals are `{"errors": [{"extensions": {"code", "retryAfterSeconds"}}]}`."""

    graphql_transport_ws_handler_class = SocketHandler
    most_sockets: ClassVar = MOST_SOCKETS
    most_subscriptions: ClassVar = MOST_SUBSCRIPTIONS

    def __init__(
        self, stores: Stores, house: House, admission: Admission, *, with_graphiql: bool
    ) -> None:
        # Only the protocols of today: the older graphql-ws lets operations pass before the init.
        protocols = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
        super().__init__(
            schema,
            graphql_ide=None,
            subscription_protocols=protocols,
            connection_init_wait_timeout=INIT_WITHIN,
            max_subscriptions_per_connection=MOST_OPERATIONS_A_SOCKET,
        )
        self._stores = stores
        self._house = house
        self._admission = admission
        self._sockets = Seats(self.most_sockets, taken=SOCKETS)
        self._subscriptions = Seats(self.most_subscriptions, taken=SUBSCRIPTIONS)
        self._with_graphiql = with_graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A browser's GET is shown GraphiQL, if that is wanted here."""
        try:
            if scope["type"] == "websocket":
                async with self._sockets.seat():
                    await super().__call__(scope, receive, send)
            elif self._with_graphiql and _is_browser(Request(scope)):
                page = await graphiql(self._stores, self._house)
                await page(scope, receive, send)
            else:
                await self._answer(scope, receive, send)
        except DomainError as refusal:
            error = {"message": refusal.message, "extensions": refusal.extensions}
            await refused(refusal, {"errors": [error]})(scope, receive, send)

    def operation_of(self, document: object, name: object) -> Operation | None:
        """What to ask room for. Raises InvalidInput for a document that this house does not
        answer, and does not even read."""
        check_listed(document, self._house.documents)
        return operation_of(document, name)

    @asynccontextmanager
    async def room_for(self, asked: Operation | None) -> AsyncIterator[None]:
        """Inside, this operation runs; one that is no operation, as a STANDARD query. Raises
        Overloaded, and Unavailable when it took too long."""
        if asked is not None and asked.type is OperationType.SUBSCRIPTION:
            async with self._subscriptions.seat():
                yield
        else:
            priority = PriorityClass.STANDARD if asked is None else asked.priority(PRIORITIES)
            deadline_s = DEADLINE_S[OperationType.QUERY if asked is None else asked.type]
            async with within(deadline_s), self._admission.turn(priority):
                yield

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        return Context(self._house, self._stores, caller_of(request), self._admission.shedding)

    async def on_ws_connect(self, context: Context) -> UnsetType | dict[str, object] | None:
        """A token that is not good closes the socket with 4403; none at all may come in, to find
        every field shut."""
        token = (context.connection_params or {}).get("Authorization")
        if isinstance(token, str):
            context.authorize(token)
        try:
            context.claims()
        except DomainError as error:
            raise ConnectionRejectionError from error
        return await super().on_ws_connect(context)

    def decode_json(self, data: str | bytes) -> object:
        """Raises JSONDecodeError also for NaN, lone surrogates, NUL and a hundred thousand
        brackets: what Python's own parser lets in and something behind it chokes on."""
        raw = data.encode() if isinstance(data, str) else data
        if NUL in raw:
            raise orjson.JSONDecodeError("A text with a NUL in it.", raw.decode(), 0)
        return orjson.loads(raw)

    def encode_json(self, data: object) -> str:
        """Text, for bytes would leave a WebSocket as a binary frame."""
        return orjson.dumps(data).decode()

    async def _answer(self, scope: Scope, receive: Receive, send: Send) -> None:
        """The operation has its turn until it is answered; sending that may take longer, unless
        it runs while it is sent."""
        request = Request(scope, receive)
        if request.method == "POST":
            body = await read_body(request, most_bytes=MOST_OPERATION_BYTES)
            asked = self._asked(body)
            request = Request(scope, _once(body, receive))
        else:
            query = request.query_params
            asked = self.operation_of(query.get("query"), query.get("operationName"))
        async with self.room_for(asked):
            response = await self._run(request)
            if isinstance(response, StreamingResponse):
                await response(scope, receive, send)
                return
        await response(scope, receive, send)

    async def _run(self, request: Request) -> Response:
        try:
            return await self.run(request)
        except HTTPException as refusal:
            return PlainTextResponse(refusal.reason, status_code=refusal.status_code)

    def _asked(self, body: bytes) -> Operation | None:
        """Raises InvalidInput for what is no JSON object."""
        try:
            parameters = self.decode_json(body)
        except orjson.JSONDecodeError as error:
            raise InvalidInput("The body is no JSON.") from error
        if not isinstance(parameters, dict):
            raise InvalidInput("The body is a JSON object.")
        return self.operation_of(parameters.get("query"), parameters.get("operationName"))


def _once(body: bytes, receive: Receive) -> Receive:
    """The body that has been read already; after it, whatever the client does next."""
    unread: list[Message] = [{"type": "http.request", "body": body, "more_body": False}]

    async def again() -> Message:
        return unread.pop() if unread else await receive()

    return again


def _is_browser(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
