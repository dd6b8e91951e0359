"""The world outside the process: opened once, here, and closed in the reverse order."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import Protocol, TypeAlias

from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine

from stores.jobs import Jobs
from stores.keys import Keys, open_keys
from stores.objects import Objects, open_objects
from stores.passwords import Passwords
from stores.redis import Leases, Nudges, open_redis

Tx: TypeAlias = AsyncConnection  # a connection inside the transaction of `Stores.begin`

# Every transaction is a handful of indexed statements: 50 ms is slow, 5 s means the server hangs.
TRANSACTION_DEADLINE_S = 5.0
CONNECT_DEADLINE_S = 3  # Postgres answers a new connection in milliseconds or not at all
POOL_SIZE = 10  # a process runs one statement a core at a time; the rest is waiting on commits


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything a resolver, a door or a worker may touch."""

    engine: AsyncEngine
    redis: Redis
    leases: Leases
    nudges: Nudges
    objects: Objects
    keys: Keys
    jobs: Jobs
    passwords: Passwords

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """One transaction: committed at the end, rolled back on any exception.

        Raises TimeoutError when the whole of it takes longer than its deadline.
        """
        async with asyncio.timeout(TRANSACTION_DEADLINE_S), self.engine.begin() as tx:
            yield tx


class Addresses(Protocol):
    """What the settings say of where the stores are: their URLs pick the backends."""

    @property
    def database_url(self) -> str: ...
    @property
    def redis_url(self) -> str: ...
    @property
    def objects_url(self) -> str: ...
    @property
    def keys_url(self) -> str: ...


@asynccontextmanager
async def open_stores(addresses: Addresses) -> AsyncIterator[Stores]:
    """The stores at these addresses. Nothing is connected before it is first used."""
    engine = create_async_engine(
        addresses.database_url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=TRANSACTION_DEADLINE_S,
        pool_pre_ping=True,  # a restarted Postgres costs a reconnect, not an error
        connect_args={"connect_timeout": CONNECT_DEADLINE_S},
    )
    redis = open_redis(addresses.redis_url)
    passwords = Passwords()
    try:
        yield Stores(
            engine=engine,
            redis=redis,
            leases=Leases(redis),
            nudges=Nudges(redis),
            objects=open_objects(addresses.objects_url),
            keys=open_keys(addresses.keys_url),
            jobs=Jobs(addresses.database_url),
            passwords=passwords,
        )
    finally:
        passwords.close()
        await redis.aclose()
        await engine.dispose()
