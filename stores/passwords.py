"""Password hashes: argon2id, in a bounded pool of threads so that the loop stays free.

A password is hashed in Unicode's form NFKC, as NIST SP 800-63B (3.1.1.2) asks for: the same keys
pressed on a phone, a television and a keyboard of another country are the same password, whichever
of the code points that look alike each of them sends.
"""

import asyncio
import unicodedata
from collections.abc import AsyncIterator, Callable
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from typing import Final, ParamSpec, TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError
from prometheus_client import Histogram

from domain.errors import Overloaded

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. About 50 ms of one core.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
THREADS = 2  # hashing is all CPU; more threads than that would starve everybody else
MOST_WAITING = 32  # the last of them waits about a second; whoever comes then is told to come again


# The hash, made with these very figures, of random bytes that were thrown away: verified when
# nobody has the address, so that unknown and wrong take the same time.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "xmQM+mj73Uo+Mr6efqqZxg$wliBjn23VFkWMMaBngq4dQkclWguH3W/MTYKaFF4CFY"
)

_seconds = Histogram(
    "marquee_password_seconds",
    "How long hashing a password took, without the wait for a thread.",
    buckets=(0.02, 0.05, 0.1, 0.2, 0.5, 1, 2),
)
P = ParamSpec("P")
T = TypeVar("T")


class Hashing:
    """A thread of the pool, for as long as a turn lasts."""

    def __init__(self, threads: ThreadPoolExecutor, hasher: PasswordHasher) -> None:
        self._threads = threads
        self._hasher = hasher

    async def hash(self, password: str) -> str:
        """The encoded hash to store."""
        return await self._run(self._hasher.hash, _normal(password))

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` made `stored`; None takes as long, and is never right."""
        matches = await self._run(self._matches, stored or NOBODY, _normal(password))
        return matches and stored is not None

    def _matches(self, stored: str, password: bytes) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False

    async def _run(self, work: Callable[P, T], *arguments: P.args, **named: P.kwargs) -> T:
        loop = asyncio.get_running_loop()
        with _seconds.time():
            return await loop.run_in_executor(self._threads, work, *arguments)


class Passwords:
    """Hashes and verifies, few at a time; so many are `waiting` for a turn. `close` ends its
    threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )
        self._hashing: Final = Hashing(self._threads, self._hasher)
        self._free = asyncio.Semaphore(THREADS)
        self.waiting = 0

    @asynccontextmanager
    async def turn(self) -> AsyncIterator[Hashing]:
        """Inside, there is a thread free. Raises Overloaded at once when too many wait for one."""
        if self.waiting >= MOST_WAITING:
            raise Overloaded("Too many are signing in right now. Try again in a moment.")
        self.waiting += 1
        try:
            await self._free.acquire()
        finally:
            self.waiting -= 1
        try:
            yield self._hashing
        finally:
            self._free.release()

    async def hash(self, password: str) -> str:
        """The encoded hash to store. Raises Overloaded."""
        async with self.turn() as hashing:
            return await hashing.hash(password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` made `stored`; None takes as long, and is never right. Raises
        Overloaded."""
        async with self.turn() as hashing:
            return await hashing.verify(stored, password)

    def is_outdated(self, stored: str) -> bool:
        """Whether `stored` was made with other figures than those of today."""
        return self._hasher.check_needs_rehash(stored)

    def close(self) -> None:
        """Ends the threads once what they run is done."""
        self._threads.shutdown()


def _normal(password: str) -> bytes:
    # What a terminal could not decode are lone surrogates: of no use, and no crash.
    return unicodedata.normalize("NFKC", password).encode("utf-8", "surrogatepass")
