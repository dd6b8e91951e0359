"""A household moves in, from outside only: accounts, profiles, a code on a television, devices."""

import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.embedded.machine import free_port
from tests.running import house

NEEDS = "needs chromium and node"
DRIVER = Path(__file__).with_name("door.mjs")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
DRIVEN_WITHIN_S = 300  # half a minute on a quiet machine
STEPS = 13

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason=NEEDS),
]


def test_a_household_moves_in_and_its_screens_come_and_go(tmp_path):
    with house(tmp_path / "home", free_port(), "--no-demo") as running:
        done = subprocess.run(
            ["node", DRIVER, running.ready["url"], tmp_path / "pictures"],
            stdout=subprocess.PIPE,
            text=True,
            env=os.environ | {"CHROMIUM": CHROMIUM},
            timeout=DRIVEN_WITHIN_S,
        )
    seen = json.loads(done.stdout)

    assert "failed" not in seen, seen["failed"]
    assert len(seen["steps"]) == STEPS
    assert seen["pageErrors"] == []
