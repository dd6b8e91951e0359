"""What a household may ask about its data, who may, and what holds from that moment on."""

import asyncio

import pytest
from sqlalchemy import update

from domain.my_data import EXPORT_SERVES_FOR
from stores import open_stores
from stores import tables as t
from tests import factories
from tests.api import SELECT_PROFILE, Api, Viewer
from tests.conftest import Addresses
from tests.household import ERASE, EXPORT, REFRESH, work

JOBS = "{ dataJobs { id purpose state url receipt } }"
NODE = "query ($id: ID!) { node(id: $id) { id ... on DataJob { url } } }"
VIEWER = "{ viewer { account { profiles { name } } profile { name } } }"
WRONG = {
    "code": "UNAUTHENTICATED",
    "message": "This e-mail and password do not belong together.",
    "field": None,
}


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 18, "Kid": 7})


@pytest.fixture
async def account(api, home):
    """Signed in, with no profile chosen."""
    return Viewer(api, (await api.sign_in())["accessToken"])


async def erase(viewer, password=factories.PASSWORD, profile=None):
    return (await viewer.run(ERASE, password=password, profile=profile)).data["eraseMyData"]


async def counts(stores):
    return {
        table.name: len(await factories.fetch(stores, table))
        for table in (t.accounts, t.profiles, t.devices, t.refresh_tokens, t.data_jobs)
    }


async def test_a_copy_is_asked_for_once_at_a_time(account, stores):
    jobs = await asyncio.gather(*(account.run(EXPORT) for _ in range(4)))

    answers = [each.data["exportMyData"] for each in jobs]
    assert len({each["id"] for each in answers}) == 1
    assert answers[0] | {"id": ""} == {"id": "", "state": "QUEUED", "url": None, "receipt": None}
    assert len(await factories.fetch(stores, t.data_jobs)) == 1


async def test_a_copy_serves_for_a_day(api, account, stores):
    one = (await account.run(EXPORT)).data["exportMyData"]
    await work(api, one["id"])

    again = (await account.run(EXPORT)).data["exportMyData"]
    async with stores.begin() as tx:
        ended = t.data_jobs.c.finished_at - EXPORT_SERVES_FOR
        await tx.execute(update(t.data_jobs).values(finished_at=ended))
    another = (await account.run(EXPORT)).data["exportMyData"]

    assert (again["id"], again["state"]) == (one["id"], "SUCCEEDED")
    assert another["id"] != one["id"]
    assert another["state"] == "QUEUED"


async def test_a_household_sees_its_own_jobs_and_nobody_elses(api, home, account, stores):
    job = (await account.run(EXPORT)).data["exportMyData"]
    other = await api.viewer(await factories.household(stores, email="other@house.test"))
    ada = await api.viewer(home, installation="bedroom")

    own = (await account.run(JOBS)).data["dataJobs"]

    assert own == [job | {"purpose": "EXPORT"}]
    assert (await ada.run(NODE, id=job["id"])).data["node"] == {"id": job["id"], "url": None}
    assert (await other.run(JOBS)).data["dataJobs"] == []
    assert (await other.run(NODE, id=job["id"])).data == {"node": None}


async def test_a_child_asks_for_nothing_and_sees_nothing(api, home, account):
    job = (await account.run(EXPORT)).data["exportMyData"]
    kid = await api.viewer(home, "Kid", installation="tablet")

    refused = [
        (await kid.run(EXPORT)).codes,
        (await kid.run(ERASE, password=factories.PASSWORD)).codes,
        (await kid.run(JOBS)).codes,
    ]

    assert refused == [["FORBIDDEN"]] * 3
    assert (await kid.run(NODE, id=job["id"])).data == {"node": None}


async def test_nothing_is_erased_for_a_wrong_password(account, stores):
    before = await counts(stores)

    answer = await erase(account, "wrong")

    assert answer == WRONG
    assert await counts(stores) == before


async def test_after_ten_wrong_passwords_the_right_one_erases_nothing(account, stores):
    before = await counts(stores)

    answers = [await erase(account, "wrong") for _ in range(10)]
    refused = await erase(account)

    assert answers == [WRONG] * 10
    assert refused["code"] == "RATE_LIMITED"
    assert await counts(stores) == before


async def test_from_the_moment_it_is_asked_nobody_is_in_or_gets_in(api, account, stores):
    other = await api.sign_in(installation="bedroom")

    job = await erase(account)

    assert (job["purpose"], job["state"], job["receipt"]) == ("ERASE", "QUEUED", None)
    assert job["url"].startswith(f"http://house.test/my-data/{job['id']}?until=")
    assert (await account.run(JOBS)).codes == ["TOKEN_INVALID"]
    assert (await api.run(JOBS, token=other["accessToken"])).codes == ["TOKEN_INVALID"]
    refreshed = await api.run(REFRESH, {"token": other["refreshToken"]})
    assert refreshed.data["refreshToken"] == {"code": "TOKEN_INVALID"}
    assert (await api.sign_in())["code"] == "UNAUTHENTICATED"
    unknown = await api.sign_in("nobody@house.test")
    assert await api.sign_in() == unknown
    epochs = await factories.fetch(stores, t.revocations, t.revocations.c.epoch)
    assert epochs == [(2,), (2,)]  # so that what asks no table is told, too


