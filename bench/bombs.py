"""Documents that a few kilobytes of text make expensive, each by another rule of GraphQL."""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

MEGABYTE = 1_000_000  # four times what a request may have


def _fragments(count: int, inside: str) -> str:
    spread = " ".join(f"...f{n}" for n in range(count))
    return f"{{ {spread} }} " + " ".join(
        f"fragment f{n} on Query {{ {inside} }}" for n in range(count)
    )


def _circle(count: int) -> str:
    """Each fragment spreads every one of them."""
    spread = " ".join(f"...f{n}" for n in range(count))
    return _fragments(count, f"viewer {{ device {{ id }} }} {spread}")


def _chains(length: int) -> str:
    """Two long ones that have to be compared link by link."""
    links = chain.from_iterable(
        (f"fragment {x}{n} on Query {{ viewer {{ device {{ id }} }} ...{x}{n + 1} }}" for x in "fg")
        for n in range(length)
    )
    ends = f" fragment f{length} on Query {{ __typename }} fragment g{length} on Query {{ page }}"
    return "{ ...f0 ...g0 } " + " ".join(links) + ends


BOMBS: Mapping[str, str] = MappingProxyType(
    {
        "20,000 levels": "{viewer" * 20_000 + "}" * 20_000,
        "20,000 open braces": "{" * 20_000,
        "20,000 lists": "{ node(id: " + "[" * 20_000 + "]" * 20_000 + ") { id } }",
        "3,000 fields in conflict": "{ viewer { device { " + "a: id a: name " * 1500 + "} } }",
        "10,000 times a field": "{ " + "__typename " * 10_000 + "}",
        "600 times a field": "{ " + "viewer { id } " * 240 + "}",
        "1,000 aliases": "{ "
        + " ".join(f"a{n}: viewer {{ __typename }}" for n in range(1000))
        + " }",
        "40 aliases": "{ " + " ".join(f"a{n}: __typename" for n in range(40)) + " }",
        "10,000 directives": "{ viewer " + "@include(if: true) " * 10_000 + "{ __typename } }",
        "30 directives": "{ viewer " + "@skip(if: false) " * 30 + "{ __typename } }",
        "200 overlapping fragments": _fragments(200, "viewer { device { id } }"),
        "70 fragments of one field": _fragments(70, "__typename"),
        "20 fragments in a circle": _circle(20),
        "two chains of 40 fragments": _chains(40),
        "a megabyte of comments": "# bomb\n" * (MEGABYTE // 7) + "{ __typename }",
        "a megabyte in one comment": "#" + "x" * MEGABYTE + "\n{ __typename }",
        "9,000 empty comments": "#\n" * 9000 + "{ __typename }",
        "a megabyte of blanks": " " * MEGABYTE + "{ __typename }",
        "a megabyte of commas": "{ __typename" + "," * MEGABYTE + "}",
        "a megabyte in a string": '{ node(id: "' + "x" * MEGABYTE + '") { id } }',
        "a megabyte in a block string": '{ node(id: """'
        + 'x"' * (MEGABYTE // 2)
        + ' """) { id } }',
        "a megabyte in one name": "{ " + "x" * MEGABYTE + " }",
        "a megabyte of digits": "{ node(id: " + "1" * MEGABYTE + ") { id } }",
        "a megabyte of emoji": '{ node(id: "' + "\N{BOMB}" * (MEGABYTE // 4) + '") { id } }',
        "2,000 operations": " ".join(f"query q{n} {{ __typename }}" for n in range(2000)),
        "2,000 variables": "query ("
        + " ".join(f"$v{n}: Int" for n in range(2000))
        + ") { __typename }",
        "2,000 unknown fields": "{ " + " ".join(f"unknown{n}" for n in range(2000)) + " }",
    }
)

# The dearest documents that are let in, each near another bound.
LET_IN: Mapping[str, str] = MappingProxyType(
    {
        "44 equal fields": "{ " + "viewer { device { id } } " * 44 + "}",
        "30 overlapping fragments": _fragments(30, "viewer { device { id } }"),
        "two chains of 10 fragments": _chains(10),
        "a fragment 20 levels deep": "{ " + "... on Query { " * 18 + "viewer { id } " + "} " * 20,
        "900 unknown fields": "{ " + " ".join(f"unknown{n}" for n in range(900)) + " }",
        "a string of 19,000 letters": '{ node(id: "' + "x" * 19_000 + '") { id } }',
        "9,000 letters in block strings": '{ node(id: """' + '\\""" ' * 2000 + '""") { id } }',
        "a comment of 19,000 letters": "#" + "x" * 19_000 + "\n{ __typename }",
    }
)
