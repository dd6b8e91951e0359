"""How is Postgres reached, and what tells that it is not well?"""

import asyncio
from typing import Any, TypeVar

import psycopg
import structlog
from procrastinate.exceptions import ConnectorException
from psycopg.abc import PQGen
from psycopg.waiting import wait_async
from sqlalchemy import event
from sqlalchemy.engine.interfaces import DBAPIConnection
from sqlalchemy.exc import DBAPIError
from sqlalchemy.ext.asyncio import AsyncEngine, create_async_engine

log = structlog.get_logger()
T = TypeVar("T")

POOL_SIZE = 10  # a process runs one statement a core at a time; the rest is waiting on commits
DURABLE = ("fsync", "full_page_writes", "synchronous_commit")  # off, a crash loses commits
_SETTLE = f"""
    SELECT set_config('statement_timeout', %(deadline)s, false),
    {", ".join(f"current_setting('{name}')" for name in DURABLE)}
"""
# What the server says while it stops, starts, has run out of something, cannot reach its disk or is
# no longer the one to write to, when something took longer than it was given, and when it gave up
# one of two that waited for each other: the beginnings of its codes in appendix A of its manual.
UNWELL = ("08", "25006", "25P03", "25P04", "40", "53", "57014", "57P", "58")


def open_engine(url: str, *, deadline_s: float) -> AsyncEngine:
    """`deadline_s` is what a transaction gets: no statement goes on in the server for longer."""
    engine = create_async_engine(
        url,
        pool_size=POOL_SIZE,
        max_overflow=0,
        pool_timeout=2 * deadline_s,  # never: the guard's deadline comes first
        hide_parameters=True,  # an error is logged; what it was about may be an address or a hash
        pool_pre_ping=True,  # a restarted Postgres costs a reconnect, not an error
        connect_args={"async_creator_fn": _Connection.connect},
    )
    event.listen(engine.sync_engine, "connect", _Settle(deadline_s))
    return engine


class _Settle:
    """What a new connection is asked and told, in one round trip."""

    def __init__(self, deadline_s: float) -> None:
        self._deadline_ms = int(deadline_s * 1000)
        self._warned = False

    def __call__(self, connection: DBAPIConnection, _: object) -> None:
        connection.autocommit = True
        cursor = connection.cursor()
        cursor.execute(_SETTLE, {"deadline": str(self._deadline_ms)})
        [(_, *settings)] = cursor.fetchall()
        cursor.close()
        connection.autocommit = False
        off = [name for name, setting in zip(DURABLE, settings, strict=True) if setting == "off"]
        if off and not self._warned:
            log.critical("postgres_may_lose_what_it_acknowledged", off=",".join(off))
            self._warned = True  # once a process


def why_gone(error: Exception) -> str | None:
    """The server's own trouble, in one line without parameters; None for a trouble of ours."""
    cause: BaseException | None = error.orig if isinstance(error, DBAPIError) else error
    if isinstance(cause, ConnectorException):  # an order was being added
        cause = cause.__cause__
    if not isinstance(cause, psycopg.Error):
        return None
    if cause.sqlstate is None:  # nobody was there to give one, or psycopg does not like our query
        is_gone = isinstance(cause, psycopg.OperationalError | psycopg.InterfaceError)
    else:
        is_gone = cause.sqlstate.startswith(UNWELL)
    return str(cause).partition("\n")[0] if is_gone else None


class _Connection(psycopg.AsyncConnection[Any]):
    """Lets go as soon as it is told to. Psycopg's own asks the server to cancel what it is doing
    and waits for that, ten seconds if the server hangs. And its errors tell what went wrong, not
    with which values: those are in the lines after the first."""

    async def wait(
        self,
        gen: PQGen[T],
        interval: float = 0.1,
        timeout: float | None = None,  # noqa: ASYNC109 - psycopg's own signature
    ) -> T:
        try:
            return await wait_async(gen, self.pgconn.socket, interval=interval, timeout=timeout)
        except asyncio.CancelledError:
            await self.close()
            raise
        except psycopg.Error as error:
            error.args = (str(error).partition("\n")[0],)
            raise
