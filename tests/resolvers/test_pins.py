"""The PIN before a profile: when it is asked, and how often it may be guessed."""

import asyncio
from contextlib import AsyncExitStack
from datetime import timedelta

import pytest
from sqlalchemy import update

from domain.profiles import PIN_LOCK
from stores.passwords import MOST_WAITING, THREADS, Hashing
from stores.sql import profiles as profiles_sql
from tests import factories
from tests.api import Viewer
from tests.households import VIEWER, delete, enter, save, select

PIN = "2580"


@pytest.fixture
async def home(stores):
    return await factories.household(stores, ages={"Ada": 18, "Bo": 7, "Cleo": 16})


@pytest.fixture
async def ada(api, home):
    """A grown-up, whose profile has a PIN by now, on a device of their own."""
    viewer = await api.viewer(home, installation="phone")
    await save(viewer, profileId=home.profiles["Ada"], pin=PIN)
    return viewer


@pytest.fixture
async def sofa(api, home, ada):
    """A device nobody has chosen a profile on."""
    signed_in = await api.sign_in()
    return Viewer(api, signed_in["accessToken"], signed_in["refreshToken"])


async def later(stores, by):
    """Moves what was locked into the past."""
    profiles = factories.t.profiles
    async with stores.begin() as tx:
        locked = profiles.c.pin_locked_until
        await tx.execute(update(profiles).values(pin_locked_until=locked - by))


async def tries(stores, profile_id):
    async with stores.begin() as tx:
        return await profiles_sql.pin_tries(tx, profile_id)


async def guess(viewer, profile_id, *pins):
    return [await select(viewer, profile_id, pin) for pin in pins]


async def ended(*viewers):
    """Which of their tokens open nothing any more."""
    return ["errors" in (await viewer.run(VIEWER)).body for viewer in viewers]


def needed(left):
    return {"code": "PIN_REQUIRED", "attemptsLeft": left, "retryAfterSeconds": None}


async def test_a_pin_is_kept_as_argon2id_only(stores, ada):
    [row] = [row for row in await factories.fetch(stores, factories.t.profiles) if row.pin_hash]

    assert row.pin_hash.startswith("$argon2id$v=19$m=19456,t=2,p=1$")
    assert PIN not in repr(row).replace(row.pin_hash, "")


async def test_a_grown_ups_pin_is_asked_and_none_given_is_no_try(sofa, home):
    answers = await guess(sofa, home.profiles["Ada"], None, "", None)

    assert answers == [needed(5)] * 3
    assert (await sofa.run(VIEWER)).data["viewer"]["profile"] is None
    entered = await enter(sofa, home.profiles["Ada"], PIN)
    assert (await entered.run(VIEWER)).data["viewer"]["profile"] == {"name": "Ada"}


async def test_after_five_wrong_ones_the_right_one_is_refused_for_a_quarter_of_an_hour(
    stores, sofa, home
):
    wrong = await guess(sofa, home.profiles["Ada"], "0000", "0001", "0002", "0003")
    [last] = await guess(sofa, home.profiles["Ada"], "0004")
    [right] = await guess(sofa, home.profiles["Ada"], PIN)

    assert wrong == [needed(4), needed(3), needed(2), needed(1)]
    assert last == {"code": "PIN_LOCKED", "retryAfterSeconds": 900}
    assert (right["code"], 890 <= right["retryAfterSeconds"] <= 900) == ("PIN_LOCKED", True)
    assert (await select(sofa, home.profiles["Ada"]))["code"] == "PIN_LOCKED"
    await later(stores, PIN_LOCK - timedelta(seconds=60))
    assert (await select(sofa, home.profiles["Ada"], PIN))["code"] == "PIN_LOCKED"
    await later(stores, timedelta(seconds=60))
    assert "accessToken" in await select(sofa, home.profiles["Ada"], PIN)


async def test_a_lock_that_ran_out_gives_five_tries_and_no_more(stores, sofa, home):
    await guess(sofa, home.profiles["Ada"], *["0000"] * 5)
    await later(stores, PIN_LOCK)

    untried = await select(sofa, home.profiles["Ada"])
    answers = await guess(sofa, home.profiles["Ada"], *["0000"] * 5, PIN)

    assert untried == needed(5)
    assert [answer["code"] for answer in answers] == ["PIN_REQUIRED"] * 4 + ["PIN_LOCKED"] * 2


async def test_the_fifth_try_may_be_the_right_one_and_forgives_the_others(stores, sofa, home):
    await guess(sofa, home.profiles["Ada"], *["0000"] * 4)

    entered = await enter(sofa, home.profiles["Ada"], PIN)

    assert (await tries(stores, home.profiles["Ada"])).counted == 0
    assert await select(entered, home.profiles["Ada"], "0000") == needed(4)


async def test_of_thirty_tries_at_once_no_more_than_five_are_looked_at(sofa, home):
    pins = [f"{n:04}" for n in range(29)] + [PIN]

    answers = await asyncio.gather(*(select(sofa, home.profiles["Ada"], pin) for pin in pins))

    looked_at = [a for a in answers if "accessToken" in a or a["code"] == "PIN_REQUIRED"]
    assert len(looked_at) <= 5


