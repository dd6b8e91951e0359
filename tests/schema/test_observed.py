import pytest
import structlog
from opentelemetry import trace
from opentelemetry.sdk.trace import TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter
from prometheus_client import REGISTRY

from schema.observed import bounded
from tests import factories

SIGN_IN = (
    'mutation SignIn { signIn(input: {email: "nobody@house.test", password: "secret",'
    ' device: {installationId: "i", kind: TV, name: "n", appVersion: "1"}}) { __typename } }'
)


@pytest.fixture
def lines():
    merged = [structlog.contextvars.merge_contextvars]
    with structlog.testing.capture_logs(processors=merged) as captured:
        yield captured


async def test_an_operation_leaves_one_line_that_says_nothing_of_who_asked(api, lines):
    await api.run(SIGN_IN)

    (line,) = [line for line in lines if line["event"] == "operation"]
    assert line.keys() == {"event", "log_level", "reference", "operation", "kind", "outcome", "ms"}
    assert (line["operation"], line["kind"], line["outcome"]) == ("SignIn", "mutation", "ok")
    assert len(line["reference"]) == 12


async def test_a_document_that_cannot_be_read_leaves_a_line_too(api, lines):
    await api.run("query {")

    (line,) = [line for line in lines if line["event"] == "operation"]
    assert (line["operation"], line["kind"]) == ("anonymous", "none")
    assert line["outcome"] == "GRAPHQL_PARSE_FAILED"


async def test_a_name_without_end_is_cut_everywhere(api, lines):
    cut = "Endless" + "s" * 57
    labels = {"document": cut, "kind": "query", "outcome": "UNAUTHENTICATED"}

    await api.run("query Endless" + "s" * 90 + " { page { id } }")

    (line,) = [line for line in lines if line["event"] == "operation"]
    assert line["operation"] == cut
    assert REGISTRY.get_sample_value("marquee_operations_total", labels) == 1


def test_names_that_strangers_invent_do_not_fill_the_metrics():
    known = {"Home"}

    told = [bounded(f"Invented{number}", known) for number in range(300)]

    assert told[:199] == [f"Invented{number}" for number in range(199)]
    assert set(told[199:]) == {"other"}
    assert bounded("Home", known) == "Home"


async def test_two_operations_have_two_references(api, lines):
    await api.run("{ viewer { profile { id } } }")
    await api.run("{ viewer { profile { id } } }")

    first, second = [line for line in lines if line["event"] == "operation"]
    assert first["reference"] != second["reference"]


async def test_spans_lead_from_the_operation_to_the_resolvers(api, stores, spans):
    home = await factories.household(stores)
    viewer = await api.viewer(home)
    spans.clear()

    await viewer.run("query Home { page { id rows { edges { node { id heading } } } } }")

    found = {span.name: span for span in spans.get_finished_spans()}
    operation, page, rows = found["query Home"], found["Query.page"], found["Page.rows"]
    assert operation.parent is None
    assert page.parent.span_id == operation.context.span_id
    assert rows.parent.span_id == operation.context.span_id
    assert "TitleRow.heading" not in found
    assert found["postgres"].parent.span_id in {span.context.span_id for span in found.values()}


@pytest.fixture(scope="session")
def provider():
    """One for the whole run: OpenTelemetry does not let go of it."""
    made = TracerProvider()
    trace.set_tracer_provider(made)
    return made


@pytest.fixture
def spans(provider):
    exporter = InMemorySpanExporter()
    provider.add_span_processor(SimpleSpanProcessor(exporter))
    yield exporter
    exporter.shutdown()
