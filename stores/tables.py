"""Every table, and the promises that the database keeps by itself.

Ids are text (see `domain/ids.py`). Instants are `timestamptz`.
"""

from enum import StrEnum

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    Date,
    Double,
    Enum,
    ForeignKey,
    ForeignKeyConstraint,
    Identity,
    Index,
    Integer,
    LargeBinary,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    Uuid,
    func,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB, TIMESTAMP

from domain.accounts import DeviceKind, MailPurpose, SubscriptionTier
from domain.catalog import ArtworkRole, TitleKind
from domain.device_sign_in import SignInState
from domain.encoding import JobState, TrackClass
from domain.my_data import DataPurpose
from domain.people import CreditRole
from domain.profiles import SubtitleMode
from domain.watching import WatchStatus

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def _id() -> Column[str]:
    return Column("id", Text, primary_key=True)


def _at(name: str, *, optional: bool = False) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True), nullable=optional)


def _to(table: str, *, optional: bool = False, name: str | None = None) -> Column[str]:
    """A reference to `table`: rows that lose their parent go with it."""
    column = name or f"{table.removesuffix('s')}_id"
    return Column(column, Text, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=optional)


def _one_of(name: str, values: type[StrEnum], *, default: StrEnum | None = None) -> Column[object]:
    kind = Enum(
        values,
        name=f"{name}_known",
        native_enum=False,  # a CHECK, so that adding a value is an ordinary migration
        create_constraint=True,
        length=32,  # longer than any name we would give a value
    )
    return Column(name, kind, nullable=False, server_default=default)


accounts = Table(
    "accounts",
    metadata,
    _id(),
    # Null from the moment an erasure is asked for: nobody is this account any more, and its rows go
    # in parts.
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    _one_of("tier", SubscriptionTier),
    Column("operator", Boolean, nullable=False, server_default=text("false")),
    _at("created_at"),
    CheckConstraint("email = lower(email)", name="email_lower_case"),
    UniqueConstraint("email"),
)

