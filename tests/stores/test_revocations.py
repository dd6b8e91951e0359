"""What is revoked, as one process after another gets to know it."""

import asyncio
from dataclasses import dataclass, replace
from datetime import UTC, datetime, timedelta

import pytest
from redis import Redis
from sqlalchemy import delete, event

from domain.accounts import DeviceInput, DeviceKind
from domain.degradation import Dependency
from domain.errors import Unavailable
from domain.ids import DeviceId
from domain.tokens import REVOKED_FOR
from stores import open_stores
from stores.revocations import STREAM
from stores.sql import devices as devices_sql
from tests import factories
from tests.conftest import Addresses
from tests.waiting import until


@dataclass
class Other:
    """Another process, as far as Postgres and Redis can tell."""

    stores: object
    device_id: DeviceId

    @property
    def knows(self):
        return self.stores.revocations.refuse(self.device_id, 1)

    async def look(self):
        await self.stores.revocations.look(self.stores)


@pytest.fixture
async def device_id(stores):
    home = await factories.household(stores)
    asked = DeviceInput("i", DeviceKind.TV, "TV", "1")
    async with stores.begin() as tx:
        device = await devices_sql.register_device(tx, home.account_id, asked, datetime.now(UTC))
    assert device.epoch == 1
    return device.id


@pytest.fixture
async def other(stores, services, database_url, objects_url, tmp_path, device_id):
    keys_url = (tmp_path / "master_key").as_uri()
    addresses = Addresses(database_url, services.redis_url, objects_url, keys_url)
    async with open_stores(addresses) as opened:
        found = Other(opened, device_id)
        await found.look()
        assert opened.revocations.is_loaded
        yield found


async def revoke(stores, device_id, now=None):
    """What a resolver does, but for telling it."""
    async with stores.begin() as tx:
        return await devices_sql.end_access(tx, [device_id], now or datetime.now(UTC))


def redis_of(services):
    return Redis.from_url(services.redis_url)


async def test_who_revokes_knows_it_at_once_and_nothing_else(stores, device_id):
    [revoked] = await revoke(stores, device_id)

    await stores.revocations.tell([revoked])

    assert revoked.epoch == 2
    assert stores.revocations.refuse(device_id, 1)
    assert not stores.revocations.refuse(device_id, 2)
    assert not stores.revocations.refuse(DeviceId("dev_other"), 1)


async def test_another_process_is_told_by_the_stream_alone(stores, other, device_id, services):
    revoked = await revoke(stores, device_id)
    async with stores.begin() as tx:
        await tx.execute(delete(factories.t.revocations))  # nothing to find there

    await stores.revocations.tell(revoked)
    before = other.knows
    await other.look()

    assert (before, other.knows) == (False, True)


async def test_a_process_that_starts_later_reads_it_from_postgres(
    stores, services, database_url, objects_url, tmp_path, device_id
):
    await revoke(stores, device_id)
    keys_url = (tmp_path / "master_key").as_uri()

    async with open_stores(
        Addresses(database_url, services.redis_url, objects_url, keys_url)
    ) as opened:
        late = Other(opened, device_id)
        await late.look()

        assert late.knows


async def test_a_process_that_starts_without_postgres_hears_of_it_from_redis(
    stores, services, objects_url, tmp_path, device_id
):
    await stores.revocations.tell(await revoke(stores, device_id))
    keys_url = (tmp_path / "master_key").as_uri()
    nobody = "postgresql+psycopg://marquee@127.0.0.1:1/marquee"

    async with open_stores(Addresses(nobody, services.redis_url, objects_url, keys_url)) as opened:
        late = Other(opened, device_id)
        with pytest.raises(Unavailable):
            await late.look()

        assert late.knows
        assert not opened.revocations.is_loaded


async def test_what_redis_lost_before_it_was_read_is_found_in_postgres(
    stores, other, device_id, services
):
    await stores.revocations.tell([])
    [first] = await revoke(stores, device_id)
    await stores.revocations.tell([first])
    await other.look()
    [second] = await revoke(stores, device_id)
    await stores.revocations.tell([second])
    with redis_of(services) as redis:
        redis.flushall()

    await other.look()

    assert other.stores.revocations.refuse(device_id, second.epoch - 1)


async def test_while_redis_is_closed_everybody_reads_postgres(stores, other, device_id):
    for opened in (stores, other.stores):
        opened.guards[Dependency.REDIS].drill(closed=True)

    await stores.revocations.tell(await revoke(stores, device_id))
    await other.look()

    assert other.knows


