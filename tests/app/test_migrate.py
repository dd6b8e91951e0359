"""Is an older house brought up to date with a copy kept, and a newer one left alone?"""

import json

import psycopg
import pytest
from alembic import command

from app.home import SECRETS
from app.migrate import COPIES_KEPT, latest
from tests.app.outside import marquee
from tests.conftest import alembic_config


@pytest.fixture
def migrate(services, database_url, tmp_path):
    """`marquee migrate …` in a home of this test's own."""
    (tmp_path / "master_key").write_text(SECRETS["master_key"].make())
    given = {
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "TOKEN_KEY": SECRETS["token_key"].make(),
        "MEDIA_KEY": SECRETS["media_key"].make(),
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
    }
    return lambda *words: marquee("migrate", *words, home=tmp_path, **given)


def revision(database_url):
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        return connection.execute("SELECT version_num FROM alembic_version").fetchone()[0]


def set_revision(database_url, text):
    with psycopg.connect(database_url.replace("+psycopg", "")) as connection:
        connection.execute("UPDATE alembic_version SET version_num = %s", [text])


def test_old_tables_are_copied_and_the_last_copies_kept(migrate, database_url, tmp_path):
    made = []
    for _ in range(COPIES_KEPT + 1):
        command.downgrade(alembic_config(database_url), "0002")
        done = migrate("--keep-copy")
        made.append(max(tmp_path.glob("backups/*")))

        assert done.returncode == 0, done.stderr
        assert revision(database_url) == latest()

    assert len(set(made)) == COPIES_KEPT + 1
    assert sorted(tmp_path.glob("backups/*")) == made[1:]


def test_tables_that_are_up_to_date_are_not_copied(migrate, tmp_path):
    assert migrate("--keep-copy").returncode == 0

    assert not (tmp_path / "backups").exists()


def test_a_copy_is_a_backup_from_which_the_old_tables_come_back(
    migrate, database_url, services, tmp_path
):
    command.downgrade(alembic_config(database_url), "0002")
    migrate("--keep-copy")
    (copy,) = tmp_path.glob("backups/*")
    name = f"{database_url.rsplit('/', 1)[1]}_restored"
    elsewhere = database_url.rsplit("/", 1)[0] + f"/{name}"
    services.execute(f"CREATE DATABASE {name}")

    home = tmp_path / "restored"
    restored = marquee("restore", copy, "--json", home=home, DATABASE_URL=elsewhere)

    assert restored.returncode == 0, restored.stderr
    assert json.loads(restored.stdout)["revision"] == "0002"
    assert revision(elsewhere) == latest()


def test_tables_of_a_newer_marquee_are_one_line_and_stay(migrate, database_url):
    set_revision(database_url, "9999")

    refused = migrate("--keep-copy")

    assert refused.returncode == 2
    assert refused.stderr == (
        f"The tables are of a newer Marquee (9999; this one knows up to {latest()}): "
        "use that one, or restore a backup from before.\n"
    )
    assert revision(database_url) == "9999"
