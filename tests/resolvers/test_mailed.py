"""With a mail server: what is asked for, what is mailed, and what comes back from it."""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
from sqlalchemy import text, update

from tests import factories
from tests.api import Api
from tests.factories import t
from tests.mails import ask_for_reset, confirm, reset, working
from tests.resolvers.test_registration import EMAIL, TV, register

REFRESH = """
mutation ($token: String!) {
  refreshToken(refreshToken: $token) { __typename ... on Problem { code } }
}
"""
CHANGE = """
mutation ($current: String!, $next: String!) {
  changePassword(current: $current, next: $next) {
    ... on Problem { code }
    ... on GenericProblem { field }
  }
}
"""
COMMON = {"current": factories.PASSWORD, "next": "viewer2024"}  # of viewer@house.test


@pytest.fixture
async def api(stores, house):
    async with Api(stores, replace(house, sends_mails=True)) as opened:
        yield opened


@pytest.fixture
async def posted(stores, sink):
    """A worker that sends mails."""
    async with working(stores, sink):
        yield sink


async def everything(stores):
    """The whole database, as text."""
    async with stores.begin() as tx:
        names = (
            await tx.execute(text("SELECT tablename FROM pg_tables WHERE schemaname = 'public'"))
        ).scalars()
        rows = [(await tx.execute(text(f"SELECT * FROM {name}"))).all() for name in names]
    return repr(rows)


async def test_an_account_is_opened_by_who_reads_the_mail(api, stores, posted):
    answer = await register(api)
    [mail] = await posted.got(1)
    before = await factories.fetch(stores, t.accounts)

    signed_in = await confirm(api, mail.secret)

    assert answer["code"] == "PENDING"
    assert before == []
    assert mail.to == [EMAIL]
    assert mail.message["Subject"] == "Confirm your address"
    assert f"http://house.test/#/confirm/{mail.secret}" in mail.text
    assert signed_in["viewer"]["account"] == {"email": EMAIL, "profiles": [{"name": "Grace"}]}
    assert "accessToken" in await api.sign_in(EMAIL, "correct horse")


async def test_a_known_address_is_answered_alike_and_its_owner_is_told(api, stores, posted):
    await factories.household(stores)
    known = await register(api, factories.EMAIL)
    [mail] = await posted.got(1)

    unknown = await register(api)

    assert known == unknown
    assert mail.to == [factories.EMAIL]
    assert mail.message["Subject"] == "You have an account already"
    assert f"http://house.test/#/reset/{mail.secret}" in mail.text
    assert "accessToken" in await api.sign_in()
    assert await reset(api, mail.secret) == {"devicesSignedOut": 1}


async def test_no_word_of_whoever_asks_is_mailed(api, posted):
    device = TV | {"name": "visit evil.test", "installationId": "evil.test"}

    await register(api, profileName="evil.test has a prize", device=device)
    [mail] = await posted.got(1)

    assert "evil" not in mail.message.as_string()
    assert "evil" not in mail.text + mail.html


async def test_a_confirmation_is_good_once(api, stores, posted):
    await register(api)
    [mail] = await posted.got(1)

    first = await confirm(api, mail.secret)
    second = await confirm(api, mail.secret)

    assert "accessToken" in first
    assert second == {"code": "EXPIRED"}
    assert await factories.fetch(stores, t.mailed_tokens) == []


async def test_of_racing_confirmations_one_opens_the_account(api, stores, posted):
    await register(api)
    [mail] = await posted.got(1)

    answers = await asyncio.gather(*(confirm(api, mail.secret) for _ in range(5)))

    assert sorted("accessToken" in answer for answer in answers) == [False] * 4 + [True]
    assert len(await factories.fetch(stores, t.accounts)) == 1


async def test_a_link_opens_the_account_only_with_the_password_that_it_was_asked_with(
    api, stores, posted
):
    await register(api, password="the owner's")
    [own] = await posted.got(1)
    await register(api, password="a stranger's")
    [_, foreign] = await posted.got(2)

    assert await confirm(api, foreign.secret, "the owner's") == {"code": "UNAUTHENTICATED"}
    assert await factories.fetch(stores, t.accounts) == []
    assert "accessToken" in await confirm(api, own.secret, "the owner's")
    assert await confirm(api, foreign.secret, "a stranger's") == {"code": "EXPIRED"}
    assert "accessToken" in await api.sign_in(EMAIL, "the owner's")
    assert (await api.sign_in(EMAIL, "a stranger's"))["code"] == "UNAUTHENTICATED"


async def test_the_password_of_a_link_is_tried_ten_times_and_the_link_stays_good(
    api, stores, posted
):
    await register(api)
    [mail] = await posted.got(1)

    tried = [await confirm(api, mail.secret, "wrong") for _ in range(10)]
    refused = await confirm(api, mail.secret)
    await stores.redis.flushdb()  # a quarter of an hour later

    assert tried == [{"code": "UNAUTHENTICATED"}] * 10
    assert refused == {"code": "RATE_LIMITED"}
    assert "accessToken" in await confirm(api, mail.secret)


async def test_an_address_that_got_an_account_meanwhile_keeps_it(api, stores, posted):
    await register(api)
    [mail] = await posted.got(1)
    await factories.household(stores, email=EMAIL)

    assert await confirm(api, mail.secret) == {"code": "CONFLICT"}
    assert "accessToken" in await api.sign_in(EMAIL)


