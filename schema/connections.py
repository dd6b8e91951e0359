"""Lists that are read in parts. Every connection has edges with cursors, and a PageInfo."""

from typing import Generic, TypeVar

import strawberry

from domain import connections
from schema.bind import attribute, shape

T = TypeVar("T")


@shape(connections.PageInfo, "Where this part of a list begins and ends.")
class PageInfo:
    has_next_page: bool = attribute("Whether there is more after it.")
    has_previous_page: bool = attribute("Whether there was more before it.")
    start_cursor: str | None = attribute("Of its first edge.")
    end_cursor: str | None = attribute("Of its last edge.")


@strawberry.type(description="One entry of a list, and its place in it.")
class Edge(Generic[T]):
    cursor: str = attribute("Opaque; go on after it.")
    node: T = attribute("The entry.")


@strawberry.type(description="A part of a list.")
class Connection(Generic[T]):
    edges: list[Edge[T]] = attribute("Its entries, in order.")
    page_info: PageInfo = attribute("Whether there is more.")
