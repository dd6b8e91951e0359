"""Whoever was thrown out stays out, and what is a child's by now opens no more than that."""

import asyncio
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import insert, text

from domain.house import House
from domain.sessions import MOST_SIGNED_IN, digest
from domain.tokens import ACCESS_TTL, issue_access, read_access
from stores.sql import households
from tests import factories
from tests.api import SELECT_PROFILE, Viewer
from tests.codes import approve, poll, start
from tests.factories import t
from tests.household import ERASE
from tests.households import REFRESH, VIEWER, delete, enter, refresh, save
from tests.resolvers.test_passwords import CHANGE
from tests.waiting import until

NEXT = "another one"
DEVICES = "{ viewer { account { devices { id } } } }"
RESET = """
mutation ($token: String!, $next: String!) {
  resetPassword(token: $token, next: $next) { __typename } }
"""


async def by_its_owner(api, home, owner):
    await owner.run(CHANGE, current=factories.PASSWORD, next=NEXT)


async def by_mail(api, home, owner):
    mail = {"id": "mai_1", "purpose": "RESET", "email": home.email, "digest": digest("secret")}
    later = datetime.now(UTC) + timedelta(hours=1)
    async with api.stores.begin() as tx:
        await tx.execute(
            insert(t.mailed_tokens).values(mail | {"payload": {}, "expires_at": later})
        )
    await api.run(RESET, {"token": "secret", "next": NEXT})


async def by_the_operator(api, home, owner):
    fresh = await api.stores.passwords.hash(NEXT)
    async with api.stores.begin() as tx:
        _, revoked = await households.set_password(tx, home.email, fresh, datetime.now(UTC))
    await api.stores.revocations.tell(revoked)


@pytest.mark.parametrize("changes", [by_its_owner, by_mail, by_the_operator])
async def test_a_code_that_was_approved_does_not_outlive_the_password(api, stores, changes):
    home = await factories.household(stores)
    owner, thief = await on(api, "owner"), await on(api, "thief")
    code = await start(api)
    await approve(thief, code["userCode"])

    await changes(api, home, owner)

    assert (await poll(api, code["deviceCode"]))["code"] == "EXPIRED"
    assert "accessToken" in await api.sign_in(password=NEXT)


async def test_the_device_a_password_is_changed_on_stays_signed_in_and_has_to_refresh(api, stores):
    await factories.household(stores)
    owner = await on(api, "owner")

    await owner.run(CHANGE, current=factories.PASSWORD, next=NEXT)

    assert (await owner.run(DEVICES)).codes == ["TOKEN_INVALID"]
    fresh = Viewer(api, await refresh(owner))
    assert len((await fresh.run(DEVICES)).data["viewer"]["account"]["devices"]) == 1


async def test_a_token_of_a_profile_lasts_no_longer_than_the_one_it_was_asked_with(
    api, stores, house: House
):
    home = await factories.household(stores)
    whole = await on(api, "owner")
    now = datetime.now(UTC)
    claims = read_access(house.token_keys, whole.token, now=now)
    early = now.replace(microsecond=0) - ACCESS_TTL / 2
    older = type(claims)(
        claims.account_id,
        claims.device_id,
        None,
        kids=False,
        epoch=claims.epoch,
        issued_at=early,
        expires_at=early + ACCESS_TTL,
    )

    asked = Viewer(api, issue_access(house.token_keys, older))
    chosen = (await asked.run(SELECT_PROFILE, id=home.profiles["Ada"])).data["selectProfile"]

    ends = read_access(house.token_keys, chosen["accessToken"], now=now).expires_at
    assert ends == older.expires_at


@pytest.mark.parametrize("is_erased", [False, True])
async def test_a_device_in_a_childs_hands_is_signed_out_when_the_childs_profile_goes(
    api, stores, is_erased
):
    home = await factories.household(stores, ages={"Ada": 18, "Bo": 18, "Kid": 7})
    tablet = await api.viewer(home, "Kid", installation="tablet")
    phone = await api.viewer(home, "Bo", installation="phone")
    ada = await api.viewer(home, installation="sofa")

    for name in ("Kid", "Bo"):
        if is_erased:
            wanted = {"password": factories.PASSWORD, "profile": home.profiles[name]}
            await ada.run(ERASE, **wanted)
        else:
            await delete(ada, home.profiles[name])

    refreshed = (await api.run(REFRESH, {"token": tablet.refresh_token})).data["refreshToken"]
    assert refreshed == {"code": "TOKEN_INVALID"}
    alone = Viewer(api, await refresh(phone))
    assert (await alone.run(VIEWER)).data["viewer"]["profile"] is None


