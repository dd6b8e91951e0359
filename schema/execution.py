"""How does an operation become an answer? By graphql-core, with our errors and one line in the log.

Answers are what goes over the wire, before it is encoded: `{"data", "errors", "extensions"}`. One
without `data` says that nothing ran.
"""

from collections.abc import AsyncGenerator, Awaitable, Mapping, Sequence
from typing import Any, TypeGuard, TypeVar, cast

from graphql import (
    ExecutionResult,
    GraphQLError,
    OperationType,
    SubsequentIncrementalExecutionResult,
)
from graphql.execution import (
    Executor,
    create_source_event_stream,
    map_source_to_response_event,
)
from graphql.execution.incremental import IncrementalExecutor
from strawberry.execution import optimized_is_awaitable

from resolvers.context import Context
from schema.documents import Planned, Prepared
from schema.observed import Observed, observed, resolvers_seen
from schema.problems import BAD_USER_INPUT, shown, shown_exception
from schema.root import schema

T = TypeVar("T")
Answer = dict[str, Any]

NO_SUCH_OPERATION = GraphQLError(
    "The document has no operation of this name, or several and none is named.",
    extensions={"code": "OPERATION_RESOLUTION_FAILURE"},  # as other servers call it
)

MOST_COERCION_ERRORS = 20  # of one request, as of a document


class CannotRun(Exception):
    """A request that could not run, whatever is done; `answer` says why. Told like an operation."""

    def __init__(self, errors: Sequence[GraphQLError]) -> None:
        super().__init__(errors)
        with observed(None) as seen:
            self.answer = _told({"errors": shown(errors)}, seen)


async def execute(
    prepared: Prepared, planned: Planned, variables: Mapping[str, object], ctx: Context
) -> Answer:
    """Of a query or a mutation, at once and as a whole. A query that loses Postgres halfway is
    answered once more, from the copies alone: what it says of where it comes from is then true of
    all of it."""
    with observed(planned.node) as seen:
        answer = await _whole(prepared, planned, variables, ctx)
        if ctx.reads.is_torn and planned.type is OperationType.QUERY:
            ctx.read_copies()
            answer = await _whole(prepared, planned, variables, ctx)
        return _told(answer, seen)


async def execute_in_parts(
    prepared: Prepared, planned: Planned, variables: Mapping[str, object], ctx: Context
) -> AsyncGenerator[Answer, None]:
    """The same, with what is under `@defer` after the rest."""
    with observed(planned.node) as seen:
        executor = _build(IncrementalExecutor, prepared, planned, variables, ctx)
        if isinstance(executor, list):
            yield _told({"errors": shown(executor)}, seen)
            return
        result: Any = await _settled(executor.execute_operation())
        if isinstance(result, ExecutionResult):  # what was deferred was skipped
            yield _told(_answer(result), seen)
            return
        first = result.initial_result.formatted
        yield _told(_with_shown(first, result.initial_result.errors), seen)
        async for part in result.subsequent_results:
            yield _shown_part(part)


async def subscribe(
    prepared: Prepared, planned: Planned, variables: Mapping[str, object], ctx: Context
) -> AsyncGenerator[Answer, None]:
    """An answer an event, and one with errors alone when it ends by a refusal."""
    with observed(planned.node) as seen:
        executor = _build(Executor, prepared, planned, variables, ctx)
        if isinstance(executor, list):
            yield _told({"errors": shown(executor)}, seen)
            return
        events: Any = await _settled(create_source_event_stream(executor))
        if isinstance(events, ExecutionResult):
            yield _told({"errors": shown(events.errors or ())}, seen)
            return
        stream = map_source_to_response_event(executor, events)
        try:
            async for result in stream:
                yield _answer(result)
        except Exception as error:  # noqa: BLE001 - the edge: nobody above could tell the client
            yield _told({"errors": [shown_exception(error)]}, seen)
        finally:
            await stream.aclose()


async def _whole(
    prepared: Prepared, planned: Planned, variables: Mapping[str, object], ctx: Context
) -> Answer:
    executor = _build(Executor, prepared, planned, variables, ctx)
    if isinstance(executor, list):
        return {"errors": shown(executor)}
    return _answer(cast(ExecutionResult, await _settled(executor.execute_operation())))


def _build(
    kind: type[Executor[Any]],
    prepared: Prepared,
    planned: Planned,
    variables: Mapping[str, object],
    ctx: Context,
) -> Executor[Any] | list[GraphQLError]:
    """The errors of coercion when the variables do not fit."""
    built = kind.build(
        schema._schema,
        prepared.document,
        context_value=ctx,
        raw_variable_values=dict(variables),
        operation_name=planned.node.name.value if planned.node.name else None,
        max_coercion_errors=MOST_COERCION_ERRORS,
        middleware=resolvers_seen(),
        is_awaitable=_is_awaitable,
        hide_suggestions=True,
    )
    if isinstance(built, list):
        for error in built:
            error.extensions = {"code": BAD_USER_INPUT}
    return built


async def _settled(found: T | Awaitable[T]) -> T:
    return await found if _is_awaitable(found) else cast(T, found)


def _is_awaitable(found: object) -> TypeGuard[Awaitable[Any]]:
    return optimized_is_awaitable(found)


def _answer(result: ExecutionResult) -> Answer:
    if result.errors:
        return {"data": result.data, "errors": shown(result.errors)}
    return {"data": result.data}


def _shown_part(part: SubsequentIncrementalExecutionResult) -> Answer:
    told = cast(Answer, part.formatted)
    for name in ("incremental", "completed"):
        found: Sequence[Any] = getattr(part, name) or ()
        for piece, each in zip(told.get(name, ()), found, strict=True):
            _with_shown(piece, each.errors)
    return told


def _with_shown(told: Any, errors: Sequence[GraphQLError] | None) -> Answer:
    if errors:
        told["errors"] = shown(errors)
    return cast(Answer, told)


def _told(answer: Answer, seen: Observed) -> Answer:
    seen.answer(answer)
    return answer
