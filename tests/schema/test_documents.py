"""What is known of a document before it runs: what is wrong with it, and of each operation its
class of load."""

import pytest

from domain.errors import TooComplex
from domain.load import PriorityClass
from schema.documents import ENTERING, MOST_ERRORS, VALIDATION_FAILED, prepare
from schema.root import PRIORITIES
from tests.schema.operations import SDL, scope_of

CRITICAL, STANDARD, PREFETCH, BULK = PriorityClass


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
                "signOut",
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
        ("{ viewer { __typename } }", CRITICAL),
        ("{ page { id } }", STANDARD),
        ("{ viewer { __typename } page { id } }", STANDARD),
        ("{ mine: viewer { __typename } __typename }", CRITICAL),
        ("{ viewer: page { id } }", STANDARD),
        ("{ viewer { __typename } ...More } fragment More on Query { page { id } }", STANDARD),
        ("{ viewer { __typename } ... { ... on Query { page { id } } } }", STANDARD),
        ("{ __typename }", STANDARD),
        ("{ __schema { types { name } } }", STANDARD),
    ],
)
def test_an_operation_is_as_important_as_its_least_important_root_field(document, priority):
    assert prepare(document).operation(None).priority is priority


@pytest.mark.parametrize(
    ("document", "defers"),
    [
        ("{ viewer { __typename } }", False),
        ("{ ... @defer { viewer { __typename } } }", True),
        ("{ viewer { ...V } } fragment V on Viewer { ... @defer { account { id } } }", True),
        ("{ viewer { ...V @defer } } fragment V on Viewer { account { id } }", True),
        ("{ viewer { ... @include(if: true) { account { id } } } }", False),
    ],
)
def test_it_is_known_whether_an_operation_defers(document, defers):
    assert prepare(document).operation(None).defers is defers


@pytest.mark.parametrize(
    "document",
    [
        "{ ...A } fragment A on Query { ...B } fragment B on Query { ...A }",
        "{ ...Gone }",
        "",
        "fragment A on Query { viewer { __typename } }",
    ],
)
def test_what_goes_in_circles_or_nowhere_has_no_operation(document):
    assert prepare(document).operation(None) is None


def test_a_bomb_is_not_read_unless_it_is_trusted():
    bomb = "{" + " viewer { __typename }" * 400 + "}"

    with pytest.raises(TooComplex):
        prepare(bomb)
    assert prepare(bomb, trusted=True).errors == ()


def test_what_cannot_be_read_says_so_with_a_code():
    prepared = prepare("{")

    (error,) = prepared.errors
    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}
    assert prepared.operation(None) is None


@pytest.mark.parametrize("nul", ["\\u0000", "\\u{0}", "\\u{000}", "\\\\\\u0000", "\0"])
@pytest.mark.parametrize("quote", ['"', '"""'])
def test_a_text_with_a_nul_in_it_cannot_be_read(nul, quote):
    written = f"query($id: ID = {quote}mov_{nul}{quote}) {{ node(id: $id) {{ id }} }}"
    is_escape = nul != "\0"

    for text in (written, f"{{ node(id: {quote}{nul}{quote}) {{ id }} }}"):
        errors = prepare(text).errors
        if is_escape and quote == '"""':
            assert not any("NUL" in error.message for error in errors)  # no escapes in there
        else:
            assert errors[0].extensions == {"code": "GRAPHQL_PARSE_FAILED"}
            assert prepare(text, trusted=True).operation(None) is None


def test_a_text_may_have_a_backslash_before_what_would_be_a_nul():
    assert prepare('{ node(id: "\\\\u0000") { id } }').errors == ()


@pytest.mark.parametrize("half", ["\\ud800", "\\udc00", "\\ud800\\u0041", "\\u{d800}"])
def test_half_a_letter_cannot_be_read(half):
    (error,) = prepare(f'{{ node(id: "{half}") {{ id }} }}').errors

    assert error.extensions == {"code": "GRAPHQL_PARSE_FAILED"}


def test_a_document_full_of_mistakes_is_told_of_the_first():
    prepared = prepare("{ " + " ".join(f"unknown{n}" for n in range(100)) + " }")

    assert len(prepared.errors) == MOST_ERRORS + 1  # and that there are more


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


REFRESH = 'refreshToken(refreshToken: "x") { __typename }'
OUT = "signOut { __typename }"


@pytest.mark.parametrize(
    ("document", "is_crowded"),
    [
        (f"mutation {{ {REFRESH} __typename }}", False),
        (f"mutation {{ a: {REFRESH} b: {REFRESH} }}", False),
        (f"mutation A {{ {REFRESH} }} mutation B {{ {OUT} }}", False),
        (f"mutation {{ {REFRESH} {OUT} }}", True),
        (f"mutation {{ {OUT} {REFRESH} }}", True),
        (f"mutation {{ {OUT} ...More }} fragment More on Mutation {{ {REFRESH} }}", True),
        (f"mutation {{ {OUT} ... {{ ... on Mutation {{ it: {REFRESH} }} }} }}", True),
    ],
)
def test_what_lets_somebody_in_stands_alone(document, is_crowded):
    found = prepare(document).errors

    assert [error.extensions["code"] for error in found] == [VALIDATION_FAILED] * is_crowded


def test_what_lets_somebody_in_is_what_answers_a_stranger_with_a_token():
    root = SDL.mutation_type.fields
    answering = {
        name
        for name, field in root.items()
        if "SignedIn" in {each.name for each in getattr(field.type.of_type, "types", ())}
    }

    assert {name for name in answering if scope_of(root[name]) is None} == ENTERING
