"""How often may a password be tried, by whom, and does an answer tell who has an account?"""

import asyncio
from contextlib import contextmanager
from dataclasses import replace

import pytest
from prometheus_client import REGISTRY
from sqlalchemy import event, text

from domain.accounts import MOST_ASKED, MOST_MAILED, MOST_TRIES
from domain.degradation import Dependency
from tests import factories
from tests.api import Api
from tests.factories import t
from tests.resolvers.test_registration import REGISTER, TV, asked

SIGN_IN = """
mutation ($input: SignInInput!) {
  signIn(input: $input) {
    __typename
    ... on Problem { code message retryAfterSeconds }
    ... on GenericProblem { field }
  }
}
"""
ASK = """
mutation ($email: String!) {
  requestPasswordReset(email: $email) { ... on Problem { code message retryAfterSeconds } }
}
"""
NOBODY = "nobody@house.test"
WRONG = "wrong horse"
REFUSED, LIMITED = "UNAUTHENTICATED", "RATE_LIMITED"


def from_elsewhere(stores, house, number=1):
    return Api(stores, house, address=f"203.0.113.{number}")


async def tried(api, password=WRONG, *, email=factories.EMAIL, on="stranger"):
    """What became of it: the code of a refusal, or SignedIn."""
    answer = await api.sign_in(email, password, installation=on)
    return answer.get("code", "SignedIn")


async def test_after_ten_wrong_ones_the_right_one_is_refused_too(api, stores):
    await factories.household(stores)

    wrong = [await tried(api) for _ in range(MOST_TRIES)]
    right = (await api.run(SIGN_IN, sign_in_of())).data["signIn"]

    assert wrong == [REFUSED] * MOST_TRIES
    assert right["code"] == LIMITED
    assert 0 < right["retryAfterSeconds"] <= 15 * 60
    assert await factories.fetch(stores, t.devices) == []


async def test_the_tries_for_one_account_count_together_from_wherever_they_come(stores, house):
    await factories.household(stores)
    codes = []

    for number in range(1, MOST_TRIES + 2):
        async with from_elsewhere(stores, house, number) as api:
            codes.append(await tried(api, on=f"stranger {number}"))

    assert codes == [REFUSED] * MOST_TRIES + [LIMITED]


async def test_the_tries_from_one_address_count_together_whomever_they_are_for(stores, house):
    await factories.household(stores)

    async with from_elsewhere(stores, house, 1) as api, from_elsewhere(stores, house, 2) as other:
        wrong = [await tried(api, email=f"{n}@house.test") for n in range(MOST_TRIES)]
        here, elsewhere = await tried(api, factories.PASSWORD), await tried(other)

    assert wrong == [REFUSED] * MOST_TRIES
    assert (here, elsewhere) == (LIMITED, REFUSED)


async def test_strangers_elsewhere_do_not_lock_out_a_device_that_is_signed_in(api, stores, house):
    await factories.household(stores)
    await api.sign_in(installation="sofa")

    async with from_elsewhere(stores, house) as strangers:
        for _ in range(MOST_TRIES + 1):
            await tried(strangers)

        stranger = await tried(strangers, factories.PASSWORD, on="another")
    assert stranger == LIMITED
    assert await tried(api, factories.PASSWORD, on="sofa") == "SignedIn"


async def test_a_device_that_is_signed_in_has_ten_tries_from_wherever_it_is(api, stores, house):
    await factories.household(stores)
    await api.sign_in(installation="sofa")

    wrong = [await tried(api, on="sofa") for _ in range(MOST_TRIES)]

    async with from_elsewhere(stores, house) as elsewhere:
        there = await tried(elsewhere, factories.PASSWORD, on="sofa")
        stranger = await tried(elsewhere, factories.PASSWORD)
    assert wrong == [REFUSED] * MOST_TRIES
    assert (there, stranger) == (LIMITED, "SignedIn")


async def test_a_device_that_was_signed_out_is_a_stranger(api, stores, house):
    await factories.household(stores)
    token = (await api.sign_in(installation="sofa"))["accessToken"]
    await api.run("mutation { signOut { __typename } }", token=token)

    async with from_elsewhere(stores, house) as strangers:
        for _ in range(MOST_TRIES):
            await tried(strangers)

    assert await tried(api, factories.PASSWORD, on="sofa") == LIMITED


async def test_the_tries_of_all_devices_at_one_address_count_together(api, stores, house):
    await factories.household(stores)
    for name in ("sofa", "kitchen"):
        await api.sign_in(installation=name)

    wrong = [await tried(api, on="sofa") for _ in range(MOST_TRIES)]

    async with from_elsewhere(stores, house) as elsewhere:
        there = await tried(elsewhere, factories.PASSWORD, on="kitchen")
    assert wrong == [REFUSED] * MOST_TRIES
    assert await tried(api, factories.PASSWORD, on="kitchen") == LIMITED
    assert there == "SignedIn"


async def test_a_device_known_to_one_account_is_a_stranger_to_others(api, stores):
    await factories.household(stores)
    await factories.household(stores, email="other@house.test")
    await api.sign_in("other@house.test", installation="sofa")

    codes = [await tried(api, on="sofa") for _ in range(MOST_TRIES + 1)]

    assert codes[-1] == LIMITED
    assert await tried(api, factories.PASSWORD, on="another") == LIMITED


