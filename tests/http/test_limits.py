"""What an operation may cost, and how much of it in an hour, at the door."""

import dataclasses
from datetime import UTC, datetime, timedelta
from uuid import uuid4

import pytest

from bench.bombs import BOMBS
from domain import ids
from domain.degradation import Dependency
from domain.ids import SessionId
from domain.limits import DEFAULTS, Budget
from domain.tokens import LicenseClaims, issue_license
from tests import factories
from tests.api import Api

HOME = """query ($rows: Int! = 2, $items: Int! = 2) {
  page(slug: "home") { rows(first: $rows) { edges { node { items(first: $items) {
    edges { node { title { id name } } } } } } } }
}"""
VIEWER = "{ viewer { profile { name } } }"
BOTH = """mutation {
  startPlayback(input: {
    playableId: "%s", idempotencyKey: "k"
    capabilities: {codecs: ["avc1"], maxHeight: 1080, drm: [CLEARKEY]}
  }) { ... on Problem { code } }
  saveProfile(input: {name: "Zoe"}) { ... on Problem { code } }
}"""
SAVE = """mutation { saveProfile(input: {name: "Zoe"}) { ... on Problem { code } } }"""


@pytest.fixture
async def poor(stores, house):
    """A house whose devices may ask for little."""
    little = {Budget.CONTENT: 2, Budget.MUTATIONS: 2, Budget.STREAMING: 2}
    async with Api(stores, dataclasses.replace(house, budgets={**DEFAULTS, **little})) as opened:
        yield opened


@pytest.fixture
async def home(stores):
    return await factories.household(stores)


async def test_an_answer_says_what_it_cost_and_what_is_left(api, home):
    ada = await api.viewer(home)

    first = await ada.run(HOME)
    second = await ada.run(HOME, rows=5)

    paid = {"budget": "content", "remaining": 499}
    # page 10 + 1, rows 1 + edges, and in each edge, node, items and two times edge, node, title.
    assert first.body["extensions"]["cost"] == paid | {"requested": 12 + 2 * (3 + 2 * 3)}
    assert second.body["extensions"]["cost"]["remaining"] == 498


async def test_what_spends_nothing_says_what_it_cost_and_no_more(api, home):
    ada = await api.viewer(home)

    reply = await ada.run(VIEWER)

    assert reply.body["extensions"] == {"cost": {"requested": 2}}  # the viewer, and a profile


async def test_a_large_question_about_oneself_is_paid_for(api, home):
    ada = await api.viewer(home)
    many = " ".join(f"v{n}: viewer {{ ...V }}" for n in range(15))

    reply = await ada.run(
        f"{{ {many} }} fragment V on Viewer {{ account {{ profiles {{ id }} }} }}"
    )

    paid = {"budget": "content", "remaining": 499}
    assert reply.body["extensions"]["cost"] == paid | {"requested": 15 * (1 + 1 + 5)}


async def test_what_could_not_run_for_its_variables_says_what_it_cost_too(api, home):
    ada = await api.viewer(home)

    reply = await ada.run(HOME, rows=2.5)

    assert reply.codes == ["BAD_USER_INPUT"]
    assert "data" not in reply.body
    assert reply.body["extensions"]["cost"]["remaining"] == 499


async def test_beyond_its_budget_a_device_is_refused_and_told_when_to_come_back(poor, home):
    ada = await poor.viewer(home)
    codes = [(await ada.run(HOME)).status for _ in range(2)]

    body = {"query": HOME}
    refused = await poor.http.post(
        "/graphql", json=body, headers={"Authorization": f"Bearer {ada.token}"}
    )

    [error] = refused.json()["errors"]
    assert codes == [200, 200]
    assert refused.status_code == 429
    assert refused.json().keys() == {"errors"}
    assert error["extensions"]["code"] == "RATE_LIMITED"
    assert 3500 < error["extensions"]["retryAfterSeconds"] <= 3600
    assert refused.headers["Retry-After"] == str(error["extensions"]["retryAfterSeconds"])
    assert not any(letter.isdigit() for letter in error["message"])


