from alembic import command
from sqlalchemy import create_engine, inspect

from tests.conftest import alembic_config


def tables(database_url):
    engine = create_engine(database_url)
    try:
        return set(inspect(engine).get_table_names())
    finally:
        engine.dispose()


def test_migrations_go_up_down_and_up_again_and_match_the_tables(services):
    services.execute("CREATE DATABASE migrations")
    url = services.database_url.rsplit("/", 1)[0] + "/migrations"
    config = alembic_config(url)

    command.upgrade(config, "head")
    up = tables(url)
    command.downgrade(config, "base")
    down = tables(url)
    command.upgrade(config, "head")

    assert {"accounts", "titles", "watch_states", "outbox", "procrastinate_jobs"} <= up
    assert down == {"alembic_version"}
    assert tables(url) == up
    command.check(config)  # raises when the tables in code and in the database differ
