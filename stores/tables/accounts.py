"""Who is in a household, how they come in, and what was promised to them."""

from sqlalchemy import (
    BigInteger,
    Boolean,
    CheckConstraint,
    Column,
    ForeignKey,
    Index,
    Integer,
    LargeBinary,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.dialects.postgresql import ARRAY, JSONB

from domain.accounts import DeviceKind, MailPurpose, SubscriptionTier
from domain.device_sign_in import SignInState
from domain.encoding import JobState
from domain.my_data import DataPurpose
from domain.profiles import SubtitleMode
from stores.tables.columns import at, id_, metadata, one_of, to

accounts = Table(
    "accounts",
    metadata,
    id_(),
    # Null from the moment an erasure is asked for: nobody is this account any more, and its rows go
    # in parts.
    Column("email", Text),
    Column("password_hash", Text, nullable=False),
    one_of("tier", SubscriptionTier),
    Column("operator", Boolean, nullable=False, server_default=text("false")),
    at("created_at"),
    CheckConstraint("email = lower(email)", name="email_lower_case"),
    UniqueConstraint("email"),
)

profiles = Table(
    "profiles",
    metadata,
    id_(),
    to("accounts", optional=True),  # null: as with an account that has no address
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
    at("pin_locked_until", optional=True),
    Column("audio", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    Column("subtitles", ARRAY(Text), nullable=False, server_default=text("'{}'")),
    one_of("subtitle_mode", SubtitleMode, default=SubtitleMode.FOREIGN_AUDIO),
    Column("autoplay_next", Boolean, nullable=False, server_default=text("true")),
    Column("autoplay_previews", Boolean, nullable=False, server_default=text("true")),
    Column("data_saver", Boolean, nullable=False, server_default=text("false")),
    at("created_at"),
    CheckConstraint("maturity_age BETWEEN 0 AND 18", name="maturity_age_range"),
    UniqueConstraint("account_id", "name"),
)

devices = Table(
    "devices",
    metadata,
    id_(),
    to("accounts"),
    Column("installation_id", Text, nullable=False),
    one_of("kind", DeviceKind),
    Column("name", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("profile_id", Text, ForeignKey("profiles.id", ondelete="SET NULL")),
    # In every access token of the device: those of an earlier epoch are refused.
    Column("epoch", Integer, nullable=False, server_default=text("1")),
    at("last_seen_at"),
    UniqueConstraint("account_id", "installation_id"),
    Index("ix_devices_profile_id", "profile_id"),  # for a profile that goes
)

# Every token of a device's sign-in: the last one unspent, and behind it those that were rotated.
refresh_tokens = Table(
    "refresh_tokens",
    metadata,
    Column("digest", LargeBinary, primary_key=True),
    to("devices"),
    at("expires_at"),
    at("spent_at", optional=True),
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
    at("at"),
    Index("ix_revocations_at", "at"),
)

# A TV that shows a code and waits for somebody to approve it (RFC 8628).
device_sign_ins = Table(
    "device_sign_ins",
    metadata,
    Column("device_code_digest", LargeBinary, primary_key=True),
    Column("user_code", Text, nullable=False),
    Column("installation_id", Text, nullable=False),
    one_of("kind", DeviceKind),
    Column("name", Text, nullable=False),
    Column("app_version", Text, nullable=False),
    Column("asked_from", Text, nullable=False),
    to("accounts", optional=True),
    one_of("state", SignInState, default=SignInState.PENDING),
    Column("interval_s", Integer, nullable=False),
    at("polled_at", optional=True),
    at("created_at"),
    at("expires_at"),
    UniqueConstraint("user_code"),
)

# Mails that were promised, each with a secret that is good for one use.
mailed_tokens = Table(
    "mailed_tokens",
    metadata,
    id_(),
    one_of("purpose", MailPurpose),
    Column("email", Text, nullable=False),
    Column("payload", JSONB, nullable=False),
    # Of the secret, once there is one: it is made when the mail is sent, and kept nowhere.
    Column("digest", LargeBinary),
    at("expires_at"),
    UniqueConstraint("digest"),
    Index("ix_mailed_tokens_email", "email"),
)

# What was asked for about somebody's data, and its receipt. Outlives the account: no foreign key.
data_jobs = Table(
    "data_jobs",
    metadata,
    id_(),
    # Whose it is to see; nobody's any more once an account is erased.
    Column("account_id", Text),
    one_of("purpose", DataPurpose),
    one_of("state", JobState),
    # The ids that an erasure looks for, until it has ended, and how much it found by place.
    Column("subject", JSONB),
    Column("found", JSONB, nullable=False, server_default=text("'{}'")),
    Column("receipt", Text),
    at("created_at"),
    at("finished_at", optional=True),
    Index("ix_data_jobs_account_id", "account_id"),
)
