"""Is this process alive, and could it serve a viewer now?"""

import asyncio

from starlette.requests import Request
from starlette.responses import JSONResponse, Response
from starlette.routing import Route

from app.http.problems import NO_STORE
from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores import Stores

CAP_S = 0.25  # a balancer asks every second or so, and gives up early


def routes(stores: Stores) -> list[Route]:
    """`/livez` asks only the loop. `/readyz` tells how each part does; it is 200 as soon as
    Postgres has answered once and told who was signed out: from then on there is something to
    show, whatever fails, and to take every process from the balancer would leave viewers with
    nothing."""
    return [Route("/livez", _alive), Route("/readyz", _Readiness(stores).answer)]


async def _alive(_: Request) -> Response:
    return JSONResponse({"alive": True}, headers=NO_STORE)


class _Readiness:
    def __init__(self, stores: Stores) -> None:
        self._stores = stores
        self._asking: dict[Dependency, asyncio.Task[str]] = {}

    async def answer(self, _: Request) -> Response:
        states = await asyncio.gather(*map(self._state, self._stores.guards))
        ready = self._stores.revocations.is_loaded
        parts = {
            part.value: {"state": state, "breaker": guard.state.value}
            for (part, guard), state in zip(self._stores.guards.items(), states, strict=True)
        }
        return JSONResponse(
            {"ready": ready, "parts": parts},
            status_code=200 if ready else 503,
            headers=NO_STORE,
        )

    async def _state(self, part: Dependency) -> str:
        """`ok`, `down`, or `slow` when that is not known within CAP_S. A part is asked at most one
        question at a time, and none while its breaker is open."""
        if self._stores.guards[part].state is not BreakerState.CLOSED:
            return "down"
        asking = self._asking.get(part)
        if asking is None or asking.done():
            asking = self._asking[part] = asyncio.create_task(self._ask(part))
        await asyncio.wait([asking], timeout=CAP_S)
        return asking.result() if asking.done() else "slow"

    async def _ask(self, part: Dependency) -> str:
        try:
            await self._stores.ask(part)
        except Unavailable:
            return "down"
        return "ok"
