"""Who may ask what: every root field, for everybody, as `@requires` says."""

from itertools import product

import pytest

from tests import factories
from tests.schema.callers import ADULT, CHILD, Callers, codes
from tests.schema.operations import ROOTS, SDL, scope_of

# What the token of each caller holds; an operator's child holds what any child does.
HOLDS = {
    "stranger": set(),
    "account": {"SIGNED_IN", "ACCOUNT"},
    "adult": {"SIGNED_IN", "ACCOUNT", "PROFILE"},
    "child": {"SIGNED_IN", "PROFILE"},
    "operator without a profile": {"SIGNED_IN", "ACCOUNT", "OPERATOR"},
    "operator": {"SIGNED_IN", "ACCOUNT", "PROFILE", "OPERATOR"},
    "child of an operator": {"SIGNED_IN", "PROFILE"},
}
NOT_LET_IN = {"UNAUTHENTICATED", "FORBIDDEN", "TOKEN_INVALID", "TOKEN_EXPIRED", "INTERNAL"}
PUBLIC = {
    "viewer",
    "register",
    "confirmRegistration",
    "signIn",
    "refreshToken",
    "requestPasswordReset",
    "resetPassword",
    "startDeviceSignIn",
    "pollDeviceSignIn",
}


@pytest.fixture
def callers(stores, house):
    return Callers(stores, house)


@pytest.fixture
async def homes(stores, callers):
    """A household like any other, and one that runs the house; all of them watch something."""
    film = await factories.movie(stores)
    homes = [
        await callers.household("viewer@house.test"),
        await callers.household("operator@house.test", operator=True),
    ]
    for home in homes:
        for profile_id in home.profiles.values():
            await callers.begin(profile_id, film.id)
    return homes


async def token_of(callers, homes, caller):
    """A fresh one, of a device of its own."""
    home = homes["operator" in caller]
    match caller.split():
        case ["stranger"]:
            return None
        case ["account"] | ["operator", "without", *_]:
            return await callers.token(home, None)
        case ["child", *_]:
            return await callers.token(home, CHILD)
    return await callers.token(home, ADULT)


def expected(scope, caller):
    """The codes of what is refused at the door."""
    if scope is None or scope in HOLDS[caller]:
        return []
    return ["UNAUTHENTICATED" if caller == "stranger" else "FORBIDDEN"]


async def test_every_root_field_lets_in_who_holds_its_scope_and_nobody_else(callers, homes):
    told = {}
    for root in ROOTS:
        for caller in HOLDS:
            token = await token_of(callers, homes, caller)
            answer = await callers.ask(root.document(), root.variables, token)
            at_the_door = [code for code in codes(answer) if code in NOT_LET_IN]
            told[root.name, caller] = at_the_door
            assert not at_the_door or (answer.get("data") or {}).get(root.name) is None

    assert told == {
        (root.name, caller): expected(root.scope, caller) for root, caller in product(ROOTS, HOLDS)
    }


def test_only_these_fields_answer_a_stranger():
    assert {root.name for root in ROOTS if root.scope is None} == PUBLIC


def test_what_runs_the_house_and_what_leaves_a_childs_profile_are_what_they_are():
    by_scope = {scope: {r.name for r in ROOTS if r.scope == scope} for scope in HOLDS["operator"]}

    assert by_scope["OPERATOR"] == {"ops"}
    assert by_scope["SIGNED_IN"] == {"selectProfile"}


def test_these_fields_below_the_root_ask_for_more_than_their_parent():
    roots = {SDL.query_type, SDL.mutation_type, SDL.subscription_type}
    guarded = {
        f"{kind.name}.{name}": scope_of(field)
        for kind in SDL.type_map.values()
        if kind not in roots
        for name, field in getattr(kind, "fields", {}).items()
        if scope_of(field) is not None
    }

    assert guarded == {"Account.devices": "ACCOUNT"}


async def test_a_childs_token_reads_the_household_but_not_its_devices(callers, homes):
    document = "{ viewer { account { profiles { name } %s } device { current } } }"

    tokens = {caller: await token_of(callers, homes, caller) for caller in HOLDS}
    without = await callers.ask(document % "", {}, tokens["child"])
    answers = {
        caller: await callers.ask(document % "devices { name }", {}, tokens[caller])
        for caller in ("child", "adult", "account")
    }

    assert without["data"]["viewer"]["device"] == {"current": True}
    assert codes(answers["child"]) == ["FORBIDDEN"]
    assert answers["child"]["data"] == {"viewer": None}
    assert [codes(answers[caller]) for caller in ("adult", "account")] == [[], []]
