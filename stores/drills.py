"""Parts that are closed on purpose, to see what viewers would: in every process, and for a while.

A drill is one key in Redis, which ends it by running out. Every API process looks at it, past the
guards, for a drill may have closed Redis itself. Without Redis nobody can begin a drill, and a
process that has seen one keeps to the end it read.
"""

import asyncio
from collections.abc import Collection, Mapping
from datetime import timedelta

from redis.asyncio import Redis
from redis.exceptions import RedisError

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.guard import RETRY_AFTER_S, Guard

KEY = "drill"  # its value is the closed parts, with a comma between
LOOK_EVERY_S = 1.0  # how soon a drill begins, and ends, in every process


class Drills:
    """The one drill of a house."""

    def __init__(self, redis: Redis, guards: Mapping[Dependency, Guard]) -> None:
        self._redis = redis
        self._guards = guards
        self._ends_at_s = 0.0  # by the loop's clock

    async def begin(self, closed: Collection[Dependency], length: timedelta) -> None:
        """In place of one under way; no parts end it. Raises Unavailable."""
        try:
            if closed:
                await self._redis.set(KEY, ",".join(sorted(closed)), px=length)
            else:
                await self._redis.delete(KEY)
        except RedisError as error:
            raise Unavailable(Dependency.REDIS, retry_after_seconds=RETRY_AFTER_S) from error

    async def run(self) -> None:
        """Closes and opens the guards of this process, until cancelled."""
        while True:
            await self.look()
            await asyncio.sleep(LOOK_EVERY_S)

    async def look(self) -> None:
        """Does what the house has been told."""
        now_s = asyncio.get_running_loop().time()
        try:
            async with self._redis.pipeline() as pipe:
                pipe.get(KEY)
                pipe.pttl(KEY)
                named, left_ms = await pipe.execute()
        except (RedisError, OSError):
            if now_s < self._ends_at_s:
                return
            named, left_ms = None, 0
        self._ends_at_s = now_s + left_ms / 1000
        closed = set() if named is None else set(named.decode().split(","))
        for part, guard in self._guards.items():
            guard.drill(closed=part in closed)
