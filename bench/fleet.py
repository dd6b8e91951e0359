"""Many clients in one process that cost little: requests ready made, answers looked at once."""

import asyncio
import random
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from operator import attrgetter
from typing import cast

from domain.load import PriorityClass

SOCKETS = 3000  # at once; a client beyond that finds no answer without having been sent
LOCALHOST = "127.0.0.1"


@dataclass(frozen=True, slots=True)
class Ask:
    """One kind of request, its share of the mix, and how the next one of it is made."""

    name: str
    priority: PriorityClass
    share: float
    make: Callable[[], bytes]


@dataclass(frozen=True, slots=True)
class Answer:
    """How one request went. A status of 0 is none in time, or a connection that broke."""

    ask: Ask
    at: float  # seconds of time.monotonic, when it was due
    took_s: float
    status: int
    body: bytes

    @property
    def good(self) -> bool:
        """With data, and without a refusal or an error anywhere in it."""
        return self.status == 200 and b'"errors"' not in self.body and b'"code"' not in self.body

    @property
    def refused(self) -> bool:
        """By name, and with a time to come again."""
        return self.status == 503 and b'"retryAfterSeconds"' in self.body


class Fleet:
    """Sends `mix` to one server. Somebody who waits longer than `patience_s` hangs up."""

    def __init__(self, port: int, mix: Sequence[Ask], *, patience_s: float) -> None:
        self._port = port
        self._mix = mix
        self._patience_s = patience_s
        self._idle: list[_Wire] = []
        self._dice = random.Random(1)  # noqa: S311 - the same requests in every run
        self._asking: set[asyncio.Task[None]] = set()
        self._answers: list[Answer] = []

    async def closed(self, seconds: float, clients: int) -> None:
        """So many clients, each of which asks again when it is answered."""
        until = time.monotonic() + seconds

        async def client() -> None:
            while time.monotonic() < until:
                await self._ask(self._pick(), time.monotonic())

        await asyncio.gather(*(client() for _ in range(clients)))

    async def open(self, seconds: float, per_second: float) -> None:
        """Clients that know nothing of each other: as many come, however it goes (Poisson). They
        are not waited for."""
        for at in self._arrivals(time.monotonic(), seconds, per_second):
            if (early_s := at - time.monotonic()) > 0:
                await asyncio.sleep(early_s)
            ask = self._pick()
            if len(self._asking) < SOCKETS:
                task = asyncio.create_task(self._ask(ask, at))
                self._asking.add(task)
                task.add_done_callback(self._asking.discard)
            else:
                self._answers.append(Answer(ask, at, 0.0, 0, b""))

    async def settled(self) -> list[Answer]:
        """What all of them were answered since this was last asked, by when they came."""
        while self._asking:
            await asyncio.wait(self._asking)
        taken, self._answers = self._answers, []
        return sorted(taken, key=attrgetter("at"))

    def close(self) -> None:
        """Hangs up everywhere."""
        for wire in self._idle:
            wire.close()

    def _arrivals(self, began: float, seconds: float, per_second: float) -> Iterator[float]:
        at = began + self._dice.expovariate(per_second)
        while at < began + seconds:
            yield at
            at += self._dice.expovariate(per_second)

    def _pick(self) -> Ask:
        return self._dice.choices(self._mix, [ask.share for ask in self._mix])[0]

    async def _ask(self, ask: Ask, at: float) -> None:
        status, body = 0, b""
        try:
            async with asyncio.timeout(self._patience_s):
                wire = self._idle.pop() if self._idle else await self._connect()
                try:
                    status, body = await wire.ask(ask.make())
                except asyncio.CancelledError:
                    wire.close()
                    raise
            if wire.is_open:
                self._idle.append(wire)
        except (OSError, TimeoutError):
            pass
        self._answers.append(Answer(ask, at, time.monotonic() - at, status, body))

    async def _connect(self) -> "_Wire":
        loop = asyncio.get_running_loop()
        _, wire = await loop.create_connection(_Wire, LOCALHOST, self._port)
        return wire


class _Wire(asyncio.Protocol):
    """One connection, one request at a time, answers with a Content-Length."""

    def __init__(self) -> None:
        self.is_open = True
        self._received = bytearray()
        self._answer: asyncio.Future[tuple[int, bytes]] | None = None

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)

    async def ask(self, request: bytes) -> tuple[int, bytes]:
        """Status and body. Raises ConnectionError."""
        self._answer = asyncio.get_running_loop().create_future()
        self._received.clear()
        if not self.is_open:
            raise ConnectionResetError
        self._transport.write(request)
        return await self._answer

    def close(self) -> None:
        self._transport.abort()

    def data_received(self, data: bytes) -> None:
        self._received += data
        end = self._received.find(b"\r\n\r\n")
        if end < 0:
            return
        head = bytes(self._received[:end]).lower()
        length = int(head.partition(b"content-length: ")[2].split(b"\r", 1)[0])
        if len(self._received) >= end + 4 + length and self._answer and not self._answer.done():
            body = bytes(self._received[end + 4 :])
            self._answer.set_result((int(head[9:12]), body))

    def connection_lost(self, exc: Exception | None) -> None:
        self.is_open = False
        if self._answer is not None and not self._answer.done():
            self._answer.set_exception(exc or ConnectionResetError())
