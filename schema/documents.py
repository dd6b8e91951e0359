"""Each document is read once; and which class of load is an operation of it?"""

from collections.abc import Iterator, Mapping, Set
from dataclasses import dataclass
from functools import lru_cache

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
)
from strawberry.extensions import SchemaExtension

from domain.errors import InvalidInput
from domain.load import PriorityClass

MOST_TOKENS = 1000  # ours have at most 253; the worst of this length takes 0.4 s to validate
CACHED_DOCUMENTS = 100  # an app sends dozens; so many of a stranger's hold 100 MB at most


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
