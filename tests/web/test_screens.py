"""Every screen of the TV page in three sizes: whole, readable, usable by keys, in trouble too."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.embedded.machine import free_port
from tests.running import house

NEEDS = "needs chromium and node"
HERE = Path(__file__).parent
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
SEEN_WITHIN_S = 600  # 72 pictures at about four seconds each, and the series has to be there first
SCREENS = 24
SIZES = ("1280x720", "1920x1080", "phone")

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason=NEEDS),
]


@pytest.fixture(scope="module")
def running(tmp_path_factory):
    with house(tmp_path_factory.mktemp("screens") / "home", free_port()) as running:
        yield running


def test_every_screen_is_whole_and_has_no_serious_finding(running, tmp_path):
    seen = drive("screens.mjs", running, tmp_path, SIZES[0])

    assert seen["findings"] == []
    assert len(seen["screens"]) == SCREENS


@pytest.mark.soak
def test_every_screen_is_whole_and_has_no_serious_finding_in_three_sizes(running, tmp_path):
    seen = drive("screens.mjs", running, tmp_path, *SIZES)

    assert seen["findings"] == []
    assert len(seen["screens"]) == SCREENS * len(SIZES)


def test_the_focus_stays_rows_fill_and_states_pass_by_themselves(running):
    seen = drive("habits.mjs", running)

    assert seen["broken"] == []
    assert seen["held"]


def drive(driver, running, *arguments):
    viewer = running.ready["demo"]
    command = ["node", HERE / driver, running.ready["url"], viewer["email"], viewer["password"]]
    done = subprocess.run(
        [*command, *arguments],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CHROMIUM": CHROMIUM},
        timeout=SEEN_WITHIN_S,
    )
    return json.loads(done.stdout)
