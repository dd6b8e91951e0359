from datetime import UTC, datetime

from stores.sql.households import set_password
from tests import factories
from tests.api import SELECT_PROFILE

VIEWER = "{ viewer { profile { name } } }"
NODE = "query ($id: ID!) { node(id: $id) { id __typename } }"


async def test_signing_in_again_on_a_device_does_not_add_another(api, stores):
    await factories.household(stores)

    await api.sign_in()
    await api.sign_in()
    await api.sign_in(installation="kitchen")

    installations = await factories.fetch(stores, factories.t.devices)
    assert sorted(device.installation_id for device in installations) == ["kitchen", "living-room"]


async def test_signing_in_again_on_a_device_is_the_same_device_and_ends_nothing(api, stores):
    home = await factories.household(stores)
    film = await factories.movie(stores)
    before = await api.viewer(home)
    await before.start(film.id)

    anew = await api.sign_in()

    assert (await before.run(VIEWER)).data == {"viewer": {"profile": {"name": "Ada"}}}
    seen = await api.run(VIEWER, token=anew["accessToken"])
    assert seen.data == {"viewer": {"profile": None}}
    [playing] = await factories.fetch(stores, factories.t.playback_sessions)
    assert playing.ended_at is None
    assert len(await factories.fetch(stores, factories.t.devices)) == 1


async def test_the_address_is_read_without_case(api, stores):
    await factories.household(stores)

    assert "accessToken" in await api.sign_in(factories.EMAIL.upper())


async def test_a_profile_of_another_household_cannot_be_chosen(api, stores):
    await factories.household(stores)
    theirs = await factories.household(stores, email="other@house.test")
    token = (await api.sign_in())["accessToken"]

    answer = await api.run(SELECT_PROFILE, {"id": theirs.profiles["Ada"]}, token=token)

    assert answer.data["selectProfile"]["code"] == "NOT_FOUND"
    [device] = await factories.fetch(stores, factories.t.devices)
    assert device.profile_id is None


async def test_a_device_that_was_signed_out_chooses_no_profile(api, stores):
    home = await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    async with stores.begin() as tx:
        await set_password(tx, home.email, "another hash", datetime.now(UTC))

    answer = await api.run(SELECT_PROFILE, {"id": home.profiles["Ada"]}, token=token)

    assert answer.data["selectProfile"]["code"] == "TOKEN_INVALID"
    [device] = await factories.fetch(stores, factories.t.devices)
    assert device.profile_id is None


async def test_nothing_of_another_household_is_found_by_its_id(api, stores):
    mine = await factories.household(stores)
    theirs = await factories.household(stores, email="other@house.test")
    film = await factories.movie(stores)
    other = await api.viewer(theirs)
    session = await other.start(film.id)
    viewer = await api.viewer(mine)
    devices = await factories.fetch(stores, factories.t.devices)
    foreign = [
        theirs.account_id,
        theirs.profiles["Ada"],
        *(device.id for device in devices if device.account_id == theirs.account_id),
        session["session"]["id"],
    ]

    for id_ in foreign:
        assert (await viewer.run(NODE, id=id_)).data == {"node": None}
        assert (await other.run(NODE, id=id_)).data["node"]["id"] == id_


async def test_what_is_no_id_is_nothing(api, stores):
    viewer = await api.viewer(await factories.household(stores))

    for id_ in ("", "x", "mov_" + "0" * 32, "med_" + "0" * 32):
        assert (await viewer.run(NODE, id=id_)).data == {"node": None}
