"""Who watches what, and how far they are."""

from sqlalchemy import (
    BigInteger,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from domain.watching import WatchStatus
from stores.tables.columns import at, id_, metadata, one_of, to

playback_sessions = Table(
    "playback_sessions",
    metadata,
    id_(),
    to("accounts"),
    to("profiles"),
    to("devices"),
    to("titles", name="playable_id"),
    Column("media_id", Text, ForeignKey("media.id", ondelete="CASCADE"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("max_height", Integer, nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("rendition_kbps", Integer),
    at("started_at"),
    at("ended_at", optional=True),
    CheckConstraint("position_ms >= 0", name="position_not_negative"),
    UniqueConstraint("profile_id", "device_id", "idempotency_key"),
    # For what goes with a household or a device.
    Index("ix_playback_sessions_account_id", "account_id"),
    Index("ix_playback_sessions_device_id", "device_id"),
)

watch_states = Table(
    "watch_states",
    metadata,
    Column("profile_id", Text, ForeignKey("profiles.id", ondelete="CASCADE"), primary_key=True),
    Column("playable_id", Text, ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column("device_id", Text, ForeignKey("devices.id", ondelete="SET NULL")),
    Column("position_ms", Integer, nullable=False),
    one_of("status", WatchStatus),
    Column("revision", Integer, nullable=False),
    # The profile's watch_cursor at the change: what a resuming subscription asks by.
    Column("cursor", BigInteger, nullable=False),
    at("updated_at"),
    CheckConstraint("position_ms >= 0", name="position_not_negative"),
    UniqueConstraint("profile_id", "cursor"),
    Index("ix_watch_states_device_id", "device_id"),  # for a device that goes
)
