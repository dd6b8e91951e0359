"""Real Postgres and Valkey, one pair for the whole run; a database for each test.

Objects are in a folder, as on one machine; with MARQUEE_PARTS=apart they are in a bucket.
"""

import asyncio
import itertools
import os
from collections.abc import AsyncIterator, Iterator
from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

import psycopg
import pytest
from alembic import command
from alembic.config import Config
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from redis import Redis

from app.embedded import postgres, valkey
from app.embedded.supervisor import Supervisor
from domain.house import House
from domain.token_keys import TokenKeys
from stores import Stores, open_stores
from tests import s3, smtp
from tests.api import Api

PASSWORD = "test"
MASTER_KEY = bytes(range(32)).hex()
APART = os.environ.get("MARQUEE_PARTS") == "apart"
_database_numbers = itertools.count(1)
_bucket_numbers = itertools.count(1)


@dataclass(frozen=True)
class Services:
    """Where the real parts listen. `database_url` is a migrated template: clone it."""

    database_url: str
    redis_url: str

    def execute(self, sql: str) -> None:
        url = self.database_url.replace("+psycopg", "").rsplit("/", 1)[0] + "/postgres"
        with psycopg.connect(url, autocommit=True) as connection:
            connection.execute(sql)


@dataclass(frozen=True)
class Addresses:
    """Where a test's stores are."""

    database_url: str
    redis_url: str
    objects_url: str
    keys_url: str


@pytest.fixture(scope="session")
def services(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Services]:
    folder = tmp_path_factory.mktemp("services")
    supervisor = Supervisor(folder / "children")
    with asyncio.Runner() as runner:
        runner.run(supervisor.__aenter__())
        try:
            started = runner.run(_start(supervisor, folder))
            command.upgrade(alembic_config(started.database_url), "head")
            yield started
        finally:
            runner.run(supervisor.stop())


@pytest.fixture
def database_url(services: Services) -> Iterator[str]:
    """A migrated database of this test's own."""
    name = f"test_{next(_database_numbers)}"
    services.execute(f"CREATE DATABASE {name} TEMPLATE {postgres.NAME} STRATEGY FILE_COPY")
    yield services.database_url.rsplit("/", 1)[0] + f"/{name}"
    # Autovacuum may be looking at it, which is not ours to end; then it goes with the run's folder.
    with suppress(psycopg.errors.InsufficientPrivilege):
        services.execute(f"DROP DATABASE {name} WITH (FORCE)")


@pytest.fixture(scope="session")
def s3_endpoint(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with s3.s3_server(tmp_path_factory.mktemp("s3") / "log") as endpoint:
        yield endpoint


@pytest.fixture
def bucket_url(s3_endpoint: str, monkeypatch: pytest.MonkeyPatch) -> str:
    """An empty bucket of this test's own; the environment says how to reach it."""
    for name, value in s3.environment(s3_endpoint).items():
        monkeypatch.setenv(name, value)
    return s3.make_bucket(s3_endpoint, f"bucket-{next(_bucket_numbers)}")


@pytest.fixture
def objects_url(request: pytest.FixtureRequest, tmp_path: Path) -> str:
    """An empty place of this test's own, of the kind this run is over."""
    if APART:
        return f"{request.getfixturevalue('bucket_url')}/objects"
    return (tmp_path / "objects").as_uri()


@pytest.fixture
async def stores(
    services: Services, database_url: str, objects_url: str, tmp_path: Path
) -> AsyncIterator[Stores]:
    """All stores, empty, and listening to each other."""
    with Redis.from_url(services.redis_url) as redis:
        redis.flushall()
    (tmp_path / "master_key").write_text(MASTER_KEY)
    addresses = Addresses(
        database_url=database_url,
        redis_url=services.redis_url,
        objects_url=objects_url,
        keys_url=(tmp_path / "master_key").as_uri(),
    )
    async with open_stores(addresses) as opened:
        yield opened


@pytest.fixture
def house() -> House:
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    return House(
        public_url="http://house.test",
        media_key=bytes(range(32)),
        token_keys=TokenKeys([key], issuer="http://house.test"),
    )


@pytest.fixture
async def api(stores: Stores, house: House) -> AsyncIterator[Api]:
    """The whole application, asked without a network in between."""
    async with Api(stores, house) as opened:
        yield opened


@pytest.fixture
async def sink() -> AsyncIterator[smtp.Sink]:
    async with smtp.sink() as opened:
        yield opened


def alembic_config(database_url: str) -> Config:
    config = Config(Path(__file__).parents[1] / "alembic.ini")
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    return config


async def _start(supervisor: Supervisor, folder: Path) -> Services:
    database_url = await postgres.start(
        supervisor,
        folder / "postgres",
        password=PASSWORD,
        log=folder / "postgres.log",
        settings={**postgres.SETTINGS, "fsync": "off"},  # a power cut ends the tests anyway
    )
    redis_url = await valkey.start(
        supervisor, folder / "valkey", password=PASSWORD, log=folder / "valkey.log"
    )
    return Services(database_url, redis_url)
