"""What is refused unread, and that nothing of ours is."""

import subprocess

import pytest
from graphql import GraphQLSyntaxError, Source, TokenKind
from graphql.language import Lexer
from hypothesis import example, given
from hypothesis import strategies as st

from bench.bombs import BOMBS, LET_IN
from domain.errors import InvalidInput, ProblemCode, TooComplex
from domain.load import MOST_OPERATION_BYTES
from schema.documents import prepare
from schema.limits import (
    MOST_DEPTH,
    MOST_VALUES,
    MOST_WORD,
    OF_ANYBODY,
    OF_APPS,
    check_text,
    check_variables,
    tokens,
)
from tests.chaos.screens import documents
from tests.house.repository import ROOT

UNFINISHED = ('{ a(b: "', '{ a(b: """', '{ a(b: "\\', '{ a(b: """\\"""', "{", "{ a @", "{ ...", '"')
# What documents are made of, and what they must not be made of.
PIECES = (
    *"{}()[]:=@!$&|.",
    *("...", "name", "_", "on", "0", "-1", "1.5e+3", "00", "1.", "é", "\x00", "'", "?", "\\"),
    *('"', '""', '"""', '\\"', '\\"""', "text", "\\u00e9", "#", "\n", "\r", "\r\n", " ", "\t", ","),
    *("\ufeff", "\u2028", "\N{BOMB}", '"a"', '"""b"""', "# c\n"),
)


def lexed(text):
    """What graphql-core reads, up to where it gives up; and whether it did."""
    lexer, found = Lexer(Source(text)), []
    try:
        while (token := lexer.read_next_token(lexer.token.end)).kind is not TokenKind.EOF:
            found.append(text[token.start : token.end])
            lexer.token = token
    except GraphQLSyntaxError:
        return found, False
    return found, True


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_is_refused_unread(name):
    with pytest.raises(TooComplex) as refused:
        check_text(BOMBS[name][:MOST_OPERATION_BYTES])

    assert isinstance(refused.value, InvalidInput)
    assert refused.value.code is ProblemCode.TOO_COMPLEX
    assert not any(letter.isdigit() for letter in refused.value.message)


@pytest.mark.parametrize("name", BOMBS)
def test_a_bomb_costs_no_more_tokens_than_a_document_may_have(name):
    assert len(tokens(BOMBS[name])) <= OF_ANYBODY.tokens + 1


@pytest.mark.parametrize("name", LET_IN)
def test_what_is_just_small_enough_passes(name):
    prepare(LET_IN[name])


@pytest.mark.parametrize("text", [*UNFINISHED, "", " ", "\N{BOMB}", "\x00", "# only a comment"])
def test_what_is_no_document_is_the_parsers_to_refuse(text):
    check_text(text)


def test_the_operations_of_the_page_pass_with_room_to_spare():
    texts = documents().values()

    for text in texts:
        check_text(text)
    assert max(len(tokens(text)) for text in texts) < OF_ANYBODY.tokens * 2 / 3


def test_what_an_app_registers_may_be_larger():
    names = [f"q{n}" for n in range(OF_ANYBODY.definitions + 1)]
    text = " ".join(f"query {name} {{ viewer {{ __typename }} }}" for name in names)

    check_text(text, OF_APPS)
    with pytest.raises(TooComplex):
        check_text(text)


@pytest.mark.parametrize(
    ("text", "why"),
    [
        ("\n" * OF_ANYBODY.lines + "{ a }", "too long"),
        ("\r" * OF_ANYBODY.lines + "{ a }", "too long"),
        ("{ a } " * OF_ANYBODY.definitions, "operations and fragments"),
        ("{ a(b: [" + "1 " * (OF_ANYBODY.in_parentheses - 5) + "]) }", "values"),
        ("{ " + "x" * MOST_WORD + " }", "name or number"),
        ("{ a(b: " + "9" * MOST_WORD + ") }", "name or number"),
        ("{ a(b: -" + "9" * (MOST_WORD - 1) + ") }", "name or number"),
    ],
)
def test_one_more_is_too_much(text, why):
    more = {"\n": "\n\n", "\r": "\r\r", "1 ": "1 1 ", "x": "xx", "9": "99"}
    repeated = next((part for part in more if part in text), None)

    check_text(text)
    with pytest.raises(TooComplex, match=why):
        check_text(text.replace(repeated, more[repeated], 1) if repeated else text + "{ a }")


