"""Codes in Postgres, at times that are passed in."""

import asyncio
from datetime import timedelta

import pytest

from domain.accounts import DeviceInput, DeviceKind
from domain.device_sign_in import CODE_TTL, INTERVAL_S, SignInState
from stores.sql import device_sign_in as codes
from stores.tables import device_sign_ins
from tests import factories
from tests.factories import NOW

TV = DeviceInput("living-room", DeviceKind.TV, "Living room", "1.0")
CODE = "WDJBMJHT"
LATER = NOW + timedelta(minutes=1)
OVER = NOW + CODE_TTL


async def take(stores, digest=b"tv", code=CODE, now=NOW):
    async with stores.begin() as tx:
        return await codes.take(tx, digest, TV, "192.0.2.7", now, code)


async def waiting(stores, digest=b"tv", now=LATER):
    async with stores.begin() as tx:
        return await codes.waiting(tx, digest, now)


async def decide(stores, account_id, state=SignInState.APPROVED, now=LATER):
    async with stores.begin() as tx:
        return await codes.decide(tx, CODE, account_id, now, state=state)


@pytest.fixture
async def home(stores):
    return await factories.household(stores)


async def test_a_code_is_one_devices_as_long_as_it_lives(stores):
    assert await take(stores, b"tv")

    assert not await take(stores, b"other", now=OVER - timedelta(microseconds=1))
    assert (await waiting(stores, b"tv")).device == TV
    assert await waiting(stores, b"other") is None


async def test_a_code_that_ran_out_is_given_to_another_device(stores, home):
    await take(stores, b"tv")
    await decide(stores, home.account_id)

    assert await take(stores, b"other", now=OVER)

    found = await waiting(stores, b"other", now=OVER)
    assert (found.state, found.account, found.interval_s) == (SignInState.PENDING, None, INTERVAL_S)
    assert await waiting(stores, b"tv", now=OVER) is None


async def test_of_two_devices_that_draw_one_code_at_once_one_has_it(stores):
    took = await asyncio.gather(*(take(stores, bytes([number])) for number in range(10)))

    assert sum(took) == 1


async def test_3_2_a_code_is_over_when_its_time_is(stores, home):
    await take(stores)

    before, after = OVER - timedelta(microseconds=1), OVER

    assert await waiting(stores, now=before) is not None
    assert await waiting(stores, now=after) is None
    assert await decide(stores, home.account_id, now=after) is None
    assert await decide(stores, home.account_id, now=before) is not None


async def test_3_5_a_longer_interval_is_remembered(stores):
    await take(stores)
    async with stores.begin() as tx:
        await codes.note_poll(tx, b"tv", interval_s=10, now=LATER)

    found = await waiting(stores)

    assert (found.interval_s, found.polled_at) == (10, LATER)


async def test_what_is_to_be_decided_says_what_asks_from_where_and_until_when(stores, home):
    await take(stores)

    async with stores.begin() as tx:
        found = await codes.pending(tx, CODE, home.account_id, LATER)

    assert found.user_code == "WDJB-MJHT"
    assert (found.kind, found.name, found.app_version) == (DeviceKind.TV, "Living room", "1.0")
    assert (found.asked_from, found.asked_at, found.expires_at) == ("192.0.2.7", NOW, OVER)


async def test_a_code_is_approved_by_one_household_and_unknown_to_all_others_from_then_on(
    stores, home
):
    other = await factories.household(stores, email="other@house.test")
    await take(stores)
    await decide(stores, home.account_id)

    async with stores.begin() as tx:
        seen = await codes.pending(tx, CODE, other.account_id, LATER)

    assert seen is None
    assert await decide(stores, other.account_id) is None
    assert await decide(stores, other.account_id, SignInState.DENIED) is None
    assert (await waiting(stores)).account.id == home.account_id


async def test_of_many_households_that_approve_at_once_one_does(stores):
    homes = [await factories.household(stores, email=f"{n}@house.test") for n in range(4)]
    await take(stores)

    decided = await asyncio.gather(*(decide(stores, each.account_id) for each in homes))

    assert sum(found is not None for found in decided) == 1


async def test_who_approved_may_say_no_until_the_device_is_in(stores, home):
    await take(stores)
    await decide(stores, home.account_id)

    assert await decide(stores, home.account_id, SignInState.DENIED) is not None

    assert (await waiting(stores)).state is SignInState.DENIED
    assert await decide(stores, home.account_id) is None


async def test_what_was_denied_names_nobody(stores, home):
    await take(stores)

    await decide(stores, home.account_id, SignInState.DENIED)

    assert await factories.fetch(stores, device_sign_ins, device_sign_ins.c.account_id) == [(None,)]
