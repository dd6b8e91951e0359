"""Errors as data: what a mutation answers when it refuses, and what a bug looks like outside."""

import strawberry
import structlog
from graphql import GraphQLError
from strawberry.extensions import MaskErrors

from domain import errors
from domain.errors import DomainError, ProblemCode
from schema.bind import refusal_shape
from schema.observed import reference

log = structlog.get_logger()

INTERNAL = "INTERNAL"

strawberry.enum(ProblemCode, description="Stable for ever; a client may branch on it.")


@strawberry.interface(description="A failure that a screen can show.")
class Problem:
    code: ProblemCode = strawberry.field(description="Stable for ever.")
    message: str = strawberry.field(description="Safe to display.")
    retry_after_seconds: int | None = strawberry.field(
        description="When trying again may help; null when it will not."
    )


@refusal_shape(errors.SessionLost, "The playback session has ended; start playback again.")
class SessionLost(Problem):
    pass


@refusal_shape(
    errors.NotReady | errors.UnsupportedDevice, "Why this cannot be played here and now."
)
class NotPlayable(Problem):
    pass


@refusal_shape(DomainError, "Any other refusal. Listed last in every union, for it fits them all.")
class GenericProblem(Problem):
    field: list[str] | None = strawberry.field(description="Path of the offending input field.")


class MaskInternals(MaskErrors):
    """Whatever is no refusal of ours, and no fault of the document, is our bug: the caller gets
    a reference, and the log gets the rest under it."""

    def __init__(self) -> None:
        super().__init__(should_mask_error=_is_a_bug)

    def anonymise_error(self, error: GraphQLError) -> GraphQLError:
        log.error(
            "internal_error",
            path=error.path,
            exc_info=error.original_error,
        )
        return GraphQLError(
            "Something went wrong on our side.",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": INTERNAL, "reference": reference()},
        )


def _is_a_bug(error: GraphQLError) -> bool:
    cause = error.original_error
    return cause is not None and not isinstance(cause, DomainError | GraphQLError)