async def test_a_link_is_good_for_what_it_was_mailed_for_only(api, stores, posted):
    await factories.household(stores)
    await register(api)
    [opens] = await posted.got(1)
    await ask_for_reset(api)
    [_, resets] = await posted.got(2)

    assert await reset(api, opens.secret) == {"code": "EXPIRED"}
    assert await confirm(api, resets.secret) == {"code": "EXPIRED"}
    assert "accessToken" in await confirm(api, opens.secret)
    assert await reset(api, resets.secret) == {"devicesSignedOut": 0}


@pytest.mark.parametrize("guess", ["", "x", "\u00e9", "a" * 43])
async def test_a_guess_is_nothing(api, guess):
    assert await confirm(api, guess) == {"code": "EXPIRED"}
    assert await reset(api, guess) == {"code": "EXPIRED"}


async def test_links_run_out(api, stores, posted):
    await factories.household(stores)
    await register(api)
    await posted.got(1)
    await ask_for_reset(api)
    opens, resets = await posted.got(2)
    left = {row.purpose: row.expires_at for row in await factories.fetch(stores, t.mailed_tokens)}
    async with stores.begin() as tx:
        ended = t.mailed_tokens.c.expires_at - timedelta(days=1)
        await tx.execute(update(t.mailed_tokens).values(expires_at=ended))

    assert await confirm(api, opens.secret) == {"code": "EXPIRED"}
    assert await reset(api, resets.secret) == {"code": "EXPIRED"}
    assert timedelta(hours=22) < left["CONFIRM"] - left["RESET"] < timedelta(hours=24)
    assert "accessToken" in await api.sign_in()


async def test_neither_a_secret_nor_a_password_is_kept_in_clear(api, stores, posted):
    await factories.household(stores)
    await register(api, password="correct horse battery")
    await ask_for_reset(api)
    mails = await posted.got(2)

    kept = await everything(stores)

    assert EMAIL in kept
    assert "correct horse battery" not in kept
    for mail in mails:
        assert len(mail.secret) == 43
        assert mail.secret not in kept


async def test_a_new_password_ends_every_session_and_the_link(api, stores, posted):
    await factories.household(stores)
    sofa, kitchen = [await api.sign_in(installation=name) for name in ("sofa", "kitchen")]
    await ask_for_reset(api, " Viewer@House.test")
    [mail] = await posted.got(1)

    done = await reset(api, mail.secret)

    assert mail.message["Subject"] == "Set another password"
    assert done == {"devicesSignedOut": 2}
    for device in (sofa, kitchen):
        refreshed = await api.run(REFRESH, {"token": device["refreshToken"]})
        assert refreshed.data["refreshToken"]["code"] == "TOKEN_INVALID"
        asked = await api.run("{ viewer { account { email } } }", token=device["accessToken"])
        assert asked.codes == ["TOKEN_INVALID"]
    assert await reset(api, mail.secret, "a third one") == {"code": "EXPIRED"}
    assert (await api.sign_in())["code"] == "UNAUTHENTICATED"
    assert "accessToken" in await api.sign_in(password="another one")


async def test_the_owner_is_told_of_a_password_that_was_changed(api, stores, posted):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    words = {"current": factories.PASSWORD, "next": "another one"}
    await api.run(CHANGE, words, token=token)
    [changed] = await posted.got(1)
    await ask_for_reset(api)
    [_, link] = await posted.got(2)

    await reset(api, link.secret, "a third one")
    [*_, again] = await posted.got(3)

    assert [mail.to for mail in (changed, again)] == [[factories.EMAIL]] * 2
    assert {mail.message["Subject"] for mail in (changed, again)} == {"Your password was changed"}
    assert "http://house.test/#/forgot\n" in changed.text
    assert await reset(api, "forgot") == {"code": "EXPIRED"}


async def test_nobody_is_told_of_a_password_that_stayed(api, stores):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]

    for words in ({"current": "wrong", "next": "another one"}, COMMON):
        refused = (await api.run(CHANGE, words, token=token)).data["changePassword"]
        assert refused["code"] in ("UNAUTHENTICATED", "INVALID_INPUT")

    assert await factories.fetch(stores, t.mailed_tokens) == []


async def test_a_password_that_everybody_tries_is_set_by_nobody(api, stores, posted):
    await factories.household(stores)
    token = (await api.sign_in())["accessToken"]
    await ask_for_reset(api)
    [mail] = await posted.got(1)

    changed = (await api.run(CHANGE, COMMON, token=token)).data["changePassword"]

    assert changed == {"code": "INVALID_INPUT", "field": ["next"]}
    assert await reset(api, mail.secret, COMMON["next"]) == {"code": "INVALID_INPUT"}
    assert (await register(api, password="12345678"))["code"] == "INVALID_INPUT"
    assert "accessToken" in await api.sign_in()


async def test_a_new_password_has_to_be_one_and_the_link_stays_good(api, stores, posted):
    await factories.household(stores)
    await ask_for_reset(api)
    [mail] = await posted.got(1)

    assert await reset(api, mail.secret, "short") == {"code": "INVALID_INPUT"}
    assert await reset(api, mail.secret) == {"devicesSignedOut": 0}
