"""A Postgres and a Valkey that a test may hang and kill as it likes."""

import os
import signal
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

from redis import Redis

from app.embedded import postgres, valkey
from domain.degradation import Dependency
from tests.conftest import MASTER_KEY, Addresses
from tests.running import descendants

POSTGRES, REDIS = Dependency.POSTGRES, Dependency.REDIS


@dataclass(frozen=True)
class Servers:
    """A Postgres and a Valkey that a test may do anything to."""

    folder: Path
    addresses: Addresses

    def send(self, part, number):
        """To the server and all its processes; those of Postgres lead groups of their own."""
        for pid in (self._leader(part), *descendants(self._leader(part))):
            with suppress(ProcessLookupError):
                os.kill(pid, number)

    def hang(self, part):
        self.send(part, signal.SIGSTOP)

    def go_on(self, part):
        self.send(part, signal.SIGCONT)

    def _leader(self, part):
        file = {POSTGRES: "postgres/postmaster.pid", REDIS: "valkey/pid"}[part]
        return int((self.folder / file).read_text().split()[0])


async def start(supervisor, folder):
    (folder / "master_key").write_text(MASTER_KEY)
    database_url = await postgres.start(
        supervisor, folder / "postgres", password="test", log=folder / "postgres.log"
    )
    redis_url = await valkey.start(
        supervisor, folder / "valkey", password="test", log=folder / "valkey.log"
    )
    with Redis.from_url(redis_url) as redis:
        (folder / "valkey" / "pid").write_text(str(redis.info()["process_id"]))
    objects_url, keys_url = (folder / "objects").as_uri(), (folder / "master_key").as_uri()
    return Servers(folder, Addresses(database_url, redis_url, objects_url, keys_url))
