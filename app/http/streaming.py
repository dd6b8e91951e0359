"""How do several answers leave in one response? As parts of a multipart, or as server-sent events.

Multipart is what the draft of incremental delivery describes; events are those of graphql-sse, in
its distinct connections mode.
"""

import asyncio
from collections.abc import AsyncIterator, Awaitable, Callable, Mapping
from contextlib import asynccontextmanager
from dataclasses import dataclass
from types import MappingProxyType

import orjson
from starlette.responses import StreamingResponse

from app.http.negotiation import INCREMENTAL, MediaType
from app.http.operations import Send
from domain.errors import DomainError
from schema.execution import Answer
from schema.problems import shown_exception

AHEAD = 8  # answers that wait for a slow client; then nothing more is worked out for it

_KINDS: Mapping[MediaType, str] = MappingProxyType(
    {
        MediaType.MULTIPART: f'multipart/mixed; boundary="-"; incrementalSpec={INCREMENTAL}',
        MediaType.EVENTS: "text/event-stream; charset=utf-8",
    }
)
_PART = b"\r\n---\r\nContent-Type: application/json; charset=utf-8\r\n\r\n"
_END_OF_PARTS = b"\r\n-----\r\n"
_EVENT, _COMPLETE, _STILL_THERE = b"event: next\ndata: ", b"event: complete\ndata:\n\n", b":\n\n"


@dataclass(frozen=True, slots=True)
class _Ended:
    error: Exception | None


_Waiting = asyncio.Queue[Answer | _Ended | None]


@asynccontextmanager
async def begun(
    work: Callable[[Send], Awaitable[None]], *, keep_alive_s: float
) -> AsyncIterator[AsyncIterator[Answer | None]]:
    """What `work` sends, worked out ahead of whoever reads it; None where there was nothing for
    `keep_alive_s`. Raises what `work` raises before it has sent anything.

    All of it is done in one task: what an operation holds, it lets go of where it took it.
    """
    waiting = _Waiting(AHEAD)
    working = asyncio.create_task(_work(work, waiting))
    try:
        first = await waiting.get()
        if isinstance(first, _Ended) and first.error is not None:
            raise first.error
        yield _read(first, waiting, keep_alive_s)
    finally:
        working.cancel()
        await asyncio.gather(working, return_exceptions=True)


async def only(answer: Answer) -> AsyncIterator[Answer]:
    """One that is there, for who reads nothing but parts."""
    yield answer


def streamed(answers: AsyncIterator[Answer | None], kind: MediaType) -> StreamingResponse:
    """All of them, one after the other, for as long as the client stays."""
    framed = _parts(answers) if kind is MediaType.MULTIPART else _events(answers)
    headers = {
        "Content-Type": _KINDS[kind],
        "Cache-Control": "no-store",
        "X-Accel-Buffering": "no",  # nginx would keep the first part until the last is there
        "X-Content-Type-Options": "nosniff",
    }
    return StreamingResponse(framed, headers=headers)


async def _parts(answers: AsyncIterator[Answer | None]) -> AsyncIterator[bytes]:
    async for answer in answers:
        if answer is not None:
            yield _PART + orjson.dumps(answer)
    yield _END_OF_PARTS


async def _events(answers: AsyncIterator[Answer | None]) -> AsyncIterator[bytes]:
    async for answer in answers:
        yield _STILL_THERE if answer is None else _EVENT + orjson.dumps(answer) + b"\n\n"
    yield _COMPLETE


async def _work(work: Callable[[Send], Awaitable[None]], waiting: _Waiting) -> None:
    error = None
    try:
        await work(waiting.put)
    except Exception as raised:  # noqa: BLE001 - told to whoever reads, in another task
        error = raised
    await waiting.put(_Ended(error))


async def _read(
    first: Answer | _Ended | None, waiting: _Waiting, keep_alive_s: float
) -> AsyncIterator[Answer | None]:
    found = first
    while not isinstance(found, _Ended):
        yield found
        try:
            async with asyncio.timeout(keep_alive_s):
                found = await waiting.get()
        except TimeoutError:
            found = None
    if isinstance(found.error, DomainError):
        yield {"errors": [shown_exception(found.error)], "hasNext": False}
    elif found.error is not None:
        raise found.error
