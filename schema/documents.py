"""What is known of a document before it runs? It is parsed, validated and planned once."""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import cached_property, lru_cache
from hashlib import sha256

from graphql import (
    DocumentNode,
    FieldNode,
    FragmentDefinitionNode,
    FragmentSpreadNode,
    GraphQLError,
    InlineFragmentNode,
    OperationDefinitionNode,
    OperationType,
    SelectionSetNode,
    parse,
    validate,
)
from strawberry.extensions import SchemaExtension

from domain.errors import InvalidInput
from domain.load import PriorityClass
from schema.limits import MOST_TOKENS, check_text

PARSE_FAILED, VALIDATION_FAILED = "GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED"
MOST_ERRORS = 20  # of one document: whoever has made more sees the rest after mending these
CACHED_DOCUMENTS = 100  # an app sends dozens; so many of a stranger's hold 100 MB at most
EMPTY = DocumentNode(definitions=())  # stands for what could not be parsed


@dataclass(frozen=True, slots=True)
class Planned:
    """One operation of a valid document: what has to be known of it before it runs."""

    node: OperationDefinitionNode
    type: OperationType
    root_fields: frozenset[str]
    priority: PriorityClass  # that of its least important root field
    defers: bool  # asks for parts of its answer later

    def cost(self, _variables: Mapping[str, object]) -> int:
        """Points, by the sizes of lists that these variables ask for."""
        return len(self.root_fields)


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
    from schema.root import schema  # here: it imports this file

    if not trusted:
        check_text(text)
    id_ = document_id(text)
    try:
        document = parse(
            text,
            allow_empty_selection_sets=False,
        )
    except GraphQLError as error:
        return Prepared(text, id_, EMPTY, (_coded(error, PARSE_FAILED),), trusted)
    found = validate(
        schema._schema,
        document,
        max_errors=MOST_ERRORS,
        hide_suggestions=True,
        allow_empty_selection_sets=False,
    )
    errors = tuple(_coded(error, VALIDATION_FAILED) for error in found)
    return Prepared(text, id_, document, errors, trusted)


prepare_once = lru_cache(maxsize=CACHED_DOCUMENTS)(prepare)


def document_id(text: str) -> str:
    """By which an app asks for a document instead of sending it."""
    return sha256(text.encode()).hexdigest()


def _planned(
    node: OperationDefinitionNode, fragments: Mapping[str, FragmentDefinitionNode]
) -> Planned:
    from schema.root import PRIORITIES  # here: it imports this file

    root_fields = frozenset(_fields(node.selection_set, fragments, set()))
    return Planned(
        node,
        node.operation,
        root_fields,
        Operation(node.operation, root_fields).priority(PRIORITIES),
        _defers(node.selection_set, fragments, set()),
    )


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


def _coded(error: GraphQLError, code: str) -> GraphQLError:
    error.extensions = {"code": code}
    return error


@lru_cache(maxsize=CACHED_DOCUMENTS)
def parsed(document: str) -> DocumentNode:
    """Raises GraphQLError for what is no document, or has more than MOST_TOKENS."""
    return parse(document, max_lexical_tokens=MOST_TOKENS, max_comments=MOST_TOKENS)


class ParsedOnce(SchemaExtension):
    """Takes the document from where `operation` has read it already."""

    def on_parse(self) -> Iterator[None]:
        self.execution_context.graphql_document = parsed(self.execution_context.query or "")
        yield


def check_listed(document: object, listed: Set[str] | None) -> None:
    """Raises InvalidInput where a house has a list of documents and this is none of them: neither
    is introspection."""
    if listed is not None and not (isinstance(document, str) and document in listed):
        raise InvalidInput("This house answers the documents of its own apps only.")


@dataclass(frozen=True, slots=True)
class Operation:
    """What has to be known of an operation before it runs."""

    type: OperationType
    root_fields: frozenset[str]

    def priority(self, classes: Mapping[str, PriorityClass]) -> PriorityClass:
        """That of its least important root field: asking for something important beside it makes
        nothing else so. A field that `classes` does not name is STANDARD."""
        ranks = list(PriorityClass)
        found = [classes.get(name, PriorityClass.STANDARD) for name in self.root_fields]
        return max(found, key=ranks.index, default=PriorityClass.STANDARD)


def operation_of(document: object, name: object) -> Operation | None:
    """The operation of this name, or the only one. None for what is no document, or holds no such
    operation: execution says better what is wrong with it."""
    if not isinstance(document, str) or not isinstance(name, str | None):
        return None
    try:
        return _operation(document, name)
    except GraphQLError:
        return None


@lru_cache(maxsize=CACHED_DOCUMENTS)
def _operation(document: str, name: str | None) -> Operation | None:
    definitions = parsed(document).definitions
    found = [
        node
        for node in definitions
        if isinstance(node, OperationDefinitionNode)
        and (name is None or (node.name is not None and node.name.value == name))
    ]
    if len(found) != 1:
        return None
    fields = _fields(found[0].selection_set, _fragments(parsed(document)), set())
    return Operation(found[0].operation, frozenset(fields))


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
