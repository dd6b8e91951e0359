"""Is a request small enough to be read at all? Counted before the parser, in about a millisecond.

The parser and the rules of validation are pure Python, and some rules are quadratic: a document of
a few kilobytes can keep a process busy for a second. What makes them slow is counted here by one
scan that never goes back and ends at the first token too many.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from itertools import chain, islice
from typing import Final

from domain.errors import TooComplex

MOST_DEPTH = 20  # brackets within brackets; ours 8, and with fragments inserted GraphiQL's has 15
MOST_WORD = 100  # letters of a name or a number; ours 18, and a long number is slow to convert
MOST_VALUES = 5000  # in the variables of a request: five hundred events that an app saved up


@dataclass(frozen=True, slots=True)
class Bounds:
    """What a document may have at most."""

    characters: int
    lines: int
    tokens: int  # comments are tokens
    definitions: int  # operations and fragments
    in_parentheses: int  # tokens of arguments and of variables that are declared
    aliases: int  # each is one more answer of a field
    spreads: int  # of fragments, inline ones too; validation compares them with each other
    directives: int
    # Of equal names: validation compares the fields of a name with each other, wherever they merge.
    pairs: int


# Three times what our own documents have, so that whoever explores is not in the way of a limit;
# what the worst that is let in takes shows `marquee bench limits`. A larger one is registered.
OF_ANYBODY = Bounds(
    characters=12_000,  # ours 1,500; a letter of a text takes the lexer half a microsecond
    lines=800,  # ours 71, GraphiQL's 108; each error counts them again
    tokens=800,  # ours 253
    definitions=20,  # ours 4
    in_parentheses=300,  # ours 44
    aliases=30,  # ours 4
    spreads=50,  # ours 11
    directives=20,  # ours none
    pairs=1500,  # ours 205, GraphiQL's 347; a name that comes 56 times is more
)
# Somebody who runs the house waits for these, once; then each process reads them once.
OF_APPS = Bounds(
    characters=20_000,
    lines=2000,
    tokens=2000,
    definitions=50,
    in_parentheses=500,
    aliases=50,
    spreads=100,
    directives=50,
    pairs=5000,
)

_IGNORED = r"[ \t\n\r,\ufeff]*+"
# Read without going back, for no two ways begin alike. No group is possessive: Python reads those
# wrongly before 3.11.5.
_TOKENS = (
    r"[A-Za-z_][A-Za-z0-9_]*+",
    r"[!$&():=@\[\]{|}]|\.\.\.",
    r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?(?:[eE][+-]?[0-9]++)?",
    r'"""(?:[^"\\]++|\\"""|\\(?!""")|"(?!""))*"""',
    r'(?!""")"(?:[^"\\\n\r]++|\\[^\n\r])*"',
    r"#[^\n\r]*+",
    r"[\s\S]*+",  # no token: whatever follows is the parser's to refuse, here
)
_SCAN: Final = re.compile(f"{_IGNORED}({'|'.join(_TOKENS)})")


def check_text(text: str, most: Bounds = OF_ANYBODY) -> None:
    """Raises TooComplex. What is no GraphQL passes: the parser says best what is wrong with it,
    and stops where it is."""
    if len(text) > most.characters or text.count("\n") + text.count("\r") > most.lines:
        raise _too("is too long")
    found = tokens(text, most.tokens)
    if len(found) > most.tokens:
        raise _too("has too many parts")
    shape = _shape(found)
    if shape.depth > MOST_DEPTH:
        raise _too("is nested too deep")
    if shape.aliases > most.aliases:
        raise _too("has too many aliases")
    if shape.definitions > most.definitions:
        raise _too("has too many operations and fragments")
    if shape.in_parentheses > most.in_parentheses:
        raise _too("has too many values")
    times = Counter(found)
    if times["..."] > most.spreads or times["@"] > most.directives:
        raise _too("has too many fragments or directives")
    if sum(n * (n - 1) // 2 for token, n in times.items() if _is_name(token)) > most.pairs:
        raise _too("says the same too often")
    if any(len(token) > MOST_WORD and _is_word(token) for token in times):
        raise _too("has too long a name or number")


def tokens(text: str, most: int = OF_ANYBODY.tokens) -> list[str]:
    """What a lexer would read, comments included; what is left behind the last good one counts as
    one more. Stops after one more than `most`."""
    found = [match[1] for match in islice(_SCAN.finditer(text), most + 1)]
    while found and not found[-1]:
        found.pop()  # the end of the text
    return found


def check_variables(variables: Mapping[str, object]) -> None:
    """Raises TooComplex for more values, in lists and objects too, than a request may carry."""
    values: list[Iterable[object]] = [variables.values()]
    seen = 0
    while values:
        inside = list(islice(chain.from_iterable(values), MOST_VALUES + 1 - seen))
        seen += len(inside)
        if seen > MOST_VALUES:
            raise TooComplex("The variables hold too many values.")
        values = [more for value in inside if (more := _inside(value))]


@dataclass(slots=True)
class _Shape:
    depth: int = 0
    aliases: int = 0
    definitions: int = 0
    in_parentheses: int = 0


def _shape(found: list[str]) -> _Shape:
    """A colon outside of parentheses follows an alias; a brace outside of all brackets begins what
    a definition selects."""
    shape = _Shape()
    depth = parentheses = 0
    for part in found:
        if part in "{([":
            shape.definitions += depth <= 0 and part == "{"
            depth += 1
            shape.depth = max(shape.depth, depth)
            parentheses += part == "("
        elif part in "})]":
            depth -= 1
            parentheses -= part == ")"
        elif part == ":":
            shape.aliases += parentheses <= 0
        shape.in_parentheses += parentheses > 0
    return shape


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"


def _is_word(token: str) -> bool:
    return token[0].isascii() and (token[0].isalnum() or token[0] in "_-")


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too(much: str) -> TooComplex:
    return TooComplex(f"The document {much}. See docs/limits.md.")