async def test_who_comes_while_too_many_are_hashing_has_tried_nothing(stores, sofa, home):
    async with AsyncExitStack() as busy:
        for _ in range(THREADS):
            await busy.enter_async_context(stores.passwords.turn())
        waiting = [asyncio.create_task(stores.passwords.hash(PIN)) for _ in range(MOST_WAITING)]
        await asyncio.sleep(0)
        answers = await guess(sofa, home.profiles["Ada"], *[PIN] * 5)
        for task in waiting:
            task.cancel()
        await asyncio.gather(*waiting, return_exceptions=True)

    assert [answer["code"] for answer in answers] == ["OVERLOADED"] * 5
    assert (await tries(stores, home.profiles["Ada"])).counted == 0
    assert "accessToken" in await select(sofa, home.profiles["Ada"], PIN)


async def test_of_racing_counts_exactly_five_are_let_through(stores, ada, home):
    async def count():
        async with stores.begin() as tx:
            return await profiles_sql.count_try(tx, home.profiles["Ada"], factories.NOW)

    counted = await asyncio.gather(*(count() for _ in range(30)))

    assert sorted(t.number for t in counted if t is not None) == [1, 2, 3, 4, 5]


async def test_a_try_that_is_given_up_halfway_is_counted(stores, ada, home):
    async with stores.begin() as tx:
        given_up = await profiles_sql.count_try(tx, home.profiles["Ada"], factories.NOW)

    assert given_up.number == 1
    assert (await tries(stores, home.profiles["Ada"])).counted == 1


async def test_a_right_pin_does_not_forgive_those_who_guess_beside_it(stores, ada, home):
    profile_id = home.profiles["Ada"]
    async with stores.begin() as tx:
        right = await profiles_sql.count_try(tx, profile_id, factories.NOW)
        await profiles_sql.count_try(tx, profile_id, factories.NOW)
        await profiles_sql.forgive_tries(tx, profile_id, right)

    assert (await tries(stores, profile_id)).counted == 2


async def test_a_child_leaves_by_its_pin_or_by_that_of_where_it_goes(stores, api, home, ada):
    await save(ada, profileId=home.profiles["Bo"], pin="1111")
    bo = await api.viewer(home, "Bo")
    ways = home.profiles["Cleo"], home.profiles["Ada"]

    refused = [await select(bo, way) for way in ways] + [await select(bo, ways[1], "1111")]
    again = await select(bo, home.profiles["Bo"])
    cleo = await enter(Viewer(api, again["accessToken"]), ways[0], "1111")
    back = await enter(cleo, home.profiles["Bo"])
    out = await enter(back, ways[1], PIN)

    assert refused == [needed(5), needed(5), needed(4)]
    assert (await out.run(VIEWER)).data["viewer"]["profile"] == {"name": "Ada"}


@pytest.mark.parametrize("has_pins", [True, False])
async def test_where_there_are_pins_a_child_has_no_token_from_before(api, home, ada, has_pins):
    if not has_pins:
        await save(ada, profileId=home.profiles["Ada"], pin="", currentPin=PIN)
    older = Viewer(api, (await api.sign_in())["accessToken"])
    cleo = await enter(older, home.profiles["Cleo"])

    await enter(older, home.profiles["Bo"])
    assert await ended(older, cleo) == ([True, True] if has_pins else [False, False])


async def test_the_first_pin_of_a_household_leaves_no_way_past_it(api, home, ada):
    await save(ada, profileId=home.profiles["Ada"], pin="", currentPin=PIN)
    older = Viewer(api, (await api.sign_in())["accessToken"])
    cleo = await enter(older, home.profiles["Cleo"])
    bo = await enter(older, home.profiles["Bo"])

    await save(ada, profileId=home.profiles["Bo"], pin="1111")

    assert await ended(ada, older, cleo, bo) == [False, True, True, True]


async def test_a_pin_that_is_none_is_a_try_that_is_not_hashed(sofa, home, stores, monkeypatch):
    monkeypatch.setattr(Hashing, "verify", None)

    [answer] = await guess(sofa, home.profiles["Ada"], "a" + "\u0315\u0316" * 100)

    assert answer == needed(4)


async def test_a_pin_guards_what_may_be_seen_and_itself(stores, home, ada):
    mine = home.profiles["Ada"]

    free = await save(ada, profileId=mine, name="Adda", maturityAge=18, kids=False)
    refused = [
        await save(ada, profileId=mine, maturityAge=16),
        await save(ada, profileId=mine, kids=True, currentPin="0000"),
        await save(ada, profileId=mine, pin="", currentPin=""),
        await delete(ada, mine),
        await delete(ada, mine, "0000"),
    ]

    assert free["profile"]["name"] == "Adda"
    assert [answer["attemptsLeft"] for answer in refused] == [5, 4, 4, 4, 3]
    [row] = [row for row in await factories.fetch(stores, factories.t.profiles) if row.pin_hash]
    assert (row.kids, row.maturity_age) == (False, 18)


async def test_a_pin_is_changed_and_taken_away_with_the_old_one(sofa, home, ada):
    mine = home.profiles["Ada"]

    changed = await save(ada, profileId=mine, pin="13579", currentPin=PIN)
    old, new = await guess(sofa, mine, PIN, "13579")
    removed = await save(ada, profileId=mine, pin="", currentPin="13579")

    assert (changed["profile"]["pinned"], removed["profile"]["pinned"]) == (True, False)
    assert (old["code"], "accessToken" in new) == ("PIN_REQUIRED", True)
    assert "accessToken" in await select(sofa, mine)


async def test_a_locked_pin_neither_changes_nor_deletes_anything(sofa, home, ada):
    mine = home.profiles["Ada"]
    await guess(sofa, mine, *["0000"] * 5)

    answers = [
        await save(ada, profileId=mine, pin="9999", currentPin=PIN),
        await delete(ada, mine, PIN),
    ]

    assert [answer["code"] for answer in answers] == ["PIN_LOCKED"] * 2
