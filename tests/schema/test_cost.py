"""What an operation costs before it runs: by hand, and beside what it then answers."""

import json

import pytest
from graphql import FragmentDefinitionNode, OperationDefinitionNode, get_introspection_query, parse

from domain.errors import TooComplex
from domain.limits import Budget
from domain.sessions import MOST_SIGNED_IN
from schema.cost import MOST_COST, PLAIN_LIST, Priced
from schema.limits import MOST_DEPTH
from schema.root import schema
from tests import factories
from tests.chaos.screens import documents

ROWS = "query($n: Int! = 3, $m: Int) { page { rows(first: $n) { edges { cursor } } } }"
PAGE = 10 + 1  # its weight, and the page


def priced(document):
    definitions = parse(document).definitions
    fragments = {n.name.value: n for n in definitions if isinstance(n, FragmentDefinitionNode)}
    [operation] = [n for n in definitions if isinstance(n, OperationDefinitionNode)]
    return Priced(schema._schema, operation, fragments)


def points(document, **variables):
    return priced(document).points(variables)


@pytest.mark.parametrize(
    ("document", "expected"),
    [
        ("{ __typename }", 0),
        ("{ viewer { __typename } }", 1),
        ("{ viewer { account { id email tier } } }", 2),
        ("{ viewer { account { profiles { id name } } } }", 2 + PLAIN_LIST),
        ("{ viewer { account { devices { id name } } } }", 2 + MOST_SIGNED_IN),
        ("{ a: viewer { __typename } b: viewer { __typename } }", 2),
        ("{ viewer @skip(if: true) { __typename } }", 1),
        ("{ page { id } }", PAGE),
        ("{ page { rows(first: 4) { pageInfo { endCursor } } } }", PAGE + 1 + 1),
        ("{ page { rows(first: 4) { edges { cursor } } } }", PAGE + 1 + 4),
        ("{ page { rows(first: 4) { edges { node { id } } } } }", PAGE + 1 + 4 * 2),
        ("{ page { rows(first: 0) { edges { cursor } } } }", PAGE + 1),
        ("{ ...F } fragment F on Query { ...G } fragment G on Query { page { id } }", PAGE),
        ("{ ... { page { id } } ... on Query { viewer { __typename } } }", PAGE + 1),
    ],
)
def test_an_object_is_a_point(document, expected):
    assert points(document) == expected


def test_an_interface_costs_what_its_dearest_type_does():
    movie = "... on Movie { media { maxHeight } }"
    series = "... on Series { seasons { id } }"

    assert points(f'{{ node(id: "x") {{ id {movie} }} }}') == 2
    assert points(f'{{ node(id: "x") {{ id {series} }} }}') == 1 + PLAIN_LIST
    assert points(f'{{ node(id: "x") {{ id {movie} {series} }} }}') == 1 + PLAIN_LIST


@pytest.mark.parametrize(
    ("variables", "size"),
    [
        ({}, 3),
        ({"n": 7}, 7),
        ({"n": 7.0}, 7),
        ({"n": 0}, 0),
        ({"n": -5}, 0),
        ({"m": 40}, 3),
    ],
)
def test_a_list_is_as_long_as_the_variables_say(variables, size):
    assert points(ROWS, **variables) == PAGE + 1 + size


@pytest.mark.parametrize("value", [None, "7", True, 7.5, float("inf"), float("nan"), [], {}])
def test_a_size_that_is_none_is_taken_for_the_fields_own_default(value):
    default = schema._schema.type_map["Page"].fields["rows"].args["first"].default_value

    assert points(ROWS, n=value) == PAGE + 1 + default


def test_what_is_asked_for_through_fragments_is_counted_each_time_and_read_once():
    levels = 18
    doubled = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(levels)
    )
    last = f"fragment F{levels} on Query {{ viewer {{ __typename }} }}"

    with pytest.raises(TooComplex):
        points(f"{{ ...F0 }} {doubled} {last}")
    assert points(f"{{ ...F{levels - 5} }} {doubled} {last}") == 2**5


def test_a_fragment_that_many_ways_lead_to_spends_once():
    steps = 40
    doubled = " ".join(
        f"fragment F{n} on Query {{ ...F{n + 1} ...F{n + 1} }}" for n in range(steps)
    )
    last = f"fragment F{steps} on Query {{ page {{ id }} }}"

    assert priced(f"{{ ...F0 }} {doubled} {last}").spends == {Budget.CONTENT: 1}


def test_more_points_than_a_request_may_cost_are_refused_without_a_number():
    with pytest.raises(TooComplex) as refused:
        points(ROWS, n=MOST_COST)

    assert not any(letter.isdigit() for letter in refused.value.message)
    assert points(ROWS, n=MOST_COST - PAGE - 1) == MOST_COST


