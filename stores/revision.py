"""Which revision the tables are at: asked before anything else is assumed of them."""

import psycopg

CONNECT_DEADLINE_S = 5  # an operator waits, and a Postgres that just started takes a while


async def revision_of(database_url: str) -> str | None:
    """None in a database without tables of ours. Raises ConnectionError, with the reason."""
    url = database_url.replace("+psycopg", "", 1)
    try:
        async with await psycopg.AsyncConnection.connect(
            url, connect_timeout=CONNECT_DEADLINE_S
        ) as connection:
            there = await connection.execute("SELECT to_regclass('alembic_version') IS NOT NULL")
            if (await there.fetchone()) == (False,):
                return None
            found = await connection.execute("SELECT version_num FROM alembic_version")
            row = await found.fetchone()
            return None if row is None else str(row[0])
    except psycopg.OperationalError as error:
        raise ConnectionError(str(error).splitlines()[0]) from error
