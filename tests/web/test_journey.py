"""The journey of opening night, from outside only: a fresh home, a real browser, real films."""

import json
import os
import shutil
import signal
import subprocess
from pathlib import Path

import pytest

from app.embedded.machine import free_port
from tests.running import STOPPED_WITHIN_S, house, somebody_is_left

NEEDS = "needs chromium and node"
DRIVER = Path(__file__).with_name("journey.mjs")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
DRIVEN_WITHIN_S = 300  # about one minute of it is watching films, the rest is room
SOAK = {"ROUNDS": "100", "CARD_WITHIN_MS": "1000"}  # the promise of Continue Watching, held to
PLAYED_S = 3  # beyond what could be seen without keys


pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason=NEEDS),
]


def test_a_stranger_watches_an_encrypted_film_and_finds_it_again_in_another_window(tmp_path):
    home, pictures = tmp_path / "home", tmp_path / "pictures"
    with house(home, free_port()) as running:
        ready = running.ready

        seen = drive(ready["url"], ready["demo"], pictures)
        code, seconds, printed = running.stop(signal.SIGTERM)

    assert "failed" not in seen, seen["failed"]
    for protocol in ("dash", "hls"):
        assert seen[protocol]["encrypted"]
        assert seen[protocol]["totalVideoFrames"] > 0
        assert seen[protocol]["currentTime"] > PLAYED_S
        assert seen["withoutLicense"][protocol]["frames"] == 0
    assert len(seen["latenciesMs"]) == 10
    assert (seen["strangers"], seen["pageErrors"]) == ([], [])
    assert (code, printed) == (0, "")
    assert seconds < STOPPED_WITHIN_S
    assert not somebody_is_left(home)


@pytest.mark.soak
def test_a_hundred_heartbeats_are_a_hundred_cards_within_a_second_each(tmp_path):
    with house(tmp_path / "home", free_port()) as running:
        seen = drive(running.ready["url"], running.ready["demo"], tmp_path / "pictures", **SOAK)

    assert "failed" not in seen, seen["failed"]
    assert len(seen["latenciesMs"]) == 100


def drive(url, viewer, pictures, **environment):
    done = subprocess.run(
        ["node", DRIVER, url, viewer["email"], viewer["password"], pictures],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CHROMIUM": CHROMIUM} | environment,
        timeout=DRIVEN_WITHIN_S,
    )
    return json.loads(done.stdout)
