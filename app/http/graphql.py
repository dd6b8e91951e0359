"""The GraphQL door: requests and server-sent events by POST, queries by GET, WebSocket."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.types import Receive, Scope, Send
from starlette.websockets import WebSocket
from strawberry.asgi import GraphQL
from strawberry.exceptions import ConnectionRejectionError
from strawberry.subscriptions import GRAPHQL_SSE_PROTOCOL, GRAPHQL_TRANSPORT_WS_PROTOCOL
from strawberry.types.unset import UnsetType

from app.http.pages import graphiql
from domain.errors import DomainError
from domain.house import House
from resolvers.context import Context
from schema.root import schema
from stores import Stores

NUL = b"\\u0000"  # legal JSON, and no text that Postgres could store


class GraphQLDoor(GraphQL[Context, None]):
    """Strawberry's ASGI application, with our context and stricter JSON."""

    def __init__(self, stores: Stores, house: House, *, with_graphiql: bool) -> None:
        # Only the protocols of today: the older graphql-ws lets operations pass before the init.
        protocols = (GRAPHQL_TRANSPORT_WS_PROTOCOL, GRAPHQL_SSE_PROTOCOL)
        super().__init__(schema, graphql_ide=None, subscription_protocols=protocols)
        self._stores = stores
        self._house = house
        self._with_graphiql = with_graphiql

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """A browser's GET is shown GraphiQL, if that is wanted here."""
        if self._with_graphiql and scope["type"] == "http" and _is_browser(Request(scope)):
            page = await graphiql(self._stores, self._house)
            await page(scope, receive, send)
        else:
            await super().__call__(scope, receive, send)

    async def get_context(
        self, request: Request | WebSocket, response: Response | WebSocket
    ) -> Context:
        return Context(self._house, self._stores, request.headers.get("authorization"))

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


def _is_browser(request: Request) -> bool:
    return request.method == "GET" and "text/html" in request.headers.get("accept", "")
