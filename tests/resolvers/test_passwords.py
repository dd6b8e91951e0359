"""Another password, the end of a session, and hashes of older figures."""

import asyncio

import pytest
from argon2 import PasswordHasher
from sqlalchemy import text, update

from domain.accounts import MOST_TRIES
from tests import factories
from tests.factories import t
from tests.resolvers.test_tries import LIMITED, REFUSED, WRONG, from_elsewhere, tried
from tests.waiting import until

CHANGE = """
mutation ($current: String!, $next: String!) {
  changePassword(current: $current, next: $next) {
    ... on SignedOut { devicesSignedOut }
    ... on Problem { code }
  }
}
"""
SIGN_OUT = "mutation { signOut { ... on SignedOut { devicesSignedOut } ... on Problem { code } } }"
REFRESH = """
mutation ($token: String!) {
  refreshToken(refreshToken: $token) { __typename ... on Problem { code } }
}
"""
VIEWER = "{ viewer { account { email } } }"


async def test_another_password_ends_every_other_session(api, stores):
    await factories.household(stores)
    sofa, kitchen, phone = [await api.sign_in(installation=name) for name in ("s", "k", "p")]

    done = await change(api, sofa, factories.PASSWORD, "another one")

    assert done == {"devicesSignedOut": 2}
    assert [await stays(api, each) for each in (sofa, kitchen, phone)] == [True, False, False]
    assert await tried(api, factories.PASSWORD) == REFUSED
    assert await tried(api, "another one") == "SignedIn"


async def test_the_password_is_asked_for_to_change_it_and_tries_are_counted(api, stores, house):
    await factories.household(stores)
    sofa = await api.sign_in(installation="sofa")

    wrong = [await change(api, sofa, WRONG, "another one") for _ in range(MOST_TRIES)]
    right = await change(api, sofa, factories.PASSWORD, "another one")

    assert wrong == [{"code": REFUSED}] * MOST_TRIES
    assert right == {"code": LIMITED}
    async with from_elsewhere(stores, house) as elsewhere:
        assert await tried(elsewhere, factories.PASSWORD) == "SignedIn"


@pytest.mark.parametrize(("current", "next_"), [("", "long enough"), ("correct horse", "short")])
async def test_what_can_be_no_password_changes_nothing(api, stores, current, next_):
    await factories.household(stores)

    assert await change(api, await api.sign_in(), current, next_) == {"code": "INVALID_INPUT"}
    assert await tried(api, factories.PASSWORD) == "SignedIn"


async def test_signing_out_ends_this_session_and_no_other(api, stores):
    await factories.household(stores)
    sofa, kitchen = [await api.sign_in(installation=name) for name in ("sofa", "kitchen")]

    done = (await api.run(SIGN_OUT, token=sofa["accessToken"])).data["signOut"]
    again = await api.run(SIGN_OUT, token=sofa["accessToken"])

    assert done == {"devicesSignedOut": 1}
    assert again.codes == ["TOKEN_INVALID"]
    assert [await is_in(api, each) for each in (sofa, kitchen)] == [False, True]


async def test_who_comes_in_by_a_password_that_is_being_changed_does_not_stay(api, stores):
    await factories.household(stores)

    async def is_waiting():
        waiting = text("SELECT count(*) FROM pg_stat_activity WHERE wait_event_type = 'Lock'")
        async with stores.begin() as other:
            return (await other.execute(waiting)).scalar_one() > 0

    async with stores.engine.connect() as tx, tx.begin():
        await tx.execute(update(t.accounts).values(password_hash="another"))
        coming = asyncio.create_task(tried(api, factories.PASSWORD))
        await until(is_waiting)

    assert await coming == REFUSED
    assert await factories.fetch(stores, t.devices) == []


async def test_a_password_of_older_figures_is_hashed_anew_on_sign_in(api, stores):
    await factories.household(stores)
    older = PasswordHasher(1, 1024, 1).hash(factories.PASSWORD)
    async with stores.begin() as tx:
        await tx.execute(update(t.accounts).values(password_hash=older))

    assert await tried(api) == REFUSED
    [(kept,)] = await factories.fetch(stores, t.accounts, t.accounts.c.password_hash)
    assert kept == older
    assert await tried(api, factories.PASSWORD) == "SignedIn"
    [(fresh,)] = await factories.fetch(stores, t.accounts, t.accounts.c.password_hash)
    assert fresh.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert await tried(api, factories.PASSWORD) == "SignedIn"


async def change(api, signed_in, current, next_):
    words = {"current": current, "next": next_}
    return (await api.run(CHANGE, words, token=signed_in["accessToken"])).data["changePassword"]


async def is_in(api, signed_in):
    """Whether neither of its tokens is refused."""
    asked_for = await api.run(VIEWER, token=signed_in["accessToken"])
    opens = "errors" not in asked_for.body
    assert opens is await stays(api, signed_in)
    return opens


async def stays(api, signed_in):
    refreshed = await api.run(REFRESH, {"token": signed_in["refreshToken"]})
    return refreshed.data["refreshToken"]["__typename"] == "SignedIn"