async def test_an_erased_address_may_open_another_account(api, account, stores):
    await erase(account)

    await factories.household(stores)

    assert "accessToken" in await api.sign_in()


async def test_of_two_that_erase_at_once_one_finds_nothing_to_erase(api, account, stores):
    other = Viewer(api, (await api.sign_in(installation="bedroom"))["accessToken"])

    asked = (each.run(ERASE, password=factories.PASSWORD) for each in (account, other))
    answers = [str(each.body) for each in await asyncio.gather(*asked)]

    assert sum("dat_" in each for each in answers) == 1
    assert not any("INTERNAL" in each for each in answers)
    assert (await counts(stores))["data_jobs"] == 1


async def test_another_household_is_left_as_it_was(api, account, stores):
    neighbour = await factories.household(stores, email="other@house.test")
    viewer = await api.viewer(neighbour)
    film = await factories.movie(stores)
    started = await viewer.start(film.id)
    await viewer.beat(started["session"]["id"], 20_000)
    before = [await factories.fetch(stores, table) for table in (t.watch_states, t.outbox)]

    await erase(account)

    assert [await factories.fetch(stores, table) for table in (t.watch_states, t.outbox)] == before
    assert (await viewer.beat(started["session"]["id"], 30_000))["watchState"]["revision"] == 2


async def test_one_profile_goes_and_its_device_stays_signed_in(api, home, account, stores):
    ada = await api.viewer(home, "Ada", installation="bedroom")
    film = await factories.movie(stores)
    started = await ada.start(film.id)
    await ada.beat(started["session"]["id"], 20_000)

    job = await erase(account, profile=home.profiles["Ada"])

    assert job["state"] == "QUEUED"
    assert (await ada.run(VIEWER)).codes == ["TOKEN_INVALID"]
    refreshed = (await api.run(REFRESH, {"token": ada.refresh_token})).data["refreshToken"]
    seen = (await api.run(VIEWER, token=refreshed["accessToken"])).data["viewer"]
    assert await factories.fetch(stores, t.revocations, t.revocations.c.epoch) == [(2,)]
    names = {profile["name"] for profile in seen["account"]["profiles"]}
    assert (names, seen["profile"]) == ({"Bo", "Kid"}, None)
    assert (await account.run(JOBS)).data["dataJobs"] == [job]
    await work(api, job["id"])
    assert await factories.fetch(stores, t.watch_states) == []


async def test_the_last_grown_up_is_not_erased_alone(home, account, stores):
    await erase(account, profile=home.profiles["Ada"])
    before = await counts(stores)

    refused = await erase(account, profile=home.profiles["Bo"])
    child = await erase(account, profile=home.profiles["Kid"])

    assert (refused["code"], refused["field"]) == ("CONFLICT", ["profileId"])
    assert await counts(stores) == before | {"data_jobs": before["data_jobs"] + 1}
    assert child["state"] == "QUEUED"


async def test_what_is_being_erased_is_shown_by_nobody_who_was_not_told(
    api, home, account, stores, house, database_url, services, objects_url, tmp_path
):
    ada = await api.viewer(home, installation="bedroom")
    film = await factories.movie(stores)
    started = await ada.start(film.id)
    [kid, _] = film.keys[factories.TrackClass.SD]
    keys_url = (tmp_path / "master_key").as_uri()
    where = Addresses(database_url, services.redis_url, objects_url, keys_url)
    async with open_stores(where) as others, Api(others, house) as elsewhere:
        told = Viewer(elsewhere, ada.token)
        shown = await told.run(VIEWER)

        await erase(account)

        answers = [await told.run(query) for query in (VIEWER, JOBS)]
        door = f"/license/key/{kid.hex}?token={started['drm']['token']}"
        key = await elsewhere.http.get(door)

    assert shown.data["viewer"]["profile"] == {"name": "Ada"}
    assert [answer.codes for answer in answers] == [["TOKEN_INVALID"]] * 2
    assert key.json()["code"] == "SESSION_LOST"
    assert len(await factories.fetch(stores, t.playback_sessions)) == 1  # it is there still


async def test_a_foreign_profile_and_none_are_one_answer(account, stores):
    other = await factories.household(stores, email="other@house.test")
    before = await counts(stores)

    foreign = await erase(account, profile=other.profiles["Ada"])
    missing = await erase(account, profile="pro_" + "0" * 32)

    assert foreign == missing
    assert foreign["code"] == "NOT_FOUND"
    assert await counts(stores) == before


async def test_a_profile_of_another_household_cannot_be_chosen_after_its_own_is_gone(
    api, home, account
):
    await erase(account, profile=home.profiles["Kid"])

    chosen = await account.run(SELECT_PROFILE, id=home.profiles["Kid"])

    assert chosen.data["selectProfile"]["code"] == "NOT_FOUND"
