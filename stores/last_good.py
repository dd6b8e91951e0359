"""What was true when Postgres last answered, by key: in this process, and behind it in Redis."""

from collections import OrderedDict
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Generic, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from stores.guard import Guard
from stores.redis import answers_of

log = structlog.get_logger()
V = TypeVar("V")


@dataclass(frozen=True, slots=True)
class Kept(Generic[V]):
    """A value, and when it was true."""

    as_of: datetime
    value: V


class LastGood(Generic[V]):
    """The last value of each key. Keeping costs no I/O: `flush` carries what is new to Redis,
    where a process that starts later, or a neighbour, finds it."""

    def __init__(
        self,
        kind: str,
        of: TypeAdapter[tuple[datetime, V]],
        *,
        redis: Redis,
        guard: Guard,
        most: int,
        ttl: timedelta,
    ) -> None:
        """`most` values are remembered here, and any number in Redis, for `ttl` each."""
        self._kind = kind
        self._of = of
        self._redis = redis
        self._guard = guard
        self._most = most
        self._ttl = ttl
        self._kept: OrderedDict[str, Kept[V]] = OrderedDict()
        self._unwritten: set[str] = set()

    def keep(self, key: str, value: V, now: datetime) -> None:
        """Remembers it in place of what was."""
        self._kept[key] = Kept(now, value)
        self._kept.move_to_end(key)
        self._unwritten.add(key)
        if len(self._kept) > self._most:
            oldest, _ = self._kept.popitem(last=False)
            self._unwritten.discard(oldest)

    def remembered(self, key: str) -> Kept[V] | None:
        """What this process knows of it."""
        return self._kept.get(key)

    async def find(self, key: str) -> Kept[V] | None:
        """The latest that anybody knows of it. Raises Unavailable."""
        own = self._kept.get(key)
        written = await self._guard.call(lambda: self._redis.get(self._name(key)))
        if written is None:
            return own
        try:
            theirs = Kept(*self._of.validate_json(written))
        except ValidationError as error:  # written by another release
            log.warning("copy_unreadable", kind=self._kind, errors=error.error_count())
            return own
        return theirs if own is None or theirs.as_of > own.as_of else own

    async def flush(self) -> None:
        """Writes what was kept since the last time. Raises Unavailable."""
        unwritten, self._unwritten = self._unwritten, set()
        try:
            await self._guard.call(lambda: self._write(unwritten))
        except BaseException:
            self._unwritten |= unwritten & self._kept.keys()
            raise

    async def _write(self, keys: set[str]) -> None:
        async with self._redis.pipeline(transaction=False) as pipe:
            for key in keys & self._kept.keys():
                kept = self._kept[key]
                pipe.set(
                    self._name(key), self._of.dump_json((kept.as_of, kept.value)), px=self._ttl
                )
            await answers_of(pipe)

    def _name(self, key: str) -> str:
        return f"copy:{self._kind}:{key}"
