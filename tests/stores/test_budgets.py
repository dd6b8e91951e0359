"""A budget never gives more than it holds: the same table for Redis' log and the process' own."""

import asyncio
import json
import subprocess
import sys
from contextlib import suppress
from datetime import timedelta

import pytest
from redis.asyncio import Redis
from redis.exceptions import ConnectionError

from domain.degradation import Dependency
from domain.errors import RateLimited
from stores.budgets import MOST_LOCAL_KEYS, Budgets, Charge, Overspent
from tests.house.repository import ROOT
from tests.stores.spenders import LIMIT, WINDOW
from tests.waiting import until

SECOND, HOUR = timedelta(seconds=1), timedelta(hours=1)


class Clock:
    """Seconds that pass when a test says so."""

    def __init__(self):
        self.now_s = 1000.0

    def __call__(self):
        return self.now_s


class Forgetful(Redis):
    """Does what it is asked; the first answer gets lost on its way."""

    answers = 0

    async def evalsha(self, *given):
        answer = await super().evalsha(*given)
        self.answers += 1
        if self.answers == 1:
            raise ConnectionError("Connection closed by server.")
        return answer


@pytest.fixture
def clock():
    return Clock()


@pytest.fixture(params=["redis", "own"])
def budgets(request, stores, clock):
    guard = stores.guards[Dependency.REDIS]
    guard.drill(closed=request.param == "own")
    return Budgets(stores.redis, guard, clock=clock)


async def spends(budgets, *charges):
    """What is left, or None where it was refused."""
    try:
        return (await budgets.spend(charges)).remaining
    except RateLimited:
        return None


async def test_a_budget_gives_what_it_holds_and_no_more(budgets):
    left = [await spends(budgets, Charge("a", 3, HOUR)) for _ in range(5)]

    assert left == [2, 1, 0, None, None]


async def test_points_weigh(budgets):
    left = [await spends(budgets, Charge("a", 10, HOUR, points)) for points in (4, 7, 6, 1)]

    assert left == [6, None, 0, None]


async def test_of_several_budgets_all_pay_or_none(budgets):
    wide, narrow = Charge("wide", 5, HOUR), Charge("narrow", 1, HOUR)

    left = [
        await spends(budgets, wide, narrow),
        await spends(budgets, narrow, wide),
        await spends(budgets, wide),
    ]

    assert left == [0, None, 3]


async def test_a_receipt_says_what_each_budget_has_left(budgets):
    spent = await budgets.spend([Charge("a", 5, HOUR, 2), Charge("b", 9, HOUR)])

    assert (spent.left, spent.remaining) == ((3, 8), 3)


async def test_a_refusal_names_the_budget_to_wait_for_longest(budgets):
    soon, late = Charge("soon", 1, SECOND), Charge("late", 1, HOUR)
    await budgets.spend([soon, late])

    with pytest.raises(Overspent) as refused:
        await budgets.spend([soon, late])

    assert refused.value.charge == late


async def test_what_is_refunded_can_be_spent_again_and_only_once(budgets):
    charge = Charge("a", 2, HOUR, 2)
    spent = await budgets.spend([charge])

    for _ in range(2):
        await budgets.refund(spent)

    assert [await spends(budgets, charge), await spends(budgets, charge)] == [0, None]


async def test_a_refusal_says_when_enough_of_it_will_be_there(budgets):
    await budgets.spend([Charge("a", 2, HOUR)])

    with pytest.raises(RateLimited) as refused:
        await budgets.spend([Charge("a", 2, HOUR, 2)])
    with pytest.raises(RateLimited) as never:
        await budgets.spend([Charge("b", 2, HOUR, 3)])

    assert 3590 < refused.value.retry_after_seconds <= 3600
    assert never.value.retry_after_seconds == 3600


async def test_a_log_of_redis_ends_with_its_window(stores):
    await stores.budgets.spend([Charge("a", 5, SECOND, 3)])

    held, left_ms = await stores.redis.llen("budget:a"), await stores.redis.pttl("budget:a")

    assert held == 3
    assert 0 < left_ms <= 1001


async def test_a_log_is_never_longer_than_its_limit(stores):
    await asyncio.gather(
        *(spends(stores.budgets, Charge("a", 7, HOUR, points)) for points in (1, 2, 3) * 10)
    )

    assert await stores.redis.llen("budget:a") <= 7


async def test_what_is_older_than_the_window_counts_no_more(stores, clock):
    stores.guards[Dependency.REDIS].drill(closed=True)
    budgets = Budgets(stores.redis, stores.guards[Dependency.REDIS], clock=clock)
    charge = Charge("a", 2, SECOND)
    left = []
    for now_s in (0.0, 0.6, 0.9, 1.0, 1.1, 1.6, 1.7):
        clock.now_s = now_s
        left.append(await spends(budgets, charge))

    assert left == [1, 0, None, None, 0, None, 0]


async def test_redis_forgets_when_the_window_is_over_and_not_before(stores):
    charge = Charge("a", 1, SECOND)
    first = await stores.budgets.spend([charge])
    granted = []

    async def granted_again():
        with suppress(RateLimited):
            granted.append(await stores.budgets.spend([charge]))
        return granted

    await until(granted_again)

    assert granted[0].at_us - first.at_us > SECOND.total_seconds() * 1e6


async def test_what_was_spent_is_not_spent_again_when_its_answer_is_lost(services, stores):
    async with Forgetful.from_url(services.redis_url) as redis:
        budgets = Budgets(redis, stores.guards[Dependency.REDIS])
        spent = await budgets.spend([Charge("a", 100, HOUR, 10)])

    assert spent.remaining == 90
    assert await stores.redis.llen("budget:a") == 10


async def test_a_process_without_redis_keeps_a_log_of_its_own(stores):
    charge, guard = Charge("a", 2, HOUR), stores.guards[Dependency.REDIS]
    before = await spends(stores.budgets, charge)

    guard.drill(closed=True)
    without = [await spends(stores.budgets, charge) for _ in range(3)]
    guard.drill(closed=False)
    after = [await spends(stores.budgets, charge) for _ in range(2)]

    assert before == 1
    assert without == [1, 0, None]
    assert after == [0, None]


async def test_a_process_without_redis_remembers_so_many_budgets_at_most(stores):
    stores.guards[Dependency.REDIS].drill(closed=True)
    for number in range(MOST_LOCAL_KEYS + 1):
        await stores.budgets.spend([Charge(f"key {number}", 1, HOUR)])

    first = await spends(stores.budgets, Charge("key 0", 1, HOUR))
    last = await spends(stores.budgets, Charge(f"key {MOST_LOCAL_KEYS}", 1, HOUR))

    assert (first, last) == (0, None)


def test_eight_processes_never_spend_more_than_the_limit_in_any_window(services):
    asked = [sys.executable, "-m", "tests.stores.spenders", services.redis_url, "8", "5"]
    done = subprocess.run(asked, check=True, capture_output=True, text=True, cwd=ROOT, timeout=60)
    granted = sorted(json.loads(done.stdout))

    fullest = max(in_window(granted, begin) for begin in range(len(granted)))

    assert fullest <= LIMIT
    assert fullest > LIMIT - 3  # it was reached, but for a rest that is too small for three points
    assert sum(points for _, points in granted) > 2 * LIMIT  # and in more than two windows


def in_window(granted, begin):
    """Points that were granted from this grant on, its moment and the last of the window too. No
    other window can hold more: moved on to its first grant, it holds as many."""
    ends_us = granted[begin][0] + WINDOW.total_seconds() * 1e6
    return sum(points for moment, points in granted[begin:] if moment <= ends_us)
