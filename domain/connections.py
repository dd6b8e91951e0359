"""Lists that are read in parts: a connection of edges, and cursors that mark a place."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Generic, TypeVar

from domain import base64url
from domain.errors import InvalidInput

MAX_PAGE_SIZE = 50  # two screens beyond what a TV shows; more is asked for by cursor

MAX_DIGITS = 18  # what a Postgres bigint holds

T = TypeVar("T")


@dataclass(frozen=True, slots=True)
class PageInfo:
    """Whether there is more, and where this part begins and ends."""

    has_next_page: bool
    has_previous_page: bool
    start_cursor: str | None
    end_cursor: str | None


@dataclass(frozen=True, slots=True)
class Edge(Generic[T]):
    """One entry of a list and its place in it."""

    cursor: str
    node: T


@dataclass(frozen=True, slots=True)
class Connection(Generic[T]):
    """A part of a list."""

    edges: list[Edge[T]]
    page_info: PageInfo


def check_first(first: int) -> int:
    """`first`, if a list may be asked for that many. Raises InvalidInput."""
    if not 1 <= first <= MAX_PAGE_SIZE:
        raise InvalidInput(f"`first` goes from 1 to {MAX_PAGE_SIZE}.", field=["first"])
    return first


def write_cursor(*place: object) -> str:
    """An opaque cursor for a place in a list, such as (published_at, id)."""
    text = "\n".join(str(part) for part in place)
    return base64url.encode(text.encode())


def read_cursor(cursor: str, parts: int) -> list[str]:
    """The `parts` that write_cursor was given, as text. Raises InvalidInput."""
    try:
        found = base64url.decode(cursor).decode().split("\n")
    except ValueError as error:
        raise InvalidInput("This cursor was not made here.", field=["after"]) from error
    if len(found) != parts:
        raise InvalidInput("This cursor was not made here.", field=["after"])
    return found


def read_number(cursor: str) -> int:
    """The number that write_cursor was given. Raises InvalidInput."""
    [text] = read_cursor(cursor, 1)
    if not text.isdecimal() or len(text) > MAX_DIGITS:
        raise InvalidInput("This cursor was not made here.", field=["after"])
    return int(text)


def connect(nodes: Sequence[tuple[str, T]], *, first: int, after: str | None) -> Connection[T]:
    """A connection over (cursor, node) pairs that were asked for one beyond `first`."""
    edges = [Edge(cursor, node) for cursor, node in nodes[:first]]
    info = PageInfo(
        has_next_page=len(nodes) > first,
        has_previous_page=after is not None,
        start_cursor=edges[0].cursor if edges else None,
        end_cursor=edges[-1].cursor if edges else None,
    )
    return Connection(edges, info)
