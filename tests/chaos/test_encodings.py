"""Do films come out whole, and nothing else, of a house whose programs are killed at random?"""

import asyncio
import os
import random
import signal
import sys
import time
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, text

from app.embedded.machine import free_port
from app.ingest import bring_in
from domain.encoding import JobState
from domain.errors import Unavailable
from domain.ingest import ClearAway, NewFilm, film_folder, source_path
from settings import load_settings
from stores import Stores, open_stores
from stores.sql import playback
from stores.tables import artwork, encodings, media, outbox
from tests.running import child, descendants, house, somebody_is_left
from tests.workers.conftest import ffmpeg, ffprobe
from workers.janitor import clear_away, sweep

pytestmark = pytest.mark.slow

FILM_S = 30  # a film is made in four, a kill takes up to one and a half: none comes too late
FRAMES = FILM_S * 25
DONE_WITHIN_S = 240  # a killed worker is noticed after fifteen, and films take turns
TOOLS = ("ffmpeg-", "ffprobe-", "packager-")
VICTIMS = ("worker", "tool", "web", "postgres")


def test_two_films_come_whole_out_of_four_kills(tmp_path, monkeypatch):
    kill_while_encoding(tmp_path, monkeypatch, films=2, kills=4)


@pytest.mark.soak
def test_ten_films_come_whole_out_of_twenty_kills(tmp_path, monkeypatch):
    kill_while_encoding(tmp_path, monkeypatch, films=10, kills=20)


def kill_while_encoding(tmp_path, monkeypatch, *, films, kills):
    home, dice = tmp_path / "home", random.Random(films)
    monkeypatch.setenv("MARQUEE_HOME", str(home))
    file = source(tmp_path)
    with house(home, free_port(), "--no-demo") as running:
        asyncio.run(take_in(file, films))
        victims = [VICTIMS[number % len(VICTIMS)] for number in range(kills)]
        dice.shuffle(victims)
        killed = [kill_one(running, victim, dice) for victim in victims]
        sys.stderr.write(f"killed: {killed}\n")
        asyncio.run(finished(films))
        left = [name for name in descendants(running.process.pid).values() if is_tool(name)]
        asyncio.run(check(home, films, tmp_path))

    assert left == []
    assert not somebody_is_left(home)


def source(folder):
    file = folder / "film.mp4"
    pictures = f"testsrc2=s=640x360:r=25:d={FILM_S}"
    sound = f"sine=f=440:r=48000:d={FILM_S}"
    ffmpeg("-f", "lavfi", "-i", pictures, "-f", "lavfi", "-i", sound, "-preset", "ultrafast",
           "-pix_fmt", "yuv420p", str(file))  # fmt: skip
    return file


def kill_one(running, victim, dice):
    """Kills it while a film is being made; says what it was."""
    deadline = time.monotonic() + DONE_WITHIN_S
    while time.monotonic() < deadline:
        below = descendants(running.process.pid)
        tools = [pid for pid, name in below.items() if is_tool(name)]
        pid = None
        if tools:
            pid = dice.choice(tools) if victim == "tool" else child(running, victim)
        if pid is not None:
            command = below.get(pid, "").split(" ", 1)[0]
            with suppress(ProcessLookupError):  # it came to its end in this very moment
                os.kill(pid, signal.SIGKILL)
                time.sleep(dice.uniform(0.1, 1.5))
                return victim if victim != "tool" else Path(command).name.split("-")[0]
        time.sleep(dice.uniform(0.0, 0.1))
    raise AssertionError("nothing is being encoded")


def is_tool(command):
    return any(Path(word).name.startswith(TOOLS) for word in command.split(" ", 1)[:1])


async def take_in(file, films):
    async with open_stores(load_settings()) as stores:
        for number in range(films):
            await bring_in(stores, file, NewFilm(f"Film {number}"))


async def finished(films):
    """Returns when every film has come to an end, whichever."""
    async with asyncio.timeout(DONE_WITHIN_S), open_stores(load_settings()) as stores:
        done = 0
        while done < films:
            await asyncio.sleep(0.5)
            with suppress(Unavailable):
                async with stores.begin() as tx:
                    ended = select(encodings.c.id).where(encodings.c.finished_at.is_not(None))
                    done = len((await tx.execute(ended)).all())


async def check(home, films, folder):
    async with open_stores(load_settings()) as stores:
        later = datetime.now(UTC) + timedelta(hours=2)
        await sweep(stores, home / "work", later)
        for order in await clearings(stores):
            await clear_away(stores, order)
        async with stores.begin() as tx:
            ended = (await tx.execute(select(encodings.c.state, encodings.c.error_message))).all()
            made = (await tx.execute(select(media.c.id, media.c.published_at))).all()
            pictures = set((await tx.execute(select(artwork.c.object_path))).scalars())
            facts = (await tx.execute(select(outbox.c.kind))).scalars().all()
            jobs = (await tx.execute(text(
                "SELECT count(*) FROM procrastinate_jobs"
                " WHERE task_name = 'EncodeTitle' AND status IN ('todo', 'doing')"
            ))).scalar_one()  # fmt: skip
        assert ended == [(JobState.SUCCEEDED, None)] * films
        assert all(published_at for _, published_at in made)
        assert facts == ["title_published"] * films
        assert jobs == 0
        ids = [media_id for media_id, _ in made]
        assert files_below(home / "work") == set()
        assert kept_besides_films(home) == {source_path(each) for each in ids} | pictures
        [shape] = {frozenset(files_below(home / "objects" / film_folder(each))) for each in ids}
        for media_id in ids:
            assert await frames(stores, home, media_id, folder) == FRAMES
        assert {"master.m3u8", "manifest.mpd", "storyboard.jpg"} <= shape


async def clearings(stores: Stores) -> list[ClearAway]:
    async with stores.begin() as tx:
        query = text("SELECT args FROM procrastinate_jobs WHERE task_name = 'ClearAway'")
        return [ClearAway(**args) for (args,) in await tx.execute(query)]


def files_below(folder):
    return {str(path.relative_to(folder)) for path in folder.rglob("*") if path.is_file()}


def kept_besides_films(home):
    return {path for path in files_below(home / "objects") if not path.startswith("films/")}


async def frames(stores, home, media_id, folder):
    """How many pictures of the film come out of its segments with its key."""
    async with stores.begin() as tx:
        keys = {key.track_class: key for key in await playback.keys_of(tx, media_id)}
    key = keys["SD"]
    film = home / "objects" / film_folder(media_id) / "v360"
    whole = folder / "whole.mp4"
    parts = [film / "init.mp4", *sorted(film.glob("*.m4s"))]
    whole.write_bytes(b"".join(part.read_bytes() for part in parts))
    opened = ("-decryption_key", stores.keys.unwrap(key.kid, key.wrapped_key).hex())
    clear = folder / "clear.mp4"
    await asyncio.to_thread(ffmpeg, *opened, "-xerror", "-i", str(whole), "-f", "null", "-")
    await asyncio.to_thread(ffmpeg, *opened, "-i", str(whole), "-c", "copy", str(clear))
    counted = await asyncio.to_thread(
        ffprobe, "-count_frames", "-show_entries", "stream=nb_read_frames", str(clear)
    )
    return int(counted[0])