async def test_of_too_many_devices_the_one_that_was_idle_longest_is_signed_out(api, stores):
    await factories.household(stores)
    first, _ = await on(api, "first"), await on(api, "second")
    for number in range(MOST_SIGNED_IN - 2):
        last = await on(api, f"device {number}")

    await on(api, "second")  # anew, so that it is not one more
    before = len((await last.run(DEVICES)).data["viewer"]["account"]["devices"])
    await on(api, "one more")

    after = len((await last.run(DEVICES)).data["viewer"]["account"]["devices"])
    assert (before, after) == (MOST_SIGNED_IN, MOST_SIGNED_IN)
    assert (await first.run(DEVICES)).codes == ["TOKEN_INVALID"]


async def test_a_refresh_under_way_does_not_outlive_the_erased_household(api, stores):
    await factories.household(stores)
    tv, phone = await on(api, "tv"), await on(api, "phone")
    asked = {"token": tv.refresh_token}

    async with stores.engine.connect() as tx, tx.begin():
        tokens = text("SELECT FROM refresh_tokens WHERE digest = :digest FOR UPDATE")
        await tx.execute(tokens, {"digest": digest(tv.refresh_token)})
        refreshing = asyncio.create_task(api.run(REFRESH, asked))
        await until_waiting(stores, 1)  # its successor is written, and not committed
        erasing = asyncio.create_task(phone.run(ERASE, password=factories.PASSWORD))
        await until_waiting(stores, 2)

    fresh = (await refreshing).data["refreshToken"]
    assert (await erasing).data["eraseMyData"]["state"] == "QUEUED"
    assert await factories.fetch(stores, t.refresh_tokens) == []
    assert "accessToken" in fresh


async def test_who_refreshes_in_a_household_that_is_being_erased_is_told_so(api, stores):
    await factories.household(stores)
    tv = await on(api, "tv")
    async with stores.begin() as tx:
        await tx.execute(text("UPDATE accounts SET email = NULL"))

    refreshed = await api.run(REFRESH, {"token": tv.refresh_token})

    assert refreshed.data["refreshToken"] == {"code": "TOKEN_INVALID"}


@pytest.mark.parametrize("narrowed", [{"kids": True}, {"maturityAge": 16}])
async def test_a_profile_that_may_see_less_plays_no_further(api, stores, narrowed):
    home = await factories.household(stores, ages={"Ada": 18, "Teen": 18})
    film = await factories.movie(stores, age=18)
    teen = await api.viewer(home, "Teen", installation="tablet")
    ada = await api.viewer(home, installation="sofa")
    [kid, _] = film.keys[factories.TrackClass.SD]
    started, other = await teen.start(film.id), (await ada.start(film.id))["session"]["id"]

    await save(ada, profileId=home.profiles["Teen"], **narrowed)

    teen = Viewer(api, await refresh(teen))
    assert (await teen.beat(started["session"]["id"], 9000))["code"] == "SESSION_LOST"
    key = await api.http.get(f"/license/key/{kid.hex}?token={started['drm']['token']}")
    assert key.json()["code"] == "SESSION_LOST"
    ada = ada if "maturityAge" in narrowed else Viewer(api, await refresh(ada))
    assert "watchState" in await ada.beat(other, 9000)


async def test_a_profile_that_may_see_more_plays_on(api, stores):
    home = await factories.household(stores, ages={"Ada": 18, "Teen": 12})
    film = await factories.movie(stores)
    teen = await api.viewer(home, "Teen", installation="tablet")
    session = (await teen.start(film.id))["session"]["id"]

    await save(await api.viewer(home), profileId=home.profiles["Teen"], maturityAge=16)

    assert "watchState" in await Viewer(api, await refresh(teen)).beat(session, 9000)


async def test_who_makes_a_profile_a_childs_keeps_no_token_of_it_from_before(api, stores):
    home = await factories.household(stores, ages={"Ada": 18, "Teen": 16})
    teen = await api.viewer(home, "Teen")
    ada = await enter(teen, home.profiles["Ada"])

    saved = await save(ada, profileId=home.profiles["Teen"], kids=True)

    assert saved["profile"]["kids"]
    assert (await teen.run(DEVICES)).codes == ["TOKEN_INVALID"]
    assert (await Viewer(api, await refresh(ada)).run(VIEWER)).data["viewer"]["profile"] == {
        "name": "Ada"
    }


async def on(api, installation):
    signed_in = await api.sign_in(installation=installation)
    return Viewer(api, signed_in["accessToken"], signed_in["refreshToken"])


async def until_waiting(stores, how_many):
    waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")

    async def are_waiting():
        async with stores.begin() as other:
            return (await other.execute(waiting)).scalar_one() == how_many

    await until(are_waiting)
