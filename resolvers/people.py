"""Who made a title, and what else they made."""

from strawberry import Parent

from domain.catalog import Movie, Series, Title
from domain.connections import (
    Connection,
    Edge,
    check_first,
    connect,
    read_number,
    write_cursor,
)
from domain.people import Credit, Person
from resolvers.context import Info
from resolvers.pages import read_place, write_place
from stores.sql import people as people_sql
from stores.sql.people import Work


async def credits(
    parent: Parent[Title], info: Info, first: int = 20, after: str | None = None
) -> Connection[Credit]:
    """As they roll: who made it, then who is seen."""
    check_first(first)
    above = 0 if after is None else read_number(after)
    of_title = await info.context.loaders.credits_by_title.load(parent.id)
    below = [credit for credit in of_title if credit.position > above]
    nodes = [(write_cursor(credit.position), credit) for credit in below[: first + 1]]
    return connect(nodes, first=first, after=after)


async def credited(parent: Parent[Edge[Credit]]) -> Person:
    """Whose line it is."""
    return parent.node.person


async def credit_role(parent: Parent[Edge[Credit]]) -> str:
    """What they did."""
    return parent.node.role


async def character(parent: Parent[Edge[Credit]]) -> str | None:
    """Whom they play."""
    return parent.node.character


async def filmography(
    parent: Parent[Person], info: Info, first: int = 20, after: str | None = None
) -> Connection[Title]:
    """What this profile may see of their work, newest first."""
    check_first(first)
    work = Work(parent.id, first + 1, None if after is None else read_place(after))
    max_age = (await info.context.audience()).max_age
    placed = await info.context.reads.catalogue(people_sql.works_of, work, max_age=max_age)
    found = await info.context.loaders.entry_by_id.load_many([each.title_id for each in placed])
    titles = [
        (write_place(place), entry)
        for place, entry in zip(placed, found, strict=True)
        if isinstance(entry, Movie | Series)
    ]
    return connect(titles, first=first, after=after)
