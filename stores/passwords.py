"""Password hashes: argon2id, in a bounded pool of threads so that the loop stays free."""

import asyncio
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import TypeVar

from argon2 import PasswordHasher, Type
from argon2.exceptions import VerifyMismatchError

# OWASP's password storage cheat sheet: 19 MiB, two passes, one lane. About 50 ms of one core.
MEMORY_KIB = 19 * 1024
PASSES = 2
LANES = 1
THREADS = 2  # hashing is all CPU; more threads than that would starve everybody else
DEADLINE_S = 10.0  # a queue longer than this is an attack, not a crowd


# The hash, made with these very figures, of random bytes that were thrown away: verified when
# nobody has the address, so that unknown and wrong take the same time.
NOBODY = (
    "$argon2id$v=19$m=19456,t=2,p=1$"
    "xmQM+mj73Uo+Mr6efqqZxg$wliBjn23VFkWMMaBngq4dQkclWguH3W/MTYKaFF4CFY"
)

T = TypeVar("T")


class Passwords:
    """Hashes and verifies. `close` ends its threads."""

    def __init__(self) -> None:
        self._threads = ThreadPoolExecutor(THREADS, thread_name_prefix="argon2")
        self._hasher = PasswordHasher(
            time_cost=PASSES, memory_cost=MEMORY_KIB, parallelism=LANES, type=Type.ID
        )

    async def hash(self, password: str) -> str:
        """The encoded hash to store."""
        return await self._run(self._hasher.hash, password)

    async def verify(self, stored: str | None, password: str) -> bool:
        """Whether `password` made `stored`; None takes as long, and is never right."""
        matches = await self._run(self._matches, stored or NOBODY, password)
        return matches and stored is not None

    def close(self) -> None:
        """Ends the threads once what they run is done."""
        self._threads.shutdown()

    def _matches(self, stored: str, password: str) -> bool:
        try:
            return self._hasher.verify(stored, password)
        except VerifyMismatchError:
            return False

    async def _run(self, work: Callable[..., T], *arguments: str) -> T:
        async with asyncio.timeout(DEADLINE_S):
            loop = asyncio.get_running_loop()
            return await loop.run_in_executor(self._threads, work, *arguments)
