"""Where a household is signed in, and signing one of those out."""

from datetime import UTC, datetime

from tests import factories
from tests.households import REFRESH, VIEWER
from tests.resolvers.test_pages import counting

DEVICES = "{ viewer { account { devices { id name kind current lastSeenAt } } } }"
REMOVE = """
mutation ($id: ID!) {
  removeDevice(deviceId: $id) {
    ... on DeviceRemoved { deviceId account { devices { id } } }
    ... on Problem { code }
    ... on GenericProblem { field }
  }
}
"""


async def devices(viewer):
    return (await viewer.run(DEVICES)).data["viewer"]["account"]["devices"]


async def remove(viewer, device_id):
    return (await viewer.run(REMOVE, id=device_id)).data["removeDevice"]


async def test_a_household_sees_where_it_is_signed_in_last_seen_first(api, stores):
    home = await factories.household(stores)
    before = datetime.now(UTC)
    tv = await api.viewer(home)
    tablet = await api.viewer(home, installation="tablet")

    seen_by_tv, seen_by_tablet = await devices(tv), await devices(tablet)

    assert [device["current"] for device in seen_by_tv] == [False, True]
    assert [device["current"] for device in seen_by_tablet] == [True, False]
    assert {(device["name"], device["kind"]) for device in seen_by_tv} == {("Living room", "TV")}
    seen = [datetime.fromisoformat(device["lastSeenAt"]) for device in seen_by_tv]
    assert before <= seen[1] <= seen[0] <= datetime.now(UTC)


async def test_devices_that_are_asked_for_twice_are_read_once(api, stores):
    tv = await api.viewer(await factories.household(stores))
    twice = "{ viewer { account { one: devices { id } other: devices { id } } } }"

    with counting(stores) as once:
        [mine] = await devices(tv)
    with counting(stores) as again:
        account = (await tv.run(twice)).data["viewer"]["account"]

    assert account == {"one": [{"id": mine["id"]}], "other": [{"id": mine["id"]}]}
    assert len(again) == len(once)


async def test_a_removed_device_is_signed_out_and_the_others_are_not(api, stores):
    home = await factories.household(stores)
    tv = await api.viewer(home)
    tablet = await api.viewer(home, installation="tablet")
    mine, other = await devices(tablet)

    answer = await remove(tablet, other["id"])

    assert answer == {"deviceId": other["id"], "account": {"devices": [{"id": mine["id"]}]}}
    assert (await tv.run(VIEWER)).codes == ["TOKEN_INVALID"]
    refreshed = await api.run(REFRESH, {"token": tv.refresh_token})
    assert refreshed.data["refreshToken"] == {"code": "TOKEN_INVALID"}
    assert (await tablet.run(VIEWER)).data["viewer"]["profile"] == {"name": "Ada"}


async def test_to_remove_the_device_that_asks_is_to_sign_out(api, stores):
    tv = await api.viewer(await factories.household(stores))
    [mine] = await devices(tv)

    reply = await tv.run(
        "mutation ($id: ID!) { removeDevice(deviceId: $id) { ... on DeviceRemoved { deviceId } } }",
        id=mine["id"],
    )

    assert reply.data["removeDevice"] == {"deviceId": mine["id"]}
    assert (await tv.run(VIEWER)).codes == ["TOKEN_INVALID"]


async def test_a_foreign_a_removed_and_no_device_are_one_answer(api, stores):
    tv = await api.viewer(await factories.household(stores))
    theirs = await api.viewer(await factories.household(stores, email="other@house.test"))
    await api.viewer(await factories.household(stores, email="third@house.test"))
    [foreign] = await devices(theirs)

    answers = [await remove(tv, id_) for id_ in (foreign["id"], "dev_" + "0" * 32, "")]

    assert answers == [{"code": "NOT_FOUND", "field": ["deviceId"]}] * 3
    assert (await theirs.run(VIEWER)).data["viewer"]["profile"] == {"name": "Ada"}
