"""Whatever stands where a value is expected, the answer is typed: nothing of ours breaks, and
nothing of how we are made shows."""

import json
import re
from typing import Any
from uuid import uuid4

import pytest
from graphql import is_non_null_type

from domain.house import House
from domain.ids import Prefix
from schema.documents import prepare
from tests import factories
from tests.api import Api, Viewer
from tests.schema.callers import ADULT, Callers
from tests.schema.operations import ROOTS
from tests.schema.whole import Step, Whole, whole

MISSING = "f" * 32
DEEP = json.loads("[" * 60 + "]" * 60)

# As JSON text, for some of them no JSON library of ours would write.
AWKWARD = [
    *(
        json.dumps(value)
        for value in (None, True, False, 0, -1, 1.5, 2**31 - 1, 2**31, -(2**31) - 1)
    ),
    *("1e308", "-0.0", "9007199254740993", "1" + "0" * 400, "NaN", "Infinity", "1e999"),
    *(
        json.dumps(value)
        for value in ("", " ", "\t\r\n", "x" * 10_000, "ﷺ" * 500, "\u202eevil", "é")
    ),
    *('"\\u0000"', '"\\ud800"', '"\\uffff"', '"😀"'),
    *(
        json.dumps(value)
        for value in (
            "' OR 1=1; --",
            "%s%n{0}${7*7}{{7*7}}",
            "../../etc/passwd",
            "<script>alert(1)</script>",
            "a@b\r\nBcc: c@d",
            "2026-02-30T25:61:00Z",
            "null",
        )
    ),
    *("[]", "[null]", "{}", '{"a": 1}', '{"__proto__": {"x": 1}}', json.dumps(DEEP)),
    json.dumps(["x"] * 1000),
    *(json.dumps(f"{prefix}_{MISSING}") for prefix in Prefix),
    *(json.dumps(text) for text in (f"mov_{MISSING.upper()}", f"mov_{MISSING} ", f"xxx_{MISSING}")),
]
KEY = re.compile(r'"(\w+)":')  # GraphQL has no quotes there, and is JSON for the rest
HOLE = "hole:7a1c"  # stands where an awkward value is put in

# What Python, SQL and the libraries say of themselves.
OURS = re.compile(
    r"Traceback|File \\\"|line \d+|<class|object at 0x|NoneType|Error\(|Exception|psycopg"
    r"|sqlalchemy|SELECT |INSERT |UPDATE |redis|graphql-core|strawberry|orjson|argon2|site-packages"
    r"|utf-8|codec can't|surrogate|int\(\)|\bdict\b|\btuple\b|Did you mean"
    r"|Exceeds the limit|\bsys\."
    r"|(?-i:\bNone\b|\bTrue\b|\bFalse\b)|[\[{(]'",
    re.IGNORECASE,
)


ANSWERED_ONCE = [str(root) for root in ROOTS if root.operation != "subscription"]
SIGNED_OUT = {"TOKEN_INVALID", "UNAUTHENTICATED"}


@pytest.mark.parametrize("name", ANSWERED_ONCE)
async def test_an_awkward_value_gets_a_typed_answer(api, house, name):
    assert await answered_wrongly(api, house, name, share=3) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", ANSWERED_ONCE)
async def test_every_awkward_value_in_every_place_gets_a_typed_answer(api, house, name):
    assert await answered_wrongly(api, house, name, share=1) == []


@pytest.mark.parametrize("name", ANSWERED_ONCE)
async def test_an_awkward_literal_gets_a_typed_answer(api, house, name):
    assert await literals_answered_wrongly(api, house, name, share=20) == []


@pytest.mark.soak
@pytest.mark.parametrize("name", ANSWERED_ONCE)
async def test_every_awkward_literal_in_every_place_gets_a_typed_answer(api, house, name):
    assert await literals_answered_wrongly(api, house, name, share=1) == []


def test_what_is_written_out_is_as_valid_as_what_it_stands_for():
    for root in ROOTS:
        asked = whole(root, {"pin": None})
        for name in asked.types:
            assert prepare(asked.in_argument((name,), asked.written(name))).errors == ()
            assert prepare(asked.by_default((name,), asked.written(name))).errors == ()