def test_a_text_or_comment_is_no_long_name():
    check_text('{ a(b: "' + "x" * 500 + '") } # ' + "x" * 500)


def test_the_introspection_of_graphiql_passes():
    asked = "schemaDescription: true, inputValueDeprecation: true, oneOf: true"
    script = (
        "import { getIntrospectionQuery } from 'graphql';"
        f"process.stdout.write(getIntrospectionQuery({{ {asked} }}))"
    )
    node = ["node", "--input-type=module", "--eval", script]

    check_text(subprocess.run(node, cwd=ROOT, check=True, capture_output=True, text=True).stdout)


@pytest.mark.parametrize("brackets", ["{}", "()", "[]"])
def test_brackets_within_brackets_are_counted_to_the_limit_and_no_further(brackets):
    opening, closing = brackets

    check_text(opening * MOST_DEPTH + closing * MOST_DEPTH + brackets * MOST_DEPTH, OF_APPS)
    with pytest.raises(TooComplex, match="nested too deep"):
        check_text(opening * (MOST_DEPTH + 1), OF_APPS)


def test_aliases_are_told_from_arguments():
    arguments = " ".join(f"a{n}: 1" for n in range(40))

    check_text(f"{{ node({arguments}) {{ id }} }}")
    with pytest.raises(TooComplex):
        check_text(f"{{ node {{ {arguments.replace('1', 'id')} }} }}")


def test_what_stands_in_strings_and_comments_counts_for_nothing():
    inside = "@ ... { alias: name " * 40

    check_text(f'{{ node(id: "{inside}") {{ id }} }} # {inside}')
    check_text(f'{{ node(id: """{inside} \\""" {inside} " {inside}""") {{ id }} }}')
    with pytest.raises(TooComplex):
        check_text(f'{{ node(id: "") {inside} }}')


@given(st.lists(st.sampled_from(PIECES), max_size=40).map("".join))
@example('"""a""""b"')
@example('"""\\"""')
@example('""""""')
@example('"\\"')
@example("1.e5")
def test_the_scan_reads_what_the_lexer_reads(text):
    expected, is_whole = lexed(text)

    found = tokens(text)

    assert found[: len(expected)] == expected
    assert len(found) == len(expected) or not is_whole


@given(st.text(max_size=60))
def test_the_scan_reads_what_the_lexer_reads_of_any_text(text):
    expected, is_whole = lexed(text)

    found = tokens(text)

    assert found[: len(expected)] == expected
    assert len(found) == len(expected) or not is_whole


def test_variables_hold_so_many_values_in_all():
    rows = [{"id": n, "at": [n]} for n in range((MOST_VALUES - 2) // 4)]

    check_variables({"rows": rows})
    with pytest.raises(TooComplex) as refused:
        check_variables({"rows": rows, "more": rows[:2]})

    assert not any(letter.isdigit() for letter in refused.value.message)


def test_variables_of_any_shape_are_counted_to_the_limit_and_no_further():
    deep = []
    for _ in range(MOST_VALUES + 1):
        deep = [deep]

    for values in (deep, [1] * 100_000, {str(n): n for n in range(100_000)}, [[]] * 100_000):
        with pytest.raises(TooComplex):
            check_variables({"values": values})


def test_a_long_text_in_the_variables_is_one_value():
    check_variables({"text": "x" * 100_000})
