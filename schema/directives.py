"""Directives that tell a reader of the SDL what the types alone cannot."""

from typing import Annotated, Any

import strawberry
from strawberry.directive import DirectiveLocation, DirectiveValue
from strawberry.schema_directive import Location

from domain.load import PriorityClass
from resolvers.context import Scope

strawberry.enum(Scope, description="How far in a caller must be.")
strawberry.enum(
    PriorityClass, description="From what is answered first under load to what is refused first."
)


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Scope the caller's token must hold: signed in, or with a profile chosen.",
)
class Requires:
    """Written on every root field that is not public; enforced in bind.py."""

    scope: Scope


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Load-shedding class of a root field: CRITICAL is shed last; STANDARD if absent.",
)
class Priority:
    """Written on root fields; an operation has the class of its least important one."""

    class_: PriorityClass = strawberry.directive_field(name="class")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="semanticNonNull",
    description="Null here means failure, never absence: generators may type it non-null.",
)
class SemanticNonNull:
    """For fields that come from another dependency than their parent."""


SEMANTIC_NON_NULL = SemanticNonNull()


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="What this field costs besides the objects in its answer; see `extensions.cost`.",
)
class Cost:
    """Points; also of a mutation in its budget, where it is 1 if absent. See schema/cost.py."""

    weight: int


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="listSize",
    description="Which arguments bound the list, the first of them that is given; and the size to"
    " assume without.",
)
class ListSize:
    """Of a list, or of the edges below a connection. Read by schema/cost.py."""

    slicing: list[str]
    assumed: int = 20  # a screenful: what the page asks for when it asks


@strawberry.directive(
    locations=[DirectiveLocation.FRAGMENT_SPREAD, DirectiveLocation.INLINE_FRAGMENT],
    description="May be answered after the rest, where multipart/mixed or server-sent events are"
    " accepted.",
)
def defer(
    value: DirectiveValue[Any],
    if_: Annotated[
        bool, strawberry.argument(name="if", description="Whether it may, this time.")
    ] = True,
    label: Annotated[
        str | None, strawberry.argument(description="Says which part an answer is of.")
    ] = strawberry.UNSET,
) -> None:
    """Declared for graphql-core, which does what it says."""
