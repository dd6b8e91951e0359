"""The GraphQL door's WebSocket: one conversation of the graphql-transport-ws protocol."""

import asyncio
from contextlib import suppress
from typing import Any, cast

import orjson
from starlette.requests import HTTPConnection
from starlette.types import Message, Receive, Scope, Send

from app.http.documents import sender_of
from app.http.operations import Operations
from domain.errors import DomainError, InvalidInput
from domain.tokens import AccessClaims
from resolvers.context import Context
from schema.execution import Answer, CannotRun
from schema.params import Params, params_of, read_json
from schema.problems import shown_exception

PROTOCOL = "graphql-transport-ws"
MOST_OPERATIONS_A_SOCKET = 20  # a screen needs two; each of its tabs has a socket of its own
LOOK_EVERY_S = 1.0  # at whether the token still lets in

NO_MESSAGE = "Not a message of the protocol"
# The protocol's own codes.
INVALID, UNAUTHORIZED, FORBIDDEN = 4400, 4401, 4403
NO_PROTOCOL, INIT_TIMEOUT, DUPLICATE, TOO_MANY = 4406, 4408, 4409, 4429


class Closed(Exception):
    """The conversation is over for this reason, which the client is told."""

    def __init__(self, code: int, reason: str) -> None:
        super().__init__(code, reason)
        self.code = code
        self.reason = reason


class Gone(Exception):
    """The client is no longer there."""


class Conversation:
    """With one client. A slow one's operations are not worked out faster than it reads: each goes
    on when its last answer has been sent."""

    def __init__(self, operations: Operations, scope: Scope, receive: Receive, send: Send) -> None:
        self._operations = operations
        self._scope = scope
        self._receive = receive
        self._send = send
        self._ctx: Context | None = None
        self._sender = sender_of({})
        self._greeted = asyncio.Event()  # the client has said who it is
        self._running: dict[str, asyncio.Task[None]] = {}

    async def hold(self, *, greeted_within_s: float, strangers_stay_s: float) -> None:
        """Until either side ends it; nothing of it runs then. `greeted_within_s`: how long a client
        may take to say who it is; `strangers_stay_s`: how long one without a token may run
        nothing."""
        await self._receive()  # the handshake
        spoken = PROTOCOL if PROTOCOL in self._scope["subprotocols"] else None
        await self._send({"type": "websocket.accept", "subprotocol": spoken})
        try:
            if spoken is None:  # only after accepting can a code be sent
                raise Closed(NO_PROTOCOL, "Subprotocol not acceptable")
            async with asyncio.TaskGroup() as self._tasks:
                self._tasks.create_task(self._mind(greeted_within_s, strangers_stay_s))
                while True:
                    await self._hear(await self._receive())
        except* Closed as closed:
            first = cast(Closed, closed.exceptions[0])
            message = {"type": "websocket.close", "code": first.code, "reason": first.reason}
            with suppress(OSError):
                await self._send(message)
        except* Gone:
            pass

    async def _mind(self, greeted_within_s: float, strangers_stay_s: float) -> None:
        """Closes when the client does not say in time who it is; later on, while nothing runs that
        would say so itself, when its token lets nobody in any more, or it has none for too long."""
        try:
            async with asyncio.timeout(greeted_within_s):
                await self._greeted.wait()
        except TimeoutError as error:
            raise Closed(INIT_TIMEOUT, "Connection initialisation timeout") from error
        idle_s = 0.0
        while True:
            await asyncio.sleep(LOOK_EVERY_S)
            idle_s = 0.0 if self._running else idle_s + LOOK_EVERY_S
            if idle_s and self._ctx is not None:
                claims = _check(self._ctx)
                if claims is None and idle_s >= strangers_stay_s:
                    raise Closed(UNAUTHORIZED, "Unauthorized")

    async def _hear(self, frame: Message) -> None:
        match _message(frame):
            case {"type": "connection_init", **more}:
                await self._init(more.get("payload"))
            case {"type": "ping"}:
                await self._say(type="pong")
            case {"type": "pong"}:
                pass
            case {"type": "subscribe", "id": str(id_), "payload": payload} if id_:
                self._subscribe(id_, payload)
            case {"type": "complete", "id": str(id_)}:
                if (task := self._running.pop(id_, None)) is not None:
                    task.cancel()
            case _:
                raise Closed(INVALID, NO_MESSAGE)

    async def _init(self, payload: object) -> None:
        if self._ctx is not None:
            raise Closed(TOO_MANY, "Too many initialisation requests")
        if not isinstance(payload, dict | None):
            raise Closed(INVALID, NO_MESSAGE)
        ctx = self._operations.context(HTTPConnection(self._scope))
        self._sender = sender_of(payload or {})
        token = (payload or {}).get("Authorization")
        if isinstance(token, str):
            ctx.authorize(token)
        _check(ctx)  # none at all may come in, to find every field shut
        self._ctx = ctx
        self._greeted.set()
        await self._say(type="connection_ack")

    def _subscribe(self, id_: str, payload: object) -> None:
        if self._ctx is None:
            raise Closed(UNAUTHORIZED, "Unauthorized")
        if id_ in self._running:
            raise Closed(DUPLICATE, "Subscriber already exists")
        if len(self._running) >= MOST_OPERATIONS_A_SOCKET:
            raise Closed(TOO_MANY, "Too many operations")
        try:
            params = params_of(payload)
        except InvalidInput as error:
            raise Closed(INVALID, NO_MESSAGE) from error
        work = self._run(id_, params, self._ctx.for_operation())
        self._running[id_] = self._tasks.create_task(work)

    async def _run(self, id_: str, params: Params, ctx: Context) -> None:
        """Says nothing more once its id is no longer its own: the client has let go of it, and may
        have given it to another. Work that is in the middle of something ends a little later."""
        me = asyncio.current_task()

        async def tell(answer: Answer | None) -> None:
            if answer is not None and self._running.get(id_) is me:
                await self._say(type="next", id=id_, payload=answer)

        last: dict[str, Any] = {"type": "complete"}
        try:
            asked = await self._operations.asked(params, self._sender)
            await self._operations.run(asked, ctx, tell)
        except CannotRun as error:
            last = {"type": "error", "payload": error.answer["errors"]}
        except DomainError as refusal:
            last = {"type": "error", "payload": [shown_exception(refusal)]}
        if self._running.get(id_) is me:
            del self._running[id_]
            await self._say(id=id_, **last)

    async def _say(self, **message: Any) -> None:
        """Raises Gone."""
        try:
            await self._send({"type": "websocket.send", "text": orjson.dumps(message).decode()})
        except OSError as error:
            raise Gone from error


def _check(ctx: Context) -> AccessClaims | None:
    try:
        return ctx.claims()
    except DomainError as error:
        raise Closed(FORBIDDEN, "Forbidden") from error


def _message(frame: Message) -> object:
    """Raises Gone, and Closed for a frame of bytes and for what is no JSON."""
    if frame["type"] == "websocket.disconnect":
        raise Gone
    try:
        return read_json((frame.get("text") or "").encode())
    except InvalidInput as error:
        raise Closed(INVALID, NO_MESSAGE) from error
