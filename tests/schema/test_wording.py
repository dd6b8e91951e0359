"""What graphql-core says, as it is told: nothing of Python, no guess, no value."""

import re

import pytest
from graphql import GraphQLError, get_variable_values, is_input_type, parse, validate
from hypothesis import given
from hypothesis import strategies as st

from domain.errors import InvalidInput
from schema.problems import shown, shown_exception
from schema.root import schema
from schema.wording import MOST_LETTERS

OF_PYTHON = re.compile(r"\b(?:None|True|False|inf|nan)\b|[\[{(]'|\\")
INPUTS = sorted(
    name
    for name, kind in schema._schema.type_map.items()
    if is_input_type(kind) and not name.startswith("__")
)
SECRET = "correct horse"
TEXT = st.text("ab'\n\x07é", max_size=5)  # what Python would write otherwise
JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | TEXT,
    lambda inside: st.lists(inside, max_size=3) | st.dictionaries(TEXT, inside),
    max_leaves=5,
)


def coerced(kind: str, value: object) -> list[str]:
    """What is told of a value that a variable of this type has; nothing when it fits."""
    [operation] = parse(f"query ($v: {kind}) {{ viewer {{ __typename }} }}").definitions
    found = get_variable_values(schema._schema, operation.variable_definitions, {"v": value})
    return [error["message"] for error in shown(found)] if isinstance(found, list) else []


@pytest.mark.parametrize(
    ("kind", "value", "told"),
    [
        ("ID!", None, "Expected value of non-null type 'ID!' not to be null."),
        ("ID", True, "ID cannot represent value."),
        ("Int", SECRET, "Int cannot represent non-integer value."),
        ("Int", 2**40, "Int cannot represent non 32-bit signed integer value."),
        ("Float", 10**400, "Float cannot represent non numeric value."),
        ("Boolean", {"a": None}, "Boolean cannot represent a non boolean value."),
        ("String", [SECRET], "String cannot represent a non string value."),
        ("DeviceKind", 1, "Enum 'DeviceKind' cannot represent non-string value."),
        ("DeviceKind", "TVV", "Value 'TVV' does not exist in 'DeviceKind' enum."),
        ("SignInInput", SECRET, "Expected value of type 'SignInInput' to be an object."),
    ],
)
def test_a_value_that_does_not_fit_is_told_in_words_of_graphql(kind, value, told):
    assert coerced(kind, value) == [f"Variable '$v' has invalid value: {told}"]


def test_a_place_in_a_value_is_told_and_the_value_is_not():
    given = {"email": "ada@house.test", "password": SECRET, "pasword": SECRET}

    missing, unknown = coerced("SignInInput", given)

    assert missing.endswith("'SignInInput' to include required field 'device'.")
    assert unknown.endswith("'SignInInput' not to include unknown field 'pasword'.")


def test_what_a_scalar_of_ours_stumbled_over_is_not_told():
    said = GraphQLError("Expected value of type 'X', but encountered error 'int() …'; found: 'a'.")

    [error] = shown([said])

    assert error["message"] == "Expected value of type 'X'."


def test_a_literal_is_told_of_alike():
    document = parse("{ first: node(id: null) { id } second: node(id: true) { id } viewer }")

    told = [error["message"] for error in shown(validate(schema._schema, document))]

    assert told == [
        "Expected value of non-null type 'ID!' not to be null.",
        "ID cannot represent a non-string and non-integer value.",
        "Field 'viewer' of type 'Viewer' must have a selection of subfields.",
    ]


@pytest.mark.parametrize(
    ("kind", "value"), [("DeviceKind", "V" * 5000), ("[DeviceKind]", ["'" * 5000])]
)
def test_what_was_sent_is_not_sent_back_at_length(kind, value):
    [told] = coerced(kind, value)

    assert len(told) == MOST_LETTERS
    assert told.endswith("…")


def test_what_we_say_ourselves_is_told_as_it_is():
    refusal = InvalidInput("A place, found: nowhere.")

    assert shown_exception(refusal)["message"] == "A place, found: nowhere."


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("{ a(b: 'c') }", "Syntax Error: Unexpected single quote character (')."),
        ("{ a(b: .5) }", "Syntax Error: Invalid number, expected digit before '.'."),
        ("{ a { .. } }", "Syntax Error: Unexpected '..'."),
    ],
)
def test_the_parser_guesses_nothing(text, told):
    with pytest.raises(GraphQLError) as found:
        parse(text)

    assert shown([found.value])[0]["message"] == told


@given(st.sampled_from(INPUTS), JSON)
def test_no_value_of_any_type_brings_python_into_an_answer(name, value):
    for kind in (name, f"[{name}!]!"):
        assert not [told for told in coerced(kind, value) if OF_PYTHON.search(told)]
