"""What is known of a document before it runs? It is parsed, validated and planned once."""

from collections.abc import Collection, Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    GraphQLSyntaxError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)

from domain.limits import Budget
from domain.load import PriorityClass
from schema.cost import Priced
from schema.limits import check_text
from schema.root import PRIORITIES, schema

PARSE_FAILED, VALIDATION_FAILED = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"
MOST_ERRORS = 5  # of one document: whoever has made more sees the rest after mending these
CACHED_DOCUMENTS = 100  # an app sends dozens; so many of a stranger's hold 100 MB at most
EMPTY = DocumentNode(definitions=())  # stands for what could not be parsed
# They make the caller somebody else. What stands beside one would be asked for as one and paid for
# as the other.
ENTERING = frozenset(
    {"confirmRegistration", "pollDeviceSignIn", "refreshToken", "register", "signIn"}
)


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation of a valid document: what has to be known of it before it runs."""

    node: OperationDefinitionNode
    type: OperationType
    root_fields: frozenset[str]
    priority: PriorityClass  # that of its least important root field
    defers: bool  # asks for parts of its answer later
    spends: Mapping[Budget, int]  # points of the budgets of whoever asks
    priced: Priced

    def cost(self, variables: Mapping[str, object]) -> int:
        """Points, by the sizes of lists that these variables ask for. Raises TooComplex."""
        return self.priced.points(variables)


@dataclass(frozen=True)
class Prepared:
    """A document that was read. `id` is the SHA-256 of its text in hexadecimal; `errors` say why it
    cannot run, each with a code. `trusted`: registered by somebody who runs the house."""

    text: str
    id: str
    document: DocumentNode
    errors: tuple[GraphQLError, ...]
    trusted: bool = False

    def operation(self, name: str | None) -> Planned | None:
        """The operation of this name, or the only one. None where there is no such operation."""
        return self._operations.get(name)

    def operations(self) -> Collection[Planned]:
        """All of them; none of a document with errors."""
        return self._operations.values()

    @cached_property
    def _operations(self) -> Mapping[str | None, Planned]:
        if self.errors:
            return {}
        fragments = _fragments(self.document)
        planned: dict[str | None, Planned] = {
            node.name.value if node.name else None: _planned(node, fragments)
            for node in self.document.definitions
            if isinstance(node, OperationDefinitionNode)
        }
        if len(planned) == 1:
            planned[None] = next(iter(planned.values()))
        return planned


def prepare(text: str, *, trusted: bool = False) -> Prepared:
    """Reads a document: what is wrong with it is in `errors`. Raises TooComplex for one that is not
    even read, unless it is trusted."""
    if not trusted:
        check_text(text)
    id_ = document_id(text)
    try:
        document = parse(text, allow_empty_selection_sets=False)
        _check_nul(document)
    except GraphQLError as error:
        return Prepared(text, id_, EMPTY, (_coded(error, PARSE_FAILED),), trusted)
    found = validate(
        schema._schema,
        document,
        max_errors=MOST_ERRORS,
        hide_suggestions=True,
        allow_empty_selection_sets=False,
    )
    errors = tuple(_coded(error, VALIDATION_FAILED) for error in found or _crowded(document))
    return Prepared(text, id_, document, errors, trusted)


prepare_once = lru_cache(maxsize=CACHED_DOCUMENTS)(prepare)


def document_id(text: str) -> str:
    """By which an app asks for a document instead of sending it."""
    return sha256(text.encode()).hexdigest()


def _planned(
    node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Planned:
    root_fields = frozenset(_fields(node.selection_set, fragments, set()))
    priced = Priced(schema._schema, node, fragments)
    return Planned(
        node,
        node.operation,
        root_fields,
        _priority(root_fields),
        _defers(node.selection_set, fragments, set()),
        priced.spends,
        priced,
    )


def _priority(root_fields: Set[str]) -> PriorityClass:
    """That of the least important: asking for something important beside it makes nothing else
    so."""
    ranks = list(PriorityClass)
    found = [PRIORITIES.get(name, PriorityClass.STANDARD) for name in root_fields]
    return max(found, key=ranks.index, default=PriorityClass.STANDARD)


def _defers(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> bool:
    for node in selected.selections:
        if any(directive.name.value == "defer" for directive in node.directives or ()):
            return True
        inside = getattr(node, "selection_set", None)
        if isinstance(node, FragmentSpreadNode) and node.name.value not in seen:
            seen.add(node.name.value)
            inside = fragments[node.name.value].selection_set
        if inside is not None and _defers(inside, fragments, seen):
            return True
    return False


def _check_nul(document: DocumentNode) -> None:
    """It may be written as an escape, is legal GraphQL, and no text that Postgres could store."""
    place = document.loc
    token = place.start_token if place else None
    while place and token:
        if token.value and "\0" in token.value:
            raise GraphQLSyntaxError(place.source, token.start, "A text has no NUL in it.")
        token = token.next


def _crowded(document: DocumentNode) -> list[GraphQLError]:
    """Of a valid document: operations that let somebody in and ask for something else, too."""
    fragments = _fragments(document)
    return [
        GraphQLError("What lets somebody in stands alone in its operation.", node)
        for node in document.definitions
        if isinstance(node, OperationDefinitionNode)
        and len(fields := frozenset(_fields(node.selection_set, fragments, set()))) > 1
        and fields & ENTERING
    ]


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code}
    return error


def _fragments(document: DocumentNode) -> dict[str, FragmentDefinitionNode]:
    return {
        node.name.value: node
        for node in document.definitions
        if isinstance(node, FragmentDefinitionNode)
    }


def _fields(
    selected: SelectionSetNode, fragments: Mapping[str, FragmentDefinitionNode], seen: set[str]
) -> Iterator[str]:
    """Every field that stands at the root, also by way of fragments; each fragment once, for they
    may go round in circles."""
    for node in selected.selections:
        if isinstance(node, FieldNode):
            if node.name.value != "__typename":  # costs nothing, and clients add it everywhere
                yield node.name.value
        elif isinstance(node, FragmentSpreadNode):
            name = node.name.value
            if name in fragments and name not in seen:
                seen.add(name)
                yield from _fields(fragments[name].selection_set, fragments, seen)
        elif isinstance(node, InlineFragmentNode):
            yield from _fields(node.selection_set, fragments, seen)
