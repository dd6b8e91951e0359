"""Is every promise of the original design that has been built shown by a test?

`docs/promises.md` says of each row `yes`, `partly: what is missing`, or `later`. What counts as
begun is read off the tree: a room with a file or folder of its name on any floor. There a bare
`later` is not enough; the row has to say what is missing.
"""

import ast
import re
from dataclasses import dataclass
from functools import cache

import pytest

from tests.house.repository import FLOORS, ROOT, modules, tracked

PROMISES_OF_THE_ORIGINAL = 48
TEST_ID = re.compile(r"(tests/[\w/]+\.py)::(test_\w+)")
BUILT = re.compile(r"(?:yes|partly: .+|later(?:: .+)?)")


@dataclass(frozen=True)
class Promise:
    number: int
    room: str
    built: str
    shown_by: str


def _promises() -> list[Promise]:
    lines = (ROOT / "docs/promises.md").read_text().splitlines()
    rows = [[cell.strip() for cell in line.strip("|").split("|")] for line in lines]
    return [Promise(int(row[0]), *row[3:]) for row in rows if row[0].isdecimal()]


@cache
def _tests() -> set[tuple[str, str]]:
    return {
        (str(path), node.name)
        for path, tree in modules("tests")
        for node in ast.walk(tree)
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef)
    }


def _begun_rooms() -> set[str]:
    paths = [path for path in tracked() if path.parts[0] in (*FLOORS, "docs")]
    return {part.removesuffix(".py") for path in paths for part in path.parts}


PROMISES = _promises()


def test_every_promise_is_there_once_and_in_order():
    assert [promise.number for promise in PROMISES] == [*range(1, PROMISES_OF_THE_ORIGINAL + 1)]


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: str(promise.number))
def test_a_promise_says_how_far_it_is_and_what_shows_it(promise):
    shown_by = set(TEST_ID.findall(promise.shown_by))

    assert BUILT.fullmatch(promise.built)
    assert bool(shown_by) == (not promise.built.startswith("later"))
    assert shown_by - _tests() == set()


@pytest.mark.parametrize("promise", PROMISES, ids=lambda promise: str(promise.number))
def test_a_promise_of_a_room_that_has_been_begun_says_what_is_missing(promise):
    assert promise.built != "later" or promise.room not in _begun_rooms()
