"""Operations made out of the SDL, so that a field added tomorrow is asked for like all others."""

from collections.abc import Iterator
from copy import deepcopy
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from graphql import (
    GraphQLArgument,
    GraphQLEnumType,
    GraphQLField,
    GraphQLInputObjectType,
    GraphQLInputType,
    GraphQLList,
    GraphQLNonNull,
    build_schema,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_required_argument,
    is_required_input_field,
)

import schema as package

SDL = build_schema((Path(package.__file__).parent / "schema.graphql").read_text())

# What gets a request past the checks that come before its ids; all else is filled by type.
BY_NAME = {
    "codecs": ["avc1.640028", "mp4a.40.2"],
    "after": "WzBd",  # a cursor before everything
    "maxHeight": 1080,
}
BY_TYPE: dict[str, Any] = {
    "Base64": "AAAA",
    "Boolean": True,
    "Float": 1.0,
    "ID": "mov_" + "0" * 32,
    "Int": 1,
    "Locale": "en",
    "String": "x",
}

Place = tuple[str, ...]  # where in the variables an id stands


@dataclass(frozen=True)
class Root:
    """A field of a root type; `operation` is query, mutation or subscription."""

    operation: str
    name: str
    field: GraphQLField

    def __str__(self) -> str:
        return self.name

    @property
    def scope(self) -> str | None:
        """What `@requires` says; None for a public one."""
        return scope_of(self.field)

    @property
    def variables(self) -> dict[str, Any]:
        """Of every argument that has to be given, and of cursors."""
        return {
            name: _sample(argument.type, name)
            for name, argument in self.field.args.items()
            if is_required_argument(argument) or name == "after"
        }

    def document(self, selection: str = "__typename ... on Problem { code message }") -> str:
        """An operation of this field alone; but for those with a default, which is taken, its
        arguments are variables."""
        asked = {name: arg.type for name, arg in self.field.args.items() if not _has_default(arg)}
        declared = ", ".join(f"${name}: {kind}" for name, kind in asked.items())
        given = ", ".join(f"{name}: ${name}" for name in asked)
        brackets = (f"({declared})", f"({given})") if asked else ("", "")
        if not is_composite_type(get_named_type(self.field.type)):
            selection = ""
        elif not str(self.field.type).endswith("Result!"):
            selection = selection.replace("... on Problem { code message }", "")
        below = f" {{ {selection} }}" if selection else ""
        return f"{self.operation}{brackets[0]} {{ {self.name}{brackets[1]}{below} }}"

    def id_places(self) -> list[Place]:
        """Every place of its arguments where an id may stand."""
        return [
            (name, *rest)
            for name, argument in self.field.args.items()
            for rest in _id_places(argument.type)
        ]

    def with_id(self, place: Place, id_: str) -> dict[str, Any]:
        """The variables with this id in that place."""
        variables = deepcopy(self.variables)
        inside: Any = variables
        for step in place[:-1]:
            inside = inside.setdefault(step, {})
        inside[place[-1]] = id_
        return variables


def scope_of(field: GraphQLField) -> str | None:
    """What `@requires` says of this field."""
    for directive in (field.ast_node and field.ast_node.directives) or ():
        if directive.name.value == "requires":
            return directive.arguments[0].value.value
    return None


ROOTS = [
    Root(operation, name, field)
    for operation, kind in (
        ("query", SDL.query_type),
        ("mutation", SDL.mutation_type),
        ("subscription", SDL.subscription_type),
    )
    for name, field in (kind.fields if kind else {}).items()
]


def _has_default(argument: GraphQLArgument) -> bool:
    return isinstance(argument.type, GraphQLNonNull) and not is_required_argument(argument)


def _sample(kind: GraphQLInputType, name: str) -> Any:
    nullable = get_nullable_type(kind)
    if name in BY_NAME:
        return BY_NAME[name]
    if isinstance(nullable, GraphQLList):
        return [_sample(nullable.of_type, name)]
    if isinstance(nullable, GraphQLEnumType):
        return next(iter(nullable.values))
    if isinstance(nullable, GraphQLInputObjectType):
        return {
            own: _sample(field.type, own)
            for own, field in nullable.fields.items()
            if is_required_input_field(field)
        }
    return BY_TYPE[nullable.name]


def _id_places(kind: GraphQLInputType) -> Iterator[Place]:
    nullable = get_nullable_type(kind)
    assert not isinstance(nullable, GraphQLList) or get_named_type(kind).name != "ID", (
        "a list of ids: say here how one of them is placed"
    )
    if isinstance(nullable, GraphQLInputObjectType):
        for own, field in nullable.fields.items():
            yield from ((own, *rest) for rest in _id_places(field.type))
    elif not isinstance(nullable, GraphQLList | GraphQLNonNull) and nullable.name == "ID":
        yield ()
