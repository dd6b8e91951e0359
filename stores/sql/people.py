"""Who made the titles, and what else they made."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import Select, delete, select, tuple_
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.ids import PersonId, TitleId
from domain.people import Credit, Person
from stores.sql import among
from stores.sql.catalog import Placed
from stores.tables import credits, people, titles


@dataclass(frozen=True, slots=True)
class Work:
    """Which titles of a person are wanted: the newest `most`, after a place in that order."""

    person_id: PersonId
    most: int
    after: tuple[datetime, TitleId] | None = None


async def credits_of(
    tx: AsyncConnection, title_ids: Sequence[TitleId]
) -> dict[TitleId, list[Credit]]:
    """Each title's credits in order, at most a screen or two. Index: pk_credits."""
    query = (
        select(
            credits.c.title_id,
            people.c.id,
            people.c.name,
            credits.c.role,
            credits.c.character,
            credits.c.position,
        )
        .join_from(credits, people)
        .where(among(credits.c.title_id, title_ids))
        .order_by(credits.c.title_id, credits.c.position)
    )
    found: dict[TitleId, list[Credit]] = {}
    for title_id, person_id, name, *what in await tx.execute(query):
        found.setdefault(title_id, []).append(Credit(Person(person_id, name), *what))
    return found


async def set_credits(tx: AsyncConnection, title_id: TitleId, roll: Sequence[Credit]) -> None:
    """The title's credits are these from now on; people are found by their id, or added."""
    await tx.execute(delete(credits).where(credits.c.title_id == title_id))
    for line in roll:
        person = insert(people).values(id=line.person.id, name=line.person.name)
        await tx.execute(
            person.on_conflict_do_update(index_elements=["id"], set_={"name": line.person.name})
        )
        await tx.execute(
            insert(credits).values(
                title_id=title_id,
                position=line.position,
                person_id=line.person.id,
                role=line.role,
                character=line.character,
            )
        )


async def person_by_id(tx: AsyncConnection, person_id: PersonId, *, max_age: int) -> Person | None:
    """None also for somebody who is only in titles that are unpublished or above `max_age`.
    Indexes: pk_people, ix_credits_by_person."""
    query = select(people.c.id, people.c.name).where(
        people.c.id == person_id, _seen(max_age).where(credits.c.person_id == people.c.id).exists()
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Person(*row)


async def works_of(tx: AsyncConnection, wanted: Work, *, max_age: int) -> list[Placed]:
    """The person's titles, newest first, each once. Index: ix_credits_by_person."""
    query = (
        _seen(max_age)
        .where(credits.c.person_id == wanted.person_id)
        .distinct()
        .order_by(titles.c.published_at.desc(), titles.c.id.desc())
        .limit(wanted.most)
    )
    if wanted.after is not None:
        query = query.where(tuple_(titles.c.published_at, titles.c.id) < wanted.after)
    return [Placed(row.id, row.published_at) for row in await tx.execute(query)]


def _seen(max_age: int) -> Select[tuple[TitleId, datetime]]:
    """Titles with credits that a profile of this age may see."""
    return (
        select(titles.c.id, titles.c.published_at)
        .join_from(credits, titles)
        .where(titles.c.published_at.is_not(None), titles.c.certification_age <= max_age)
    )
