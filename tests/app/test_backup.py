"""Does a house come back from its backup, with its films, its keys and where everybody was?"""

import json
import re
import shutil
import stat
import zipfile
from pathlib import Path

import pytest

from app.embedded.machine import free_port
from app.home import rebuild_home
from tests.app.outside import Guest, film, marquee, own_secrets
from tests.running import house, somebody_is_left
from tests.waiting import wait_until

pytestmark = pytest.mark.slow

OPERATIONS = Path(__file__).parents[2] / "docs/operations.md"
EMAIL, PASSWORD = "ada@house.test", "opening night"


def test_a_deleted_home_comes_back_and_the_film_goes_on_at_the_same_second(tmp_path):
    home, file, port = tmp_path / "home", tmp_path / "house.marquee", free_port()
    with house(home, port, "--no-demo") as first:
        marquee("accounts", "create", EMAIL, "--password-stdin", home=home, typed=PASSWORD)
        source = film(tmp_path, seconds=20)
        ingested = marquee("ingest", source, "--name", "Rain", "--wait", "--json", home=home)
        playable = json.loads(ingested.stdout)["playableId"]
        guest = Guest(first.ready["url"], EMAIL, PASSWORD)
        before = guest.start(playable)
        guest.beat(before["session"]["id"], 7_340)
        keys_before = guest.keys(before)

        backed_up = marquee("backup", file, "--json", home=home)
        in_use = marquee("restore", file, home=home)

    objects = {path: path.read_bytes() for path in _files(home / "objects")}
    shutil.rmtree(home)
    restored = marquee("restore", file, "--json", home=home)
    again = marquee("restore", file, home=home)
    with house(home, port, "--no-demo") as second:
        guest = Guest(second.ready["url"], EMAIL, PASSWORD)
        after = guest.start(playable)
        keys_after = guest.keys(after)

    told = json.loads(backed_up.stdout)
    assert told["objects"] == len(objects) > 0
    assert told["bytes"] == file.stat().st_size
    assert stat.S_IMODE(file.stat().st_mode) == 0o600
    assert in_use.returncode == 2
    assert in_use.stderr.splitlines()[-1] == f"Marquee is already running in {home}."
    assert json.loads(restored.stdout) == {
        "home": str(home),
        "revision": told["revision"],
        "objects": len(objects),
        "missingObjects": [],
    }
    assert again.returncode == 2
    assert "is not empty (postgres, secrets)" in again.stderr
    assert {path: path.read_bytes() for path in _files(home / "objects")} == objects
    assert before["resume"]["positionMs"] == 0
    assert after["resume"] == {"positionMs": 7_340, "reason": "SAVED"}
    assert keys_after == keys_before != {}
    assert not somebody_is_left(home)


def test_a_film_that_was_being_encoded_is_finished_in_the_restored_house(tmp_path):
    home, file, port = tmp_path / "home", tmp_path / "house.marquee", free_port()
    with house(home, port, "--no-demo"):
        marquee("accounts", "create", EMAIL, "--password-stdin", home=home, typed=PASSWORD)
        source = film(tmp_path, seconds=120)
        ingested = marquee("ingest", source, "--name", "Rain", "--json", home=home)
        playable = json.loads(ingested.stdout)["playableId"]
        wait_until(lambda: any((home / "work").glob("*")))  # the worker has begun
        marquee("backup", file, home=home)
    shutil.rmtree(home)

    marquee("restore", file, home=home)
    asked_often = {"BUDGETS": "streaming=10000"}  # until it is there
    with house(home, port, "--no-demo", **asked_often) as second:
        guest = Guest(second.ready["url"], EMAIL, PASSWORD)
        before = guest.start(playable)
        wait_until(lambda: "session" in guest.start(playable), within_s=120)

    assert before["code"] == "NOT_FOUND"  # what is not published is seen by nobody


