"""The committed SDL is what the code says, and keeps the contract's own rules."""

from pathlib import Path

import pytest
from graphql import (
    GraphQLInterfaceType,
    GraphQLNonNull,
    GraphQLObjectType,
    GraphQLUnionType,
    build_schema,
    get_named_type,
)

import schema as package
from schema.root import Mutation, Query, Subscription, schema

COMMITTED = Path(package.__file__).parent / "schema.graphql"
SDL = build_schema(COMMITTED.read_text())
OBJECTS = [
    kind
    for name, kind in SDL.type_map.items()
    if not name.startswith("__") and isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
]
SUCCEEDS_ELSEWHERE = {"requestPasswordReset"}  # a screen is told to wait; the rest is in a mail


def test_the_committed_sdl_is_what_the_code_says():
    assert COMMITTED.read_text() == schema.as_str() + "\n", (
        "run: marquee sdl > schema/schema.graphql"
    )


def test_every_root_field_is_bound():
    bound = {
        field.name
        for root in (Query, Mutation, Subscription)
        for field in root.__strawberry_definition__.fields
        if field.base_resolver is not None
    }

    assert len(bound) == sum(
        len(root.fields) for root in (SDL.query_type, SDL.mutation_type, SDL.subscription_type)
    )


@pytest.mark.parametrize("name", list(SDL.mutation_type.fields))
def test_a_mutation_answers_with_one_success_or_a_problem(name):
    answer = SDL.mutation_type.fields[name].type
    union = get_named_type(answer)
    problems = [kind for kind in union.types if SDL.type_map["Problem"] in kind.interfaces]

    assert isinstance(answer, GraphQLNonNull)
    assert isinstance(union, GraphQLUnionType)
    assert len(union.types) - len(problems) == (name not in SUCCEEDS_ELSEWHERE)
    assert union.types[-1].name == "GenericProblem"  # it fits every refusal, so it comes last


def test_everything_is_described():
    silent = [kind.name for kind in SDL.type_map.values() if not kind.description]
    for kind in [*OBJECTS, *_inputs()]:
        for name, field in kind.fields.items():
            silent += [] if field.description else [f"{kind.name}.{name}"]
            arguments = getattr(field, "args", {})
            silent += [
                f"{kind.name}.{name}({a})" for a, v in arguments.items() if not v.description
            ]

    assert silent == []


def test_whatever_has_an_id_can_be_fetched_again():
    without = {
        kind.name
        for kind in OBJECTS
        if "id" in kind.fields
        and kind.name != "Node"
        and SDL.type_map["Node"] not in kind.interfaces
    }

    assert without == set()


def test_whatever_can_grow_is_read_in_parts():
    without = [
        f"{kind.name}.{name}"
        for kind in OBJECTS
        for name, field in kind.fields.items()
        if get_named_type(field.type).name.endswith("Connection")
        and not {"first", "after"} <= field.args.keys()
    ]

    assert without == []


def _inputs():
    return [kind for kind in SDL.type_map.values() if kind.name.endswith("Input")]
