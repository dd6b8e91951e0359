"""The world outside the process: opened once, here, and closed in the reverse order."""

import asyncio
from collections.abc import AsyncIterator, Mapping
from contextlib import aclosing, asynccontextmanager
from dataclasses import dataclass
from functools import partial
from types import MappingProxyType
from typing import Protocol, TypeAlias

import stamina.instrumentation
from redis.asyncio import Redis
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores import objects, postgres, recovery, redis
from stores.budgets import Budgets
from stores.copies import Copies
from stores.documents import Documents
from stores.drills import Drills
from stores.guard import Guard, Limits
from stores.jobs import Jobs
from stores.keys import Keys, open_keys
from stores.objects import Objects, open_objects
from stores.passwords import Passwords
from stores.redis import Leases, Nudges, Turns, open_redis
from stores.revocations import Revocations
from stores.traces import Traces

Tx: TypeAlias = AsyncConnection  # a connection inside the transaction of `Stores.begin`

# A queue before the pool: whoever is last in it waits sixteen turns of about ten milliseconds.
MOST_TRANSACTIONS = 16 * postgres.POOL_SIZE


@dataclass(frozen=True, slots=True)
class Patience:
    """How long one call of each part may take, in seconds: a transaction, a command, a request."""

    postgres_s: float
    redis_s: float
    objects_s: float


VIEWERS = Patience(postgres_s=1.5, redis_s=0.4, objects_s=1.5)  # who look at a screen for 2 s
WORKERS = Patience(postgres_s=10.0, redis_s=5.0, objects_s=30.0)  # nobody waits; a restart fits in


@dataclass(frozen=True, slots=True)
class Stores:
    """Everything a resolver, a door or a worker may touch. Whatever does not answer in time, or is
    known to be down, raises Unavailable."""

    engine: AsyncEngine
    redis: Redis
    leases: Leases
    nudges: Nudges
    budgets: Budgets
    objects: Objects
    keys: Keys
    jobs: Jobs
    passwords: Passwords
    guards: Mapping[Dependency, Guard]
    copies: Copies
    documents: Documents
    revocations: Revocations
    traces: Traces
    drills: Drills

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[Tx]:
        """One transaction: committed at the end, rolled back on any exception."""
        guard = self.guards[Dependency.POSTGRES]
        try:
            async with (
                guard.passage(),
                aclosing(await guard.repeat(self.engine.connect)) as tx,
                tx.begin(),
            ):
                try:
                    yield tx
                except asyncio.CancelledError:
                    await tx.invalidate()  # to roll back is to wait for a server that may hang
                    raise
        except (asyncio.CancelledError, Unavailable):
            self.revocations.doubt()
            raise

    async def ask(self, dependency: Dependency) -> None:
        """Whether this part answers: one cheap question. Raises Unavailable when it does not."""
        match dependency:
            case Dependency.POSTGRES:
                async with self.begin() as tx:
                    await tx.exec_driver_sql("SELECT 1")
            case Dependency.REDIS:
                await self.guards[dependency].call(lambda: self.redis.ping())
            case Dependency.OBJECTS:
                await self.objects.reach()


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
async def open_stores(
    addresses: Addresses, *, patience: Patience = VIEWERS
) -> AsyncIterator[Stores]:
    """The stores at these addresses. Nothing is connected before it is first used."""
    stamina.instrumentation.set_on_retry_hooks(())  # the guards count; a line each would be noise
    guards = _guards(patience)
    engine = postgres.open_engine(addresses.database_url, deadline_s=patience.postgres_s)
    client = open_redis(addresses.redis_url, deadline_s=patience.redis_s)
    passwords = Passwords()
    stored = open_objects(addresses.objects_url, guards[Dependency.OBJECTS])
    stores = Stores(
        engine=engine,
        redis=client,
        leases=Leases(client, guards[Dependency.REDIS]),
        nudges=Nudges(client, guards[Dependency.REDIS]),
        budgets=Budgets(client, guards[Dependency.REDIS]),
        objects=stored,
        keys=open_keys(addresses.keys_url),
        jobs=Jobs(addresses.database_url),
        passwords=passwords,
        guards=guards,
        copies=Copies(client, guards[Dependency.REDIS]),
        documents=Documents(client, guards[Dependency.REDIS]),
        revocations=Revocations(client, guards[Dependency.REDIS]),
        traces=Traces(client, guards[Dependency.REDIS]),
        drills=Drills(client, guards),
    )
    turns = Turns(client, guards[Dependency.REDIS])
    watches = [
        asyncio.create_task(recovery.watch(guard, partial(stores.ask, dependency), turns))
        for dependency, guard in guards.items()
    ]
    try:
        yield stores
    finally:
        for watch in watches:
            watch.cancel()
        await asyncio.gather(*watches, return_exceptions=True)
        passwords.close()
        stored.close()
        await client.aclose()
        await engine.dispose()


def _guards(patience: Patience) -> Mapping[Dependency, Guard]:
    limits = {
        Dependency.POSTGRES: (Limits(patience.postgres_s, MOST_TRANSACTIONS), postgres.why_gone),
        Dependency.REDIS: (Limits(patience.redis_s, redis.MOST_COMMANDS), redis.why_gone),
        Dependency.OBJECTS: (Limits(patience.objects_s, objects.MOST_CALLS), objects.why_gone),
    }
    return MappingProxyType(
        {part: Guard(part, limit, why_gone=why) for part, (limit, why) in limits.items()}
    )
