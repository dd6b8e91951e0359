"""The trusted documents of a house as this process knows them, and how often each was used.

All of them are in memory, so that they are answered also while Postgres is closed. Whoever asks for
an unknown one makes this process look for new ones, at most once in a while: a document is answered
a second after it was registered, and a stranger who invents ids cannot make Postgres busy.
"""

import asyncio
from collections import Counter
from collections.abc import Mapping
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from typing import TYPE_CHECKING

import orjson
import structlog
from redis.asyncio import Redis

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.guard import RETRY_AFTER_S, Guard
from stores.sql import documents as documents_sql
from stores.sql.documents import Build, Use

if TYPE_CHECKING:
    from stores import Stores

log = structlog.get_logger()

EVERY_S = 10.0  # uses a process that is killed may lose; a new document is looked for sooner
UNKNOWN_REST_S = 1.0  # a developer who has just registered one waits no longer
PERSISTED_FOR = timedelta(days=1)  # a developer's working day; whoever comes later sends it again
COPY = "documents"  # in Redis, what is known, for a process that begins without Postgres
UNKNOWN = Build("unknown", "")  # whoever does not say, or says what nobody registered


class Documents:
    """The registry, and the shelf of documents that clients of a development house left by hash."""

    def __init__(self, redis: Redis, guard: Guard) -> None:
        """`guard` is around `redis`."""
        self._redis = redis
        self._guard = guard
        self._own: tuple[Build, Mapping[str, str]] | None = None
        self._texts: Mapping[str, str] = {}
        self._builds: frozenset[Build] = frozenset()
        self._registrations = -1  # in Postgres, when they were read
        self._is_behind = False  # there may be some that Postgres did not tell of
        self._looked_at_s = -UNKNOWN_REST_S  # by the loop's clock
        self._looking = asyncio.Lock()
        self._uses: Counter[Use] = Counter()
        self._flushing = asyncio.Lock()

    def adopt(self, build: Build, texts: Mapping[str, str]) -> None:
        """Trusts the documents of the house's own page, by their ids: at once, whatever Postgres
        does, and in Postgres as soon as it answers."""
        self._own = build, texts
        self._texts = {**self._texts, **texts}
        self._builds |= {build}

    async def run(self, stores: "Stores") -> None:
        """Keeps up with what is registered and writes what was used, until cancelled; the last
        uses are written then."""
        try:
            while True:
                try:
                    await self.look(stores)
                    # Cancelled halfway, nobody could tell whether they are written.
                    await asyncio.shield(self.flush(stores))
                except Unavailable:
                    pass  # the guard has told; the next time is soon
                except Exception:  # or a house would forget its apps, unseen
                    log.error("documents_not_kept", exc_info=True)
                await asyncio.sleep(EVERY_S)
        finally:
            try:
                await self.flush(stores)
            except Unavailable:
                log.warning("uses_lost", times=self._uses.total())

    def known(self, document_id: str) -> str | None:
        """The text of a trusted document, as far as this process knows."""
        return self._texts.get(document_id)

    async def text(self, document_id: str, stores: "Stores") -> str | None:
        """The text of a trusted document; None when there is none of this id. Raises Unavailable
        when nobody can tell."""
        if document_id not in self._texts:
            await self._look_if_due(stores)
            if self._is_behind and document_id not in self._texts:
                raise Unavailable(Dependency.POSTGRES, retry_after_seconds=RETRY_AFTER_S)
        return self._texts.get(document_id)

    async def _look_if_due(self, stores: "Stores") -> None:
        loop = asyncio.get_running_loop()
        async with self._looking:  # whoever comes meanwhile takes what the first one found
            if loop.time() - self._looked_at_s >= UNKNOWN_REST_S:
                with suppress(Unavailable):
                    await self.look(stores)
                self._looked_at_s = loop.time()

    async def look(self, stores: "Stores") -> None:
        """Reads the registry if it has changed. Raises Unavailable."""
        try:
            changed = await self._read(stores)
        except Unavailable:
            self._is_behind = True
            if self._registrations < 0:
                await self._recall()
            raise
        self._is_behind = False
        if changed:
            with suppress(Unavailable):
                copy = orjson.dumps([self._texts, [list(build) for build in self._builds]])
                await self._guard.call(lambda: self._redis.set(COPY, copy))

    async def _read(self, stores: "Stores") -> bool:
        """Whether it had changed."""
        async with stores.begin() as tx:
            if await documents_sql.registrations(tx) == self._registrations:
                return False
            if self._own is not None:
                await documents_sql.register(tx, *self._own, datetime.now(UTC))
            registrations = await documents_sql.registrations(tx)
            texts, builds = await documents_sql.texts(tx), await documents_sql.builds(tx)
        self._texts, self._builds, self._registrations = texts, builds, registrations
        return True

    async def _recall(self) -> None:
        """What a process knew that could read it: this one began while Postgres was closed."""
        with suppress(Unavailable):
            copy = await self._guard.call(lambda: self._redis.get(COPY))
            texts, builds = orjson.loads(copy or b"[{}, []]")
            self._texts = {**texts, **self._texts}
            self._builds |= {Build(*build) for build in builds}

    def used(self, document_id: str, build: Build) -> None:
        """Counts one use of a trusted document. A build that nobody registered is UNKNOWN, or a
        stranger could fill the table with inventions."""
        self._uses[Use(document_id, build if build in self._builds else UNKNOWN)] += 1

    async def flush(self, stores: "Stores") -> None:
        """Writes what was used since the last time. Raises Unavailable, and keeps it then."""
        async with self._flushing:
            uses, self._uses = self._uses, Counter()
            try:
                async with stores.begin() as tx:
                    await documents_sql.add_uses(tx, uses, datetime.now(UTC).date())
            except BaseException:
                self._uses.update(uses)
                raise

    async def persisted(self, document_id: str) -> str | None:
        """What a client left under this hash. Raises Unavailable."""
        found = await self._guard.call(lambda: self._redis.get(_key(document_id)))
        return found.decode() if isinstance(found, bytes) else found

    async def persist(self, document_id: str, text: str) -> None:
        """Leaves it for whoever asks by its hash, in any process. Raises Unavailable."""
        await self._guard.call(lambda: self._redis.set(_key(document_id), text, ex=PERSISTED_FOR))


def _key(document_id: str) -> str:
    return f"document:{document_id}"
