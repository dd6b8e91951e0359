"""`marquee ingest` and the worker, each in a process of its own."""

import json
import signal
import subprocess
import sys
from pathlib import Path

import pytest
from sqlalchemy import text

from app.ingest import bring_in
from domain.encoding import JobState, Stage
from stores import Stores
from stores.sql import media as films
from tests.waiting import until
from tests.workers.conftest import Make
from tests.workers.test_encode_title import MOVIE, encoding, objects, rows, visible

ROOT = Path(__file__).parents[2]


def ingest(environment: dict[str, str], *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "app", "ingest", *words]
    return subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True)


def start_worker(environment: dict[str, str]) -> subprocess.Popen[bytes]:
    quiet = subprocess.DEVNULL
    command = [sys.executable, "-m", "workers"]
    return subprocess.Popen(command, cwd=ROOT, env=environment, stdout=quiet, stderr=quiet)


async def is_empty(stores: Stores) -> bool:
    """Neither a row nor an object is there."""
    async with stores.begin() as tx:
        for table in ("titles", "media", "encodings", "genres", "procrastinate_jobs"):
            if (await tx.execute(text(f"SELECT count(*) FROM {table}"))).scalar_one():
                return False
    return not await objects(stores)


async def test_a_refused_file_is_one_line_and_a_code(
    stores: Stores, worker_environment: dict[str, str], tmp_path: Path
) -> None:
    file = tmp_path / "story.mp4"
    file.write_text("It was a dark and stormy night.\n" * 100)

    answer = ingest(worker_environment, str(file), "--name", "Story", "--genre", "Drama")

    assert answer.returncode == 2
    assert answer.stdout == ""
    assert answer.stderr == "NOT_A_FILM: It is not a film.\n"
    assert await is_empty(stores)


async def test_a_refused_file_is_one_object_where_json_is_asked_for(
    stores: Stores, worker_environment: dict[str, str], tmp_path: Path
) -> None:
    absent = str(tmp_path / "absent.mp4")

    answer = ingest(worker_environment, absent, "--name", "Story", "--wait", "--json")

    assert answer.returncode == 2
    assert json.loads(answer.stdout) == {
        "state": "FAILED",
        "code": "FILE_MISSING",
        "message": "There is no such file.",
    }
    assert answer.stderr == ""
    assert await is_empty(stores)


async def test_half_an_episode_is_refused(
    stores: Stores, worker_environment: dict[str, str], small_film: Path
) -> None:
    answer = ingest(worker_environment, str(small_film), "--name", "Pilot", "--series", "Show")

    assert answer.returncode == 2
    assert answer.stderr == "INVALID_INPUT: An episode has --series, --season and --episode.\n"
    assert await is_empty(stores)


@pytest.mark.slow
async def test_a_film_is_brought_in_until_it_can_be_played(
    stores: Stores, worker_environment: dict[str, str], small_film: Path
) -> None:
    worker = start_worker(worker_environment)
    try:
        answer = ingest(worker_environment, str(small_film), "--name", "Dawn", "--wait", "--json")
    finally:
        worker.terminate()
        worker.wait()

    assert answer.returncode == 0
    assert answer.stderr.splitlines()[-2:] == ["Dawn: begun", "Dawn: done"]
    told = json.loads(answer.stdout)
    assert told["titleId"] == told["playableId"]
    assert told["state"] == "SUCCEEDED"
    assert [(rung["width"], rung["height"]) for rung in told["renditions"]] == [(320, 180)]
    assert told["seconds"] > 0


@pytest.mark.slow
async def test_a_killed_worker_is_replaced_and_nothing_is_half_done(
    stores: Stores, worker_environment: dict[str, str], make_source: Make, tmp_path: Path
) -> None:
    admitted = await bring_in(stores, make_source("kill.mp4", size="1280x720", seconds=10), MOVIE)

    async def has_begun() -> bool:
        async with stores.begin() as tx:
            found = await films.encoding_by_id(tx, admitted.job_id)
        return found.stage is Stage.ENCODE

    async def is_published() -> bool:
        return (await encoding(stores, admitted))[0] is JobState.SUCCEEDED

    first = start_worker(worker_environment)
    try:
        await until(has_begun)
    finally:
        first.kill()
        first.wait()
    assert await visible(stores, admitted.playable_id) == []
    assert await objects(stores) == {f"sources/{admitted.media_id}"}
    assert len(list((tmp_path / "home" / "work").iterdir())) == 1

    second = start_worker(worker_environment)
    try:
        for _ in range(4):  # it waits until the dead one has been silent for a while
            try:
                await until(is_published)
                break
            except TimeoutError:
                continue
        assert await is_published()
    finally:
        second.send_signal(signal.SIGTERM)
        assert second.wait(10) == 0

    assert len(await visible(stores, admitted.playable_id)) == 1
    assert (await rows(stores))["outbox"] == 1
    assert list((tmp_path / "home" / "work").iterdir()) == []
