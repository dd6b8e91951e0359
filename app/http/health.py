"""Is this process alive, and could it serve a viewer now?"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.http.problems import NO_STORE
from stores import Stores
from stores.health import Question, questions

CAP_S = 0.25  # a balancer asks every second or so; whoever takes longer is not ready


def routes(stores: Stores) -> list[Route]:
    """`/livez` asks only the loop, `/readyz` everything a viewer needs."""
    ready = _Readiness({name: _Probe(ask) for name, ask in questions(stores).items()})
    return [Route("/livez", _alive), Route("/readyz", ready.answer)]


async def _alive(_: Request) -> Response:
    return JSONResponse({"alive": True}, headers=NO_STORE)


class _Probe:
    """Asks one part, at most one question at a time: a part that hangs collects no callers."""

    def __init__(self, ask: Question) -> None:
        self._ask = ask
        self._asking: asyncio.Future[None] | None = None

    async def state(self) -> str:
        """`ok`, `slow`, or the kind of failure: never its text, which may hold an address."""
        if self._asking is None or self._asking.done():
            self._asking = asyncio.ensure_future(self._ask())
            self._asking.add_done_callback(_hear)
        asking = self._asking
        await asyncio.wait([asking], timeout=CAP_S)
        if not asking.done():
            asking.cancel()  # and not awaited: a driver may take its time to let go
            return "slow"
        if asking.cancelled():
            return "slow"
        failure = asking.exception()
        return "ok" if failure is None else type(failure).__name__


def _hear(asked: "asyncio.Future[None]") -> None:
    """An answer that came after everybody left is no news for the log."""
    if not asked.cancelled():
        asked.exception()


class _Readiness:
    def __init__(self, probes: dict[str, _Probe]) -> None:
        self._probes = probes

    async def answer(self, _: Request) -> Response:
        states = await asyncio.gather(*(probe.state() for probe in self._probes.values()))
        ready = all(state == "ok" for state in states)
        return JSONResponse(
            {"ready": ready, "parts": dict(zip(self._probes, states, strict=True))},
            status_code=200 if ready else 503,
            headers=NO_STORE,
        )
