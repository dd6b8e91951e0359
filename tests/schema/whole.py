"""Operations with every argument and every input field, so that a value can be put into each."""

import json
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from graphql import (
    GraphQLList,
    GraphQLNonNull,
    GraphQLObjectType,
    get_named_type,
    get_nullable_type,
    is_composite_type,
    is_enum_type,
    is_input_object_type,
    is_interface_type,
    is_required_argument,
)

from tests.schema.operations import BY_NAME, BY_TYPE, SDL, Root

Step = tuple[str | int, ...]  # of names and places in lists, from the variables to a value
DEPTH = 2  # of what is selected: what a field answers, and what that holds; any node is 20 types


@dataclass(frozen=True)
class Whole:
    """`variables` are those of a caller who means it."""

    document: str
    variables: dict[str, Any]
    types: dict[str, Any]  # of the variables

    def steps(self) -> Iterator[Step]:
        """To each variable, and to each field of those that are objects."""
        for name, value in self.variables.items():
            yield from _steps((name,), value)

    def with_value(self, step: Step, value: object) -> dict[str, Any]:
        """The variables, but for one value."""
        changed: dict[str, Any] = _replaced(self.variables, step, value)
        return changed

    def in_argument(self, step: Step, literal: str) -> str:
        """The document, with a value that is written into it as this."""
        name = step[0]
        document = self._declaring({key: str(of) for key, of in self.types.items() if key != name})
        return document.replace(f"{name}: ${name}", f"{name}: {self._with_literal(step, literal)}")

    def by_default(self, step: Step, literal: str) -> str:
        """The document, with a value that is the default of a variable, or in it."""
        declared = {key: str(of) for key, of in self.types.items()}
        declared[step[0]] += f" = {self._with_literal(step, literal)}"
        return self._declaring(declared)

    def nullable(self, name: Any) -> str:
        """The document, whose variable may be null wherever it stands: its default lets it stand
        where null may not."""
        declared = {key: str(of) for key, of in self.types.items()}
        declared[name] = f"{declared[name].removesuffix('!')} = {self.written(name)}"
        return self._declaring(declared)

    def written(self, name: Any) -> str:
        """The value of a variable, as GraphQL writes it."""
        return _written(self.variables[name], self.types[name])

    def _with_literal(self, step: Step, literal: str) -> str:
        name: Any = step[0]
        return _written(self.with_value(step, _Literal(literal))[name], self.types[name])

    def _declaring(self, variables: Mapping[str, str]) -> str:
        operation, _, rest = self.document.partition("(")
        below = rest.partition(")")[2]
        declared = ", ".join(f"${name}: {kind}" for name, kind in variables.items())
        return f"{operation}({declared}){below}" if declared else f"{operation}{below}"


class _Literal(str):
    """Is written as it is."""


def _written(value: Any, of: Any) -> str:
    """As GraphQL writes a value of this type."""
    kind = get_nullable_type(of)
    if isinstance(value, _Literal) or (is_enum_type(kind) and value is not None):
        return str(value)
    if isinstance(value, dict):
        pairs = (f"{key}: {_written(each, kind.fields[key].type)}" for key, each in value.items())
        return f"{{{', '.join(pairs)}}}"
    if isinstance(value, list):
        return f"[{', '.join(_written(each, kind.of_type) for each in value)}]"
    return json.dumps(value)


def whole(root: Root, known: Mapping[str, object]) -> Whole:
    """`known` are values by the name of an argument or input field, where any of its type will
    not do."""
    args = root.field.args
    declared = ", ".join(f"${key}: {arg.type}" for key, arg in args.items())
    given = ", ".join(f"{key}: ${key}" for key in args)
    brackets = (f"({declared})", f"({given})") if args else ("", "")
    kind = get_named_type(root.field.type)
    below = _selection(kind, 1 if is_interface_type(kind) else DEPTH)
    return Whole(
        f"{root.operation}{brackets[0]} {{ {root.name}{brackets[1]}{below} }}",
        {key: _value(key, arg.type, known) for key, arg in args.items()},
        {key: arg.type for key, arg in args.items()},
    )


def _selection(of: Any, depth: int = DEPTH) -> str:
    """Everything below that needs no argument, as far as `depth` goes."""
    if not is_composite_type(of):
        return ""
    if isinstance(of, GraphQLObjectType):
        return f" {{ __typename {_fields(of, depth, {})} }}"
    selected: dict[str, str] = {}
    parts = [
        f"... on {each.name} {{ {_fields(each, depth, selected)} }}"
        for each in sorted(SDL.get_possible_types(of), key=_fewest_fields_last)
    ]
    return f" {{ __typename {' '.join(parts)} }}"


def _fields(of: GraphQLObjectType, depth: int, selected: dict[str, str]) -> str:
    """But for those that another type of the same union has `selected` as something else: the two
    would be in conflict. Only one of them is followed down."""
    found = []
    for name, field in of.fields.items():
        inner = is_composite_type(get_named_type(field.type))
        wanted = not inner or (depth > 1 and name not in selected)
        free = not any(is_required_argument(arg) for arg in field.args.values())
        if wanted and free and selected.setdefault(name, str(field.type)) == str(field.type):
            below = _selection(get_named_type(field.type), depth - 1)
            found.append(f"{name}{below}")
    return " ".join(found) or "__typename"


def _fewest_fields_last(of: GraphQLObjectType) -> int:
    return -len(of.fields)


def _value(name: str, of: Any, known: Mapping[str, object]) -> Any:
    if isinstance(of, GraphQLNonNull):
        return _value(name, of.of_type, known)
    if name in known or name in BY_NAME:
        return known.get(name, BY_NAME.get(name))
    if isinstance(of, GraphQLList):
        return [_value(name, of.of_type, known)]
    if is_enum_type(of):
        return next(iter(of.values))
    if is_input_object_type(of):
        return {key: _value(key, field.type, known) for key, field in of.fields.items()}
    return BY_TYPE[of.name]


def _steps(step: Step, value: object) -> Iterator[Step]:
    yield step
    if isinstance(value, dict):
        for key, inner in value.items():
            yield from _steps((*step, key), inner)
    elif isinstance(value, list):
        for index, inner in enumerate(value):
            yield from _steps((*step, index), inner)


def _replaced(given: Any, step: Step, value: object) -> Any:
    if not step:
        return value
    copy = given.copy()
    copy[step[0]] = _replaced(given[step[0]], step[1:], value)
    return copy