@pytest.fixture(scope="module")
def backups(tmp_path_factory):
    """A house of one household and one object: its file, and the one without its objects."""
    folder = tmp_path_factory.mktemp("backed-up")
    whole, without = folder / "whole.marquee", folder / "without.marquee"
    home = folder / "home"
    with house(home, free_port(), "--no-demo"):
        marquee("accounts", "create", EMAIL, "--password-stdin", home=home, typed=PASSWORD)
        (home / "objects").mkdir(exist_ok=True)
        (home / "objects" / "picture").write_bytes(b"a picture")
        marquee("backup", whole, home=home)
        marquee("backup", without, "--without-objects", home=home)
    return whole, without


def _cut(file):
    file.write_bytes(file.read_bytes()[:-100])


def _flip_a_byte(file):
    content = bytearray(file.read_bytes())
    content[content.index(b"a picture")] ^= 1
    file.write_bytes(content)


def _other_file(file):
    file.write_text("It was a dark and stormy night.")


def _without_a_member(file):
    with zipfile.ZipFile(file) as archive:
        kept = {name: archive.read(name) for name in archive.namelist() if name != "database"}
    with zipfile.ZipFile(file, "w") as archive:
        for name, content in kept.items():
            archive.writestr(name, content)


@pytest.mark.parametrize("damage", [_cut, _flip_a_byte, _other_file, _without_a_member])
def test_a_damaged_file_is_one_line_and_nothing_happens(backups, tmp_path, damage):
    file, home = tmp_path / "house.marquee", tmp_path / "home"
    shutil.copy(backups[0], file)
    damage(file)

    refused = marquee("restore", file, home=home)

    assert (refused.returncode, refused.stdout) == (2, "")
    line = f"{file} is no backup of Marquee, or not a whole one."
    assert refused.stderr.splitlines()[-1] == line
    assert not home.exists()


def test_a_file_of_a_newer_marquee_is_refused(backups, tmp_path):
    file, home = tmp_path / "house.marquee", tmp_path / "home"
    with zipfile.ZipFile(backups[0]) as old, zipfile.ZipFile(file, "w") as new:
        for name in old.namelist():
            content = old.read(name)
            if name == "manifest.json":
                content = json.dumps(json.loads(content) | {"revision": "9999"})
            new.writestr(name, content)

    refused = marquee("restore", file, home=home)

    assert refused.returncode == 2
    assert "The tables are of a newer Marquee (9999;" in refused.stderr
    assert not home.exists()


def test_a_restore_that_was_killed_is_begun_again(backups, tmp_path):
    home = tmp_path / "home"
    (home / "restore.new" / "secrets").mkdir(parents=True)
    (home / "postgres").mkdir()

    started = marquee("up", "--no-demo", home=home)
    restored = marquee("restore", backups[0], home=home)

    assert started.returncode == 2
    assert started.stderr == f"{home} is not wholly restored: run `marquee restore` again.\n"
    assert restored.returncode == 0
    assert (home / "objects" / "picture").read_bytes() == b"a picture"
    assert not (home / "restore.new").exists()


def test_a_home_that_ran_is_empty_enough_after_what_the_docs_say_of_the_way_back(backups, tmp_path):
    home, away = tmp_path / "home", tmp_path / "away"
    shutil.copytree(backups[0].parent / "home", home)
    (home / "demo.lock").touch()
    away.mkdir()
    told = re.search(r"move everything but (.+) out of the home", OPERATIONS.read_text())
    stays = re.findall(r"`(\w+)/`", told[1])

    for entry in [entry for entry in home.iterdir() if entry.name not in stays]:
        entry.rename(away / entry.name)
    with rebuild_home(home, {}):
        pass

    assert {"postgres", "valkey", "secrets", "demo.lock"} <= {
        entry.name for entry in away.iterdir()
    }
    assert (home / "objects" / "picture").read_bytes() == b"a picture"


def test_objects_that_are_kept_elsewhere_are_looked_for(backups, tmp_path):
    without, home = backups[1], tmp_path / "home"

    missing = marquee("restore", without, "--json", home=home)
    shutil.rmtree(home)
    (home / "objects").mkdir(parents=True)
    (home / "objects" / "picture").write_bytes(b"a picture")
    there = marquee("restore", without, "--json", home=home)

    assert json.loads(missing.stdout)["missingObjects"] == ["picture"]
    assert json.loads(there.stdout)["missingObjects"] == []


