"""Where spans go: to a collector that the operator names, or nowhere."""

from collections.abc import Iterator
from contextlib import contextmanager

from opentelemetry import trace
from opentelemetry.exporter.otlp.proto.http.trace_exporter import OTLPSpanExporter
from opentelemetry.sdk.resources import SERVICE_NAME, Resource
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import BatchSpanProcessor

TRACES = "/v1/traces"  # where OTLP over HTTP takes spans, below a collector's address
SEND_DEADLINE_S = 5.0  # a collector that hangs costs spans, never a shutdown


@contextmanager
def tracing(endpoint: str | None, *, service: str) -> Iterator[None]:
    """Sends the spans of this process to the collector at `endpoint` until it ends; sends nothing
    without one. To be entered once a process: a provider cannot be replaced."""
    if endpoint is None:
        yield
        return
    provider = TracerProvider(resource=Resource.create({SERVICE_NAME: service}))
    exporter = OTLPSpanExporter(endpoint.rstrip("/") + TRACES, timeout=SEND_DEADLINE_S)
    provider.add_span_processor(BatchSpanProcessor(exporter))
    trace.set_tracer_provider(provider)
    try:
        yield
    finally:
        provider.shutdown()
