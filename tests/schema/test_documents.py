"""What is known of an operation before it runs: its kind, and its class of load."""

import pytest
from graphql import OperationType

from domain.load import PriorityClass
from schema.documents import MOST_TOKENS, operation_of
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
