import asyncio
from datetime import UTC, datetime, timedelta

import pytest
import structlog
from sqlalchemy import delete, update

from domain.sessions import DEVICE_SESSION_TTL, REFRESH_GRACE, SESSION_TTL
from stores.sql import devices as devices_sql
from tests import factories
from tests.api import SELECT_PROFILE, Viewer

REFRESH = """
mutation ($token: String!) {
  refreshToken(refreshToken: $token) {
    ... on SignedIn { accessToken refreshToken viewer { profile { name } } }
    ... on Problem { code }
  }
}
"""
VIEWER = "{ viewer { profile { name } } }"
REFUSED = {"code": "TOKEN_INVALID"}


async def refresh(api, token):
    return (await api.run(REFRESH, {"token": token})).data["refreshToken"]


async def kept(stores):
    return await factories.fetch(stores, factories.t.refresh_tokens)


async def spent_long_ago(stores):
    tokens = factories.t.refresh_tokens
    async with stores.begin() as tx:
        await tx.execute(update(tokens).values(spent_at=tokens.c.spent_at - 2 * REFRESH_GRACE))


async def test_a_refreshed_device_keeps_its_profile(api, stores):
    home = await factories.household(stores, ages={"Ada": 18, "Bo": 7})
    viewer = await api.viewer(home, "Bo")

    fresh = await refresh(api, viewer.refresh_token)

    assert fresh["viewer"] == {"profile": {"name": "Bo"}}


async def test_a_refresh_token_works_once_and_its_successor_after_it(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]

    first = await refresh(api, token)
    second = await refresh(api, first["refreshToken"])

    assert len({token, first["refreshToken"], second["refreshToken"]}) == 3
    assert "accessToken" in await refresh(api, second["refreshToken"])


async def test_a_lost_answer_is_given_once_more_with_the_same_successor(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]

    lost = await refresh(api, token)
    again = await refresh(api, token)

    assert again["refreshToken"] == lost["refreshToken"]
    assert len(await kept(stores)) == 2
    assert "accessToken" in await refresh(api, again["refreshToken"])


async def ends_everything(api, stores, access_token, *refresh_tokens):
    """Whether nothing of this device is good any more."""
    tries = [await refresh(api, token) for token in refresh_tokens]
    looked = await api.run(VIEWER, token=access_token)
    return tries == [REFUSED] * len(tries) and looked.codes == ["TOKEN_INVALID"]


async def test_a_spent_token_asked_for_a_third_time_ends_the_session(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]
    fresh = await refresh(api, token)
    await refresh(api, token)

    third = await refresh(api, token)

    assert third == REFUSED
    assert await kept(stores) == []
    assert await ends_everything(api, stores, fresh["accessToken"], fresh["refreshToken"])


async def test_a_spent_token_whose_successor_was_used_ends_the_session(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]
    first = await refresh(api, token)
    second = await refresh(api, first["refreshToken"])

    thief = await refresh(api, token)

    assert thief == REFUSED
    assert await kept(stores) == []
    assert await ends_everything(api, stores, second["accessToken"], second["refreshToken"])


async def test_a_spent_token_after_the_grace_ends_the_session(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]
    fresh = await refresh(api, token)
    await spent_long_ago(stores)

    late = await refresh(api, token)

    assert late == REFUSED
    assert await ends_everything(api, stores, fresh["accessToken"], fresh["refreshToken"])


async def test_a_replay_ends_the_session_of_its_device_only(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]
    kitchen = await api.sign_in(installation="kitchen")
    for _ in range(3):
        await refresh(api, token)

    looked = await api.run(VIEWER, token=kitchen["accessToken"])

    assert looked.data == {"viewer": {"profile": None}}
    assert "accessToken" in await refresh(api, kitchen["refreshToken"])


async def test_what_is_no_token_of_ours_ends_nothing(api, stores):
    await factories.household(stores)
    signed_in = await api.sign_in()

    tries = [await refresh(api, token) for token in ("", "x", "é" * 40)]

    assert tries == [REFUSED] * 3
    assert "accessToken" in await refresh(api, signed_in["refreshToken"])


async def test_a_token_that_ran_out_is_refused_and_ends_nothing(api, stores):
    await factories.household(stores)
    signed_in = await api.sign_in()
    tokens = factories.t.refresh_tokens
    async with stores.begin() as tx:
        await tx.execute(update(tokens).values(expires_at=datetime.now(UTC)))

    late = await refresh(api, signed_in["refreshToken"])

    assert late == REFUSED
    assert [token.spent_at for token in await kept(stores)] == [None]
    looked = await api.run(VIEWER, token=signed_in["accessToken"])
    assert looked.data == {"viewer": {"profile": None}}


async def test_a_browser_stays_signed_in_for_a_day_of_idleness_and_a_television_for_a_month(
    api, stores
):
    await factories.household(stores)
    television = (await api.sign_in())["refreshToken"]
    browser = (await api.sign_in(installation="browser", kind="WEB"))["refreshToken"]
    now = datetime.now(UTC)

    await refresh(api, television)
    await refresh(api, browser)

    ends = sorted(token.expires_at - now for token in await kept(stores))
    for left, whole in zip(ends, [SESSION_TTL] * 2 + [DEVICE_SESSION_TTL] * 2, strict=True):
        assert abs(left - whole) < timedelta(seconds=20)


