import asyncio
from datetime import UTC, datetime

import pytest

from domain.errors import Unavailable
from domain.ids import ProfileId, SessionId
from domain.playback import LEASE
from stores import open_stores
from tests.conftest import Addresses

NOW = datetime(2026, 1, 1, tzinfo=UTC)
SESSION = SessionId("pbs_1")
NOWHERE = "redis://127.0.0.1:1/0"  # nobody listens at port 1


@pytest.fixture
async def stores_without_redis(database_url, tmp_path):
    (tmp_path / "master_key").write_text("00" * 32)
    addresses = Addresses(
        database_url, NOWHERE, tmp_path.as_uri(), (tmp_path / "master_key").as_uri()
    )
    async with open_stores(addresses) as opened:
        yield opened


async def test_a_lease_lives_until_it_is_released(stores):
    assert not await stores.leases.alive(SESSION)

    await stores.leases.renew(SESSION)
    [expires_at, missing] = await stores.leases.expiries([SESSION, SessionId("pbs_2")], NOW)
    alive = await stores.leases.alive(SESSION)
    await stores.leases.release(SESSION)

    assert alive
    assert missing is None
    assert LEASE.total_seconds() - 5 < (expires_at - NOW).total_seconds() <= LEASE.total_seconds()
    assert not await stores.leases.alive(SESSION)


async def test_a_lease_dies_by_itself(stores):
    await stores.leases.renew(SESSION)

    left_ms = await stores.redis.pttl("lease:pbs_1")

    assert 0 < left_ms <= LEASE.total_seconds() * 1000


async def test_a_nudge_wakes_who_listens_to_that_profile_and_nobody_else(stores):
    running = asyncio.create_task(stores.nudges.run())
    mine, theirs = ProfileId("pro_1"), ProfileId("pro_2")
    with stores.nudges.listen(mine) as woken, stores.nudges.listen(theirs) as asleep:
        await asyncio.wait_for(woken.wait(), 5)  # it looks once when it begins to listen
        woken.clear()
        asleep.clear()

        await stores.nudges.send(mine)
        await asyncio.wait_for(woken.wait(), 5)

        assert not asleep.is_set()
    running.cancel()


async def test_a_nudge_that_cannot_be_sent_is_only_late(stores_without_redis):
    await stores_without_redis.nudges.send(ProfileId("pro_1"))


async def test_a_lease_that_cannot_be_taken_says_so(stores_without_redis):
    with pytest.raises(Unavailable):
        await stores_without_redis.leases.renew(SESSION)
