"""Processes that all want more of one budget than it holds.

    python -m tests.stores.spenders REDIS_URL PROCESSES SECONDS

Each spends as fast as it is let, one in three of them three points at a time. Prints what was
granted, as JSON: [[moment in microseconds by Redis' clock, points], …].
"""

import asyncio
import json
import os
import sys
import time
from datetime import timedelta

from domain.degradation import Dependency
from domain.errors import RateLimited
from stores.budgets import Budgets, Charge
from stores.guard import Guard, Limits
from stores.redis import open_redis, why_gone

LIMIT, WINDOW = 100, timedelta(seconds=2)
REST_S = 0.002  # after a refusal, so that eight of them leave Redis some of two cores


def main(url, processes, seconds):
    """Imports are paid for once, and then everybody begins at the same time."""
    ends_at = time.monotonic() + seconds
    children = []
    for number in range(processes):
        read, write = os.pipe()
        if os.fork() == 0:
            granted = asyncio.run(spend(url, ends_at, points=3 if number % 3 == 0 else 1))
            with os.fdopen(write, "w") as pipe:
                json.dump(granted, pipe)
            os._exit(0)
        os.close(write)
        children.append(read)
    granted = []
    for read in children:
        with os.fdopen(read) as pipe:
            granted += json.load(pipe)
        os.wait()
    sys.stdout.write(json.dumps(granted))


async def spend(url, ends_at, *, points):
    redis = open_redis(url, deadline_s=5.0)
    guard = Guard(Dependency.REDIS, Limits(5.0, 8), why_gone=why_gone)
    budgets, charge = Budgets(redis, guard), Charge("all", LIMIT, WINDOW, points)
    granted = []
    while time.monotonic() < ends_at:
        try:
            spent = await budgets.spend([charge])
        except RateLimited:
            await asyncio.sleep(REST_S)
        else:
            assert not spent.is_local
            granted.append((spent.at_us, points))
    await redis.aclose()
    return granted


if __name__ == "__main__":
    main(sys.argv[1], int(sys.argv[2]), float(sys.argv[3]))
