"""What does the command line say, and where?"""

import json
import os
import re
import subprocess
import sys

import pytest

from app.cli import COMMANDS
from app.show_settings import settings
from settings import Settings


def marquee(*words, **environment):
    chosen = {name.upper() for name in Settings.model_fields}
    ours = {name: value for name, value in os.environ.items() if name not in chosen}
    return subprocess.run(
        [sys.executable, "-m", "app", *words],
        capture_output=True,
        text=True,
        env=ours | environment,
        timeout=60,
    )


def test_help_names_every_command():
    done = marquee("--help", COLUMNS="200")

    named = {match[1] for match in re.finditer(r"^│ ([a-z]+) ", done.stdout, re.MULTILINE)}
    assert done.returncode == 0
    assert named == set(COMMANDS)


def test_settings_shows_each_with_its_help_and_no_value_that_is_secret(tmp_path):
    given = {"TOKEN_KEY": "a secret", "MARQUEE_HOME": str(tmp_path), "MEDIA_KEY": "a secret"}
    given |= {"DATABASE_URL": "postgresql+psycopg://marquee:a%20secret@db.test:5432/marquee"}
    done = marquee("settings", **given, REDIS_URL="redis://:a-secret@redis.test/0", PORT="8001")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[0] for line in lines[::2]] == [n.upper() for n in Settings.model_fields]
    assert [line.strip() for line in lines[1::2]] == [
        field.description for field in Settings.model_fields.values()
    ]
    assert not re.search("a.{1,3}secret", done.stdout)
    assert {
        "PORT = 8001 (environment)",
        "PUBLIC_URL = http://127.0.0.1:8001 (default)",
        "TLS_KEY is not set (default)",
        "TOKEN_KEY = … (environment)",
        "DATABASE_URL = postgresql+psycopg://…@db.test:5432/marquee (environment)",
        "REDIS_URL = redis://…@redis.test/0 (environment)",
    } <= set(lines)


@pytest.mark.parametrize(
    ("url", "shown"),
    [
        ("postgresql+psycopg://u:sesame@h:5432/db", "postgresql+psycopg://…@h:5432/db"),
        ("postgresql+psycopg://u:se:same@h/db", "postgresql+psycopg://…@h/db"),
        ("postgresql+psycopg://u:ses@me@h/db", "postgresql+psycopg://…@h/db"),
        ("postgresql+psycopg://u:se/same@h/db", "postgresql+psycopg://…@h/db"),
        ("postgresql+psycopg://u:se?s@me@h/db", "postgresql+psycopg://…"),
        ("postgresql+psycopg://u@h/db?password=sesame", "postgresql+psycopg://…@h/db"),
        ("postgresql+psycopg://u@h/db?password=ses@me", "postgresql+psycopg://…"),
        ("postgresql+psycopg:///db?host=/run&password=sesame", "postgresql+psycopg:///db"),
        ("redis://h:6379/0", "redis://h:6379/0"),
        ("sesame", "…"),
    ],
)
def test_no_part_of_a_password_is_shown_whatever_signs_are_in_it(
    tmp_path, monkeypatch, capsys, url, shown
):
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path))
    monkeypatch.setenv("DATABASE_URL", url)

    settings(as_json=True)

    told = json.loads(capsys.readouterr().out)["settings"]
    assert [each["value"] for each in told if each["name"] == "DATABASE_URL"] == [shown]


def test_settings_of_a_house_that_does_not_run_are_shown_with_what_is_missing(tmp_path):
    done = marquee("settings", "--json", MARQUEE_HOME=str(tmp_path), PORT="eighty")

    shown = {each["name"]: each for each in json.loads(done.stdout)["settings"]}
    assert done.returncode == 0
    assert (shown["PORT"]["value"], shown["PORT"]["from"]) == ("eighty", "environment")
    assert (shown["DATABASE_URL"]["value"], shown["DATABASE_URL"]["from"]) == (None, "default")
    assert done.stderr.startswith("PORT: Input should be a valid integer")


def test_what_an_operator_can_put_right_is_one_line_and_exit_2(tmp_path):
    done = marquee("serve", MARQUEE_HOME=str(tmp_path))

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == (
        f"No Marquee is running in {tmp_path}: start it with `make up`, or set DATABASE_URL.\n"
    )


def test_a_refusal_of_the_house_is_its_code_and_exit_2(tmp_path):
    film = tmp_path / "film.mp4"

    done = marquee(
        *("ingest", str(film), "--name", "X", "--season", "1"),
        **{"MARQUEE_HOME": str(tmp_path), "DATABASE_URL": "x", "REDIS_URL": "redis://x"},
        **{"TOKEN_KEY": "x", "MEDIA_KEY": "x"},
    )

    assert done.returncode == 2
    assert done.stdout == ""
    assert done.stderr == "INVALID_INPUT: An episode has --series, --season and --episode.\n"
