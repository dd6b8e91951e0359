"""Which connections are kept, and for how long may nothing happen on them?

uvicorn waits for ever for the head of a request, and for a client that does not read. These are
its own protocols with deadlines. A body's deadline is the business of the door that reads it.
"""

import asyncio
from asyncio import BaseTransport, TimerHandle, Transport
from typing import ClassVar

from uvicorn._types import ASGISendEvent
from uvicorn.protocols.http.httptools_impl import HttpToolsProtocol
from uvicorn.protocols.websockets.websockets_sansio_impl import WebSocketsSansIOProtocol

HEAD_WITHIN_S = 10.0  # one packet or two; a phone that loses one sends it again within three
IDLE_S = 70.0  # from an answer to the next head, however slowly it comes
STUCK_S = 20.0  # to empty a buffer of 64 KiB: slower than any film could be watched
MOST_HEAD_BYTES = 32 * 1024  # two tokens, and all that a browser adds, are 4
MOST_CONNECTIONS = 3500  # a process: 20 KiB each, and below the 4096 files that many systems allow

_FULL = (
    b"HTTP/1.1 503 Service Unavailable\r\nRetry-After: 2\r\nConnection: close\r\n"
    b"Content-Type: application/json\r\nContent-Length: 63\r\n\r\n"
    b'{"code":"OVERLOADED","message":"Too many connections for now."}'
)


class HeadTooLong(ValueError):
    """More than MOST_HEAD_BYTES before the body; uvicorn answers it as a bad request."""


class _Timed(asyncio.Protocol):
    """Ends a connection whose alarm is not put off, and one whose client does not read."""

    stuck_s: ClassVar = STUCK_S
    transport: Transport
    _alarm: TimerHandle | None = None
    _stuck: TimerHandle | None = None

    def pause_writing(self) -> None:
        super().pause_writing()
        self._stuck = self._abort_in(self.stuck_s)

    def resume_writing(self) -> None:
        super().resume_writing()
        if self._stuck is not None:
            self._stuck.cancel()

    def connection_lost(self, exc: Exception | None) -> None:
        super().connection_lost(exc)
        self._put_off()
        if self._stuck is not None:
            self._stuck.cancel()

    def _ring_in(self, seconds: float) -> None:
        self._put_off()
        self._alarm = self._abort_in(seconds)

    def _put_off(self) -> None:
        if self._alarm is not None:
            self._alarm.cancel()

    def _abort_in(self, seconds: float) -> TimerHandle:
        # Closing would wait for what is unsent to be read.
        return asyncio.get_running_loop().call_later(seconds, self.transport.abort)


class HttpProtocol(_Timed, HttpToolsProtocol):
    """The alarm rings while a connection is ours to wait on, and is put off while we answer."""

    head_within_s: ClassVar = HEAD_WITHIN_S
    idle_s: ClassVar = IDLE_S
    most_connections: ClassVar = MOST_CONNECTIONS
    _in_head = False
    _head_bytes = 0

    def connection_made(self, transport: BaseTransport) -> None:
        super().connection_made(transport)  # type: ignore[arg-type]  # uvicorn says Transport
        self._ring_in(self.head_within_s)
        if len(self.connections) > self.most_connections:
            self.transport.write(_FULL)
            self.transport.close()

    def data_received(self, data: bytes) -> None:
        super().data_received(data)
        if self._in_head:
            self._head_bytes += len(data)
            if self._head_bytes > MOST_HEAD_BYTES and not self.transport.is_closing():
                self.send_400_response("The head of this request is too long.")

    def on_message_begin(self) -> None:
        super().on_message_begin()
        self._in_head, self._head_bytes = True, 0
        self._ring_in(self.head_within_s)

    def on_headers_complete(self) -> None:
        # Here also: in a large packet head and body come together, and none of it was unfinished.
        if len(self.url) + sum(len(name) + len(value) for name, value in self.headers) > (
            MOST_HEAD_BYTES
        ):
            raise HeadTooLong
        self._in_head = False
        self._put_off()
        super().on_headers_complete()

    def on_response_complete(self) -> None:
        super().on_response_complete()
        if self.transport.is_closing():
            self._ring_in(self.stuck_s)
        elif self.cycle.response_complete:  # and no other of a pipeline is being answered
            self._ring_in(self.idle_s)


class SocketProtocol(_Timed, WebSocketsSansIOProtocol):
    """uvicorn's pings find a client that is gone; the alarm ends what does not let go."""

    async def send(self, message: ASGISendEvent) -> None:
        await super().send(message)
        if self.close_sent:
            self._ring_in(self.stuck_s)

    def keepalive_timeout(self) -> None:
        super().keepalive_timeout()
        self._ring_in(self.stuck_s)
