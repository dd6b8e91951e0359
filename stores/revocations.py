"""Which access tokens are refused before they run out: known in memory, so that asking costs
nothing.

Postgres has what is true. A stream in Redis tells every process within a moment; while Redis is
away, or may have lost something, they read Postgres instead.
"""

import asyncio
from collections.abc import Iterable, Sequence
from datetime import UTC, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any, TypeAlias, cast

import structlog
from redis.asyncio import Redis

from domain.errors import Unavailable
from domain.ids import DeviceId
from domain.sessions import Revocation
from domain.tokens import REVOKED_FOR
from stores.guard import Guard
from stores.redis import answers_of
from stores.sql import devices as devices_sql

if TYPE_CHECKING:
    from stores import Stores

log = structlog.get_logger()

STREAM = "revocations"  # one entry each: the device, its epoch, and when
LOOK_EVERY_S = 0.4  # with a look that waits as long as Redis may take, still within a second
ALL_EVERY_S = 30.0  # of Postgres: what nobody told, because its process died before it could
MOST_AT_ONCE = 1000  # entries of one command, which takes Redis about a millisecond
RECENT = timedelta(minutes=2)  # more than a transaction takes and the clocks of machines differ
_Entry: TypeAlias = tuple[bytes, dict[bytes, bytes]]


class Revocations:
    """The epochs of devices that were signed out, or whose access changed, of late."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        """`guard` is around `redis`."""
        self._redis = redis
        self._guard = guard
        self._known: dict[DeviceId, Revocation] = {}
        self._untold: list[Revocation] = []
        self._is_in_doubt = False
        self._seen: bytes | None = None  # the last entry of the stream
        self.is_loaded = False  # all that Postgres knows, once
        self._read_all_at_s: float | None = None  # from Postgres; None when that is due

    def refuse(self, device_id: DeviceId, epoch: int) -> bool:
        """Whether a token of this device and epoch is good no more."""
        known = self._known.get(device_id)
        return known is not None and epoch < known.epoch

    async def tell(self, revoked: Sequence[Revocation]) -> None:
        """Lets everybody know what was committed; never fails. Here it holds at once, before
        anything is waited for, and what Redis does not take, or who is cancelled here could not
        tell, is told again by `run`."""
        for each in revoked:
            log.info("revoked", device=each.device_id, epoch=each.epoch)
        self._learn(revoked)
        self._untold += revoked
        try:
            await self._tell()
        except Unavailable:
            log.warning("revocations_untold", count=len(self._untold))

    def doubt(self) -> None:
        """Somebody was cancelled in a transaction, or heard no answer, maybe just after its commit:
        then Postgres knows more than they could tell, and `run` finds and tells it."""
        self._is_in_doubt = True

    async def run(self, stores: "Stores") -> None:
        """Learns what others tell until cancelled."""
        while True:
            await self.try_to_look(stores)
            await asyncio.sleep(LOOK_EVERY_S)

    async def try_to_look(self, stores: "Stores") -> None:
        """As `look`, but never fails."""
        try:
            await self.look(stores)
        except Unavailable:
            pass  # the guards have said so
        except Exception:  # or what is revoked would be let in from now on, unseen
            log.error("revocations_not_read", exc_info=True)

    async def look(self, stores: "Stores") -> None:
        """Reads what is new: in Redis, and in Postgres when that is not enough. Raises Unavailable
        when neither answers."""
        is_told = True
        try:
            await self._tell()
            await self._read_stream()
        except Unavailable:
            is_told = False
        now_s, read_at_s = asyncio.get_running_loop().time(), self._read_all_at_s
        if read_at_s is None or now_s - read_at_s >= ALL_EVERY_S:
            await self._read(stores, REVOKED_FOR)
            self._read_all_at_s, self.is_loaded = now_s, True
            self._forget(datetime.now(UTC) - REVOKED_FOR)
        elif not is_told or self._is_in_doubt:
            await self._read(stores, RECENT)

    async def _tell(self) -> None:
        untold, self._untold = self._untold, []
        try:
            for start in range(0, len(untold), MOST_AT_ONCE):
                part = untold[start : start + MOST_AT_ONCE]
                await self._guard.call(partial(self._add, part))
        except BaseException:
            self._untold += untold  # some a second time, which says nothing new
            raise

    async def _add(self, revoked: Iterable[Revocation]) -> None:
        oldest_ms = int((datetime.now(UTC) - REVOKED_FOR).timestamp() * 1000)
        async with self._redis.pipeline(transaction=False) as pipe:
            for each in revoked:
                told: Any = {
                    "device": each.device_id,
                    "epoch": each.epoch,
                    "at": each.at.isoformat(),
                }
                pipe.xadd(STREAM, told, minid=f"{oldest_ms}-0", approximate=False)
            await answers_of(pipe)

    async def _read_stream(self) -> None:
        """From the last entry on, that one included: when it is gone, so may be others."""
        while True:
            ask = partial(self._redis.xrange, STREAM, min=self._seen or b"-", count=MOST_AT_ONCE)
            entries: list[_Entry] = cast(Any, await self._guard.call(ask))
            if self._seen is not None and (not entries or entries[0][0] != self._seen):
                self._read_all_at_s = None
            self._learn(filter(None, (_told(fields) for _, fields in entries)))
            self._seen = entries[-1][0] if entries else None
            if len(entries) < MOST_AT_ONCE:
                return

    async def _read(self, stores: "Stores", back: timedelta) -> None:
        in_doubt, self._is_in_doubt = self._is_in_doubt, False
        async with stores.begin() as tx:
            found = await devices_sql.revocations_since(tx, datetime.now(UTC) - back)
        if in_doubt and self.is_loaded:
            self._untold += [each for each in found if not self._knows(each)]
        self._learn(found)

    def _learn(self, revoked: Iterable[Revocation]) -> None:
        for each in revoked:
            if not self._knows(each):
                self._known[each.device_id] = each

    def _knows(self, revocation: Revocation) -> bool:
        known = self._known.get(revocation.device_id)
        return known is not None and known.epoch >= revocation.epoch

    def _forget(self, before: datetime) -> None:
        self._known = {id: each for id, each in self._known.items() if each.at >= before}


def _told(fields: dict[bytes, bytes]) -> Revocation | None:
    """None for an entry of another release."""
    try:
        device, epoch, at = (fields[name].decode() for name in (b"device", b"epoch", b"at"))
        return Revocation(DeviceId(device), int(epoch), datetime.fromisoformat(at))
    except (KeyError, ValueError):
        log.warning("revocation_unreadable")
        return None
