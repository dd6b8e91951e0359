from alembic import command
from sqlalchemy import create_engine, inspect, text

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


def test_who_is_signed_in_stays_so_when_the_tables_change(services):
    services.execute("CREATE DATABASE sessions_before")
    url = services.database_url.rsplit("/", 1)[0] + "/sessions_before"
    config = alembic_config(url)
    command.upgrade(config, "0004")
    engine = create_engine(url)
    with engine.begin() as tx:
        tx.execute(
            text(
                "INSERT INTO accounts VALUES ('acc_1', 'a@b', 'x', 'FREE', now(), false);"
                "INSERT INTO devices (id, account_id, installation_id, kind, name, app_version,"
                " refresh_token_hash, refresh_expires_at, last_seen_at) VALUES"
                " ('dev_in', 'acc_1', 'in', 'TV', 'TV', '1', 'in', '2100-01-01', now()),"
                " ('dev_out', 'acc_1', 'out', 'TV', 'TV', '1', 'out', '2020-01-01', now())"
            )
        )
    signed_in = text("SELECT digest, device_id, expires_at::date::text FROM refresh_tokens")
    as_before = text(
        "SELECT id, refresh_token_hash = 'in', refresh_expires_at > now() FROM devices ORDER BY id"
    )

    command.upgrade(config, "0005")
    with engine.connect() as tx:
        kept = [(bytes(row[0]), *row[1:]) for row in tx.execute(signed_in)]
    command.downgrade(config, "0004")
    with engine.connect() as tx:
        back = [tuple(row) for row in tx.execute(as_before)]
    engine.dispose()

    assert kept == [(b"in", "dev_in", "2100-01-01")]
    assert back == [("dev_in", True, True), ("dev_out", False, False)]
