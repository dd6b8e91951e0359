"""What an operator sees of every operation: a line in the log, a count, a time, and spans.

None of it says who asked: no account, no profile, no variable. The reference in a masked error is
the one in the line, and in every other line that was written on the way.
"""

import secrets
import time
from collections.abc import Callable, Iterator
from inspect import isawaitable
from typing import Any

import structlog
from graphql import GraphQLResolveInfo, OperationDefinitionNode, get_operation_ast
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import Counter, Histogram
from strawberry.extensions import SchemaExtension
from strawberry.extensions.tracing.utils import should_skip_tracing
from strawberry.types import ExecutionContext

log = structlog.get_logger()
tracer = trace.get_tracer("marquee.schema")

REFERENCE_BYTES = 6  # enough to find one line among a year's, short enough to read over a phone
MOST_DOCUMENTS = 200  # an app has dozens; a stranger's inventions must not fill the metrics
LONGEST_NAME = 64  # of an operation in logs and metrics; ours have at most twenty letters
ANONYMOUS, OTHER = "anonymous", "other"
INVALID = "INVALID_DOCUMENT"  # what has no code of ours: it was refused before any resolver ran

# From a heartbeat on an idle machine to the deadline of a mutation.
BUCKETS_S = (0.002, 0.005, 0.01, 0.02, 0.05, 0.1, 0.2, 0.5, 1.0, 2.0, 5.0)

OPERATIONS = Counter(
    "marquee_operations", "GraphQL operations answered.", ("document", "kind", "outcome")
)
SECONDS = Histogram(
    "marquee_operation_seconds",
    "How long a query or mutation took to answer.",
    ("document", "kind"),
    buckets=BUCKETS_S,
)

_documents: set[str] = set()


class Observed(SchemaExtension):
    """To be the first extension, so that it sees what the others made of the answer."""

    def on_operation(self) -> Iterator[None]:
        structlog.contextvars.bind_contextvars(reference=secrets.token_hex(REFERENCE_BYTES))
        began = time.perf_counter()
        try:
            yield
        finally:
            self._tell(time.perf_counter() - began)

    def _tell(self, seconds: float) -> None:
        definition = self._definition()
        name = _name(definition)
        kind = "none" if definition is None else definition.operation.value
        outcome = _outcome(self.execution_context)
        document = bounded(name, _documents)
        OPERATIONS.labels(document, kind, outcome).inc()
        if kind != "subscription":
            SECONDS.labels(document, kind).observe(seconds)
        log.info(
            "operation",
            operation=name,
            kind=kind,
            outcome=outcome,
            ms=round(seconds * 1000, 1),
        )

    def _definition(self) -> OperationDefinitionNode | None:
        """None when the document was refused before it could be read."""
        document = self.execution_context.graphql_document
        if document is None:
            return None
        return get_operation_ast(document, self.execution_context.operation_name)


class Traced(Observed):
    """The same, and a span for the operation and for each field that a resolver of ours answers.
    Apart from `Observed`, because being asked at every field costs when nobody looks."""

    def on_operation(self) -> Iterator[None]:
        with tracer.start_as_current_span("operation") as span:
            yield from super().on_operation()
            definition = self._definition()
            if definition is not None and definition.name is not None:
                span.update_name(f"{definition.operation.value} {_name(definition)}")

    async def resolve(
        self,
        _next: Callable[..., Any],
        root: Any,
        info: GraphQLResolveInfo[Any],
        *args: Any,
        **kwargs: Any,
    ) -> Any:
        if should_skip_tracing(_next, info):
            return await _settled(_next(root, info, *args, **kwargs))
        with tracer.start_as_current_span(f"{info.parent_type.name}.{info.field_name}"):
            return await _settled(_next(root, info, *args, **kwargs))


def observer() -> SchemaExtension:
    """The cheaper one, unless somebody collects spans."""
    return Traced() if isinstance(trace.get_tracer_provider(), TracerProvider) else Observed()


def reference() -> str:
    """Of the operation that runs: a viewer can read it out over the phone, an operator search for
    it."""
    return str(structlog.contextvars.get_contextvars()["reference"])


def _outcome(ran: ExecutionContext) -> str:
    """`ok`, or the code of the first error; ENDED when whoever asked did not wait for an answer,
    and for every stream."""
    if ran.graphql_document is None:
        return INVALID
    errors = ran.pre_execution_errors or getattr(ran.result, "errors", None)
    if errors:
        return str((errors[0].extensions or {}).get("code", INVALID))
    return "ENDED" if ran.result is None else "ok"


def _name(definition: OperationDefinitionNode | None) -> str:
    if definition is None or definition.name is None:
        return ANONYMOUS
    return definition.name.value[:LONGEST_NAME]


def bounded(name: str, known: set[str]) -> str:
    """`name`, which is known from then on; OTHER once MOST_DOCUMENTS are known and it is none of
    them."""
    if name in known or len(known) < MOST_DOCUMENTS:
        known.add(name)
        return name
    return OTHER


async def _settled(found: Any) -> Any:
    return await found if isawaitable(found) else found
