"""What a title plays, its keys, and how it was made."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    Double,
    ForeignKey,
    ForeignKeyConstraint,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    text,
)
from sqlalchemy.dialects.postgresql import JSONB

from domain.encoding import JobState, TrackClass
from stores.tables.columns import at, id_, metadata, one_of, to

media = Table(
    "media",
    metadata,
    id_(),
    to("titles"),
    Column("duration_ms", Integer),
    Column("storyboard", JSONB),
    at("published_at", optional=True),
    at("created_at"),
    # A title plays one media at a time; a new one replaces it in the publishing transaction.
    Index(
        "uq_media_published_title",
        "title_id",
        unique=True,
        postgresql_where=text("published_at IS NOT NULL"),
    ),
)

content_keys = Table(
    "content_keys",
    metadata,
    Column("kid", Uuid, primary_key=True),
    Column("media_id", Text, ForeignKey("media.id", ondelete="CASCADE"), nullable=False),
    one_of("track_class", TrackClass),
    Column("wrapped_key", LargeBinary, nullable=False),
    UniqueConstraint("media_id", "track_class"),
)

renditions = Table(
    "renditions",
    metadata,
    Column("media_id", Text, ForeignKey("media.id", ondelete="CASCADE"), primary_key=True),
    Column("height", Integer, primary_key=True),
    Column("width", Integer, nullable=False),
    Column("codec", Text, nullable=False),
    Column("average_kbps", Integer, nullable=False),
    Column("peak_kbps", Integer, nullable=False),
    one_of("track_class", TrackClass),
    ForeignKeyConstraint(
        ["media_id", "track_class"], ["content_keys.media_id", "content_keys.track_class"]
    ),
)

encodings = Table(
    "encodings",
    metadata,
    id_(),
    to("media", optional=True),
    Column("name", Text, nullable=False),
    one_of("state", JobState),
    Column("stage", Text),
    Column("progress_0_to_1", Double, nullable=False),
    Column("error_code", Text),
    Column("error_message", Text),
    at("created_at"),
    at("finished_at", optional=True),
    CheckConstraint("progress_0_to_1 BETWEEN 0 AND 1", name="progress_range"),
)
