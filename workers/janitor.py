"""Clears away what nobody will ask for again.

Nothing is deleted for not being known: another database behind the same objects must not cost a
film. Whoever makes an object before its row, or deletes the row of one, orders in that very
transaction that it be looked at later; it is deleted when no row names it then.
"""

import asyncio
from datetime import UTC, datetime, timedelta
from pathlib import Path

import structlog

from domain.ingest import ClearAway
from domain.my_data import KEPT_FOR, MyData, export_path
from stores import Stores
from stores.jobs import Attempt
from stores.sql import data_jobs, janitor
from workers.media.workplace import tidy

SWEEP_EVERY_S = 3600.0  # nothing here is urgent, and each sweep is a few statements
FORGOTTEN_AFTER = timedelta(hours=1)  # no write of one object pauses that long
JOBS_ARE_KEPT = timedelta(days=30)  # an operator asks about last month at most

log = structlog.get_logger()


async def clear_away(stores: Stores, order: ClearAway, _attempt: Attempt | None = None) -> None:
    """Deletes what of `order` no row names by now."""
    async with stores.begin() as tx:
        named = await janitor.named(tx, [*order.files, *order.folders])
    files = [path for path in order.files if path not in named]
    folders = [path for path in order.folders if path not in named]
    for path in files:
        await stores.objects.delete(path)
    for path in folders:
        await stores.objects.delete_prefix(path)
    log.info("cleared_away", files=len(files), folders=len(folders), kept=len(named))


async def keep_clean(stores: Stores, workshop: Path) -> None:
    """Sweeps at once and every hour, until cancelled."""
    while True:
        try:
            await sweep(stores, workshop, datetime.now(UTC))
        except Exception as error:  # noqa: BLE001 - the next round will do; films are made meanwhile
            log.warning("not_swept", error=repr(error))
        await asyncio.sleep(SWEEP_EVERY_S)


async def sweep(stores: Stores, workshop: Path, now: datetime) -> None:
    """What has no order of its own: folders and halves of uploads that killed processes left, films
    that nobody encodes any more, questions about somebody's data that nobody works at, what has
    expired, and jobs long done.

    Safe beside everything that runs, another sweep included.
    """
    folders = await asyncio.to_thread(tidy, workshop)
    halves = await stores.objects.delete_unfinished(now - FORGOTTEN_AFTER)
    async with stores.begin() as tx:
        forgotten = await janitor.forgotten(tx, now - FORGOTTEN_AFTER)
        for order in forgotten:
            await stores.jobs.enqueue(tx, order)
        unanswered = await data_jobs.forgotten(tx, now - FORGOTTEN_AFTER)
        for job_id in unanswered:
            await stores.jobs.enqueue(tx, MyData(job_id))
        over = await data_jobs.forget_old(tx, now - KEPT_FOR)
        if over:
            await stores.jobs.enqueue(tx, ClearAway(files=[export_path(each) for each in over]))
        expired = await janitor.forget_expired(tx, now)
        jobs = await stores.jobs.forget_done(tx, now - JOBS_ARE_KEPT)
    log.info(
        "swept",
        folders=folders,
        half_uploads=halves,
        films_ordered_again=len(forgotten),
        data_jobs_ordered_again=len(unanswered),
        data_jobs_forgotten=len(over),
        expired=expired,
        jobs_forgotten=jobs,
    )