async def test_a_budget_that_is_spent_ends_nothing_else(poor, home):
    ada = await poor.viewer(home)
    for _ in range(3):
        await ada.run(HOME)

    viewer, saved = await ada.run(VIEWER), await ada.run(SAVE)  # and a profile was chosen

    assert viewer.data["viewer"]["profile"]["name"] == "Ada"
    assert saved.status == 200


async def test_asking_for_a_film_that_is_not_there_yet_is_not_paid_for(poor, home, stores):
    coming = await factories.movie(stores, "Coming", with_media=False)
    there = await factories.movie(stores, "There")
    ada = await poor.viewer(home)

    asked = [(await ada.start(coming.id))["code"] for _ in range(5)]
    started = await ada.start(there.id)

    assert asked == ["NOT_READY"] * 5
    assert "session" in started


async def test_what_stands_beside_a_film_that_is_not_there_yet_is_paid_for(poor, home, stores):
    coming = await factories.movie(stores, "Coming", with_media=False)
    ada = await poor.viewer(home)
    both = BOTH % coming.id  # and a profile was chosen

    statuses = [(await ada.run(both)).status for _ in range(2)]

    assert statuses == [200, 429]


async def test_another_device_of_the_household_still_has_its_own(poor, home):
    tv, phone = await poor.viewer(home), await poor.viewer(home, installation="phone")
    for _ in range(3):
        spent = await tv.run(HOME)

    assert spent.status == 429
    assert (await phone.run(HOME)).status == 200


async def test_a_household_has_four_times_what_a_device_has(poor, home):
    statuses = []
    for number in range(5):
        device = await poor.viewer(home, installation=f"device {number}")
        statuses += [(await device.run(HOME)).status for _ in range(2)]

    assert statuses == [200] * 8 + [429] * 2


async def test_an_operation_beyond_its_cost_is_refused_before_it_is_paid_for(api, home):
    ada = await api.viewer(home)

    refused = await ada.run(HOME, rows=10_000, items=50)
    after = await ada.run(HOME)

    assert (refused.status, refused.codes) == (400, ["TOO_COMPLEX"])
    assert after.body["extensions"]["cost"]["remaining"] == 499


async def test_too_many_values_are_refused_before_they_are_read(api, home):
    ada = await api.viewer(home)

    refused = await ada.run(HOME, more=[0] * 10_000)

    assert (refused.status, refused.codes) == (400, ["TOO_COMPLEX"])


async def test_every_bomb_is_a_typed_refusal(api):
    fits = 60_000  # of a body, where a letter takes up to four bytes

    replies = {name: await api.run(bomb[:fits]) for name, bomb in BOMBS.items()}

    assert {reply.status for reply in replies.values()} == {400}
    assert {tuple(reply.codes) for reply in replies.values()} == {("TOO_COMPLEX",)}


async def test_a_session_has_a_budget_of_its_own_at_the_license_doors(stores, house):
    few = dataclasses.replace(house, budgets={**DEFAULTS, Budget.RENEWALS: 2})
    spender, other = (SessionId(ids.make(ids.Prefix.SESSION, uuid4())) for _ in range(2))

    async def ask(client, session_id):
        claims = LicenseClaims(session_id, datetime.now(UTC) + timedelta(hours=1))
        token = issue_license(few.token_keys, claims)
        return await client.get(f"/license/key/{'0' * 32}?token={token}")

    async with Api(stores, few) as api:
        answers = [await ask(api.http, spender) for _ in range(3)]
        neighbour = await ask(api.http, other)

    # Neither is a session that is played: what counts is that somebody asked for its keys.
    assert [answer.status_code for answer in answers] == [403, 403, 429]
    assert answers[2].json()["code"] == "RATE_LIMITED"
    assert neighbour.status_code == 403


async def test_without_redis_a_process_counts_by_itself(api, stores, home):
    ada = await api.viewer(home)
    stores.guards[Dependency.REDIS].drill(closed=True)

    replies = [await ada.run(HOME) for _ in range(2)]

    assert [r.body["extensions"]["cost"]["remaining"] for r in replies] == [499, 498]
