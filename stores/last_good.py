"""What was true when Postgres last answered, by key: in this process, and behind it in Redis."""

import time
from collections import OrderedDict
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from functools import partial
from typing import Generic, TypeVar

import structlog
from pydantic import TypeAdapter, ValidationError
from redis.asyncio import Redis

from domain.my_data import SETTLED_AFTER
from stores.guard import Guard
from stores.redis import answers_of

log = structlog.get_logger()
V = TypeVar("V")

PART = 50  # keys written at once: of the largest kind some 10 ms of the loop, and 600 KB
# What was kept here before an erasure reaches Redis before that looks there for the last time, or
# never. The rest is for a read that took long to be kept, and for a slow write.
WRITTEN_WITHIN = SETTLED_AFTER - timedelta(minutes=5)


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
        join: Callable[[V, V], V],
        *,
        redis: Redis,
        guard: Guard,
        most: int,
        ttl: timedelta,
        clock: Callable[[], float] = time.time,  # which goes on while a machine sleeps
    ) -> None:
        """`join` makes one of what was known earlier and later. `most` values are remembered here,
        and any number in Redis, for `ttl` each."""
        self._kind = kind
        self._of = of
        self._join = join
        self._redis = redis
        self._guard = guard
        self._most = most
        self._ttl = ttl
        self._kept: OrderedDict[str, Kept[V]] = OrderedDict()
        self._unwritten: dict[str, float] = {}  # by key, since when
        self._clock = clock

    def keep(self, key: str, value: V, now: datetime) -> None:
        """Remembers it in place of what was."""
        self._kept[key] = Kept(now, value)
        self._kept.move_to_end(key)
        self._unwritten[key] = self._clock()
        if len(self._kept) > self._most:
            oldest, _ = self._kept.popitem(last=False)
            self._unwritten.pop(oldest, None)

    def remembered(self, key: str) -> Kept[V] | None:
        """What this process knows of it."""
        return self._kept.get(key)

    async def find(self, key: str) -> Kept[V] | None:
        """All that anybody knows of it. Raises Unavailable."""
        written = await self._guard.call(lambda: self._redis.get(self._name(key)))
        return self._known(key, written)

    async def flush(self) -> None:
        """Writes what was kept since the last time, in parts, so that others get their turn. Raises
        Unavailable; then the rest is left for the next time."""
        unwritten = list(self._unwritten)
        for start in range(0, len(unwritten), PART):
            keys = self._unwritten.keys() & unwritten[start : start + PART]
            part = {key: self._unwritten.pop(key) for key in keys}
            try:
                await self._guard.call(partial(self._write, part))
            except BaseException:
                left = {key: since for key, since in part.items() if key in self._kept}
                self._unwritten = left | self._unwritten
                raise

    async def _write(self, part: Mapping[str, float]) -> None:
        """With what the neighbours have written, for they may know better. What nobody could write
        for so long may be about somebody who was erased meanwhile."""
        too_old = self._clock() - WRITTEN_WITHIN.total_seconds()
        keys = [key for key, since in part.items() if since > too_old]
        if not keys:
            return
        written = await self._redis.mget([self._name(key) for key in keys])
        async with self._redis.pipeline(transaction=False) as pipe:
            for key, theirs in zip(keys, written, strict=True):
                known = self._known(key, theirs)
                if known is not None:
                    value = self._of.dump_json((known.as_of, known.value))
                    pipe.set(self._name(key), value, px=self._ttl)
            await answers_of(pipe)

    def _known(self, key: str, written: bytes | str | None) -> Kept[V] | None:
        own, theirs = self._kept.get(key), self._read(written)
        if own is None or theirs is None:
            return own or theirs
        earlier, later = sorted((theirs, own), key=lambda kept: kept.as_of)
        return Kept(later.as_of, self._join(earlier.value, later.value))

    def _read(self, written: bytes | str | None) -> Kept[V] | None:
        if written is None:
            return None
        try:
            return Kept(*self._of.validate_json(written))
        except ValidationError as error:  # written by another release
            log.warning("copy_unreadable", kind=self._kind, errors=error.error_count())
            return None

    def _name(self, key: str) -> str:
        return f"copy:{self._kind}:{key}"
