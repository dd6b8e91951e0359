"""What does the command line say, and where?"""

import os
import re
import subprocess
import sys

from app.cli import COMMANDS
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


def test_settings_shows_each_with_its_help_and_no_value_that_is_secret():
    done = marquee("settings", TOKEN_KEY="a secret")

    lines = done.stdout.splitlines()
    assert done.returncode == 0
    assert [line.split()[0] for line in lines[::2]] == [n.upper() for n in Settings.model_fields]
    assert [line.strip() for line in lines[1::2]] == [
        field.description for field in Settings.model_fields.values()
    ]
    assert "a secret" not in done.stdout


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
