"""How much of something was spent lately, exactly, by all processes together.

A budget is a sliding log: the moment of each point that was spent and is not yet older than the
window. So no window, wherever it begins, ever holds more than the limit, and a log is never longer
than its limit. Equal moments are interchangeable, which is why a log is nothing but numbers.

The clock is Redis' own, one for all. While Redis is closed each process keeps logs of its own: the
same answers, per process, and forgotten when Redis is back.
"""

import math
import time
from collections import OrderedDict, deque
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

import structlog
from redis.asyncio import Redis

from domain.errors import RateLimited, Unavailable
from stores.guard import Guard

log = structlog.get_logger()

MICROSECOND = timedelta(microseconds=1)  # what Redis' clock counts in
MOST_LOCAL_KEYS = 20_000  # of one process without Redis; the least lately used is forgotten

# Each charge is a key and three numbers: limit, window in microseconds, points. Answers the moment
# and what is left of each; or, when one cannot pay, -1, the microseconds to wait and for which.
_SPEND: Final = """
local time = redis.call('TIME')
local now = time[1] * 1000000 + time[2]
local answer, wait, poorest = {now}, -1, 0
for i, key in ipairs(KEYS) do
  local limit, window, points = ARGV[3*i-2] + 0, ARGV[3*i-1] + 0, ARGV[3*i] + 0
  local oldest = redis.call('LINDEX', key, 0)
  while oldest and now - oldest > window do
    redis.call('LPOP', key)
    oldest = redis.call('LINDEX', key, 0)
  end
  local after = redis.call('LLEN', key) + points
  answer[i + 1] = limit - after
  if after > limit then
    local leaves = redis.call('LINDEX', key, after - limit - 1) or now
    if leaves + window - now > wait then
      wait, poorest = leaves + window - now, i
    end
  end
end
if poorest > 0 then
  return {-1, wait, poorest}
end
local moment = string.format('%.0f', now)
for i, key in ipairs(KEYS) do
  for _ = 1, tonumber(ARGV[3*i]) do
    redis.call('RPUSH', key, moment)
  end
  redis.call('PEXPIRE', key, math.ceil(ARGV[3*i-1] / 1000) + 1)
end
return answer
"""
_REFUND: Final = """
for i, key in ipairs(KEYS) do
  redis.call('LREM', key, -ARGV[i+1], ARGV[1])
end
"""


@dataclass(frozen=True, slots=True)
class Charge:
    """`points` of a budget that is `limit` of them in any window of this length. A key belongs to
    one budget, and comes once in what is spent at a time."""

    key: str
    limit: int
    window: timedelta
    points: int = 1


@dataclass(frozen=True, slots=True)
class Spent:
    """A receipt; `left` is what each charge has left of its budget."""

    charges: tuple[Charge, ...]
    left: tuple[int, ...]
    at_us: int  # by the clock of the log that holds it, since that clock's own beginning
    is_local: bool

    @property
    def remaining(self) -> int:
        """Points of the poorest of the budgets."""
        return min(self.left)


class Overspent(RateLimited):
    """The budget of `charge` has too little left; of several, the one to wait for longest."""

    def __init__(self, charge: Charge, wait_us: int) -> None:
        super().__init__(
            "Too much was asked in a short while. Try again later.",
            retry_after_seconds=max(1, math.ceil(wait_us / 1e6)),
        )
        self.charge = charge


class Budgets:
    """All budgets of a house."""

    def __init__(
        self, redis: Redis, guard: Guard, *, clock: Callable[[], float] = time.monotonic
    ) -> None:
        """`clock`, in seconds, is that of the logs of this process."""
        self._guard = guard
        self._spend = redis.register_script(_SPEND)
        self._refund = redis.register_script(_REFUND)
        self._own = _OwnLogs()
        self._clock = clock

    async def spend(self, charges: Sequence[Charge]) -> Spent:
        """All of them, or none. Raises Overspent."""
        now_us = round(self._clock() * 1e6)
        self._own.sweep(now_us)
        try:
            async with self._guard.passage():  # not repeated: an answer that was lost was paid for
                moment, *answer = await self._spend(
                    keys=[_key(charge) for charge in charges],
                    args=[
                        number
                        for charge in charges
                        for number in (charge.limit, charge.window // MICROSECOND, charge.points)
                    ],
                )
        except Unavailable:
            return self._own.spend(charges, now_us)
        if moment < 0:
            wait_us, poorest = answer
            raise Overspent(charges[poorest - 1], wait_us)
        return Spent(tuple(charges), tuple(answer), moment, is_local=False)

    async def refund(self, spent: Spent) -> None:
        """As if it had not been spent. Best effort: without Redis what it holds stays spent."""
        if spent.is_local:
            self._own.refund(spent)
            return
        try:
            await self._guard.call(
                lambda: self._refund(
                    keys=[_key(charge) for charge in spent.charges],
                    args=[spent.at_us, *(charge.points for charge in spent.charges)],
                )
            )
        except Unavailable:
            log.warning("refund_lost")


@dataclass(slots=True)
class _Log:
    moments: deque[int]
    done_us: int = 0  # when all of them are too old to count


class _OwnLogs:
    """What the scripts do, for one process. The key used last stands last."""

    def __init__(self) -> None:
        self._logs: OrderedDict[str, _Log] = OrderedDict()

    def spend(self, charges: Sequence[Charge], now_us: int) -> Spent:
        waits: list[tuple[int, Charge]] = []
        left: list[int] = []
        for charge in charges:
            moments, window_us = self._log(charge.key).moments, charge.window // MICROSECOND
            while moments and now_us - moments[0] > window_us:
                moments.popleft()
            after = len(moments) + charge.points
            left.append(charge.limit - after)
            if (over := after - charge.limit) > 0:
                leaves_us = moments[over - 1] if over <= len(moments) else now_us
                waits.append((leaves_us + window_us - now_us, charge))
        if waits:
            wait_us, poorest = max(waits, key=lambda wait: wait[0])
            raise Overspent(poorest, wait_us)
        for charge in charges:
            spent_on = self._log(charge.key)
            spent_on.moments.extend([now_us] * charge.points)
            spent_on.done_us = now_us + charge.window // MICROSECOND
        return Spent(tuple(charges), tuple(left), now_us, is_local=True)

    def refund(self, spent: Spent) -> None:
        for charge in spent.charges:
            moments = self._log(charge.key).moments
            for _ in range(min(charge.points, moments.count(spent.at_us))):
                moments.remove(spent.at_us)

    def sweep(self, now_us: int) -> None:
        """Forgets what is over, from the least lately used on."""
        while self._logs and next(iter(self._logs.values())).done_us < now_us:
            self._logs.popitem(last=False)

    def _log(self, key: str) -> _Log:
        found = self._logs.setdefault(key, _Log(deque()))
        self._logs.move_to_end(key)
        if len(self._logs) > MOST_LOCAL_KEYS:
            self._logs.popitem(last=False)
        return found


def _key(charge: Charge) -> str:
    return f"budget:{charge.key}"
