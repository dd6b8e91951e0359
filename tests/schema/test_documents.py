"""What is known of an operation before it runs: its kind, and its class of load."""

import pytest
from graphql import OperationType

from domain.load import PriorityClass
from schema.documents import MOST_TOKENS, operation_of, prepare
from schema.root import PRIORITIES

CRITICAL, STANDARD, PREFETCH, BULK = PriorityClass
CLASSES = {"beat": CRITICAL, "viewer": CRITICAL, "ahead": PREFETCH, "report": BULK}


def test_what_keeps_a_film_going_a_viewer_in_and_an_operator_seeing_is_critical():
    assert (
        dict.fromkeys(
            (
                "viewer",
                "signIn",
                "refreshToken",
                "selectProfile",
                "startPlayback",
                "heartbeat",
                "stopPlayback",
                "acquireLicense",
                "ops",
            ),
            CRITICAL,
        )
        == PRIORITIES
    )


@pytest.mark.parametrize(
    ("document", "priority"),
    [
        ("{ viewer { id } }", CRITICAL),
        ("{ home }", STANDARD),
        ("{ viewer home }", STANDARD),
        ("mutation { beat report }", BULK),
        ("mutation { ahead report beat }", BULK),
        ("{ mine: viewer __typename }", CRITICAL),
        ("{ viewer: home }", STANDARD),
        ("{ viewer ...More } fragment More on Query { home }", STANDARD),
        ("{ viewer ... { ... on Query { home } } }", STANDARD),
        ("{ ...A viewer } fragment A on Query { ...B } fragment B on Query { ...A }", CRITICAL),
        ("{ ...Gone viewer }", CRITICAL),
        ("{ __typename }", STANDARD),
        ("{ __schema { types { name } } }", STANDARD),
    ],
)
def test_an_operation_is_as_important_as_its_least_important_root_field(document, priority):
    assert operation_of(document, None).priority(CLASSES) is priority


@pytest.mark.parametrize(
    ("name", "found"),
    [("A", OperationType.QUERY), ("B", OperationType.MUTATION), ("C", None), (None, None)],
)
def test_of_several_operations_the_named_one_is_meant(name, found):
    asked = operation_of("query A { viewer } mutation B { beat }", name)

    assert (asked and asked.type) == found


@pytest.mark.parametrize(
    ("document", "name"), [("{", None), ("", None), (None, None), (7, None), ("{ viewer }", 7)]
)
def test_what_is_no_operation_has_no_class(document, name):
    assert operation_of(document, name) is None


@pytest.mark.parametrize("filler", ["__typename ", "# a comment\n"])
def test_a_document_of_too_many_tokens_is_none(filler):
    fits = "{ a " + filler * (MOST_TOKENS - 3) + "}"
    does_not = "{ a " + filler * (MOST_TOKENS + 1) + "}"

    assert operation_of(fits, None).type is OperationType.QUERY
    assert operation_of(does_not, None) is None


async def test_a_document_of_too_many_tokens_is_refused(api):
    reply = await api.run("{" + "__typename " * MOST_TOKENS + "}")

    (error,) = reply.body["errors"]
    assert reply.body["data"] is None
    assert "contains more than 1000 tokens" in error["message"]


def test_what_cannot_be_read_says_so_with_a_code():
    prepared = prepare("{")

    (error,) = prepared.errors
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}
    assert prepared.operation(None) is None


@pytest.mark.parametrize(
    "document",
    [
        "{ viewe { account { id } } }",
        "{ viewer { account { emai } } }",
        '{ node(idd: "x") { id } }',
        "query ($slug: Strin!) { page(slug: $slug) { id } }",
        "{ viewer @skp(if: true) { account { id } } }",
        "{ viewer { ... on Viewe { account { id } } } }",
    ],
)
def test_what_is_not_valid_says_so_with_a_code_and_suggests_nothing(document):
    prepared = prepare(document)

    assert {error.extensions["code"] for error in prepared.errors} == {"GRAPHQL_VALIDATION_FAILED"}
    assert not any("Did you mean" in error.message for error in prepared.errors)
    assert prepared.operation(None) is None


def test_what_is_valid_is_planned_by_operation():
    prepared = prepare(
        "query A { viewer { __typename } } query B { ...Both }"
        ' fragment Both on Query { viewer { __typename } page(slug: "home") { id } }'
    )

    assert prepared.operation("A").priority is CRITICAL
    assert prepared.operation("B").priority is STANDARD
    assert prepared.operation("B").root_fields == {"viewer", "page"}
    assert prepared.operation("C") is None
    assert prepared.operation(None) is None


def test_the_only_operation_needs_no_name():
    prepared = prepare("query A { viewer { __typename } }")

    assert prepared.operation(None) is prepared.operation("A")


def test_a_document_is_known_by_its_sha256():
    assert prepare("{ viewer { __typename } }").id == (
        "afc5fd32cebacea0a425f7ea75ba555158afa83827d158712d492de71874a76a"
    )
