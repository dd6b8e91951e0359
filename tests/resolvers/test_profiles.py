"""Making, changing and deleting profiles, and what follows from it."""

import asyncio

import pytest

from domain.degradation import Dependency
from tests import factories
from tests.api import Viewer
from tests.households import DELETE, SAVE, VIEWER, delete, enter, refresh, save

PROFILE = """
{ viewer { profile {
  name kids pinned maturityAge uiLocale
  avatar { url width height dominantColor alt variantId }
  playback { audio subtitles subtitleMode autoplayNext autoplayPreviews dataSaver }
} } }
"""
TITLES = """
{ page { rows { edges { node { kind items { edges { node { title { name } } } } } } } } }
"""


def shown(reply):
    rows = [edge["node"] for edge in reply.data["page"]["rows"]["edges"]]
    [new] = [row for row in rows if row["kind"] == "NEW_RELEASES"]
    return {edge["node"]["title"]["name"] for edge in new["items"]["edges"]}


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 7})


@pytest.fixture
async def ada(api, home):
    return await api.viewer(home)


async def test_a_profile_is_as_it_was_wanted(ada):
    made = await save(
        ada,
        name="Cleo",
        avatar="whale",
        maturityAge=16,
        pin="2580",
        uiLocale="de-at",
        audio=["de", "en"],
        subtitles=["de"],
        subtitleMode="ALWAYS",
        autoplayNext=False,
        autoplayPreviews=False,
        dataSaver=True,
    )
    cleo = await enter(ada, made["profile"]["id"], "2580")

    assert (await cleo.run(PROFILE)).data["viewer"]["profile"] == {
        "name": "Cleo",
        "kids": False,
        "pinned": True,
        "maturityAge": 16,
        "uiLocale": "de-AT",
        "avatar": {
            "url": "http://house.test/web/avatars/whale.svg",
            "width": 240,
            "height": 240,
            "dominantColor": "#2a7f9e",
            "alt": "A whale",
            "variantId": "whale",
        },
        "playback": {
            "audio": ["de", "en"],
            "subtitles": ["de"],
            "subtitleMode": "ALWAYS",
            "autoplayNext": False,
            "autoplayPreviews": False,
            "dataSaver": True,
        },
    }


async def test_every_avatar_on_offer_is_served_and_may_be_chosen(api, home, ada):
    asked = "{ viewer { account { avatars { url variantId } } } }"
    faces = (await ada.run(asked)).data["viewer"]["account"]["avatars"]

    for face in faces:
        drawing = await api.http.get(face["url"])
        assert (drawing.status_code, drawing.headers["content-type"]) == (200, "image/svg+xml")
        saved = await save(ada, profileId=home.profiles["Bo"], avatar=face["variantId"])
        assert saved["profile"]["avatar"] == {"url": face["url"]}
    assert len(faces) == 8


async def test_a_sixth_profile_is_refused_and_a_name_that_is_taken(stores, ada):
    taken = await save(ada, name="BO")
    for name in ("Cleo", "Dee", "Eli"):
        await save(ada, name=name)
    sixth = await save(ada, name="Fay")

    assert taken == {"code": "CONFLICT", "field": ["input", "name"]}
    assert sixth["code"] == "CONFLICT"
    names = {row.name for row in await factories.fetch(stores, factories.t.profiles)}
    assert names == {"Ada", "Bo", "Cleo", "Dee", "Eli"}


async def test_of_racing_new_profiles_no_sixth_gets_in(stores, ada):
    answers = await asyncio.gather(*(save(ada, name=f"Racer {n}") for n in range(8)))

    assert sorted("profile" in answer for answer in answers) == [False] * 5 + [True] * 3
    assert len(await factories.fetch(stores, factories.t.profiles)) == 5


async def test_the_last_grown_up_stays(stores, home, ada):
    turned = await save(ada, profileId=home.profiles["Ada"], kids=True)
    deleted = await delete(ada, home.profiles["Ada"])

    assert turned == {"code": "CONFLICT", "field": ["input", "kids"]}
    assert deleted["code"] == "CONFLICT"
    kids = {row.name: row.kids for row in await factories.fetch(stores, factories.t.profiles)}
    assert kids == {"Ada": False, "Bo": True}


