"""Is a home made once, kept to one house, and refused clearly when something is wrong with it?"""

import os
import stat

import pytest

from app.home import open_home
from settings import CannotStart

SECRETS = ["master_key", "media_key", "postgres_password", "token_key", "valkey_password"]
OPEN_DATA = {"master_key", "postgres_password"}
DAMAGES = ("missing", "empty", "cut", "not text")


def mode(path):
    return stat.S_IMODE(path.stat().st_mode)


def test_a_new_home_and_its_secrets_are_closed_to_others(tmp_path):
    with open_home(tmp_path / "new" / "home") as home:
        home.publish("database_url", "postgresql://…")
        files = {path.name: mode(path) for path in home.path.glob("*/*")}
        folders = {mode(path) for path in (home.path, *home.path.iterdir()) if path.is_dir()}

    assert files == dict.fromkeys([*SECRETS, "database_url"], 0o600)
    assert folders == {0o700}


def test_secrets_are_made_once_and_differ_between_homes(tmp_path):
    with open_home(tmp_path / "one") as first:
        pass
    with open_home(tmp_path / "one") as again:
        pass
    with open_home(tmp_path / "two") as other:
        pass

    assert sorted(first.secrets) == SECRETS
    assert again.secrets == first.secrets
    assert not set(other.secrets.values()) & set(first.secrets.values())


def test_secrets_that_were_half_made_are_made_anew(tmp_path):
    (tmp_path / "secrets.new").mkdir()
    (tmp_path / "secrets.new" / "master_key").write_text("half")

    with open_home(tmp_path) as home:
        made = sorted(path.name for path in (tmp_path / "secrets").iterdir())

    assert made == SECRETS
    assert home.secrets["master_key"] != "half"


@pytest.mark.parametrize(
    ("name", "damage"),
    [
        (name, damage)
        for name in SECRETS
        for damage in DAMAGES
        if damage != "missing" or name in OPEN_DATA
    ],
)
def test_a_missing_or_damaged_secret_is_named_and_not_replaced(tmp_path, name, damage):
    with open_home(tmp_path):
        pass
    path = tmp_path / "secrets" / name
    left = {"missing": None, "empty": b"", "cut": path.read_bytes()[:20], "not text": b"\xff" * 64}
    path.unlink()
    if left[damage] is not None:
        path.write_bytes(left[damage])

    with (
        pytest.raises(CannotStart, match=f"The secret {path} is missing or damaged"),
        open_home(tmp_path),
    ):
        pass

    assert (path.read_bytes() if path.exists() else None) == left[damage]


def test_a_secret_that_opens_no_data_is_made_when_a_home_has_none_yet(tmp_path):
    with open_home(tmp_path) as home:
        before = home.secrets
    (tmp_path / "secrets" / "media_key").unlink()

    with open_home(tmp_path) as home:
        after = home.secrets

    kept = {name: text for name, text in after.items() if name != "media_key"}
    assert kept == {name: before[name] for name in kept}
    assert after["media_key"] != before["media_key"]
    assert mode(tmp_path / "secrets" / "media_key") == 0o600


@pytest.mark.parametrize("data", ["postgres", "objects"])
def test_data_without_its_secrets_is_refused_and_no_secrets_are_made(tmp_path, data):
    (tmp_path / data).mkdir()

    with pytest.raises(CannotStart, match=r"secrets is gone"), open_home(tmp_path):
        pass

    assert not (tmp_path / "secrets").exists()


def test_a_second_house_in_the_same_home_is_refused(tmp_path):
    with open_home(tmp_path) as first:
        first.publish("public_url", "http://127.0.0.1:8000")

        with pytest.raises(CannotStart) as refusal, open_home(tmp_path):
            pass

        still_published = (tmp_path / "run" / "public_url").read_text()

    assert str(refusal.value) == f"Marquee is already running in {tmp_path}."
    assert still_published == "http://127.0.0.1:8000"


def test_what_a_house_publishes_is_gone_when_it_stops(tmp_path):
    with open_home(tmp_path) as home:
        home.publish("public_url", "http://127.0.0.1:8000")

    assert not (tmp_path / "run").exists()


def test_what_a_killed_house_published_is_gone_at_the_next_start(tmp_path):
    (tmp_path / "run").mkdir()
    (tmp_path / "run" / "redis_url").write_text("redis://127.0.0.1:1/0")

    with open_home(tmp_path):
        published = list((tmp_path / "run").iterdir())

    assert published == []


def test_a_file_where_the_home_should_be_is_one_line(tmp_path):
    (tmp_path / "home").touch()

    with pytest.raises(CannotStart) as refusal, open_home(tmp_path / "home"):
        pass

    assert str(refusal.value) == f"{tmp_path / 'home'} is a file; Marquee needs a folder there."


@pytest.mark.skipif(os.geteuid() == 0, reason="root may write everywhere")
def test_a_home_that_cannot_be_written_is_one_line(tmp_path):
    (tmp_path / "closed").mkdir(mode=0o500)

    with pytest.raises(CannotStart) as refusal, open_home(tmp_path / "closed" / "home"):
        pass

    home = tmp_path / "closed" / "home"
    assert str(refusal.value) == f"The home {home} cannot be used: Permission denied."