async def test_of_thirty_racing_uses_one_successor_is_made_and_the_replay_ends_it(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]

    answers = await asyncio.gather(*(refresh(api, token) for _ in range(30)))

    given = [answer for answer in answers if "accessToken" in answer]
    assert len(given) == 2
    assert len({answer["refreshToken"] for answer in given}) == 1
    assert answers.count(REFUSED) == 28
    assert await kept(stores) == []
    assert await ends_everything(api, stores, given[0]["accessToken"], given[0]["refreshToken"])


async def test_signing_in_anew_ends_what_was_just_spent_too(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]
    fresh = await refresh(api, token)

    anew = await api.sign_in()

    assert await refresh(api, token) == REFUSED
    assert await refresh(api, fresh["refreshToken"]) == REFUSED
    assert "accessToken" in await refresh(api, anew["refreshToken"])


async def test_refresh_tokens_are_not_kept_in_clear(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]

    successor = (await refresh(api, token))["refreshToken"]

    rows = await kept(stores)
    assert {len(row.digest) for row in rows} == {32}
    for row in rows:
        for secret in (token, successor):
            assert secret.encode() not in bytes(row.digest) + bytes(row.sealed_successor or b"")


async def test_a_device_that_was_signed_out_gets_no_more_keys_and_no_more_beats(api, stores):
    home, film = await factories.household(stores), await factories.movie(stores)
    viewer = await api.viewer(home)
    started = await viewer.start(film.id)
    for _ in range(3):
        await refresh(api, viewer.refresh_token)

    [kid, _] = film.keys[factories.TrackClass.SD]
    door = f"/license/key/{kid.hex}?token={started['drm']['token']}"
    answer = await api.http.get(door)
    beat = await Viewer(api, viewer.token).run(VIEWER)

    assert answer.json()["code"] == "SESSION_LOST"
    assert beat.codes == ["TOKEN_INVALID"]


async def test_a_revocation_that_is_not_known_yet_still_makes_no_new_token(api, stores):
    home = await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    [device] = await factories.fetch(stores, factories.t.devices)
    async with stores.begin() as tx:
        await devices_sql.end_access(tx, [device.id], datetime.now(UTC))

    answer = await api.run(SELECT_PROFILE, {"id": home.profiles["Ada"]}, token=token)

    assert answer.data["selectProfile"]["code"] == "TOKEN_INVALID"
    [device] = await factories.fetch(stores, factories.t.devices)
    assert device.profile_id is None


async def test_a_device_whose_access_ended_refreshes_and_comes_in_again(api, stores):
    await factories.household(stores)
    signed_in = await api.sign_in()
    [device] = await factories.fetch(stores, factories.t.devices)
    async with stores.begin() as tx:
        revoked = await devices_sql.end_access(tx, [device.id], datetime.now(UTC))
    await stores.revocations.tell(revoked)

    before = await api.run(VIEWER, token=signed_in["accessToken"])
    fresh = await refresh(api, signed_in["refreshToken"])

    assert before.codes == ["TOKEN_INVALID"]
    assert "viewer" in (await api.run(VIEWER, token=fresh["accessToken"])).data


@pytest.mark.parametrize("gone", ["accounts", "devices", "profiles"])
async def test_a_token_of_somebody_who_is_gone_opens_nothing(api, stores, gone):
    viewer = await api.viewer(await factories.household(stores))
    async with stores.begin() as tx:
        await tx.execute(delete(factories.t.metadata.tables[gone]))

    looked = await viewer.run(VIEWER)

    assert looked.codes == ["TOKEN_INVALID"]


@pytest.mark.parametrize(
    "header",
    [
        "{}",
        "Bearer{}",
        "Basic {}",
        "Bearer  {}",
        "Bearer\t{}",
        "Bearer {} x",
        "Bearer {},{}",
        "Bearer ",
    ],
)
async def test_a_good_token_in_another_form_of_header_is_none(api, stores, header):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]

    headers = {"Authorization": header.format(token, token)}
    answer = await api.http.post("/graphql", json={"query": VIEWER}, headers=headers)

    assert answer.json()["errors"][0]["extensions"]["code"] == "TOKEN_INVALID"


async def test_signing_out_and_coming_back_is_logged_without_what_opens_doors(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["refreshToken"]

    with structlog.testing.capture_logs() as lines:
        answers = [await refresh(api, token) for _ in range(3)]

    events = {line["event"]: line for line in lines}
    [device] = await factories.fetch(stores, factories.t.devices)
    assert events["refresh_token_replayed"]["device"] == device.id
    assert (events["revoked"]["device"], events["revoked"]["epoch"]) == (device.id, 2)
    for secret in (token, answers[0]["refreshToken"], answers[0]["accessToken"], factories.EMAIL):
        assert secret not in str(lines)
