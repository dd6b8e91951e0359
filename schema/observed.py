"""What an operator sees of every operation: a line in the log, a count, a time, and spans.

None of it says who asked: no account, no profile, no variable. The reference in a masked error is
the one in the line, and in every other line that was written on the way.
"""

import secrets
import time
from collections.abc import Callable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, nullcontext
from functools import lru_cache
from inspect import isawaitable
from typing import Any

import structlog
from graphql import GraphQLResolveInfo, MiddlewareManager, OperationDefinitionNode
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from prometheus_client import Counter, Histogram
from strawberry.extensions.tracing.utils import should_skip_tracing

log = structlog.get_logger()
tracer = trace.get_tracer("marquee.schema")

REFERENCE_BYTES = 6  # enough to find one line among a year's, short enough to read over a phone
MOST_DOCUMENTS = 200  # an app has dozens; a stranger's inventions must not fill the metrics
LONGEST_NAME = 64  # of an operation in logs and metrics; ours have at most twenty letters
ANONYMOUS, OTHER = "anonymous", "other"
ENDED = "ENDED"  # every stream, and whoever did not wait for an answer

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
# Looking a counter up by its labels costs more than counting.
_counter, _timer = lru_cache(2000)(OPERATIONS.labels), lru_cache(1000)(SECONDS.labels)


class Observed:
    """How one operation goes, to be told when it has ended."""

    def __init__(self, node: OperationDefinitionNode | None) -> None:
        self.kind = "none" if node is None else node.operation.value
        self.name = _name(node)
        self._outcome = ENDED

    def answer(self, answer: Mapping[str, Any]) -> None:
        """`ok`, or the code of the first error."""
        errors = answer.get("errors")
        self._outcome = str(errors[0]["extensions"]["code"]) if errors else "ok"

    def tell(self, seconds: float) -> None:
        """Counts it, and writes its line."""
        document = bounded(self.name, _documents)
        _counter(document, self.kind, self._outcome).inc()
        if self.kind != "subscription":
            _timer(document, self.kind).observe(seconds)
        log.info(
            "operation",
            operation=self.name,
            kind=self.kind,
            outcome=self._outcome,
            ms=round(seconds * 1000, 1),
        )


@contextmanager
def observed(node: OperationDefinitionNode | None) -> Iterator[Observed]:
    """Inside, this operation runs, and every line of the log has its reference; None for a document
    that was refused before it could be read."""
    structlog.contextvars.bind_contextvars(reference=secrets.token_hex(REFERENCE_BYTES))
    seen = Observed(node)
    with _span(seen):
        began = time.perf_counter()
        try:
            yield seen
        finally:
            seen.tell(time.perf_counter() - began)


def resolvers_seen() -> MiddlewareManager | None:
    """A span for each field that a resolver of ours answers; None when nobody collects them, for
    being asked at every field costs."""
    return _MIDDLEWARE if _is_traced() else None


def _span(seen: Observed) -> AbstractContextManager[object]:
    if not _is_traced():
        return nullcontext()
    name = "operation" if seen.name == ANONYMOUS else f"{seen.kind} {seen.name}"
    return tracer.start_as_current_span(name)


def _is_traced() -> bool:
    return isinstance(trace.get_tracer_provider(), TracerProvider)


def _seen(
    next_: Callable[..., Any], root: Any, info: GraphQLResolveInfo[Any], **arguments: Any
) -> Any:
    if should_skip_tracing(next_, info):
        return next_(root, info, **arguments)
    return _in_span(next_, root, info, **arguments)


async def _in_span(
    next_: Callable[..., Any], root: Any, info: GraphQLResolveInfo[Any], **arguments: Any
) -> Any:
    with tracer.start_as_current_span(f"{info.parent_type.name}.{info.field_name}"):
        found = next_(root, info, **arguments)
        return await found if isawaitable(found) else found


_MIDDLEWARE = MiddlewareManager(_seen)  # one, for it remembers each resolver that it has wrapped


def reference() -> str:
    """Of the operation that runs: a viewer can read it out over the phone, an operator search for
    it."""
    return str(structlog.contextvars.get_contextvars()["reference"])


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
