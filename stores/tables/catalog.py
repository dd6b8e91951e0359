"""What there is to watch, in words and pictures."""

from sqlalchemy import (
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    Table,
    Text,
    UniqueConstraint,
)

from domain.catalog import ArtworkRole, TitleKind
from domain.people import CreditRole
from stores.tables.columns import at, id_, metadata, one_of, to

# One tree for all kinds: a movie or a series at the top, seasons in a series, episodes in a season.
titles = Table(
    "titles",
    metadata,
    id_(),
    one_of("kind", TitleKind),
    Column("name", Text, nullable=False),
    Column("synopsis", Text, nullable=False),
    Column("year", Integer),
    Column("certification_age", Integer, nullable=False),
    to("titles", optional=True, name="parent_id"),
    Column("number", Integer),
    Column("runtime_ms", Integer),
    at("published_at", optional=True),
    at("created_at"),
    CheckConstraint("certification_age BETWEEN 0 AND 18", name="certification_age_range"),
    CheckConstraint("runtime_ms > 0", name="runtime_positive"),
    CheckConstraint(
        "(kind IN ('SEASON', 'EPISODE')) = (parent_id IS NOT NULL AND number IS NOT NULL)",
        name="numbered_below_a_parent",
    ),
    CheckConstraint(
        "published_at IS NULL OR kind IN ('SERIES', 'SEASON') OR runtime_ms IS NOT NULL",
        name="published_playables_have_a_runtime",
    ),
    UniqueConstraint("parent_id", "number"),
    Index("ix_titles_newest", "published_at", "id"),
)

genres = Table(
    "genres",
    metadata,
    id_(),
    Column("name", Text, nullable=False),
    UniqueConstraint("name"),
)

title_genres = Table(
    "title_genres",
    metadata,
    Column("title_id", Text, ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column("genre_id", Text, ForeignKey("genres.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, nullable=False),
    Index("ix_title_genres_by_genre", "genre_id", "title_id"),
)

# What the columns above say in the house's own words, in another language (a tag in lower case).
title_texts = Table(
    "title_texts",
    metadata,
    Column("title_id", Text, ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text),
    Column("synopsis", Text, nullable=False),
    CheckConstraint("language = lower(language)", name="language_lower_case"),
)

genre_texts = Table(
    "genre_texts",
    metadata,
    Column("genre_id", Text, ForeignKey("genres.id", ondelete="CASCADE"), primary_key=True),
    Column("language", Text, primary_key=True),
    Column("name", Text, nullable=False),
    CheckConstraint("language = lower(language)", name="language_lower_case"),
)

people = Table("people", metadata, id_(), Column("name", Text, nullable=False))

credits = Table(
    "credits",
    metadata,
    Column("title_id", Text, ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    to("people", name="person_id"),
    one_of("role", CreditRole),
    Column("character", Text),
    Index("ix_credits_by_person", "person_id", "title_id"),
)

artwork = Table(
    "artwork",
    metadata,
    id_(),
    to("titles"),
    one_of("role", ArtworkRole),
    Column("object_path", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dominant_color", Text, nullable=False),
    CheckConstraint("dominant_color ~ '^#[0-9a-f]{6}$'", name="dominant_color_hex"),
    UniqueConstraint("title_id", "role"),
)