profiles = Table(
    "profiles",
    metadata,
    _id(),
    _to("accounts", optional=True),  # null: as with an account that has no address
    Column("name", Text, nullable=False),
    Column("kids", Boolean, nullable=False),
    Column("maturity_age", Integer, nullable=False),
    Column("ui_locale", Text, nullable=False),
    # Counts the changes of this profile's watch states; its row lock puts them in order.
    Column("watch_cursor", BigInteger, nullable=False, server_default=text("0")),
    Column("avatar", Text),
    Column("pin_hash", Text),
    # Tries since the last right PIN, each counted before it is looked at.
    Column("pin_tries", Integer, nullable=False, server_default=text("0")),
    _at("pin_locked_until", optional=True),
    Column("audio", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("subtitles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    _one_of("subtitle_mode", SubtitleMode, default=SubtitleMode.FOREIGN_AUDIO),
    Column("autoplay_next", Boolean, nullable=False, server_default=text("true")),
    Column("autoplay_previews", Boolean, nullable=False, server_default=text("true")),
    Column("data_saver", Boolean, nullable=False, server_default=text("false")),
    _at("created_at"),
    CheckConstraint("maturity_age BETWEEN 0 AND 18", name="maturity_age_range"),
    UniqueConstraint("account_id", "name"),
)

devices = Table(
    "devices",
    metadata,
    _id(),
    _to("accounts"),
    Column("installation_id", Text, nullable=False),
    _one_of("kind", DeviceKind),
    Column("name", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("profile_id", Text, ForeignKey("profiles.id", ondelete="SET NULL")),
    # In every access token of the device: those of an earlier epoch are refused.
    Column("epoch", Integer, nullable=False, server_default=text("1")),
    _at("last_seen_at"),
    UniqueConstraint("account_id", "installation_id"),
    Index("ix_devices_profile_id", "profile_id"),  # for a profile that goes
)

# Every token of a device's sign-in: the last one unspent, and behind it those that were rotated.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    _to("devices"),
    _at("expires_at"),
    _at("spent_at", optional=True),
    # What it was replaced by, to be opened with the spent token itself only: for a lost answer.
    # Empty once that was asked again, or its successor was used.
    Column("sealed_successor", LargeBinary),
    Index("ix_refresh_tokens_device_id", "device_id"),
    Index("ix_refresh_tokens_expires_at", "expires_at"),
)

# Devices whose access tokens of earlier epochs are refused, for as long as one may live. Outlives
# the device: no foreign key.
revocations = Table(
    "revocations",
    metadata,
    Column("device_id", Text, primary_key=True),
    Column("epoch", Integer, nullable=False),
    _at("at"),
    Index("ix_revocations_at", "at"),
)

# A TV that shows a code and waits for somebody to approve it (RFC 8628).
device_sign_ins = Table(
    "device_sign_ins",
    metadata,
    Column("device_code_digest", LargeBinary, primary_key=True),
    Column("user_code", Text, nullable=False),
    Column("installation_id", Text, nullable=False),
    _one_of("kind", DeviceKind),
    Column("name", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("asked_from", Text, nullable=False),
    _to("accounts", optional=True),
    _one_of("state", SignInState, default=SignInState.PENDING),
    Column("interval_s", Integer, nullable=False),
    _at("polled_at", optional=True),
    _at("created_at"),
    _at("expires_at"),
    UniqueConstraint("user_code"),
)

# Mails that were promised, each with a secret that is good for one use.
mailed_tokens = Table(
    "mailed_tokens",
    metadata,
    _id(),
    _one_of("purpose", MailPurpose),
    Column("email", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    # Of the secret, once there is one: it is made when the mail is sent, and kept nowhere.
    Column("digest", LargeBinary),
    _at("expires_at"),
    UniqueConstraint("digest"),
    Index("ix_mailed_tokens_email", "email"),
)

# What was asked for about somebody's data, and its receipt. Outlives the account: no foreign key.
data_jobs = Table(
    "data_jobs",
    metadata,
    _id(),
    # Whose it is to see; nobody's any more once an account is erased.
    Column("account_id", Text),
    _one_of("purpose", DataPurpose),
    _one_of("state", JobState),
    # The ids that an erasure looks for, until it has ended, and how much it found by place.
    Column("subject", JSONB),
    Column("found", JSONB, nullable=False, server_default=text("'{}'")),
    Column("receipt", Text),
    _at("created_at"),
    _at("finished_at", optional=True),
    Index("ix_data_jobs_account_id", "account_id"),
)

# Trusted documents by SHA-256, which builds of which apps send them, and how often they did.
documents = Table(
    "documents",
    metadata,
    Column("id", Text, primary_key=True),
    Column("text", Text, nullable=False),
    _at("registered_at"),
    CheckConstraint("id ~ '^[0-9a-f]{64}$'", name="id_is_sha256"),
)

document_builds = Table(
    "document_builds",
    metadata,
    Column("app", Text, primary_key=True),
    Column("build", Text, primary_key=True),
    Column("document_id", Text, ForeignKey("documents.id", ondelete="CASCADE"), primary_key=True),
    _at("registered_at"),
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

# One tree for all kinds: a movie or a series at the top, seasons in a series, episodes in a season.
titles = Table(
    "titles",
    metadata,
    _id(),
    _one_of("kind", TitleKind),
    Column("name", Text, nullable=False),
    Column("synopsis", Text, nullable=False),
    Column("year", Integer),
    Column("certification_age", Integer, nullable=False),
    _to("titles", optional=True, name="parent_id"),
    Column("number", Integer),
    Column("runtime_ms", Integer),
    _at("published_at", optional=True),
    _at("created_at"),
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
    _id(),
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

people = Table("people", metadata, _id(), Column("name", Text, nullable=False))

credits = Table(
    "credits",
    metadata,
    Column("title_id", Text, ForeignKey("titles.id", ondelete="CASCADE"), primary_key=True),
    Column("position", Integer, primary_key=True),
    _to("people", name="person_id"),
    _one_of("role", CreditRole),
    Column("character", Text),
    Index("ix_credits_by_person", "person_id", "title_id"),
)

artwork = Table(
    "artwork",
    metadata,
    _id(),
    _to("titles"),
    _one_of("role", ArtworkRole),
    Column("object_path", Text, nullable=False),
    Column("width", Integer, nullable=False),
    Column("height", Integer, nullable=False),
    Column("dominant_color", Text, nullable=False),
    CheckConstraint("dominant_color ~ '^#[0-9a-f]{6}$'", name="dominant_color_hex"),
    UniqueConstraint("title_id", "role"),
)

media = Table(
    "media",
    metadata,
    _id(),
    _to("titles"),
    Column("duration_ms", Integer),
    Column("storyboard", JSONB),
    _at("published_at", optional=True),
    _at("created_at"),
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
    _one_of("track_class", TrackClass),
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
    _one_of("track_class", TrackClass),
    ForeignKeyConstraint(
        ["media_id", "track_class"], ["content_keys.media_id", "content_keys.track_class"]
    ),
)

encodings = Table(
    "encodings",
    metadata,
    _id(),
    _to("media", optional=True),
    Column("name", Text, nullable=False),
    _one_of("state", JobState),
    Column("stage", Text),
    Column("progress_0_to_1", Double, nullable=False),
    Column("error_code", Text),
    Column("error_message", Text),
    _at("created_at"),
    _at("finished_at", optional=True),
    CheckConstraint("progress_0_to_1 BETWEEN 0 AND 1", name="progress_range"),
)

playback_sessions = Table(
    "playback_sessions",
    metadata,
    _id(),
    _to("accounts"),
    _to("profiles"),
    _to("devices"),
    _to("titles", name="playable_id"),
    Column("media_id", Text, ForeignKey("media.id", ondelete="CASCADE"), nullable=False),
    Column("idempotency_key", Text, nullable=False),
    Column("max_height", Integer, nullable=False),
    Column("position_ms", Integer, nullable=False),
    Column("sequence", Integer, nullable=False),
    Column("rendition_kbps", Integer),
    _at("started_at"),
    _at("ended_at", optional=True),
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
    _one_of("status", WatchStatus),
    Column("revision", Integer, nullable=False),
    # The profile's watch_cursor at the change: what a resuming subscription asks by.
    Column("cursor", BigInteger, nullable=False),
    _at("updated_at"),
    CheckConstraint("position_ms >= 0", name="position_not_negative"),
    UniqueConstraint("profile_id", "cursor"),
    Index("ix_watch_states_device_id", "device_id"),  # for a device that goes
)

outbox = Table(
    "outbox",
    metadata,
    Column("sequence", BigInteger, Identity(always=True), primary_key=True),
    Column("event_id", Uuid, nullable=False, server_default=func.gen_random_uuid()),
    Column("kind", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    _at("at"),
    UniqueConstraint("event_id"),
    Index("ix_outbox_profile", text("(payload ->> 'profile')")),  # for a profile that is erased
)
