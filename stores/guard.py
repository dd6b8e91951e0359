"""A deadline, a circuit breaker and a bulkhead around one dependency: nobody waits for the dead.

Whatever is wrong with the part itself leaves here as `Unavailable`, within the deadline.
"""

import asyncio
import itertools
import time
from collections import deque
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Final, TypeVar

import stamina
import structlog
from opentelemetry import trace
from prometheus_client import Counter, Gauge, Histogram

from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores.breaker import Breaker, Outcome

log = structlog.get_logger()
T = TypeVar("T")

SLOW_SHARE = 2 / 3  # of its deadline: a healthy part takes a hundredth, so this one is nearly gone
TURN_S = 0.05  # a busy loop may be what was late: answers already here are read before we give up
RETRY_AFTER_S = 5  # a part that is back is noticed within this
FULL_RETRY_AFTER_S = 1  # a queue drains in milliseconds, or the breaker opens
ATTEMPTS = 5  # with the waits below they take half of the deadline: a restart takes less
FIRST_RETRY_SHARE = 1 / 30  # of the deadline; each further wait is twice as long
RETRIES_SHARE = 0.1  # of all calls, so that retries never double the load on who is struggling
RETRIES_SAVED = 20.0  # what calm times may save up: a restart finds about as many calls under way
FULL = "full"  # the reason of a refusal that no breaker gave
DRILL = "drill"  # it is closed on purpose, see stores/drills.py
REMEMBERED = 512  # calls that `p99_ms` is taken from: five of them lie above it

_seconds = Histogram(
    "marquee_dependency_seconds",
    "How long calls of a dependency took.",
    ["dependency", "outcome"],
    buckets=(0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5),
)
_refused = Counter(
    "marquee_dependency_refused", "Calls that were not even tried.", ["dependency", "reason"]
)
_retries = Counter("marquee_dependency_retries", "Calls that were repeated.", ["dependency"])
_state = Gauge(
    "marquee_breaker",
    "How many processes have the breaker of a dependency in a state.",
    ["dependency", "state"],
    multiprocess_mode="livesum",
)
_tracer = trace.get_tracer("marquee.stores")


@dataclass(frozen=True, slots=True)
class Limits:
    """What calls of one dependency may take."""

    deadline_s: float  # each, connecting included
    most_calls: int  # at the same time, those that wait for a connection included


