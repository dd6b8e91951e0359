"""What the servers say of themselves: their versions, and whether they keep what they are given."""

from dataclasses import dataclass
from datetime import UTC, datetime

import psycopg
from redis.asyncio import Redis
from redis.exceptions import RedisError

from stores.postgres import DURABLE

CONNECT_DEADLINE_S = 3  # who takes longer has something wrong with it


@dataclass(frozen=True, slots=True)
class PostgresState:
    """`not_durable`: settings that are off, and cost what was acknowledged in a power cut.
    `skew_s`: how far its clock is ahead of ours, in seconds."""

    version: int
    not_durable: tuple[str, ...]
    skew_s: float
    free_connections: int


@dataclass(frozen=True, slots=True)
class RedisState:
    """`evicts`: whether it forgets leases when its memory is full."""

    version: str
    persistent: bool
    evicts: bool


async def ask_postgres(database_url: str) -> PostgresState:
    """Raises ConnectionError, with the reason."""
    url = database_url.replace("+psycopg", "", 1)
    try:
        async with await psycopg.AsyncConnection.connect(
            url, connect_timeout=CONNECT_DEADLINE_S
        ) as connection:
            found = await connection.execute(
                "SELECT name, setting FROM pg_settings WHERE name = ANY(%s)", [list(DURABLE)]
            )
            not_durable = tuple(
                sorted(name for name, is_on in await found.fetchall() if is_on == "off")
            )
            asked_at = datetime.now(UTC)
            found = await connection.execute(
                "SELECT clock_timestamp(), current_setting('max_connections')::int"
                " - (SELECT count(*) FROM pg_stat_activity WHERE backend_type = 'client backend')"
            )
            row = await found.fetchone()
            answered_at = datetime.now(UTC)
            assert row is not None  # noqa: S101 - for the types: a SELECT without FROM has a row
            middle = asked_at + (answered_at - asked_at) / 2
            return PostgresState(
                version=connection.info.server_version // 10_000,
                not_durable=not_durable,
                skew_s=(row[0] - middle).total_seconds(),
                free_connections=row[1],
            )
    except psycopg.Error as error:
        raise ConnectionError(str(error).splitlines()[0]) from error


async def ask_redis(redis_url: str) -> RedisState:
    """Raises ConnectionError, with the reason."""
    redis = Redis.from_url(
        redis_url, socket_timeout=CONNECT_DEADLINE_S, socket_connect_timeout=CONNECT_DEADLINE_S
    )
    try:
        async with redis:
            info = await redis.info()
            saves = (await redis.config_get("save")).get("save", "")
            return RedisState(
                version=str(info.get("valkey_version", info["redis_version"])),
                persistent=bool(info.get("aof_enabled")) or bool(saves),
                evicts=info.get("maxmemory_policy", "noeviction") != "noeviction",
            )
    except (RedisError, OSError) as error:
        raise ConnectionError(str(error).splitlines()[0]) from error
