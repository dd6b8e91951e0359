"""What Redis holds: the leases of playback sessions, and nudges that say "look again".

Nothing acknowledged lives here alone: a lost nudge is late, never wrong, because listeners read
Postgres again, and a lost lease is taken anew by the next heartbeat.
"""

import asyncio
from collections import defaultdict
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import datetime, timedelta
from functools import partial
from secrets import token_bytes
from typing import Any

import structlog
from redis.asyncio import Redis
from redis.asyncio.client import Pipeline
from redis.asyncio.retry import Retry
from redis.backoff import NoBackoff
from redis.exceptions import DataError, RedisError, ResponseError

from domain.degradation import Dependency
from domain.errors import Unavailable
from domain.ids import ProfileId, SessionId
from domain.playback import LEASE
from stores.guard import Guard

log = structlog.get_logger()

MOST_COMMANDS = 128  # at once, a connection each; they are over in a millisecond
NUDGES = "nudges"  # the one channel; a message is the id of the profile that changed
SCAN_PART = 1000  # keys looked at by one command, which takes Redis about half a millisecond
LISTEN_S = 2.0  # how often a silent channel is looked after
TURN = timedelta(seconds=2)  # a question that hangs takes 1.5 s, and the next comes after 2
OPEN_TURN = timedelta(seconds=5)  # every process comes by within half of it: stores/recovery.py
_ANYBODY = b"anybody"
RECONNECT_S = 1.0  # between two attempts to listen again
# The codes of a server that starts, ends, hangs, is full, has lost the others, or is no longer the
# one to write to; and of one that no longer lets us.
UNWELL = frozenset(
    {
        "BUSY",
        "CLUSTERDOWN",
        "LOADING",
        "MASTERDOWN",
        "MISCONF",
        "NOPERM",
        "NOREPLICAS",
        "OOM",
        "READONLY",
    }
)


def open_redis(url: str, *, deadline_s: float) -> Redis:
    """A client that fails within its deadline instead of retrying silently behind our back."""
    return Redis.from_url(
        url,
        socket_timeout=deadline_s,
        socket_connect_timeout=deadline_s,
        retry=Retry(NoBackoff(), 0),
    )


def why_gone(error: Exception) -> str | None:
    """The server's own trouble, in one line; None for a trouble of ours."""
    if not isinstance(error, RedisError) or isinstance(error, DataError):
        return None
    if isinstance(error, ResponseError):
        # The client takes the code off the text, when it is one that it knows.
        code = error.status_code or str(error).partition(" ")[0]
        return str(error) if code in UNWELL else None
    return str(error)


async def answers_of(pipe: Pipeline) -> list[Any]:
    """Of each command. Raises what the server said, where the client itself would put the command
    before it, and with that what is to be written."""
    answers = await pipe.execute(raise_on_error=False)
    for answer in answers:
        if isinstance(answer, RedisError):
            raise answer
    return answers


class Leases:
    """One key a session, which dies by itself when it is not renewed."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        self._redis = redis
        self._guard = guard

    async def renew(self, session_id: SessionId) -> None:
        """Takes or extends the lease."""
        await self._guard.call(lambda: self._redis.set(_lease(session_id), b"", px=LEASE))

    async def expiries(
        self, session_ids: Sequence[SessionId], now: datetime
    ) -> list[datetime | None]:
        """When each lease runs out; None where there is none. One round trip."""
        left_ms = await self._guard.call(lambda: self._left_ms(session_ids))
        return [now + timedelta(milliseconds=ms) if ms > 0 else None for ms in left_ms]

    async def alive(self, session_id: SessionId) -> bool:
        """Whether the lease has not run out."""
        return bool(await self._guard.call(lambda: self._redis.exists(_lease(session_id))))

    async def count(self) -> int:
        """How many have not run out. Walks through all keys: for a scraper, not for a viewer."""
        living, cursor = 0, None
        while cursor != 0:
            scan = partial(self._redis.scan, cursor or 0, match=_lease("*"), count=SCAN_PART)
            cursor, keys = await self._guard.call(scan)
            living += len(keys)
        return living

    async def release(self, session_id: SessionId) -> None:
        """Ends the lease now."""
        await self._guard.call(lambda: self._redis.delete(_lease(session_id)))

    async def _left_ms(self, session_ids: Sequence[SessionId]) -> list[int]:
        async with self._redis.pipeline(transaction=False) as pipe:
            for session_id in session_ids:
                pipe.pttl(_lease(session_id))
            return await answers_of(pipe)


class Turns:
    """Whose turn it is to ask whether a part is back. One process asks for all; once it has been
    answered, everybody asks for itself. Without Redis everybody does at once."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        self._redis = redis
        self._guard = guard
        self._me = token_bytes(8)

    async def take(self, part: Dependency) -> bool:
        """Whether to ask now; nobody else is told so for TURN. Raises Unavailable."""
        if part is Dependency.REDIS:
            return True
        said = await self._guard.call(
            lambda: self._redis.set(_turn(part), self._me, px=TURN, nx=True, get=True)
        )
        return said in (None, self._me, _ANYBODY)

    async def open_to_all(self, part: Dependency) -> None:
        """For as long as everybody needs to come by. Raises Unavailable."""
        await self._guard.call(lambda: self._redis.set(_turn(part), _ANYBODY, px=OPEN_TURN))


class Nudges:
    """Wakes whoever waits for news of a profile, in every process."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        self._redis = redis
        self._guard = guard
        self._waiting: dict[str, set[asyncio.Event]] = defaultdict(set)

    async def send(self, profile_id: ProfileId) -> None:
        """Best effort: what the nudge is about is already durable, so a lost one only delays."""
        try:
            await self._guard.call(lambda: self._redis.publish(NUDGES, profile_id))
        except Unavailable:
            log.warning("nudge_lost")

    @contextmanager
    def listen(self, profile_id: ProfileId) -> Iterator[asyncio.Event]:
        """An event that is set whenever the profile should be looked at again."""
        event = asyncio.Event()
        self._waiting[profile_id].add(event)
        try:
            yield event
        finally:
            self._waiting[profile_id].discard(event)
            if not self._waiting[profile_id]:
                del self._waiting[profile_id]

    async def run(self) -> None:
        """Passes messages on until cancelled. After a gap everybody looks again."""
        while True:
            try:
                await self._receive()
            except (RedisError, OSError) as error:
                log.warning("nudges_interrupted", error=repr(error))
                await asyncio.sleep(RECONNECT_S)

    async def _receive(self) -> None:
        async with self._redis.pubsub(ignore_subscribe_messages=True) as channel:
            await channel.subscribe(NUDGES)
            for waiting in self._waiting.values():
                _wake(waiting)
            while True:
                message = await channel.get_message(timeout=LISTEN_S)
                if message is not None:
                    _wake(self._waiting.get(message["data"].decode(), ()))


def _wake(events: "set[asyncio.Event] | tuple[()]") -> None:
    for event in events:
        event.set()


def _lease(session_id: str) -> str:
    return f"lease:{session_id}"


def _turn(part: Dependency) -> str:
    return f"turn:{part.value}"