class Guard:
    """Around every call of one dependency."""

    def __init__(
        self,
        dependency: Dependency,
        limits: Limits,
        *,
        why_gone: Callable[[Exception], str | None],
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        """`why_gone` tells failures of the part itself, as words for the log that hold no secret,
        from answers that the caller may not like: for those it is None."""
        self.dependency: Final = dependency
        self.has_answered = False  # ever
        self._is_drilled = False
        self._limits = limits
        self._why_gone = why_gone
        self._clock = clock
        self._breaker = Breaker()
        self._opened = asyncio.Event()
        self._under_way = 0
        self._retries_left = RETRIES_SAVED
        self._took_s: deque[float] = deque(maxlen=REMEMBERED)
        self._show_state()

    @property
    def deadline_s(self) -> float:
        """What a call gets unless it asks for more."""
        return self._limits.deadline_s

    @property
    def state(self) -> BreakerState:
        """CLOSED is healthy."""
        return BreakerState.OPEN if self._is_drilled else self._breaker.state

    @property
    def p99_ms(self) -> float | None:
        """Of the last calls that were answered; None before the first."""
        ordered = sorted(self._took_s)
        return ordered[int(len(ordered) * 0.99)] * 1000 if ordered else None

    def drill(self, *, closed: bool) -> None:
        """Closed on purpose, as if the part were down, or open as the breaker says."""
        if closed is not self._is_drilled:
            self._is_drilled = closed
            log.warning("drill", dependency=self.dependency.value, closed=closed)
            self._show_state()

    @asynccontextmanager
    async def passage(self, *, deadline_s: float | None = None) -> AsyncIterator[None]:
        """Around one call. Raises Unavailable when it is not answered within the deadline, and
        without trying when the breaker is open or too many others are under way."""
        seconds = deadline_s or self._limits.deadline_s
        ticket, began = self._admit(), self._clock()
        watch, outcome, reason = _Watch(), Outcome.ABANDONED, None
        with _tracer.start_as_current_span(
            self.dependency.value, kind=trace.SpanKind.CLIENT, record_exception=False
        ) as span:
            try:
                async with watch.over(seconds):
                    yield
                outcome = watch.outcome
            except Exception as error:
                reason = f"no answer in {seconds:g} s" if watch.ended else self._why_gone(error)
                outcome = watch.outcome if reason is None else Outcome.FAILED
                if reason is None:
                    raise
                raise self._unavailable(RETRY_AFTER_S) from error
            finally:
                span.set_attribute("marquee.outcome", outcome.value)
                self._leave(ticket, outcome, reason, self._clock() - began)

    async def call(self, ask: Callable[[], Awaitable[T]]) -> T:
        """A passage for what may be done twice: it is asked again when the part was gone."""
        async with self.passage():
            return await self.repeat(ask)

    async def repeat(self, ask: Callable[[], Awaitable[T]]) -> T:
        """Inside a passage: asks again while the part is gone and retries are left. For what may
        be done twice."""
        first_wait_s, failures = self._limits.deadline_s * FIRST_RETRY_SHARE, itertools.count(1)
        async for attempt in stamina.retry_context(
            on=lambda error: next(failures) < ATTEMPTS and self._may_repeat(error),
            attempts=None,  # counted above, so that giving up spends no retry
            timeout=None,  # the passage has one
            wait_initial=first_wait_s,
            wait_jitter=first_wait_s,
        ):
            with attempt:
                return await ask()
        raise AssertionError("the last attempt neither returned nor raised")

    def refusal(self, why: str) -> Unavailable:
        """Of a call that was not even tried. `why` counts in the metrics."""
        _refused.labels(self.dependency.value, why).inc()
        return self._unavailable(FULL_RETRY_AFTER_S if why == FULL else RETRY_AFTER_S)

    async def until_open(self) -> None:
        """Returns when calls are no longer let through."""
        await self._opened.wait()

    def half_open(self) -> bool:
        """Lets one call try whether the part is back. Returns whether to make it now: when viewers
        have been refused for OPEN_FOR_S, the next of them does."""
        for_a_viewer = self._breaker.is_due(self._clock())
        self._breaker.half_open()
        self._show_state()
        return not for_a_viewer

    def _admit(self) -> int:
        if self._under_way >= self._limits.most_calls:
            raise self.refusal(FULL)
        if self._is_drilled:
            raise self.refusal(DRILL)
        ticket = self._breaker.enter()
        if ticket is None:
            raise self.refusal(self.state.value)
        self._under_way += 1
        self._retries_left = min(self._retries_left + RETRIES_SHARE, RETRIES_SAVED)
        return ticket

    def _leave(self, ticket: int, outcome: Outcome, reason: str | None, took_s: float) -> None:
        self._under_way -= 1
        _seconds.labels(self.dependency.value, outcome.value).observe(took_s)
        if outcome in (Outcome.OK, Outcome.SLOW):
            self.has_answered = True
            self._took_s.append(took_s)
        was = self._breaker.state
        self._breaker.leave(ticket, outcome, self._clock())
        now = self._breaker.state
        if now is was:
            return
        self._show_state()
        if was is BreakerState.CLOSED and now is BreakerState.OPEN:
            self._opened.set()
            log.warning("breaker_opened", dependency=self.dependency.value, reason=reason or "slow")
        elif was is not BreakerState.CLOSED and now is BreakerState.CLOSED:
            self._opened.clear()
            log.warning("breaker_closed", dependency=self.dependency.value)

    def _show_state(self) -> None:
        for state in BreakerState:
            _state.labels(self.dependency.value, state.value).set(state is self.state)

    def _may_repeat(self, error: Exception) -> bool:
        if self._why_gone(error) is None or self._retries_left < 1:
            return False
        self._retries_left -= 1
        _retries.labels(self.dependency.value).inc()
        return True

    def _unavailable(self, retry_after_s: int) -> Unavailable:
        return Unavailable(self.dependency.value, retry_after_seconds=retry_after_s)


class _Watch:
    """One call's time. Our own loop may be what was late, so an answer that is already here is
    read before it counts as slow or missing."""

    def __init__(self) -> None:
        self.outcome = Outcome.OK
        self.ended = False  # because the time was up

    @asynccontextmanager
    async def over(self, seconds: float) -> AsyncIterator[None]:
        """Raises TimeoutError after `seconds`."""
        loop = asyncio.get_running_loop()
        timeout = asyncio.timeout(None)
        timers = (
            loop.call_later(seconds * SLOW_SHARE, loop.call_later, TURN_S, self._be_slow),
            loop.call_later(seconds - TURN_S, lambda: timeout.reschedule(loop.time() + TURN_S)),
        )
        try:
            async with timeout:
                yield
        finally:
            self.ended = timeout.expired()
            for timer in timers:
                timer.cancel()

    def _be_slow(self) -> None:
        self.outcome = Outcome.SLOW
