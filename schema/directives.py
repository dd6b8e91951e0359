"""Directives that tell a reader of the SDL what the types alone cannot."""

import strawberry
from strawberry.schema_directive import Location

from resolvers.context import Scope

strawberry.enum(Scope, description="How far in a caller must be.")


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    description="Scope the caller's token must hold: signed in, or with a profile chosen.",
)
class Requires:
    """Written on every root field that is not public; enforced in bind.py."""

    scope: Scope


@strawberry.schema_directive(
    locations=[Location.FIELD_DEFINITION],
    name="semanticNonNull",
    description="Null here means failure, never absence: generators may type it non-null.",
)
class SemanticNonNull:
    """For fields that come from another dependency than their parent."""


SEMANTIC_NON_NULL = SemanticNonNull()
