"""RFC 8628 over GraphQL: a TV that polls, a phone that decides. Numbers are its sections."""

import asyncio
from datetime import datetime
from urllib.parse import parse_qs, urlsplit

import pytest
from sqlalchemy import text

from domain.device_sign_in import CODE_TTL, MOST_ASKED
from stores.tables import device_sign_ins, devices, refresh_tokens
from tests import factories
from tests.api import Viewer
from tests.codes import APPROVE, LOOK, UNKNOWN, approve, look, pass_time, poll, start

VIEWER = "{ viewer { account { email } device { name current } } }"


@pytest.fixture
async def home(stores):
    return await factories.household(stores)


@pytest.fixture
async def phone(api, home):
    """Signed in, with no profile chosen."""
    return Viewer(api, (await api.sign_in(installation="phone"))["accessToken"])


async def test_3_1_and_3_2_a_device_gets_two_codes_two_addresses_an_end_and_an_interval(api):
    code = await start(api)

    assert len(code["deviceCode"]) == 43
    assert code["verificationUri"] == "http://house.test/link"
    complete = urlsplit(code["verificationUriComplete"])
    assert parse_qs(complete.query) == {"code": [code["userCode"]]}
    assert complete._replace(query="").geturl() == code["verificationUri"]
    assert code["intervalSeconds"] == 5
    expires_at = datetime.fromisoformat(code["expiresAt"])
    now = datetime.now(expires_at.tzinfo)
    assert now < expires_at <= now + CODE_TTL


async def test_3_1_a_device_says_which_client_it_is(api):
    refused = await start(api, installationId="")

    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "installationId"])


async def test_3_3_and_3_3_1_and_5_4_the_phone_sees_what_asks_and_from_where_before_it_decides(
    api, phone
):
    code = await start(api)

    seen = await look(phone, code["userCode"].lower().replace("-", " "))

    assert seen == {
        "userCode": code["userCode"],
        "kind": "TV",
        "name": "Bedroom",
        "appVersion": "2.1",
        "askedFrom": "127.0.0.1",
        "fromHere": True,
        "askedAt": seen["askedAt"],
        "expiresAt": code["expiresAt"],
    }
    assert (await poll(api, code["deviceCode"]))["code"] == "PENDING"


async def test_5_4_a_device_that_asks_from_elsewhere_is_shown_to_do_so(api, stores, phone):
    code = await start(api)
    async with stores.begin() as tx:
        await tx.execute(text("UPDATE device_sign_ins SET asked_from = '192.0.2.7'"))

    seen = await look(phone, code["userCode"])

    assert (seen["askedFrom"], seen["fromHere"]) == ("192.0.2.7", False)


async def test_3_3_nobody_decides_who_is_not_signed_in(api):
    code = await start(api)

    seen = await api.run(LOOK, {"code": code["userCode"]})
    decided = await api.run(APPROVE, {"code": code["userCode"]})

    assert (seen.codes, decided.codes) == (["UNAUTHENTICATED"], ["UNAUTHENTICATED"])
    assert (await poll(api, code["deviceCode"]))["code"] == "PENDING"


async def test_3_4_and_3_5_an_approved_device_is_signed_in_to_the_account_that_approved(
    api, stores, home, phone
):
    code = await start(api)
    await poll(api, code["deviceCode"])

    decided = await approve(phone, code["userCode"])
    tokens = await poll(api, code["deviceCode"])

    shown = {"userCode": code["userCode"], "name": "Bedroom"}
    assert decided == {"approved": True, "device": shown}
    assert tokens["viewer"] == {
        "account": {"email": home.email},
        "device": {"name": "Bedroom", "kind": "TV"},
        "profile": None,
    }
    seen = (await api.run(VIEWER, token=tokens["accessToken"])).data["viewer"]
    assert seen["device"] == {"name": "Bedroom", "current": True}
    assert await factories.fetch(stores, device_sign_ins) == []


async def test_3_4_a_device_code_nobody_was_given_is_answered_as_one_that_is_over(api, stores):
    code = await start(api)
    await pass_time(stores, minutes=10)

    over, unknown = await poll(api, code["deviceCode"]), await poll(api, "x" * 43)

    assert over == unknown
    assert over["code"] == "EXPIRED"
    assert over["retryAfterSeconds"] is None


async def test_3_4_a_user_code_is_no_device_code(api, phone):
    code = await start(api)
    await approve(phone, code["userCode"])

    assert (await poll(api, code["userCode"]))["code"] == "EXPIRED"


async def test_3_5_a_device_waits_while_nobody_has_decided(api, stores):
    code = await start(api)

    first = await poll(api, code["deviceCode"])
    await pass_time(stores, seconds=5)
    second = await poll(api, code["deviceCode"])

    assert (first["code"], first["retryAfterSeconds"]) == ("PENDING", 5)
    assert second == first


