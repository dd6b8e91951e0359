"""Who may come in when more is asked of this process than it can answer, and for how long?

GraphQL operations and licenses ask for a turn here. Health and metrics do not, for they say how it
goes; media does not, for its bytes cost little, flow for long, and a film that stops helps nobody.
"""

import asyncio
from collections import defaultdict
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager, suppress

from prometheus_client import Counter, Gauge

from domain.errors import Overloaded, Unavailable
from domain.limits import DEVICES
from domain.load import PATIENCE_S, Limiter, Place, PriorityClass, State

RETRY_AFTER_S = 2  # when asking again may help, for what took too long
JUST_NOW_S = 10.0  # an operator who looks now wants to see what a viewer met a moment ago
REFUSED = Counter("marquee_refused", "Requests refused because of overload.", ("priority",))
FULL = "Too much is going on right now. Try again in a moment."


class Admission:
    """The turns of one process; many processes each find their own limit."""

    def __init__(self) -> None:
        self._limiter: Limiter | None = None  # made when the loop runs, for it has the clock
        self._refused_at: dict[PriorityClass, float] = {}

    def shedding(self) -> PriorityClass | None:
        """The best class of which something was refused just now."""
        since = asyncio.get_running_loop().time() - JUST_NOW_S
        refused = (rank for rank in PriorityClass if self._refused_at.get(rank, since) > since)
        return next(refused, None)

    @asynccontextmanager
    async def turn(self, priority: PriorityClass) -> AsyncIterator[None]:
        """Inside, a request runs. Raises Overloaded, at once or after PATIENCE_S."""
        loop = asyncio.get_running_loop()
        limiter = self._limiter = self._limiter or Limiter(loop.time())
        place = limiter.ask(priority, loop.time())
        try:
            if place.state is State.WAITING:
                await _called(place)
            if place.state is not State.RUNNING:
                REFUSED.labels(priority).inc()
                self._refused_at[priority] = loop.time()
                raise Overloaded(FULL)
            yield
        finally:
            limiter.leave(place, loop.time())


class Seats:
    """So many at once, held for long: sockets, subscriptions. No queue, for they do not end. Each
    owner has at most `most_each` of them, and a household DEVICES times as many, or one could take
    them all."""

    def __init__(self, most: int, most_each: int, *, taken: Gauge) -> None:
        self._free = most
        self._most_each = most_each
        self._of = defaultdict[str, int](int)
        self._taken = taken

    @asynccontextmanager
    async def seat(self, owner: str, household: str | None = None) -> AsyncIterator[None]:
        """Raises Overloaded when all are taken, or all that this owner or its household may
        have."""
        whose = {owner: 1} if household is None else {owner: 1, household: DEVICES}
        if self._free == 0 or any(
            self._of.get(who, 0) >= self._most_each * times for who, times in whose.items()
        ):
            raise Overloaded(FULL)
        self._free -= 1
        for who in whose:
            self._of[who] += 1
        try:
            with self._taken.track_inprogress():
                yield
        finally:
            self._free += 1
            for who in whose:
                self._of[who] -= 1
                if not self._of[who]:
                    del self._of[who]


@asynccontextmanager
async def within(seconds: float) -> AsyncIterator[None]:
    """Ends what is inside after that time. Raises Unavailable then."""
    try:
        async with asyncio.timeout(seconds):
            yield
    except TimeoutError as error:
        raise Unavailable("operation", retry_after_seconds=RETRY_AFTER_S) from error


async def _called(place: Place) -> None:
    """Returns when it is called, or when its patience is over."""
    called = asyncio.Event()
    place.called = called.set
    with suppress(TimeoutError):
        async with asyncio.timeout(PATIENCE_S[place.priority]):
            await called.wait()
