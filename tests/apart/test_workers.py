"""Several workers share what there is to do, and what one of them leaves undone."""

import asyncio

import pytest
from sqlalchemy import text

from app.ingest import bring_in, follow
from domain.ingest import NewFilm
from tests.apart.parts import STARTS_WITHIN_S, marquee, whose_python
from tests.waiting import until, wait_until

pytestmark = pytest.mark.slow

LONG_ENOUGH_S = 15  # of film: its encode is under way when the other's begins
TAKEN_OVER_WITHIN_S = 120  # fifteen seconds of silence, and then an encode on two busy cores

WORKED_AT = (
    "SELECT worker_id FROM procrastinate_jobs WHERE status = 'doing' AND task_name = 'EncodeTitle'"
)


async def workers_of_jobs(stores):
    async with stores.begin() as tx:
        return list((await tx.execute(text(WORKED_AT))).scalars())


def test_a_worker_tells_of_the_disk_its_films_are_made_on(environment, tmp_path):
    filled, log = tmp_path / "filled", tmp_path / "work.log"
    filled.touch()
    free = f"0 if os.path.exists({str(filled)!r}) else 2**40"
    disk = f"lambda folder: os.stat(folder) and types.SimpleNamespace(free={free})"
    environment |= whose_python(tmp_path, f"import os, shutil, types; shutil.disk_usage = {disk}")

    with marquee("work", environment=environment, log=log):
        wait_until(
            lambda: "level=warning event=disk_full" in log.read_text(), within_s=STARTS_WITHIN_S
        )
        filled.unlink()
        wait_until(
            lambda: "level=warning event=disk_has_room" in log.read_text(), within_s=STARTS_WITHIN_S
        )


async def test_two_workers_take_a_job_each_and_one_that_is_killed_leaves_its_own_to_the_other(
    environment, stores, make_source, tmp_path
):
    file = make_source("long.mp4", seconds=LONG_ENOUGH_S)
    admitted = [await bring_in(stores, file, NewFilm(name=name)) for name in ("One", "Other")]

    def worker(name):
        home = {"MARQUEE_HOME": str(tmp_path / name)}
        return marquee("work", environment=environment | home, log=tmp_path / f"{name}.log")

    async def both_work():
        return len(await workers_of_jobs(stores)) == 2

    with worker("first") as first, worker("second"):
        await until(both_work)
        at_once = await workers_of_jobs(stores)
        first.kill()
        async with asyncio.timeout(TAKEN_OVER_WITHIN_S):
            films = [await follow(stores, each, lambda _: None) for each in admitted]

    assert len(set(at_once)) == 2
    assert [film.duration_ms for film in films] == [LONG_ENOUGH_S * 1000] * 2
