"""A worker of its own, killed in the middle of an erasure."""

from datetime import timedelta

import pytest
from sqlalchemy import text

from domain.my_data import SETTLED_AFTER
from stores import tables as t
from tests import factories
from tests.household import names, seen, settle_in, work
from tests.waiting import until
from tests.workers.test_ingest import start_worker


@pytest.mark.slow
async def test_an_erasure_killed_in_the_middle_is_gone_on_with_and_forgets_nothing(
    api, services, worker_environment
):
    stores = api.stores
    household = await settle_in(api)
    wanted = await names(stores, household.home)
    job = await household.erase()
    ada = household.home.profiles["Ada-canary"]

    async def is_in_the_middle():
        return not any(
            place.startswith(("redis/copy", "redis/lease", "objects"))
            for place in await seen(stores, services.redis_url, wanted)
        )

    async def waits(state):
        async with stores.begin() as tx:
            found = await tx.execute(
                text(
                    "SELECT count(*) FROM procrastinate_jobs"
                    " WHERE status = :state AND args ->> 'job_id' = :id"
                ),
                {"state": state, "id": job["id"]},
            )
            return found.scalar_one()

    # A row that is written late, and held: the worker gets as far as it, and no further.
    async with stores.begin() as tx:
        await tx.execute(
            text(
                "INSERT INTO outbox (kind, payload, at)"
                " VALUES ('video_start', jsonb_build_object('profile', CAST(:ada AS text)), now())"
            ),
            {"ada": ada},
        )
    written = await factories.fetch(stores, t.outbox)
    async with stores.engine.connect() as holding, holding.begin():
        await holding.execute(text("SELECT FROM outbox FOR UPDATE"))
        worker = start_worker(worker_environment)
        try:
            await until(is_in_the_middle)
        finally:
            worker.kill()
            worker.wait()
        assert await waits("doing") == 1
    assert await factories.fetch(stores, t.outbox) == written

    second = start_worker(worker_environment)

    async def is_done():
        return await waits("doing") == 0 and await factories.fetch(stores, t.outbox) == []

    try:
        for _ in range(4):  # it waits until the dead one has been silent for a while
            try:
                await until(is_done)
                break
            except TimeoutError:
                continue
        assert await is_done()
    finally:
        second.terminate()
        second.wait()
    await work(api, job["id"], after=SETTLED_AFTER + timedelta(seconds=1))

    assert await seen(stores, services.redis_url, wanted) == set()
    looked_at = (await api.http.get(job["url"])).json()["receipt"]["looked_at"]
    assert looked_at["redis/lease"] == {"found": 2, "left": 0}
    assert looked_at["objects/my-data"] == {"found": 1, "left": 0}
    assert looked_at["postgres/outbox"] == {"found": 3, "left": 0}
