"""What happened, for whoever wants to hear of it."""

from sqlalchemy import (
    BigInteger,
    Column,
    Identity,
    Index,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from stores.tables.columns import at, metadata

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    at("at"),
    UniqueConstraint("event_id"),
    Index("ix_outbox_profile", text("(payload ->> 'profile')")),  # for a profile that is erased
)
