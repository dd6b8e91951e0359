"""Which pages of a browser may use the GraphQL door: our own, and those an operator names."""

from collections.abc import Sequence
from urllib.parse import urlsplit

from starlette.datastructures import Headers
from starlette.middleware import Middleware
from starlette.middleware.cors import CORSMiddleware
from starlette.types import ASGIApp, Receive, Scope, Send
from starlette.websockets import WebSocketClose

CLOSED_TO_THEM = 1008  # RFC 6455, "policy violation"; before the handshake it becomes HTTP 403


def only_from(origins: Sequence[str], public_url: str) -> list[Middleware]:
    """For one route. A page of another origin may neither read an answer nor open a socket; who is
    no browser names no origin, and is let in."""
    cors = Middleware(
        CORSMiddleware,
        allow_origins=origins,
        allow_methods=["GET", "POST"],
        allow_headers=["Authorization", "Content-Type", "X-Marquee-App", "X-Marquee-Build"],
        expose_headers=["Retry-After"],
    )
    return [cors, Middleware(_SocketsFrom, origins={*origins, _origin(public_url)})]


class _SocketsFrom:
    """Browsers let any page open a WebSocket to anywhere, and leave it to the server to refuse."""

    def __init__(self, app: ASGIApp, origins: set[str]) -> None:
        self._app = app
        self._origins = origins

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] == "websocket" and not self._is_welcome(Headers(scope=scope)):
            await WebSocketClose(CLOSED_TO_THEM)(scope, receive, send)
        else:
            await self._app(scope, receive, send)

    def _is_welcome(self, headers: Headers) -> bool:
        origin = headers.get("origin")
        if origin is None or origin in self._origins:
            return True
        try:
            return urlsplit(origin).netloc == headers.get("host")  # where the page came from
        except ValueError:  # no browser sends such an origin
            return False


def _origin(url: str) -> str:
    parts = urlsplit(url)
    return f"{parts.scheme}://{parts.netloc}"