def test_a_home_that_cannot_be_made_is_one_line_that_does_not_blame_the_file(backups, tmp_path):
    in_the_way = tmp_path / "home" / "children"
    in_the_way.mkdir(parents=True)

    refused = marquee("restore", backups[0], home=tmp_path / "home")

    assert refused.returncode == 2
    line = f"The house is not restored: {in_the_way}: Is a directory."
    assert refused.stderr.splitlines()[-1] == line
    assert not (tmp_path / "home" / "secrets").exists()


def test_a_house_apart_is_restored_where_its_secrets_lead(backups, services, tmp_path):
    home, secrets, name = tmp_path / "home", own_secrets(tmp_path / "own"), "restored_apart"
    services.execute(f"CREATE DATABASE {name}")
    database_url = services.database_url.rsplit("/", 1)[0] + f"/{name}"
    home.mkdir()
    (home / "work").mkdir()  # of a worker: nothing an embedded house could be made in
    with zipfile.ZipFile(backups[0]) as archive:
        (secrets / "master_key").write_bytes(archive.read("secrets/master_key"))
    (secrets / "database_url").write_text(database_url + "\n")
    (secrets / "objects_url").write_text((tmp_path / "films").as_uri())
    (secrets / "redis_url").write_text(services.redis_url)

    done = marquee("restore", backups[0], "--json", home=home, MARQUEE_SECRETS=str(secrets))
    told = marquee("accounts", "list", "--json", home=home, MARQUEE_SECRETS=str(secrets))
    again = marquee("restore", backups[0], home=home, MARQUEE_SECRETS=str(secrets))

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["home"] is None
    assert [each["email"] for each in json.loads(told.stdout)["accounts"]] == [EMAIL]
    assert (tmp_path / "films" / "picture").read_bytes() == b"a picture"
    assert [path.name for path in home.iterdir()] == ["work"]
    assert again.returncode == 2
    assert "is not empty: give an empty one." in again.stderr


def test_keys_that_were_not_given_come_back_into_the_home_beside_a_given_database(
    backups, services, tmp_path
):
    home, name = tmp_path / "home", "restored_beside"
    services.execute(f"CREATE DATABASE {name}")
    given = {"DATABASE_URL": services.database_url.rsplit("/", 1)[0] + f"/{name}"}

    done = marquee("restore", backups[0], home=home, **given)

    assert done.returncode == 0, done.stderr
    with zipfile.ZipFile(backups[0]) as archive:
        kept = archive.read("secrets/master_key")
    assert (home / "secrets" / "master_key").read_bytes() == kept
    assert not (home / "postgres").exists()


def test_a_backup_replaces_nothing(backups, services, database_url, tmp_path):
    file = tmp_path / "precious"
    file.write_text("precious")
    home = tmp_path / "home"
    given = {"DATABASE_URL": database_url, "REDIS_URL": services.redis_url}

    refused = marquee("backup", file, home=home, TOKEN_KEY="x", MEDIA_KEY="x", **given)

    assert refused.returncode == 2
    assert file.read_text() == "precious"


def test_a_backup_that_fails_leaves_no_file(services, database_url, tmp_path):
    nowhere = database_url.replace("test_", "absent_")
    (tmp_path / "master_key").write_text("x")
    given = {"DATABASE_URL": nowhere, "REDIS_URL": services.redis_url}
    given |= {"TOKEN_KEY": "x", "MEDIA_KEY": "x", "KEYS_URL": (tmp_path / "master_key").as_uri()}

    refused = marquee("backup", tmp_path / "house.marquee", home=tmp_path / "home", **given)

    assert refused.returncode == 2
    assert refused.stderr.splitlines()[-1].startswith("Postgres cannot be reached: ")
    assert [path.name for path in tmp_path.iterdir() if "marquee" in path.name] == []


def _files(folder):
    return [path for path in folder.rglob("*") if path.is_file()]