@pytest.mark.parametrize("way", ["plain", "by fragments"])
def test_more_levels_than_an_answer_may_have_are_refused(way):
    def nested(levels):
        inside = "id"
        for _ in range(levels - 2):
            inside = f"... on Episode {{ next {{ {inside} }} }}"
        if way == "plain":
            return f'{{ node(id: "x") {{ {inside} }} }}'
        steps = "".join(
            f"fragment F{n} on Node {{ ... on Episode {{ next {{ ...F{n + 1} }} }} }} "
            for n in range(levels - 2)
        )
        end = f"fragment F{levels - 2} on Node {{ id }}"
        return f'{{ node(id: "x") {{ ...F0 }} }} {steps} {end}'

    assert points(nested(MOST_DEPTH)) == MOST_DEPTH - 1
    with pytest.raises(TooComplex):
        points(nested(MOST_DEPTH + 1))


def test_levels_below_a_fragment_count_wherever_it_is_spread():
    half = MOST_DEPTH // 2
    deep = "next { " * half + "id" + " }" * half
    twice = "next { " * half + "...Deep" + " }" * half
    fragment = f"fragment Deep on Episode {{ {deep} }}"

    assert points(f'{{ node(id: "x") {{ ...Deep }} }} {fragment}') == 1 + half
    with pytest.raises(TooComplex):
        points(f'{{ node(id: "x") {{ ...Deep ... on Episode {{ {twice} }} }} }} {fragment}')


def test_introspection_is_let_in_once_and_not_nested():
    nested = "fields { type { fields { type { fields { type { name } } } } } }"

    assert 1000 < points(get_introspection_query()) < MOST_COST
    with pytest.raises(TooComplex):
        points(f"{{ __schema {{ types {{ {nested} }} }} }}")


@pytest.mark.parametrize(
    "asked",
    [
        " ".join(f"b{n}: __schema {{ types {{ interfaces {{ possibleTypes {{ ...Texts }} }} }} }}"
                 for n in range(8)),
        "__schema { types { possibleTypes { fields { ...Fields } } } }",
        " ".join(f'b{n}: __type(name: "Node") {{ possibleTypes {{ fields {{ ...Fields }} }} }}'
                 for n in range(22)),
    ],
)  # fmt: skip
def test_introspection_asked_for_under_many_names_is_refused(asked):
    texts = "fragment {} on {} {{ " + " ".join(f"a{n}: description" for n in range(22)) + " }}"
    fragments = texts.format("Texts", "__Type") + texts.format("Fields", "__Field")

    with pytest.raises(TooComplex):
        points(f"{{ {asked} }} {fragments}")


def test_an_alias_in_introspection_is_a_point():
    assert points("{ __schema { queryType { name description } } }") == 2
    assert points("{ __schema { queryType { a: name b: name } } }") == 4


def test_the_operations_of_the_page_are_let_in():
    for document in documents().values():
        points(document)


async def test_an_answer_holds_no_more_objects_than_it_cost(api, stores):
    home = await factories.household(stores)
    for number in range(3):
        await factories.movie(stores, f"Film {number}")
    ada = await api.viewer(home)

    reply = await ada.run(documents()["HOME"], rows=10, items=10)

    answered = json.dumps(reply.data).count("{") - 1  # the answer itself is none of its objects
    assert 20 < answered <= reply.body["extensions"]["cost"]["requested"]


@pytest.mark.parametrize(
    ("document", "spends"),
    [
        ("{ viewer { __typename } }", {}),
        ('{ page { id } a: node(id: "x") { id } b: node(id: "y") { id } }', {Budget.CONTENT: 1}),
        ('mutation { selectProfile(profileId: "x") { __typename } }', {Budget.MUTATIONS: 1}),
        ('mutation { refreshToken(refreshToken: "x") { __typename } }', {}),
        ("mutation { a: signOut { __typename } signOut { __typename } }", {}),
        (
            """mutation($i: StartPlaybackInput!) {
              a: startPlayback(input: $i) { __typename } b: startPlayback(input: $i) { __typename }
              stopPlayback(sessionId: "x", positionMs: 0) { __typename }
              ...Again
            }
            fragment Again on Mutation { a: startPlayback(input: $i) { __typename } }""",
            {Budget.STREAMING: 2, Budget.HEARTBEATS: 1},
        ),
        ("subscription { continueWatching { cursor } }", {}),
    ],
)
def test_each_root_field_spends_its_budget(document, spends):
    assert priced(document).spends == spends
