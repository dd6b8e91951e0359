"""Is a request small enough to be read at all? Counted before the parser, in about a millisecond.

The parser and the rules of validation are pure Python, and some rules are quadratic: a document of
a few kilobytes can keep a process busy for a second. What makes them slow is counted here by one
scan that never goes back and ends at the first token too many.
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping
from itertools import chain, islice
from types import MappingProxyType
from typing import Final

from domain.errors import TooComplex

# Ours are noted beside each: `marquee bench limits` shows what the worst that is let in takes.
MOST_CHARACTERS = 20_000  # ours 1,500; the scan of so many takes a millisecond at its worst
MOST_TOKENS = 1000  # comments are tokens; ours have 253
MOST_DEPTH = 20  # brackets within brackets; ours 8, and with fragments inserted GraphiQL's has 15
MOST_ALIASES = 30  # ours 4; each is one more answer of a field
# Of equal names: validation compares the fields of a name with each other, wherever they merge.
MOST_PAIRS = 3000  # ours 205, GraphiQL's 347; a name that comes 78 times is as many
MOST_OF: Mapping[str, int] = MappingProxyType(
    {
        "@": 20,  # ours none
        "...": 60,  # ours 11; validation compares fragments with each other too
    }
)
MOST_VALUES = 5000  # in the variables of a request: five hundred events that an app saved up

_IGNORED = r"[ \t\n\r,\ufeff]*+"
_TOKENS = (
    r"[A-Za-z_][A-Za-z0-9_]*+",
    r"[!$&():=@\[\]{|}]|\.\.\.",
    r"-?(?:0|[1-9][0-9]*+)(?:\.[0-9]++)?+(?:[eE][+-]?[0-9]++)?+",
    r'"""(?:[^"\\]++|\\(?:""")?+|"(?!""))*+"""',
    r'(?!""")"(?:[^"\\\n\r]++|\\[^\n\r])*+"',
    r"#[^\n\r]*+",
    r"[\s\S]*+",  # no token: whatever follows is the parser's to refuse, here
)
_SCAN: Final = re.compile(f"{_IGNORED}({'|'.join(_TOKENS)})")


def check_text(text: str) -> None:
    """Raises TooComplex. What is no GraphQL passes: the parser says best what is wrong with it,
    and stops where it is."""
    if len(text) > MOST_CHARACTERS:
        raise _too("is too long")
    found = tokens(text)
    if len(found) > MOST_TOKENS:
        raise _too("has too many parts")
    depth, aliases = _depth_and_aliases(found)
    if depth > MOST_DEPTH:
        raise _too("is nested too deep")
    if aliases > MOST_ALIASES:
        raise _too("has too many aliases")
    times = Counter(found)
    if any(times[token] > most for token, most in MOST_OF.items()):
        raise _too("has too many fragments or directives")
    if sum(n * (n - 1) // 2 for token, n in times.items() if _is_name(token)) > MOST_PAIRS:
        raise _too("says the same too often")


def tokens(text: str) -> list[str]:
    """What a lexer would read, comments included; what is left behind the last good one counts as
    one more. Stops after MOST_TOKENS + 1."""
    found = [match[1] for match in islice(_SCAN.finditer(text), MOST_TOKENS + 1)]
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


def _depth_and_aliases(found: list[str]) -> tuple[int, int]:
    """A colon outside of parentheses follows an alias."""
    depth = deepest = parentheses = aliases = 0
    for part in found:
        if part in "{([":
            depth += 1
            deepest = max(deepest, depth)
            parentheses += part == "("
        elif part in "})]":
            depth -= 1
            parentheses -= part == ")"
        elif part == ":":
            aliases += parentheses <= 0
    return deepest, aliases


def _is_name(token: str) -> bool:
    return token[0].isalpha() or token[0] == "_"


def _inside(value: object) -> Iterable[object]:
    if isinstance(value, dict):
        return value.values()
    return value if isinstance(value, list) else ()


def _too(much: str) -> TooComplex:
    return TooComplex(f"The document {much}. See docs/limits.md.")