async def literals_answered_wrongly(api: Api, house: House, name: str, *, share: int) -> list[Any]:
    """As `answered_wrongly`, with values that are written into the document; and of null for a
    variable that a default lets stand where null may not."""
    asked, token = await caller(api, house, name)
    wrong: list[Any] = []
    for variable, of in asked.types.items():
        if is_non_null_type(of):
            nulled = json.dumps({**asked.variables, variable: None})
            response = await post(api, asked.nullable(variable), nulled, token)
            if what_is_wrong(response) or codes(response) != {"BAD_USER_INPUT"}:
                wrong.append((variable, "null", response.text[:300]))
    for number, step in enumerate(asked.steps()):
        for value in AWKWARD[number % share :: share]:
            literal = KEY.sub(r"\1:", value)
            for way in (Whole.in_argument, Whole.by_default):
                await api.stores.redis.flushall()  # what was counted against this caller
                others = json.dumps({k: own for k, own in asked.variables.items() if k != step[0]})
                response = await post(api, way(asked, step, literal), others, token)
                if SIGNED_OUT & codes(response):  # by the value before, as it should be
                    asked, token = await caller(api, house, name)
                    response = await post(api, way(asked, step, literal), others, token)
                if found := what_is_wrong(response):
                    wrong.append((step, literal[:60], found))
    return wrong


async def answered_wrongly(api: Api, house: House, name: str, *, share: int) -> list[Any]:
    """Each value in the places of this operation, but in each place only every `share`th of them;
    what each one was, and what was wrong with the answer."""
    asked, token = await caller(api, house, name)
    meant = await send(api, asked, (), json.dumps(asked.variables), token)
    assert meant.status_code == 200  # or none of the others would be looked at
    asked, token = await caller(api, house, name)
    wrong = []
    for number, step in enumerate(asked.steps()):
        for value in AWKWARD[number % share :: share]:
            response = await send(api, asked, step, value, token)
            if "RATE_LIMITED" in codes(response):
                await api.stores.redis.flushall()  # what was counted against this caller
                response = await send(api, asked, step, value, token)
            if SIGNED_OUT & codes(response):  # by the value before, as it should be
                asked, token = await caller(api, house, name)
                response = await send(api, asked, step, value, token)
            if found := what_is_wrong(response):
                wrong.append((step, value[:60], found))
    return wrong


async def caller(api: Api, house: House, name: str) -> tuple[Whole, str]:
    """The operation as it is meant, with ids of what its caller may ask for, and their token.
    Nothing was counted against them yet."""
    await api.stores.redis.flushall()
    callers = Callers(api.stores, house)
    home = await callers.household(f"{uuid4()}@house.test", operator=True)
    film = await factories.movie(api.stores)
    viewer = Viewer(api, await callers.token(home, ADULT))
    session = await viewer.start(film.id)
    known = {
        "email": home.email,
        "password": factories.PASSWORD,
        "current": factories.PASSWORD,
        "next": "another horse",
        "pin": None,
        "currentPin": None,
        "uiLocale": "en",
        "audio": ["en"],
        "subtitles": ["en"],
        "first": 3,
        "slug": "home",
        "profileId": home.profiles[ADULT],
        "id": film.id,
        "ids": [film.id],
        "playableId": film.id,
        "titleId": film.id,
        "sessionId": session["session"]["id"],
    }
    root = next(root for root in ROOTS if str(root) == name)
    return whole(root, known), viewer.token


def codes(response: Any) -> set[str]:
    return set(re.findall(r'"code":"([A-Z_]+)"', response.text))


def what_is_wrong(response: Any) -> str | None:
    if response.status_code >= 500:
        return f"{response.status_code} {response.text[:300]}"
    answer = response.json()
    for error in answer.get("errors", []):
        if "code" not in error.get("extensions", {}):
            return f"no code: {error}"
        if error["extensions"]["code"] == "INTERNAL":
            return str(error)
        if shown := OURS.search(error["message"]):
            return f"{shown[0]!r} in {error['message'][:300]}"
    return None


async def send(api: Api, asked: Whole, step: Step, value: str, token: str) -> Any:
    variables = json.dumps(asked.with_value(step, HOLE)).replace(json.dumps(HOLE), value)
    return await post(api, asked.document, variables, token)


async def post(api: Api, document: str, variables: str, token: str) -> Any:
    body = f'{{"query": {json.dumps(document)}, "variables": {variables}}}'
    headers = {"Content-Type": "application/json", "Authorization": f"Bearer {token}"}
    return await api.http.post("/graphql", content=body, headers=headers)
