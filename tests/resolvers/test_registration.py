"""Without a mail server: an account is there at once, and nobody is told of another."""

import asyncio

from domain.accounts import MOST_MAILED
from tests import factories

REGISTER = """
mutation ($input: RegisterInput!) {
  register(input: $input) {
    __typename
    ... on Problem { code message retryAfterSeconds }
    ... on GenericProblem { field }
  }
}
"""
EMAIL = "grace@house.test"
TV = {"installationId": "sofa", "kind": "TV", "name": "Sofa", "appVersion": "1.0"}


def asked(email=EMAIL, **more):
    given = {"email": email, "password": "correct horse", "profileName": "Grace", "device": TV}
    return {"input": given | more}


async def register(api, email=EMAIL, **more):
    return (await api.run(REGISTER, asked(email, **more))).data["register"]


async def test_whoever_registers_signs_in_and_finds_a_profile(api, stores):
    answer = await register(api, "  Grace@House.test ")

    signed_in = await api.sign_in(EMAIL, "correct horse")
    profiles = await factories.fetch(stores, factories.t.profiles)
    assert (answer["code"], answer["retryAfterSeconds"]) == ("PENDING", None)
    assert signed_in["viewer"]["account"] == {"email": EMAIL}
    assert [(each.name, each.kids, each.maturity_age) for each in profiles] == [
        ("Grace", False, 18)
    ]


async def test_a_known_address_is_answered_alike_and_nothing_changes(api, stores):
    await factories.household(stores)
    before = await factories.fetch(stores, factories.t.accounts)

    answers = [await register(api, email) for email in (EMAIL, factories.EMAIL)]

    after = await factories.fetch(stores, factories.t.accounts)
    assert answers[0] == answers[1]
    assert set(before) < set(after)
    assert len(after) == len(before) + 1
    assert "accessToken" in await api.sign_in()


async def test_of_racing_registrations_one_makes_the_account(api, stores):
    answers = await asyncio.gather(
        *(register(api, profileName=f"Grace {n}") for n in range(MOST_MAILED))
    )

    assert len({str(answer) for answer in answers}) == 1
    assert answers[0]["code"] == "PENDING"
    assert len(await factories.fetch(stores, factories.t.accounts)) == 1
    assert len(await factories.fetch(stores, factories.t.profiles)) == 1
