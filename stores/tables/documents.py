"""The trusted documents and their use."""

from sqlalchemy import BigInteger, CheckConstraint, Column, Date, ForeignKey, Index, Table, Text

from stores.tables.columns import at, metadata

# Trusted documents by SHA-256, which builds of which apps send them, and how often they did.
documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    at("registered_at"),
    CheckConstraint("id ~ '^[0-9a-f]{64}$'", name="id_is_sha256"),
)

document_builds = Table(
    "document_builds",
    metadata,
    Column("app", Text, primary_key=True),
    Column("build", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    at("registered_at"),
    Index("ix_document_builds_document_id", "document_id"),
)

document_uses = Table(
    "document_uses",
    metadata,
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    Column("app", Text, primary_key=True),
    Column("build", Text, primary_key=True),
    Column("day", Date, primary_key=True),
    Column("times", BigInteger, nullable=False),
)
