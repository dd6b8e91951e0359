"""Does a document use a part of the schema? What nobody uses can be removed."""

from collections.abc import Iterator
from dataclasses import dataclass

from graphql import (
    DocumentNode,
    EnumValueNode,
    FieldNode,
    GraphQLInputObjectType,
    GraphQLInterfaceType,
    GraphQLNamedType,
    GraphQLObjectType,
    GraphQLSchema,
    ObjectFieldNode,
    TypeInfo,
    TypeInfoVisitor,
    VariableDefinitionNode,
    Visitor,
    get_named_type,
    type_from_ast,
    visit,
)

from domain.errors import NotFound


@dataclass(frozen=True, slots=True)
class Part:
    """A field of a type or of an input, a value of an enum, or with `argument` that of a field."""

    type: GraphQLNamedType
    name: str
    argument: str | None = None


def part_of(schema: GraphQLSchema, path: str) -> Part:
    """`Type.field`, `Type.field.argument`, `Input.field` or `Enum.VALUE`. Raises NotFound when the
    schema has no such part."""
    type_name, _, rest = path.partition(".")
    name, _, argument = rest.partition(".")
    kind = schema.get_type(type_name)
    members = getattr(kind, "fields", None) or getattr(kind, "values", {})
    if kind is None or name not in members:
        raise NotFound(f"The schema has no {type_name}.{name}.")
    if argument and argument not in getattr(members[name], "args", {}):
        raise NotFound(f"{type_name}.{name} has no argument {argument}.")
    return Part(kind, name, argument or None)


def uses(schema: GraphQLSchema, document: DocumentNode, part: Part) -> bool:
    """Whether it asks for this part. A field of an interface is one of all types that have it by
    the interface; what variables hold is not known, so one that may hold the part uses it."""
    info = TypeInfo(schema)
    search = _Search(schema, info, part)
    visit(document, TypeInfoVisitor(info, search))
    return search.found


class _Search(Visitor):
    def __init__(self, schema: GraphQLSchema, info: TypeInfo, part: Part) -> None:
        super().__init__()
        self.found = False
        self._schema = schema
        self._info = info
        self._part = part

    def enter_field(self, node: FieldNode, *_: object) -> None:
        if node.name.value == self._part.name and self._is_here():
            given = {argument.name.value for argument in node.arguments or ()}
            self.found |= self._part.argument is None or self._part.argument in given

    def enter_object_field(self, node: ObjectFieldNode, *_: object) -> None:
        inside = get_named_type(self._info.get_parent_input_type())
        self.found |= inside is self._part.type and node.name.value == self._part.name

    def enter_enum_value(self, node: EnumValueNode, *_: object) -> None:
        kind = get_named_type(self._info.get_input_type())
        self.found |= kind is self._part.type and node.value == self._part.name

    def enter_variable_definition(self, node: VariableDefinitionNode, *_: object) -> None:
        kind = get_named_type(type_from_ast(self._schema, node.type))
        self.found |= kind is not None and self._part.type in _held_by(kind, set())

    def _is_here(self) -> bool:
        """Whether a selection at this place is one of the part's type."""
        parent = self._info.get_parent_type()
        kind = self._part.type
        if parent is kind:
            return True
        return (
            isinstance(parent, GraphQLInterfaceType)
            and isinstance(kind, GraphQLObjectType | GraphQLInterfaceType)
            and self._schema.is_sub_type(parent, kind)
        )


def _held_by(kind: GraphQLNamedType, seen: set[GraphQLNamedType]) -> Iterator[GraphQLNamedType]:
    """The type of a variable, and everything that may be inside of one."""
    if kind in seen:
        return
    seen.add(kind)
    yield kind
    if isinstance(kind, GraphQLInputObjectType):
        for field in kind.fields.values():
            yield from _held_by(get_named_type(field.type), seen)
