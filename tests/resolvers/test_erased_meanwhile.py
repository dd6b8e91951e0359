"""Whoever asks in the very moment in which a household, a profile or a session ends is told so."""

import asyncio
from datetime import UTC, datetime

import pytest
from sqlalchemy import text

from domain.accounts import DeviceInput, DeviceKind
from stores.sql import devices as devices_sql
from stores.sql import my_data as my_data_sql
from stores.sql import profiles as profiles_sql
from tests import factories
from tests.api import Viewer
from tests.factories import t
from tests.household import APPROVE, EXPORT, SAVE
from tests.waiting import until

START = """
mutation ($input: DeviceInput!) { startDeviceSignIn(input: $input) {
  ... on DeviceSignIn { userCode deviceCode } } }
"""
POLL = """
mutation ($code: String!) { pollDeviceSignIn(deviceCode: $code) {
  ... on SignedIn { accessToken } ... on Problem { code } } }
"""
TV = {"installationId": "tv", "kind": "TV", "name": "TV", "appVersion": "1"}


async def by_password(api, account, device_code):
    return await api.sign_in(installation="another")


async def by_code(api, account, device_code):
    return (await api.run(POLL, {"code": device_code})).data["pollDeviceSignIn"]


async def a_profile(api, account, device_code):
    return (await account.run(SAVE, input={"name": "Eve"})).data["saveProfile"]


async def a_copy(api, account, device_code):
    return (await account.run(EXPORT)).data["exportMyData"]


@pytest.mark.parametrize("is_all_gone", [False, True])
@pytest.mark.parametrize(
    ("asks_for", "code"),
    [
        (by_password, "UNAUTHENTICATED"),
        (by_code, "EXPIRED"),
        (a_profile, "TOKEN_INVALID"),
        (a_copy, "TOKEN_INVALID"),
    ],
)
async def test_of_a_household_that_is_erased_meanwhile_nothing_is_had_or_made(
    api, stores, asks_for, code, is_all_gone
):
    home = await factories.household(stores)
    account = Viewer(api, (await api.sign_in())["accessToken"])
    started = (await api.run(START, {"input": TV})).data["startDeviceSignIn"]
    await account.run(APPROVE, code=started["userCode"])

    async with stores.engine.connect() as tx, tx.begin():
        await my_data_sql.hold(tx, home.account_id)
        asking = asyncio.create_task(asks_for(api, account, started["deviceCode"]))
        await until_somebody_waits(stores)
        whose = await my_data_sql.household(tx, home.account_id)
        await my_data_sql.erase(tx, whose, my_data_sql.AT_ONCE)
        await my_data_sql.close(tx, home.account_id)
        if is_all_gone:
            await my_data_sql.erase(tx, whose)

    assert (await asking)["code"] == code
    assert await factories.fetch(stores, t.refresh_tokens) == []
    assert await factories.fetch(stores, t.data_jobs) == []
    assert len(await factories.fetch(stores, t.profiles)) == (0 if is_all_gone else 1)


async def test_an_approval_that_comes_while_the_device_asks_is_seen_by_its_next_question(
    api, stores
):
    await factories.household(stores)
    account = Viewer(api, (await api.sign_in())["accessToken"])
    started = (await api.run(START, {"input": TV})).data["startDeviceSignIn"]

    async with stores.engine.connect() as tx, tx.begin():
        await tx.execute(text("SELECT FROM device_sign_ins FOR UPDATE"))
        asking = asyncio.create_task(by_code(api, account, started["deviceCode"]))
        await until_somebody_waits(stores)
        await tx.execute(
            text(
                "UPDATE device_sign_ins SET state = 'APPROVED', account_id = (SELECT id FROM"
                " accounts)"
            )
        )

    assert (await asking)["code"] == "PENDING"
    assert "accessToken" in await by_code(api, account, started["deviceCode"])


async def test_who_signs_in_on_a_device_whose_profile_is_deleted_meanwhile_is_in_without_one(
    api, stores
):
    home = await factories.household(stores, ages={"Ada": 18, "Bo": 18})
    await api.viewer(home, "Bo")
    [device] = await factories.fetch(stores, t.devices)

    async with stores.engine.connect() as tx, tx.begin():
        await profiles_sql.lock_household(tx, home.account_id)
        asking = asyncio.create_task(api.sign_in())
        await until_somebody_waits(stores)
        await devices_sql.end_access(tx, [device.id], datetime.now(UTC))
        await profiles_sql.delete_profile(tx, home.profiles["Bo"])

    assert "accessToken" in await asking
    [device] = await factories.fetch(stores, t.devices)
    assert device.profile_id is None


async def test_progress_does_not_wait_for_who_ends_the_access_of_its_device(api, stores):
    viewer = await api.viewer(await factories.household(stores))
    film = await factories.movie(stores)
    session = (await viewer.start(film.id))["session"]
    [device] = await factories.fetch(stores, t.devices)

    async with stores.engine.connect() as tx, tx.begin():
        await devices_sql.end_access(tx, [device.id], datetime.now(UTC))
        saved = await viewer.beat(session["id"], 20_000)  # the one waits for the other's session

    assert saved["watchState"]["revision"] == 1


async def test_a_device_that_is_signed_out_meanwhile_starts_nothing(api, stores):
    viewer = await api.viewer(await factories.household(stores))
    film = await factories.movie(stores)
    [device] = await factories.fetch(stores, t.devices)

    async with stores.engine.connect() as tx, tx.begin():
        await devices_sql.end_sessions(tx, [device.id], datetime.now(UTC))
        asking = asyncio.create_task(viewer.start(film.id))
        await until_somebody_waits(stores)

    assert (await asking)["code"] == "TOKEN_INVALID"
    assert await factories.fetch(stores, t.playback_sessions) == []


async def test_who_refers_to_a_device_does_not_wait_for_who_signs_in_on_it_anew(api, stores):
    home = await factories.household(stores)
    await api.sign_in(installation="tv")
    tv = DeviceInput("tv", DeviceKind.TV, "TV", "1")

    async with stores.engine.connect() as tx, tx.begin():
        await devices_sql.register_device(tx, home.account_id, tv, datetime.now(UTC))
        async with stores.begin() as other:
            await other.execute(text("SELECT FROM devices FOR KEY SHARE NOWAIT"))


async def until_somebody_waits(stores):
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    async def is_waiting():
        async with stores.begin() as other:
            return (await other.execute(waiting)).scalar_one() > 0

    await until(is_waiting)