async def test_what_could_not_be_told_is_told_when_redis_is_back(stores, other, device_id):
    redis = stores.guards[Dependency.REDIS]
    redis.drill(closed=True)
    revoked = await revoke(stores, device_id)
    await stores.revocations.tell(revoked)
    async with stores.begin() as tx:
        await tx.execute(delete(factories.t.revocations))  # so that only the stream can tell
    await other.look()
    before = other.knows

    redis.drill(closed=False)
    await stores.revocations.look(stores)
    await stores.revocations.look(stores)
    await other.look()

    assert (before, other.knows) == (False, True)
    assert await stores.redis.xlen(STREAM) == 1


async def test_what_nobody_told_is_found_after_a_while(stores, other, device_id):
    await revoke(stores, device_id)  # and then the process died

    await other.look()
    at_once = other.knows
    other.stores.revocations._read_all_at_s -= 30
    await other.look()

    assert (at_once, other.knows) == (False, True)


async def test_what_was_committed_by_who_is_cancelled_before_they_can_tell_is_told(
    stores, other, device_id
):
    await stores.revocations.look(stores)
    telling = asyncio.create_task(revoke(stores, device_id))
    # Its answer is not waited for any more; the server has been asked to commit all the same.
    event.listen(stores.engine.sync_engine, "commit", lambda _: telling.cancel(), once=True)
    with pytest.raises(asyncio.CancelledError):
        await telling
    before = Other(stores, device_id).knows

    async def is_committed():
        return await factories.fetch(stores, factories.t.revocations) != []

    await until(is_committed)

    await stores.revocations.look(stores)
    async with stores.begin() as tx:
        await tx.execute(delete(factories.t.revocations))  # so that only the stream can tell
    await stores.revocations.look(stores)
    await other.look()

    assert (before, Other(stores, device_id).knows, other.knows) == (False, True, True)


async def test_more_than_one_command_carries_are_all_heard_of(stores, other, device_id):
    [one] = await revoke(stores, device_id)
    many = [replace(one, device_id=DeviceId(f"dev_{number}")) for number in range(2500)]

    await stores.revocations.tell(many)
    await other.look()

    known = other.stores.revocations
    assert all(known.refuse(each.device_id, 1) for each in many)


async def test_an_earlier_epoch_that_arrives_late_takes_nothing_back(stores, other, device_id):
    [first] = await revoke(stores, device_id)
    [second] = await revoke(stores, device_id)

    await stores.revocations.tell([second])
    await stores.revocations.tell([first])
    await other.look()

    assert other.stores.revocations.refuse(device_id, 2)


async def test_what_no_token_can_be_of_any_more_is_forgotten_everywhere(stores, other, device_id):
    long_ago = datetime.now(UTC) - REVOKED_FOR - timedelta(minutes=1)
    told = {"device": "dev_old", "epoch": 2, "at": long_ago.isoformat()}
    await stores.redis.xadd(STREAM, told, id="1-1")
    await other.look()
    before = other.stores.revocations.refuse(DeviceId("dev_old"), 1)

    other.stores.revocations._read_all_at_s -= 30
    await other.look()
    await stores.revocations.tell(await revoke(stores, device_id))

    assert (before, other.stores.revocations.refuse(DeviceId("dev_old"), 1)) == (True, False)
    assert await devices_of_the_stream(stores) == [device_id]


async def devices_of_the_stream(stores):
    return [fields[b"device"].decode() for _, fields in await stores.redis.xrange(STREAM)]


async def test_an_entry_of_another_release_is_passed_over(stores, other, device_id):
    await stores.redis.xadd(STREAM, {"who": "knows"})
    await stores.revocations.tell(await revoke(stores, device_id))

    await other.look()

    assert other.knows


async def test_processes_that_run_hear_of_it_within_a_moment(stores, other, device_id):
    running = asyncio.create_task(other.stores.revocations.run(other.stores))
    await stores.revocations.tell(await revoke(stores, device_id))

    async def told():
        return other.knows

    await until(told)
    running.cancel()


async def test_everybody_who_signs_out_the_same_devices_at_once_counts(stores):
    home = await factories.household(stores)
    now = datetime.now(UTC)
    ids = []
    async with stores.begin() as tx:
        for number in range(10):
            asked = DeviceInput(f"i{number}", DeviceKind.TV, "TV", "1")
            ids.append((await devices_sql.register_device(tx, home.account_id, asked, now)).id)

    async def end(device_ids):
        async with stores.begin() as tx:
            return await devices_sql.end_sessions(tx, device_ids, now)

    ended = await asyncio.gather(*(end(ids if n % 2 else ids[::-1]) for n in range(8)))

    assert sorted(each.epoch for all_of_them in ended for each in all_of_them) == sorted(
        [2, 3, 4, 5, 6, 7, 8, 9] * 10
    )
    rows = await factories.fetch(stores, factories.t.devices)
    assert {row.epoch for row in rows} == {9}
