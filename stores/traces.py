"""What Redis holds of somebody: keys that carry one of their ids, and what was told about their
devices."""

import re
from collections import Counter
from collections.abc import Set
from dataclasses import dataclass
from functools import partial
from typing import Any, cast

from redis.asyncio import Redis

from stores.guard import Guard
from stores.redis import SCAN_PART
from stores.revocations import STREAM

FAMILIES = ("budget", "copy", "lease")  # of keys that carry ids; others are looked at all the same
COPY = b"copy"  # as stores/last_good.py calls them
_Entry = tuple[bytes, dict[bytes, bytes]]  # its id, and what it says
_WORDS = re.compile(rb"[:/]")  # what ids are between


@dataclass(frozen=True, slots=True)
class Found:
    """Keys, and entries of the stream that tells of revocations. `looked_at` are the families of
    all keys there are."""

    keys: tuple[bytes, ...]
    told: tuple[bytes, ...]
    looked_at: frozenset[str]

    @property
    def counts(self) -> dict[str, int]:
        """How many of each family."""
        counted = Counter(_family(key) for key in self.keys)
        return {family: counted[family] for family in sorted(self.looked_at)} | {
            STREAM: len(self.told)
        }


class Traces:
    """Looks at everything: for somebody who is to be forgotten, not for a screen."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        """`guard` is around `redis`."""
        self._redis = redis
        self._guard = guard

    async def look(self, names: Set[str], *, copies_of: str | None) -> Found:
        """What carries one of these ids; and of the copies, which are made again, those of a whole
        household, for it may be in each. Raises Unavailable."""
        wanted = frozenset(name.encode() for name in names)
        household = wanted if copies_of is None else wanted | {copies_of.encode()}
        keys, families, cursor = set[bytes](), set(FAMILIES), None
        part: list[bytes]
        while cursor != 0:
            scan = partial(self._redis.scan, cursor or 0, count=SCAN_PART)
            cursor, part = cast(Any, await self._guard.call(scan))
            families |= {_family(key) for key in part} - {STREAM}
            for key in part:
                family, *words = _WORDS.split(key)
                if not (household if family == COPY else wanted).isdisjoint(words):
                    keys.add(key)
        told = await self._told(wanted)
        return Found(tuple(sorted(keys)), told, frozenset(families))

    async def forget(self, found: Found, *, with_revocations: bool) -> None:
        """Deletes it; what is gone by now is no error. Revocations stay as long as there may be
        tokens that they refuse. Raises Unavailable."""
        told = found.told if with_revocations else ()
        for start in range(0, len(found.keys), SCAN_PART):
            part = found.keys[start : start + SCAN_PART]
            await self._guard.call(partial(self._redis.delete, *part))
        for start in range(0, len(told), SCAN_PART):
            entries = told[start : start + SCAN_PART]
            await self._guard.call(partial(self._redis.xdel, STREAM, *entries))

    async def _told(self, wanted: frozenset[bytes]) -> tuple[bytes, ...]:
        told, start = list[bytes](), b"-"
        while True:
            read = partial(self._redis.xrange, STREAM, min=start, count=SCAN_PART)
            entries: list[_Entry] = cast(Any, await self._guard.call(read))
            told += [entry for entry, fields in entries if not wanted.isdisjoint(fields.values())]
            if len(entries) < SCAN_PART:
                return tuple(told)
            start = b"(" + entries[-1][0]


def _family(key: bytes) -> str:
    return _WORDS.split(key)[0].decode("utf-8", "replace")
