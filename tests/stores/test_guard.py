import asyncio
import time
from contextlib import suppress

import pytest
import structlog
from prometheus_client import REGISTRY

from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores.guard import Guard, Limits

LONG_S = 60.0


class Gone(Exception):
    """What a driver of these tests says when its part is not there."""


def why_gone(error):
    return "it is not there" if isinstance(error, Gone) else None


def guard_of(*, deadline_s=0.2, most_calls=10, clock=time.monotonic):
    return Guard(Dependency.OBJECTS, Limits(deadline_s, most_calls), why_gone=why_gone, clock=clock)


async def gone():
    raise Gone


async def fails(guard, times):
    for _ in range(times):
        with suppress(Unavailable):
            async with guard.passage():
                raise Gone


def counted(name, **labels):
    return REGISTRY.get_sample_value(name, {"dependency": "objects", **labels}) or 0.0


class Clock:
    """Stands still until it is set."""

    now = 0.0

    def __call__(self):
        return self.now


async def test_what_does_not_answer_in_time_is_unavailable():
    guard = guard_of()

    with pytest.raises(Unavailable) as refused:
        async with guard.passage():
            await asyncio.sleep(LONG_S)

    assert (refused.value.dependency, refused.value.retry_after_seconds) == ("objects", 5)


async def test_what_is_gone_is_unavailable_and_the_driver_is_not_named():
    with pytest.raises(Unavailable) as refused:
        async with guard_of().passage():
            raise Gone

    assert isinstance(refused.value.__cause__, Gone)


async def test_after_five_failures_nothing_is_tried_and_one_line_says_so():
    guard, tried = guard_of(), []

    with structlog.testing.capture_logs() as lines:
        await fails(guard, 6)
        with pytest.raises(Unavailable):
            async with guard.passage():
                tried.append(True)

    assert guard.state is BreakerState.OPEN
    assert tried == []
    assert lines == [
        {
            "event": "breaker_opened",
            "log_level": "warning",
            "dependency": "objects",
            "reason": "it is not there",
        }
    ]


async def test_an_answer_that_the_caller_does_not_like_is_an_answer():
    guard = guard_of()
    await fails(guard, 4)

    with pytest.raises(KeyError):
        async with guard.passage():
            raise KeyError
    await fails(guard, 4)

    assert guard.state is BreakerState.CLOSED
    assert guard.has_answered


async def test_a_caller_who_goes_away_is_no_failure():
    guard = guard_of(deadline_s=LONG_S)

    async def call():
        async with guard.passage():
            await asyncio.sleep(LONG_S)

    for _ in range(6):
        calling = asyncio.create_task(call())
        await asyncio.sleep(0)
        calling.cancel()
        with pytest.raises(asyncio.CancelledError):
            await calling

    assert guard.state is BreakerState.CLOSED
    assert not guard.has_answered


async def test_five_slow_answers_open_it_too():
    guard = guard_of(deadline_s=0.6)

    with structlog.testing.capture_logs() as lines:
        for _ in range(5):
            async with guard.passage():
                await asyncio.sleep(0.5)

    assert guard.state is BreakerState.OPEN
    assert lines[0]["reason"] == "slow"


async def test_what_our_own_loop_read_too_late_is_neither_slow_nor_missing():
    guard = guard_of(deadline_s=0.2)

    async def answered_at_once():
        async with guard.passage():
            answer = asyncio.get_running_loop().create_future()
            asyncio.get_running_loop().call_soon(time.sleep, 0.5)  # somebody holds the loop
            asyncio.get_running_loop().call_soon(answer.set_result, None)
            await answer

    for _ in range(5):
        await answered_at_once()

    assert guard.state is BreakerState.CLOSED


async def test_no_more_calls_than_it_can_carry_are_let_in():
    guard = guard_of(deadline_s=LONG_S, most_calls=2)
    leave = asyncio.Event()

    async def call():
        async with guard.passage():
            await leave.wait()

    calls = [asyncio.create_task(call()) for _ in range(2)]
    await asyncio.sleep(0)
    before = counted("marquee_dependency_refused_total", reason="full")
    with pytest.raises(Unavailable) as refused:
        await call()
    leave.set()
    await asyncio.gather(*calls)
    await call()

    assert refused.value.retry_after_seconds == 1
    assert counted("marquee_dependency_refused_total", reason="full") == before + 1
    assert guard.state is BreakerState.CLOSED


async def test_what_may_be_done_twice_is_asked_again_while_the_part_is_gone():
    guard, answers = guard_of(deadline_s=5.0), [Gone(), Gone(), "here"]

    async def ask():
        answer = answers.pop(0)
        if isinstance(answer, Gone):
            raise answer
        return answer

    assert await guard.call(ask) == "here"
    assert guard.state is BreakerState.CLOSED


async def test_what_the_part_answered_is_not_asked_again():
    asked = []

    async def ask():
        asked.append(True)
        raise KeyError

    with pytest.raises(KeyError):
        await guard_of().call(ask)

    assert len(asked) == 1


async def test_retries_are_a_tenth_of_all_calls_beyond_what_was_saved_up():
    guard, asked = guard_of(deadline_s=0.5), []

    async def ask():
        asked.append(True)
        raise Gone

    for _ in range(100):
        async with guard.passage():
            with suppress(Gone):  # so that the breaker stays out of it
                await guard.repeat(ask)

    assert len(asked) == 100 + 20 + 9  # the tenth of the first call found the savings full


async def test_after_a_minute_the_next_viewer_tries():
    clock = Clock()
    guard = guard_of(clock=clock)
    await fails(guard, 5)

    early = guard.half_open()
    await fails(guard, 1)
    clock.now = 61.0
    late = guard.half_open()
    async with guard.passage():
        pass

    assert (early, late) == (True, False)
    assert guard.state is BreakerState.CLOSED


async def test_state_and_times_can_be_read():
    guard = guard_of()
    unknown = guard.p99_ms

    async with guard.passage():
        await asyncio.sleep(0.02)

    assert unknown is None
    assert guard.p99_ms >= 20
    assert counted("marquee_breaker", state="CLOSED") == 1
    await fails(guard, 5)
    assert counted("marquee_breaker", state="OPEN") == 1
