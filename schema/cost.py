"""How much may the answer to an operation hold? Counted in points, before it runs.

An object that may be in the answer is one point, whatever is read of it. `@cost` adds what a field
takes besides, and `@listSize` says which argument bounds a list. It is the most that there may be:
lists are taken for full, interfaces for their dearest type, and a field under `@skip` or `@include`
for asked. Introspection is counted like everything else, and each alias in it as an object: texts
that are asked for under thirty names are thirty times as long.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache
from types import MappingProxyType
from typing import Any, NamedTuple, cast

from graphql import (
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLField,
    GraphQLObjectType,
    GraphQLSchema,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionNode,
    SelectionSetNode,
    Undefined,
    VariableNode,
    get_named_type,
    get_nullable_type,
    is_abstract_type,
    is_list_type,
    is_object_type,
    value_from_ast_untyped,
)

from domain.errors import TooComplex
from domain.limits import Budget, mutation_spends, query_spends
from schema.directives import Cost, ListSize
from schema.limits import MOST_DEPTH

MOST_COST = 20_000  # our home page costs 7,300 with rows of twenty, and 18,000 with rows of fifty
PLAIN_LIST = 5  # the size of a list that has no other: genres, rungs and profiles are as many
CACHED_SIZES = 32  # of one operation: an app asks for a screenful, or for two

# How many there are in this schema on average, wherever one comes from: the types of an interface
# are asked for by way of it, which is most often Node's. One by name may be ten times the average.
INTROSPECTED: Mapping[tuple[str, str], int] = MappingProxyType(
    {
        ("Query", "__type"): 10,
        ("__Schema", "types"): 130,
        ("__Type", "fields"): 6,
        ("__Type", "inputFields"): 1,
        ("__Type", "interfaces"): 1,
        ("__Type", "enumValues"): 1,
        ("__Type", "possibleTypes"): 5,
        ("__Field", "args"): 1,
        ("__Directive", "args"): 1,
    }
)
WRAPPED = ("__Type", "ofType")  # the same type again, without a bracket or exclamation mark

Fragments = Mapping[str, FragmentDefinitionNode]


class Priced:
    """What one operation of a valid document costs."""

    def __init__(
        self, schema: GraphQLSchema, operation: OperationDefinitionNode, fragments: Fragments
    ) -> None:
        self._prices = _Prices(schema, fragments)
        self._operation = operation
        self._defaults = {
            each.variable.name.value: _size(
                value_from_ast_untyped(each.default_value) if each.default_value else None
            )
            for each in operation.variable_definitions or ()
        }
        selections = [operation.selection_set, *(f.selection_set for f in fragments.values())]
        self._sizing = sorted({name for each in selections for name in _variables(each)})
        self._count = lru_cache(maxsize=CACHED_SIZES)(self._count_anew)

    def points(self, variables: Mapping[str, object]) -> int:
        """With these variables, as they came. Raises TooComplex for more than MOST_COST, and for
        more than MOST_DEPTH levels."""
        points = self._count(
            tuple(
                _size(variables[name]) if name in variables else self._defaults.get(name)
                for name in self._sizing
            )
        )
        if points > MOST_COST:
            raise TooComplex("This asks for too much at once. See docs/limits.md.")
        return points

    @property
    def spends(self) -> Mapping[Budget, int]:
        """Points of each budget. A field that comes twice under one name is asked for once."""
        asked = Counter(dict(self._roots(self._operation.selection_set, set())).values())
        match self._operation.operation:
            case OperationType.QUERY:
                return query_spends(asked)
            case OperationType.MUTATION:
                root = self._prices.root(OperationType.MUTATION)
                weights = {name: weight_of(self._prices.field(root, name)) for name in asked}
                return mutation_spends(asked, weights)
            case OperationType.SUBSCRIPTION:
                return {}  # it holds a seat instead

    def _roots(self, selected: SelectionSetNode, seen: set[int]) -> Iterator[tuple[str, str]]:
        """Each selection once, however many ways lead to it."""
        seen.add(id(selected))
        for node in selected.selections:
            if isinstance(node, FieldNode):
                yield (node.alias or node.name).value, node.name.value
            else:
                inside = self._prices.fragment(node).selection_set
                if id(inside) not in seen:
                    yield from self._roots(inside, seen)

    def _count_anew(self, sizes: tuple[int | None, ...]) -> int:
        root = self._prices.root(self._operation.operation)
        count = _Count(self._prices, dict(zip(self._sizing, sizes, strict=True)))
        return count.of(self._operation.selection_set, root, None, level=1).points


@dataclass(frozen=True, slots=True)
class _Prices:
    """What the SDL says of a field, and a document of its fragments; both are valid."""

    schema: GraphQLSchema
    fragments: Fragments

    def root(self, kind: OperationType) -> GraphQLObjectType:
        return cast(GraphQLObjectType, self.schema.get_root_type(kind))

    def field(self, parent: GraphQLObjectType, name: str) -> GraphQLField:
        return cast(GraphQLField, self.schema.get_field(parent, name))

    def fragment(self, node: SelectionNode) -> FragmentDefinitionNode | InlineFragmentNode:
        if isinstance(node, FragmentSpreadNode):
            return self.fragments[node.name.value]
        return cast(InlineFragmentNode, node)  # the only other that is no field

    def applies(
        self, fragment: FragmentDefinitionNode | InlineFragmentNode, to: GraphQLObjectType
    ) -> bool:
        condition = fragment.type_condition
        if condition is None or condition.name.value == to.name:
            return True
        named = self.schema.type_map[condition.name.value]
        return is_abstract_type(named) and self.schema.is_sub_type(named, to)

    def objects(self, of: GraphQLField) -> list[GraphQLObjectType]:
        """What one of these may be; none of a text or a number."""
        named = get_named_type(of.type)
        if is_object_type(named):
            return [named]
        return list(self.schema.get_possible_types(named)) if is_abstract_type(named) else []


class _Found(NamedTuple):
    """Of a selection: its points, and the levels of fields in it."""

    points: int
    levels: int


class _Count:
    """With sizes that are known. A selection is counted once for each type it may be of."""

    def __init__(self, prices: _Prices, variables: Mapping[str, int | None]) -> None:
        self._prices = prices
        self._variables = variables
        self._known: dict[tuple[int, str, int | None], _Found] = {}

    def of(
        self, selected: SelectionSetNode, of: GraphQLObjectType, size: int | None, *, level: int
    ) -> _Found:
        """`size`: of lists in it that have none of their own, which are the edges of a connection.
        `level`: of its fields, those at the root are on the first."""
        key = id(selected), of.name, size
        found = self._known.get(key)
        if found is None and level <= MOST_DEPTH:
            each = [self._selection(node, of, size, level) for node in selected.selections]
            found = _Found(sum(e.points for e in each), max(e.levels for e in each))
            self._known[key] = found
        if found is None or level - 1 + found.levels > MOST_DEPTH:
            raise TooComplex("The document is nested too deep. See docs/limits.md.")
        return found

    def _selection(
        self, node: SelectionNode, of: GraphQLObjectType, size: int | None, level: int
    ) -> _Found:
        if isinstance(node, FieldNode):
            return self._field(node, of, size, level)
        fragment = self._prices.fragment(node)
        if not self._prices.applies(fragment, of):
            return _Found(0, 0)
        return self.of(fragment.selection_set, of, size, level=level)

    def _field(
        self, node: FieldNode, parent: GraphQLObjectType, size: int | None, level: int
    ) -> _Found:
        field = self._prices.field(parent, node.name.value)
        weight = weight_of(field)
        if node.alias and parent.name.startswith("__"):
            weight += 1
        if node.selection_set is None:
            return _Found(weight, 1)
        own = self._own_size(node, field, parent)
        is_list = is_list_type(get_nullable_type(field.type))
        introspected = INTROSPECTED.get((parent.name, node.name.value))
        sizes = (own, size, PLAIN_LIST) if is_list else (1,)
        times = next(n for n in (introspected, *sizes) if n is not None)
        each = [
            self.of(node.selection_set, one, None if is_list else own, level=level + 1)
            for one in self._prices.objects(field)
        ]
        dearest, deepest = max(e.points for e in each), max(e.levels for e in each)
        one = 0 if (parent.name, node.name.value) == WRAPPED else 1
        return _Found(weight + times * (one + dearest), 1 + deepest)

    def _own_size(
        self, node: FieldNode, field: GraphQLField, parent: GraphQLObjectType
    ) -> int | None:
        """What this field is sliced to; None where the SDL says nothing."""
        listed: ListSize | None = _directive(field, ListSize)
        if listed is None:
            return None
        for name in listed.slicing:
            asked = self._argument(node, field, name)
            if asked is not None:
                return asked
        return listed.assumed

    def _argument(self, node: FieldNode, field: GraphQLField, name: str) -> int | None:
        given = next((arg.value for arg in node.arguments or () if arg.name.value == name), None)
        if isinstance(given, VariableNode):
            asked = self._variables[given.name.value]
        else:
            asked = None if given is None else _size(value_from_ast_untyped(given))
        default = field.args[name].default_value
        return _size(default) if asked is None and default is not Undefined else asked


def weight_of(field: GraphQLField) -> int:
    """What `@cost` adds for this field."""
    found = _directive(field, Cost)
    return 0 if found is None else found.weight


def _directive(field: GraphQLField, kind: type[Any]) -> Any:
    """As it was bound; None where it was not, as on the fields of introspection."""
    bound = field.extensions.get("strawberry-definition")
    return next((d for d in getattr(bound, "directives", ()) if isinstance(d, kind)), None)


def _size(value: object) -> int | None:
    """As a list is asked for, also by JSON's 20.0; None for what is no size, which is refused
    when the variables are read."""
    if isinstance(value, bool) or not isinstance(value, int | float):
        return None
    return max(0, int(value)) if value == value // 1 else None


def _variables(selected: SelectionSetNode) -> Iterator[str]:
    """Those that may say a size: given as they are to an argument of a field."""
    for node in selected.selections:
        for argument in getattr(node, "arguments", None) or ():
            if isinstance(argument.value, VariableNode):
                yield argument.value.name.value
        inside = getattr(node, "selection_set", None)
        if inside is not None:
            yield from _variables(inside)