async def test_3_5_slow_down_is_for_good_and_every_one_adds_five_seconds(api, stores):
    code = await start(api)
    await poll(api, code["deviceCode"])

    slowed = [await poll(api, code["deviceCode"]) for _ in range(2)]
    await pass_time(stores, seconds=15)
    patient = await poll(api, code["deviceCode"])
    await pass_time(stores, seconds=10)
    as_before = await poll(api, code["deviceCode"])

    told = [(each["code"], each["retryAfterSeconds"]) for each in (*slowed, patient, as_before)]
    assert told == [("SLOW_DOWN", 10), ("SLOW_DOWN", 15), ("PENDING", 15), ("SLOW_DOWN", 20)]


async def test_3_5_the_answer_is_not_held_back_from_a_device_that_asks_too_soon(api, phone):
    code = await start(api)
    await poll(api, code["deviceCode"])
    await approve(phone, code["userCode"])

    assert "accessToken" in await poll(api, code["deviceCode"])


async def test_3_5_a_device_that_was_denied_is_told_so_each_time_and_gets_nothing(
    api, stores, phone
):
    code = await start(api)

    decided = await approve(phone, code["userCode"], approve=False)
    polls = [await poll(api, code["deviceCode"]) for _ in range(2)]

    assert decided["approved"] is False
    assert [each["code"] for each in polls] == ["DENIED", "DENIED"]
    assert len(await factories.fetch(stores, devices)) == 1
    assert await approve(phone, code["userCode"]) == UNKNOWN


async def test_3_5_an_approval_that_was_not_collected_in_time_is_worth_nothing(api, stores, phone):
    code = await start(api)
    await approve(phone, code["userCode"])
    await pass_time(stores, minutes=10)

    assert (await poll(api, code["deviceCode"]))["code"] == "EXPIRED"
    assert len(await factories.fetch(stores, devices)) == 1


async def test_of_thirty_racing_polls_one_has_the_tokens_and_there_is_one_session(
    api, stores, phone
):
    code = await start(api)
    await approve(phone, code["userCode"])

    answers = await asyncio.gather(*(poll(api, code["deviceCode"]) for _ in range(30)))

    assert sum("accessToken" in each for each in answers) == 1
    assert sum(each.get("code") == "EXPIRED" for each in answers) == 29
    assert len(await factories.fetch(stores, devices)) == 2
    assert len(await factories.fetch(stores, refresh_tokens)) == 2


async def test_a_device_whose_answer_was_lost_signs_in_with_another_code_as_the_same_device(
    api, stores, phone
):
    lost = await start(api)
    await approve(phone, lost["userCode"])
    nobodys = await poll(api, lost["deviceCode"])
    assert (await poll(api, lost["deviceCode"]))["code"] == "EXPIRED"

    code = await start(api)
    await approve(phone, code["userCode"])
    tokens = await poll(api, code["deviceCode"])

    assert tokens["viewer"] == nobodys["viewer"]
    assert len(await factories.fetch(stores, devices)) == 2
    assert len(await factories.fetch(stores, refresh_tokens)) == 2


async def test_a_code_decided_by_one_household_is_unknown_to_another(api, stores, phone):
    await factories.household(stores, email="other@house.test")
    stranger = Viewer(api, (await api.sign_in("other@house.test"))["accessToken"])
    code = await start(api)
    await approve(phone, code["userCode"])

    assert await look(stranger, code["userCode"]) is None
    assert await approve(stranger, code["userCode"]) == UNKNOWN
    assert await approve(stranger, code["userCode"], approve=False) == UNKNOWN
    assert await approve(stranger, "BBBB-BBBB") == UNKNOWN
    assert "accessToken" in await poll(api, code["deviceCode"])


async def test_5_2_a_device_code_has_256_bits_and_is_stored_as_its_digest_only(api, stores):
    code = await start(api)
    other = await start(api)

    [(stored,), _] = await factories.fetch(
        stores, device_sign_ins, device_sign_ins.c.device_code_digest
    )

    assert code["deviceCode"] != other["deviceCode"]
    assert len(stored) == 32
    assert code["deviceCode"].encode() not in stored


async def test_5_3_a_device_cannot_call_itself_what_would_fool_who_decides(api):
    refused = await start(api, name="TV\u202e")

    assert (refused["code"], refused["field"]) == ("INVALID_INPUT", ["input", "name"])


async def test_one_address_has_so_many_codes_at_a_time_and_no_more(api, stores):
    given = [await start(api) for _ in range(MOST_ASKED)]

    refused = await start(api)

    assert all("userCode" in each for each in given)
    assert refused["code"] == "RATE_LIMITED"
    assert len(await factories.fetch(stores, device_sign_ins)) == MOST_ASKED
