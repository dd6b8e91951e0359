"""Documents that a few kilobytes of text make expensive, each by another rule of GraphQL."""

from collections.abc import Mapping
from itertools import chain
from types import MappingProxyType

MEGABYTE = 1_000_000  # four times what a request may have


def _many(part: str, count: int) -> str:
    """`part` has a place for a number."""
    return " ".join(part.format(number) for number in range(count))


def _steps(count: int, *, times: int = 1) -> str:
    """Fragments that each spread the next one, so many times."""
    steps = (f"fragment s{n} on Query {{ {f'...s{n + 1} ' * times}}} " for n in range(count))
    return "".join(steps) + f"fragment s{count} on Query {{ viewer {{ device {{ id }} }} }}"


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
        "2,000 unknown fields": "{ " + _many("unknown{}", 2000) + " }",
        "200 unknown fields below newlines": "{" + "\n" * 5000 + _many("unknown{}", 200) + " }",
        "320 unknown keys of an input": "mutation { signIn(input: {"
        + _many("key{}: 1", 320)
        + "}) { __typename } }",
        "970 values in a list": "{ node(id: [" + "1 " * 970 + "]) { id } }",
        "33 deep selections to merge": "{ "
        + "viewer { account { profiles { id name } } } " * 33
        + "}",
        "28 operations by 30 fragments": _many("query q{} {{ ...s0 }}", 28) + _steps(30),
        "28 fragments that each spread the next twice": "{ ...s0 } " + _steps(28, times=2),
        "a number of 5,000 digits": "{ node(id: " + "9" * 5000 + ") { id } }",
        "a name of 5,000 letters": "{ " + "x" * 5000 + " }",
    }
)

# The dearest documents that get past the first look, each near another bound. What is wrong with
# some of them is only known when they are validated.
LET_IN: Mapping[str, str] = MappingProxyType(
    {
        "22 equal fields": "{ " + "viewer { device { id } } " * 22 + "}",
        "22 inline fragments to merge": "{ " + "... { viewer { device { id } } } " * 22 + "}",
        "17 deep selections to merge": "{ "
        + "viewer { account { profiles { id name } } } " * 17
        + "}",
        "11 overlapping fragments": _fragments(11, "viewer { device { id name } account { id } }"),
        "5 fragments in a circle": _circle(5),
        "two chains of 4 fragments": _chains(4),
        "10 fragments that each spread the next twice": "{ ...s0 } " + _steps(10, times=2),
        "5 operations by 6 fragments": _many("query q{} {{ ...s0 }}", 5) + _steps(6),
        "a fragment 20 levels deep": "{ " + "... on Query { " * 18 + "viewer { id } " + "} " * 20,
        "390 unknown fields": "{ " + _many("unknown{}", 390) + " }",
        "120 unknown fields below newlines": "{" + "\n" * 490 + _many("unknown{}", 120) + " }",
        "48 unknown keys of an input": "mutation { signIn(input: {"
        + _many("key{}: 1", 48)
        + "}) { __typename } }",
        "145 values in a list": "{ node(id: [" + "1 " * 145 + "]) { id } }",
        "a string of 5,900 letters": '{ node(id: "' + "x" * 5900 + '") { id } }',
        "5,900 letters in a block string": '{ node(id: """' + 'x"' * 2950 + ' """) { id } }',
        "980 escapes in a string": '{ node(id: "' + "\\u0041" * 980 + '") { id } }',
        "a comment of 5,900 letters": "#" + "x" * 5900 + "\n{ __typename }",
    }
)
