"""What is revoked is known without Redis, too."""

import asyncio
from datetime import UTC, datetime

import pytest

from app.embedded.supervisor import Supervisor
from domain.accounts import DeviceInput, DeviceKind
from stores import open_stores
from stores.sql import devices as devices_sql
from tests import factories
from tests.conftest import Addresses
from tests.stores.mortal import REDIS, start
from tests.waiting import until


@pytest.mark.slow
async def test_a_redis_that_hangs_keeps_nobody_signed_in(tmp_path, database_url, objects_url):
    async with Supervisor(tmp_path / "children") as supervisor:
        mortal = await start(supervisor, tmp_path)
        where = Addresses(
            database_url, mortal.addresses.redis_url, objects_url, mortal.addresses.keys_url
        )
        async with open_stores(where) as one, open_stores(where) as two:
            running = [asyncio.create_task(each.revocations.run(each)) for each in (one, two)]
            home = await factories.household(one)
            asked = DeviceInput("i", DeviceKind.TV, "TV", "1")
            async with one.begin() as tx:
                device = await devices_sql.register_device(
                    tx, home.account_id, asked, datetime.now(UTC)
                )

            async def loaded():
                return two.revocations.is_loaded

            async def told():
                return two.revocations.refuse(device.id, 1)

            await until(loaded)

            mortal.hang(REDIS)
            async with one.begin() as tx:
                revoked = await devices_sql.end_sessions(tx, [device.id], datetime.now(UTC))
            await one.revocations.tell(revoked)
            await until(told)
            mortal.go_on(REDIS)
            for task in running:
                task.cancel()
