import asyncio
from datetime import UTC, datetime

import pytest
from psycopg import OperationalError
from redis._parsers import BaseParser

from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from domain.ids import AccountId, ProfileId, SessionId
from domain.playback import LEASE
from domain.profiles import Profile
from domain.scalars import Locale
from stores import open_stores
from stores.redis import why_gone
from tests.conftest import Addresses
from tests.waiting import until

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


@pytest.fixture
async def full(stores):
    """Redis has no room for another key."""
    await stores.redis.config_set("maxmemory", 1)
    yield stores
    await stores.redis.config_set("maxmemory", 0)


@pytest.fixture
async def demoted(stores):
    """After a failover, Redis is no longer the one to write to."""
    await stores.redis.replicaof("127.0.0.1", 1)
    yield stores
    await stores.redis.replicaof("NO", "ONE")


async def test_a_redis_that_is_full_is_unavailable(full):
    with pytest.raises(Unavailable):
        await full.leases.renew(SESSION)


async def test_a_redis_that_is_no_longer_the_one_to_write_to_is_unavailable(demoted):
    with pytest.raises(Unavailable):
        await demoted.leases.renew(SESSION)


@pytest.mark.parametrize(
    "answer",
    [
        "BUSY Redis is busy running a script.",
        "CLUSTERDOWN The cluster is down",
        "LOADING Redis is loading the dataset in memory",
        "MASTERDOWN Link with MASTER is down and replica-serve-stale-data is set to 'no'.",
        "MISCONF Redis is configured to save RDB snapshots, but is unable to persist to disk.",
        "NOPERM User default has no permissions to run the 'set' command",
        "NOREPLICAS Not enough good replicas to write.",
        "OOM command not allowed when used memory > 'maxmemory'.",
        "READONLY You can't write against a read only replica.",
    ],
    ids=lambda answer: answer.partition(" ")[0],
)
def test_a_server_that_is_not_well_is_told_by_what_it_answers(answer):
    assert why_gone(BaseParser.parse_error(answer)) is not None


@pytest.mark.parametrize("answer", ["WRONGTYPE Operation against a key", "ERR syntax error"])
def test_an_answer_that_is_a_mistake_of_ours_is_no_trouble_of_the_server(answer):
    assert why_gone(BaseParser.parse_error(answer)) is None


async def test_a_copy_that_redis_does_not_take_is_unavailable_and_quotes_nothing(full):
    ada = Profile(ProfileId("pro_1"), AccountId("acc_1"), "Ada", False, 18, Locale("en"))
    full.copies.households.keep("acc_1", [ada], NOW)

    with pytest.raises(Unavailable) as refused:
        await full.copies.write()

    assert "Ada" not in str(refused.value.__cause__)


async def test_postgres_is_back_though_redis_can_tell_nobody_whose_turn_it_is(full):
    guard = full.guards[Dependency.POSTGRES]
    for _ in range(5):
        with pytest.raises(Unavailable):
            async with guard.passage():
                raise OperationalError
    was = guard.state

    async def is_back():
        return guard.state is BreakerState.CLOSED

    assert was is BreakerState.OPEN
    await until(is_back)
