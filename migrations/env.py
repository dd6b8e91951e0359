"""Alembic's entry: which database to migrate, and what its tables should look like."""

from alembic import context
from sqlalchemy import create_engine, func, pool, select

from settings import load_settings
from stores.tables import metadata

# Procrastinate's own tables come with its schema, in a migration of ours, and are not compared.
FOREIGN_PREFIX = "procrastinate_"

# Several machines may begin with `marquee migrate`: one does it, the others find it done.
LOCK = int.from_bytes(b"marquee")  # a number that no other program on this database would choose


def _url() -> str:
    """The caller's URL (`marquee up`, the tests), else the one in the settings."""
    return context.config.get_main_option("sqlalchemy.url") or load_settings().database_url


def _is_ours(name: str | None, kind: str, _parents: object) -> bool:
    return not (kind == "table" and name is not None and name.startswith(FOREIGN_PREFIX))


def _run() -> None:
    engine = create_engine(_url(), poolclass=pool.NullPool, hide_parameters=True)
    with engine.connect() as connection:
        context.configure(connection=connection, target_metadata=metadata, include_name=_is_ours)
        with context.begin_transaction():
            connection.execute(select(func.pg_advisory_xact_lock(LOCK)))
            context.run_migrations()


_run()
