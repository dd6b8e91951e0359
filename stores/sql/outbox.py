"""Facts, written by the transaction that makes them true."""

from datetime import datetime

from sqlalchemy import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.events import Fact
from stores.tables import outbox


async def append(tx: AsyncConnection, fact: Fact, now: datetime) -> None:
    """Stored with the rest of `tx`, or not at all."""
    await tx.execute(insert(outbox).values(kind=fact.kind, payload=fact.payload, at=now))
