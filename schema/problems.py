"""Errors as data: what a mutation answers when it refuses, and what a bug looks like outside."""

from collections.abc import Iterable
from typing import Any, cast

import strawberry
import structlog
from graphql import GraphQLError

from domain import errors
from domain.errors import DomainError, ProblemCode
from schema.bind import refusal_shape
from schema.observed import reference
from schema.wording import worded

log = structlog.get_logger()

INTERNAL = "INTERNAL"
BAD_USER_INPUT = "BAD_USER_INPUT"  # a value that does not fit its type, wherever that is found

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


@refusal_shape(errors.PinRequired, "The profile has a PIN: none was given, or a wrong one.")
class PinRequired(Problem):
    attempts_left: int = strawberry.field(description="How many wrong ones more until it locks.")


@refusal_shape(DomainError, "Any other refusal. Listed last in every union, for it fits them all.")
class GenericProblem(Problem):
    field: list[str] | None = strawberry.field(description="Path of the offending input field.")


def shown(errors: Iterable[GraphQLError]) -> list[dict[str, Any]]:
    """As the caller may see them, each with a code. Whatever is no refusal of ours, and no fault of
    the request, is our bug: the caller gets a reference, and the log gets the rest under it."""
    return [_shown(error) for error in errors]


def shown_exception(error: Exception) -> dict[str, Any]:
    """The same of what no field was the place of."""
    return _shown(
        error if isinstance(error, GraphQLError) else GraphQLError(str(error), original_error=error)
    )


def _shown(error: GraphQLError) -> dict[str, Any]:
    cause = error.original_error
    if cause is not None and not isinstance(cause, DomainError | GraphQLError):
        log.error("internal_error", path=error.path, exc_info=cause)
        error = GraphQLError(
            "Something went wrong on our side.",
            nodes=error.nodes,
            path=error.path,
            extensions={"code": INTERNAL, "reference": reference()},
        )
    told = cast(dict[str, Any], error.formatted)
    if not isinstance(cause, DomainError):
        told["message"] = worded(error.message)
    told.setdefault("extensions", {"code": BAD_USER_INPUT})
    return told
