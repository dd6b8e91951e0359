"""Who is let in: one clear answer to every token that is not good."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from domain.tokens import AccessClaims, LicenseClaims, issue_access, issue_license
from tests import factories
from tests.api import BEAT, SELECT_PROFILE, SIGN_IN, START, STOP

NODE = '{ node(id: "mov_00000000000000000000000000000000") { id } }'
PAGE = "{ page { id } }"
VIEWER = "{ viewer { account { email } profile { name } device { name current } } }"
ROOTS = {
    NODE: {},
    PAGE: {},
    SELECT_PROFILE: {"id": "pro_1"},
    STOP: {"id": "pbs_1", "at": 1},
    BEAT: {"input": {"sessionId": "pbs_1", "sequence": 1, "positionMs": 1, "state": "PLAYING"}},
    START: {
        "input": {
            "playableId": "mov_1",
            "idempotencyKey": "once",
            "capabilities": {"codecs": ["avc1"], "maxHeight": 720, "drm": ["CLEARKEY"]},
        }
    },
}


@pytest.mark.parametrize("document", ROOTS)
async def test_a_stranger_is_told_to_sign_in(api, document):
    reply = await api.run(document, ROOTS[document])

    assert reply.codes == ["UNAUTHENTICATED"]


async def test_nobody_is_a_viewer_before_sign_in(api):
    assert (await api.run(VIEWER)).data == {"viewer": None}


@pytest.fixture
async def claims(api, stores):
    home = await factories.household(stores)
    signed_in = await api.sign_in()
    assert signed_in["viewer"]["account"]["email"] == home.email
    device_id = (await factories.fetch(stores, factories.t.devices))[0].id
    now = datetime.now(UTC)
    return AccessClaims(
        account_id=home.account_id,
        device_id=device_id,
        profile_id=home.profiles["Ada"],
        kids=False,
        epoch=1,
        issued_at=now,
        expires_at=now + timedelta(minutes=1),
    )


async def test_a_good_token_is_let_in(api, house, claims):
    reply = await api.run(VIEWER, token=issue_access(house.token_keys, claims))

    assert reply.data["viewer"]["profile"] == {"name": "Ada"}
    assert reply.data["viewer"]["device"] == {"name": "Living room", "current": True}


async def test_an_expired_token_is_told_from_an_invalid_one(api, house, claims):
    expired = replace(claims, expires_at=datetime.now(UTC) - timedelta(seconds=1))

    reply = await api.run(VIEWER, token=issue_access(house.token_keys, expired))

    assert reply.codes == ["TOKEN_EXPIRED"]


async def test_a_tampered_token_is_invalid(api, house, claims):
    token = issue_access(house.token_keys, claims)
    header, body, signature = token.split(".")
    swapped = "A" if body[10] != "A" else "B"

    reply = await api.run(VIEWER, token=f"{header}.{body[:10]}{swapped}{body[11:]}.{signature}")

    assert reply.codes == ["TOKEN_INVALID"]


async def test_a_license_token_does_not_open_the_api(api, house, claims):
    license_claims = LicenseClaims("pbs_" + "0" * 32, claims.expires_at)

    reply = await api.run(VIEWER, token=issue_license(house.token_keys, license_claims))

    assert reply.codes == ["TOKEN_INVALID"]


async def test_a_token_of_a_household_that_is_gone_is_invalid(api, house, claims):
    ghost = replace(claims, account_id="acc_" + "0" * 32)

    reply = await api.run(VIEWER, token=issue_access(house.token_keys, ghost))

    assert reply.codes == ["TOKEN_INVALID"]


async def test_a_profile_must_be_chosen_before_pages_are_shown(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]

    reply = await api.run(PAGE, token=token)

    assert reply.codes == ["FORBIDDEN"]


@pytest.mark.parametrize(
    ("email", "password"),
    [(factories.EMAIL, "wrong"), ("nobody@house.test", factories.PASSWORD)],
)
async def test_a_wrong_password_and_an_unknown_address_are_one_answer(api, stores, email, password):
    await factories.household(stores)

    answer = await api.sign_in(email, password)

    assert answer == {
        "code": "UNAUTHENTICATED",
        "message": "This e-mail and password do not belong together.",
    }
    assert await factories.fetch(stores, factories.t.devices) == []


async def test_a_text_with_a_nul_is_refused_before_it_reaches_anything(api):
    device = {"installationId": "i\0", "kind": "TV", "name": "n", "appVersion": "1"}
    wanted = {"email": "a", "password": "b", "device": device}

    response = await api.http.post(
        "/graphql", json={"query": SIGN_IN, "variables": {"input": wanted}}
    )

    assert response.status_code == 400


@pytest.mark.parametrize("body", [b'{"query": NaN}', b"[" * 100_000, b'{"query": "\\ud800"}', b"{"])
async def test_what_is_no_json_of_ours_is_a_bad_request(api, body):
    response = await api.http.post(
        "/graphql", content=body, headers={"Content-Type": "application/json"}
    )

    assert response.status_code == 400
