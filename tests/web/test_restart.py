"""Does a film in a real browser go on when the web server is killed?"""

import asyncio
import json
import os
import shutil
import subprocess
from pathlib import Path

import pytest

from app.embedded.machine import free_port
from app.ingest import bring_in, follow
from domain.ingest import NewFilm
from settings import load_settings
from stores import open_stores
from tests import factories
from tests.running import child, house
from tests.workers.conftest import ffmpeg

CHROMIUM = os.environ.get("CHROMIUM") or shutil.which("chromium")
DRIVER = Path(__file__).with_name("restart.mjs")
DRIVEN_WITHIN_S = 240  # half a minute of it is watching, the rest is room
FILM_S = 40  # longer than what a player holds at once

pytestmark = [
    pytest.mark.slow,
    pytest.mark.skipif(not CHROMIUM or not shutil.which("node"), reason="needs chromium and node"),
]


def test_a_film_plays_on_in_its_session_when_the_web_server_is_killed(tmp_path, monkeypatch):
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path / "home"))
    film = long_film(tmp_path / "film.mp4")
    with house(tmp_path / "home", free_port(), "--no-demo") as running:
        title = asyncio.run(furnish(film))
        killed = child(running, "web")

        seen = drive(running.ready["url"], title, killed)
        replaced = child(running, "web")

    assert "failed" not in seen, seen["failed"]
    assert replaced not in (None, killed)
    [session] = seen["started"]
    assert {beat["sessionId"] for beat in seen["beats"]} == {session}
    assert (seen["alerts"], seen["pageErrors"]) == ([], [])


def long_film(file):
    inputs = ("-f", "lavfi", "-i", f"testsrc2=s=320x180:r=25:d={FILM_S}")
    sound = ("-f", "lavfi", "-i", f"sine=f=440:r=48000:d={FILM_S}")
    ffmpeg(*inputs, *sound, "-preset", "ultrafast", "-pix_fmt", "yuv420p", str(file))
    return file


async def furnish(film):
    async with open_stores(load_settings()) as stores:
        await factories.household(stores)
        admitted = await bring_in(stores, film, NewFilm("Forty seconds"))
        await follow(stores, admitted, lambda part: None)
        return admitted.playable_id


def drive(url, title, web_pid):
    viewer = [factories.EMAIL, factories.PASSWORD]
    done = subprocess.run(
        ["node", DRIVER, url, *viewer, title, str(web_pid)],
        stdout=subprocess.PIPE,
        text=True,
        env=os.environ | {"CHROMIUM": CHROMIUM},
        timeout=DRIVEN_WITHIN_S,
    )
    return json.loads(done.stdout)
