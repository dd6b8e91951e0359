"""RFC 8628, 5.1: who guesses at codes is stopped, and nobody else. The arithmetic is in
tests/domain/test_device_sign_in.py."""

import asyncio

import pytest

from domain.device_sign_in import WRONG_CODES
from tests import factories
from tests.api import Viewer
from tests.codes import LOOK, UNKNOWN, approve, look, poll, start


@pytest.fixture
async def phone(api, stores):
    """Signed in, with no profile chosen."""
    await factories.household(stores)
    return Viewer(api, (await api.sign_in(installation="phone"))["accessToken"])


async def test_5_1_after_five_wrong_codes_the_right_one_is_refused_too(api, phone):
    code = await start(api)
    wrong = [await approve(phone, f"BBBB-BBB{letter}") for letter in "BCDFG"]

    decided = await approve(phone, code["userCode"])
    seen = await phone.run(LOOK, code=code["userCode"])

    assert wrong == [UNKNOWN] * WRONG_CODES
    assert decided["code"] == "RATE_LIMITED"
    assert 0 < decided["retryAfterSeconds"] <= 15 * 60
    assert seen.codes == ["RATE_LIMITED"]
    assert (await poll(api, code["deviceCode"]))["code"] == "PENDING"


async def test_5_1_looking_is_guessing_too(api, phone):
    await start(api)

    for letter in "BCDFG":
        assert await look(phone, f"BBBB-BBB{letter}") is None

    assert (await phone.run(LOOK, code="BBBB-BBBH")).codes == ["RATE_LIMITED"]


async def test_5_1_of_many_racing_guesses_five_are_looked_at(api, phone):
    guesses = [approve(phone, f"BBBB-BB{a}{b}") for a in "BCDF" for b in "BCDFG"]

    answers = await asyncio.gather(*guesses)

    codes = [each["code"] for each in answers]
    assert (codes.count("NOT_FOUND"), codes.count("RATE_LIMITED")) == (WRONG_CODES, 15)


async def test_5_1_another_account_at_the_same_address_has_no_tries_of_its_own(api, stores, phone):
    await factories.household(stores, email="other@house.test")
    other = Viewer(api, (await api.sign_in("other@house.test"))["accessToken"])
    for letter in "BCDFG":
        await approve(phone, f"BBBB-BBB{letter}")

    assert (await approve(other, "BBBB-BBBH"))["code"] == "RATE_LIMITED"


async def test_right_codes_and_what_can_be_no_code_do_not_count_as_guesses(api, phone):
    code = await start(api)

    for _ in range(2 * WRONG_CODES):
        assert await look(phone, code["userCode"]) is not None
        assert await look(phone, "WDJB") is None

    assert (await approve(phone, code["userCode"]))["approved"] is True
