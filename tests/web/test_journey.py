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

pytestmark = pytest.mark.slow

DRIVER = Path(__file__).with_name("journey.mjs")
CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
DRIVEN_WITHIN_S = 300  # about one minute of it is watching films, the rest is room
CARD_WITHIN_MS = 1000  # the promise of Continue Watching
PLAYED_S = 3  # beyond what could be seen without keys


@pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason="needs chromium and node")
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
    assert max(seen["latenciesMs"]) < CARD_WITHIN_MS
    assert (seen["strangers"], seen["pageErrors"]) == ([], [])
    assert (code, printed) == (0, "")
    assert seconds < STOPPED_WITHIN_S
    assert not somebody_is_left(home)


def drive(url, viewer, pictures):
    done = subprocess.run(
        ["node", DRIVER, url, viewer["email"], viewer["password"], pictures],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CHROMIUM": CHROMIUM},
        timeout=DRIVEN_WITHIN_S,
    )
    return json.loads(done.stdout)
