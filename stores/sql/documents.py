"""Trusted documents: what they say, which builds of which apps send them, and how often."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import NamedTuple

from sqlalchemy import and_, column, func, select, values
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from stores.tables import document_builds, document_uses, documents

USES_ARE_KEPT = timedelta(days=400)  # over a year: a cabin that is used at Christmas is in it


class Build(NamedTuple):
    """One build of one app, as it names itself."""

    app: str
    number: str


class Use(NamedTuple):
    """Of a document, by its id."""

    document_id: str
    build: Build


@dataclass(frozen=True, slots=True)
class Registered:
    """A document in a build. `last_day` and `times`: when and how often that build sent it; None
    and 0 for never. Also a build that sends what another one registered."""

    document_id: str
    text: str
    build: Build
    registered_at: datetime | None
    last_day: date | None
    times: int

    @property
    def seen_on(self) -> date:
        """When that build last sent it or, if it never did, came to be registered."""
        registered_on = [] if self.registered_at is None else [self.registered_at.date()]
        used_on = [] if self.last_day is None else [self.last_day]
        return max(registered_on + used_on)


async def register(
    tx: AsyncConnection, build: Build, texts: Mapping[str, str], now: datetime
) -> int:
    """`texts` by their ids, which are not checked here. Returns how many nobody had registered
    before; registering again changes nothing."""
    if not texts:
        return 0
    rows = [{"id": id_, "text": text, "registered_at": now} for id_, text in sorted(texts.items())]
    fresh = insert(documents).values(rows).on_conflict_do_nothing().returning(documents.c.id)
    added = len((await tx.execute(fresh)).all())
    rows = [
        {"app": build.app, "build": build.number, "document_id": id_, "registered_at": now}
        for id_ in sorted(texts)
    ]
    await tx.execute(insert(document_builds).values(rows).on_conflict_do_nothing())
    return added


async def registrations(tx: AsyncConnection) -> int:
    """How many there are, of a document in a build: another number after every change."""
    return (await tx.execute(select(func.count()).select_from(document_builds))).scalar_one()


async def texts(tx: AsyncConnection) -> dict[str, str]:
    """Every document by its id: as many as apps were built to send, some hundreds."""
    rows = await tx.execute(select(documents.c.id, documents.c.text))
    return {id_: text for id_, text in rows}


async def builds(tx: AsyncConnection) -> frozenset[Build]:
    """Every build that registered a document. Index: pk_document_builds."""
    query = select(document_builds.c.app, document_builds.c.build).distinct()
    return frozenset(Build(*row) for row in await tx.execute(query))


async def add_uses(tx: AsyncConnection, times: Mapping[Use, int], day: date) -> None:
    """Adds to what was counted that day, in one order for all processes, so that none waits for
    another in a circle. Uses of what is not registered are left out. Index: pk_documents."""
    rows = [(use.document_id, *use.build, day, count) for use, count in sorted(times.items())]
    if not rows:
        return
    names = ("document_id", "app", "build", "day", "times")
    counted = values(
        *(column(name, document_uses.c[name].type) for name in names), name="counted"
    ).data(rows)
    known = select(counted).join(documents, documents.c.id == counted.c.document_id)
    ordered = known.order_by(*(counted.c[name] for name in names[:3]))
    statement = insert(document_uses).from_select(names, ordered)
    await tx.execute(
        statement.on_conflict_do_update(
            constraint=document_uses.primary_key,
            set_={"times": document_uses.c.times + statement.excluded.times},
        )
    )


async def listed(tx: AsyncConnection) -> list[Registered]:
    """Every document in every build that registered or sent it, by app, build and id. Walks through
    all of them: for an operator."""
    keys = ("document_id", "app", "build")
    of = [document_uses.c[key] for key in keys]
    used = (
        select(*of, func.max(document_uses.c.day).label("last_day"))
        .add_columns(func.sum(document_uses.c.times).label("times"))
        .group_by(*of)
        .subquery()
    )
    same = and_(*(document_builds.c[key] == used.c[key] for key in keys))
    id_, app, build = (func.coalesce(document_builds.c[key], used.c[key]) for key in keys)
    query = (
        select(id_, documents.c.text, app, build, document_builds.c.registered_at)
        .add_columns(used.c.last_day, func.coalesce(used.c.times, 0))
        .select_from(document_builds.outerjoin(used, same, full=True))
        .join(documents, documents.c.id == id_)
        .order_by(app, build, id_)
    )
    return [
        Registered(id_, text, Build(app, build), at, day, int(times))
        for id_, text, app, build, at, day, times in await tx.execute(query)
    ]