async def test_a_try_that_was_right_does_not_count(api, stores):
    await factories.household(stores)
    wrong = [await tried(api) for _ in range(MOST_TRIES - 1)]

    right = [
        await tried(api, factories.PASSWORD, on=f"device {number}") for number in range(MOST_TRIES)
    ]

    assert set(wrong) == {REFUSED}
    assert set(right) == {"SignedIn"}
    assert [await tried(api), await tried(api)] == [REFUSED, LIMITED]


async def test_of_racing_tries_no_more_than_ten_are_looked_at(api, stores):
    await factories.household(stores)

    with hashes() as hashed:
        codes = await asyncio.gather(*(tried(api, on=f"device {n}") for n in range(20)))

    assert sorted(codes) == [LIMITED] * (20 - MOST_TRIES) + [REFUSED] * MOST_TRIES
    assert hashed() == MOST_TRIES


async def test_many_who_are_right_may_sign_in_at_a_time(api, stores):
    await factories.household(stores)

    signed_in = [
        asyncio.create_task(tried(api, factories.PASSWORD, on=f"device {number}"))
        for number in range(16)
    ]
    looked = (await api.run("{ viewer { account { email } } }")).data
    were_waiting = [task for task in signed_in if not task.done()]

    assert looked == {"viewer": None}  # the loop is free, and nobody stands before it
    assert were_waiting != []
    assert await asyncio.gather(*signed_in) == ["SignedIn"] * 16


async def test_without_redis_tries_are_counted_all_the_same(api, stores, house):
    await factories.household(stores)
    await api.sign_in(installation="sofa")
    stores.guards[Dependency.REDIS].drill(closed=True)

    async with from_elsewhere(stores, house) as elsewhere:
        wrong = [await tried(elsewhere) for _ in range(MOST_TRIES)]
        right = await tried(elsewhere, factories.PASSWORD)
    known = await tried(api, factories.PASSWORD, on="sofa")

    assert wrong == [REFUSED] * MOST_TRIES
    assert (right, known) == (LIMITED, "SignedIn")


@pytest.mark.parametrize("sends_mails", [False, True])
async def test_how_often_accounts_and_links_are_asked_for_is_limited(stores, house, sends_mails):
    async with Api(stores, replace(house, sends_mails=sends_mails)) as api:
        for_one = [await ask(api, NOBODY) for _ in range(MOST_MAILED)]
        registered = (await api.run(REGISTER, asked(NOBODY))).data["register"]["code"]
        others = [await ask(api, f"{n}@house.test") for n in range(MOST_ASKED - MOST_MAILED + 1)]
        async with from_elsewhere(stores, house) as elsewhere:
            from_there = await ask(elsewhere, "0@house.test")

    assert set(for_one) == {"PENDING"}
    assert registered == LIMITED
    assert others == ["PENDING"] * (MOST_ASKED - MOST_MAILED) + [LIMITED]
    assert from_there == "PENDING"


async def ask(api, email):
    return (await api.run(ASK, {"email": email})).data["requestPasswordReset"]["code"]


def sign_in_of(email=factories.EMAIL, password=factories.PASSWORD):
    device = TV | {"installationId": "stranger"}
    return {"input": {"email": email, "password": password, "device": device}}


QUESTIONS = {
    "signIn": (SIGN_IN, lambda email: sign_in_of(email, WRONG)),
    "register": (REGISTER, lambda email: asked(email, password=WRONG)),
    "requestPasswordReset": (ASK, lambda email: {"email": email}),
}


@pytest.mark.parametrize("throttled", [False, True])
@pytest.mark.parametrize("sends_mails", [False, True])
@pytest.mark.parametrize("question", QUESTIONS)
async def test_no_answer_tells_who_has_an_account(stores, house, question, sends_mails, throttled):
    """The same bytes, after the same statements and as many hashes: so in the same time."""
    document, variables = QUESTIONS[question]
    emails = (factories.EMAIL, "no" + factories.EMAIL[2:])  # as many bytes to read
    await factories.household(stores)
    found = []

    for number, email in enumerate(emails):
        async with Api(
            stores, replace(house, sends_mails=sends_mails), address=f"203.0.113.{number}"
        ) as api:
            for _ in range(MOST_TRIES + 1 if throttled else 1):
                body = {"query": document, "variables": variables(email)}
                with hashes() as hashed, statements(stores) as stated:
                    response = await api.http.post("/graphql", json=body)
                ordered = await jobs(stores)
            found.append((_without_wait(response), hashed(), stated, ordered - sum_of(found)))

    known, unknown = found
    assert known == unknown
    assert known[1] == (0 if throttled or question == "requestPasswordReset" else 1)


def sum_of(found):
    return sum(ordered for *_, ordered in found)


def _without_wait(response):
    """A second may have passed between two refusals."""
    answer = response.json()
    [problem] = answer["data"].values()
    waits = problem.pop("retryAfterSeconds")
    answer.get("extensions", {}).pop("cost", None)
    return response.status_code, waits is None, answer


@contextmanager
def hashes():
    """How many passwords were hashed inside."""

    def count():
        return REGISTRY.get_sample_value("marquee_password_seconds_count")

    before = count()
    yield lambda: count() - before


@contextmanager
def statements(stores):
    """What Postgres was asked inside, in order."""
    seen = []

    def remember(_connection, _cursor, statement, *_):
        seen.append(statement)

    event.listen(stores.engine.sync_engine, "before_cursor_execute", remember)
    yield seen
    event.remove(stores.engine.sync_engine, "before_cursor_execute", remember)


async def jobs(stores):
    async with stores.begin() as tx:
        return (await tx.execute(text("SELECT count(*) FROM procrastinate_jobs"))).scalar_one()