async def test_another_households_profile_is_neither_changed_nor_deleted(stores, ada):
    theirs = await factories.household(stores, email="other@house.test")

    changed = await save(ada, profileId=theirs.profiles["Ada"], name="Mine")
    deleted = await delete(ada, theirs.profiles["Ada"])

    assert [changed["code"], deleted["code"]] == ["NOT_FOUND", "NOT_FOUND"]
    names = sorted(row.name for row in await factories.fetch(stores, factories.t.profiles))
    assert names == ["Ada", "Ada", "Bo"]


async def test_a_deleted_profile_takes_what_was_watched_with_it(stores, api, home, ada):
    film = await factories.movie(stores)
    bo = await api.viewer(home, "Bo", installation="tablet")
    session = (await bo.start(film.id))["session"]["id"]
    await bo.beat(session, 30_000)

    answer = await delete(ada, home.profiles["Bo"])

    assert answer == {
        "profileId": home.profiles["Bo"],
        "account": {"profiles": [{"name": "Ada"}]},
    }
    assert await factories.fetch(stores, factories.t.watch_states) == []
    assert (await bo.run(VIEWER)).codes == ["TOKEN_INVALID"]


async def test_what_a_profile_may_see_changes_at_once(api, stores, home, ada):
    await factories.movie(stores, "For all", age=0)
    await factories.movie(stores, "For some", age=12)
    bo = await api.viewer(home, "Bo", installation="tablet")
    before = shown(await bo.run(TITLES))

    await save(ada, profileId=home.profiles["Bo"], maturityAge=12)

    ended = (await bo.run(TITLES)).codes
    now = shown(await Viewer(api, await refresh(bo)).run(TITLES))
    assert (before, ended, now) == ({"For all"}, ["TOKEN_INVALID"], {"For all", "For some"})


async def test_no_copy_shows_what_a_profile_may_not_see_any_more(api, stores, home, ada):
    await factories.movie(stores, "For all", age=0)
    await factories.movie(stores, "For grown-ups", age=18)
    cleo = (await save(ada, name="Cleo"))["profile"]["id"]
    tablet = await api.viewer(home, "Ada", installation="tablet")
    tablet.token = (await enter(tablet, cleo)).token
    assert shown(await tablet.run(TITLES)) == {"For all", "For grown-ups"}
    await stores.copies.look(stores)

    await save(ada, profileId=cleo, maturityAge=6)
    fresh = Viewer(api, await refresh(tablet))
    stores.guards[Dependency.POSTGRES].drill(closed=True)

    assert (await tablet.run(TITLES)).codes == ["TOKEN_INVALID"]
    assert shown(await fresh.run(TITLES)) == {"For all"}


async def test_a_change_of_taste_ends_no_token(api, home, ada):
    bo = await api.viewer(home, "Bo", installation="tablet")

    await save(ada, profileId=home.profiles["Bo"], name="Bobo", dataSaver=True, maturityAge=7)

    assert (await bo.run(VIEWER)).data["viewer"]["profile"] == {"name": "Bobo"}


async def test_who_changes_another_profile_goes_on_and_who_changes_their_own_does_not(home, ada):
    await save(ada, profileId=home.profiles["Bo"], maturityAge=0)
    other = await ada.run(VIEWER)
    await save(ada, profileId=home.profiles["Ada"], maturityAge=16)
    own = await ada.run(VIEWER)

    assert other.data["viewer"]["profile"] == {"name": "Ada"}
    assert own.codes == ["TOKEN_INVALID"]


async def test_a_childs_token_opens_the_profile_alone(api, home):
    bo = await api.viewer(home, "Bo")

    saved = await bo.run(SAVE, input={"profileId": home.profiles["Bo"], "kids": False})
    deleted = await bo.run(DELETE, id=home.profiles["Ada"])
    listed = await bo.run("{ viewer { account { devices { id } } } }")

    assert [saved.codes, deleted.codes, listed.codes] == [["FORBIDDEN"]] * 3
    assert "page" in (await bo.run(TITLES)).data


async def test_a_refreshed_childs_device_is_still_a_childs(api, home):
    bo = await api.viewer(home, "Bo")

    fresh = Viewer(api, await refresh(bo))

    assert (await fresh.run(SAVE, input={"name": "Mine"})).codes == ["FORBIDDEN"]
