"""House tables."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0001"
down_revision = None


def upgrade() -> None:
    op.create_table(
        "accounts",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("password_hash", sa.Text(), nullable=False),
        sa.Column(
            "tier",
            sa.Enum(
                "FREE",
                "BASIC",
                "STANDARD",
                "PREMIUM",
                name="tier_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("email = lower(email)", name=op.f("ck_accounts_email_lower_case")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_accounts")),
        sa.UniqueConstraint("email", name=op.f("uq_accounts_email")),
    )
    op.create_table(
        "genres",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_genres")),
        sa.UniqueConstraint("name", name=op.f("uq_genres_name")),
    )
    op.create_table(
        "outbox",
        sa.Column("sequence", sa.BigInteger(), sa.Identity(always=True), nullable=False),
        sa.Column(
            "event_id", sa.Uuid(), server_default=sa.text("gen_random_uuid()"), nullable=False
        ),
        sa.Column("kind", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("sequence", name=op.f("pk_outbox")),
        sa.UniqueConstraint("event_id", name=op.f("uq_outbox_event_id")),
    )
    op.create_table(
        "titles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "MOVIE",
                "SERIES",
                "SEASON",
                "EPISODE",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("synopsis", sa.Text(), nullable=False),
        sa.Column("year", sa.Integer(), nullable=True),
        sa.Column("certification_age", sa.Integer(), nullable=False),
        sa.Column("parent_id", sa.Text(), nullable=True),
        sa.Column("number", sa.Integer(), nullable=True),
        sa.Column("runtime_ms", sa.Integer(), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "(kind IN ('SEASON', 'EPISODE')) = (parent_id IS NOT NULL AND number IS NOT NULL)",
            name=op.f("ck_titles_numbered_below_a_parent"),
        ),
        sa.CheckConstraint(
            "published_at IS NULL OR kind IN ('SERIES', 'SEASON') OR runtime_ms IS NOT NULL",
            name=op.f("ck_titles_published_playables_have_a_runtime"),
        ),
        sa.CheckConstraint(
            "certification_age BETWEEN 0 AND 18", name=op.f("ck_titles_certification_age_range")
        ),
        sa.CheckConstraint("runtime_ms > 0", name=op.f("ck_titles_runtime_positive")),
        sa.ForeignKeyConstraint(
            ["parent_id"], ["titles.id"], name=op.f("fk_titles_parent_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_titles")),
        sa.UniqueConstraint("parent_id", "number", name=op.f("uq_titles_parent_id_number")),
    )
    op.create_index("ix_titles_newest", "titles", ["published_at", "id"], unique=False)
    op.create_table(
        "artwork",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "CARD_16_9",
                "POSTER_2_3",
                "HERO",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("object_path", sa.Text(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("dominant_color", sa.Text(), nullable=False),
        sa.CheckConstraint(
            "dominant_color ~ '^#[0-9a-f]{6}$'", name=op.f("ck_artwork_dominant_color_hex")
        ),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_artwork_title_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_artwork")),
        sa.UniqueConstraint("title_id", "role", name=op.f("uq_artwork_title_id_role")),
    )
    op.create_table(
        "media",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("duration_ms", sa.Integer(), nullable=True),
        sa.Column("storyboard", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column("published_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_media_title_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_media")),
    )
    op.create_index(
        "uq_media_published_title",
        "media",
        ["title_id"],
        unique=True,
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.create_table(
        "profiles",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("kids", sa.Boolean(), nullable=False),
        sa.Column("maturity_age", sa.Integer(), nullable=False),
        sa.Column("ui_locale", sa.Text(), nullable=False),
        sa.Column("watch_cursor", sa.BigInteger(), server_default=sa.text("0"), nullable=False),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint(
            "maturity_age BETWEEN 0 AND 18", name=op.f("ck_profiles_maturity_age_range")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_profiles_account_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_profiles")),
        sa.UniqueConstraint("account_id", "name", name=op.f("uq_profiles_account_id_name")),
    )
    op.create_table(
        "title_genres",
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("genre_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.ForeignKeyConstraint(
            ["genre_id"], ["genres.id"], name=op.f("fk_title_genres_genre_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_title_genres_title_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("title_id", "genre_id", name=op.f("pk_title_genres")),
    )
    op.create_index(
        "ix_title_genres_by_genre", "title_genres", ["genre_id", "title_id"], unique=False
    )
    op.create_table(
        "content_keys",
        sa.Column("kid", sa.Uuid(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column(
            "track_class",
            sa.Enum(
                "AUDIO",
                "SD",
                "HD",
                name="track_class_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("wrapped_key", sa.LargeBinary(), nullable=False),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_content_keys_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("kid", name=op.f("pk_content_keys")),
        sa.UniqueConstraint(
            "media_id", "track_class", name=op.f("uq_content_keys_media_id_track_class")
        ),
    )
    op.create_table(
        "devices",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("installation_id", sa.Text(), nullable=False),
        sa.Column(
            "kind",
            sa.Enum(
                "TV",
                "MOBILE",
                "TABLET",
                "WEB",
                "CONSOLE",
                "SET_TOP",
                "OTHER",
                name="kind_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column("app_version", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=True),
        sa.Column("refresh_token_hash", sa.LargeBinary(), nullable=False),
        sa.Column("refresh_expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("spent_token_hash", sa.LargeBinary(), nullable=True),
        sa.Column("spent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("last_seen_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"], ["accounts.id"], name=op.f("fk_devices_account_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"], ["profiles.id"], name=op.f("fk_devices_profile_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_devices")),
        sa.UniqueConstraint(
            "account_id", "installation_id", name=op.f("uq_devices_account_id_installation_id")
        ),
        sa.UniqueConstraint("refresh_token_hash", name=op.f("uq_devices_refresh_token_hash")),
        sa.UniqueConstraint("spent_token_hash", name=op.f("uq_devices_spent_token_hash")),
    )
    op.create_table(
        "encodings",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=True),
        sa.Column("name", sa.Text(), nullable=False),
        sa.Column(
            "state",
            sa.Enum(
                "QUEUED",
                "RUNNING",
                "SUCCEEDED",
                "FAILED",
                "CANCELLED",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("stage", sa.Text(), nullable=True),
        sa.Column("progress_0_to_1", sa.Double(), nullable=False),
        sa.Column("error_code", sa.Text(), nullable=True),
        sa.Column("error_message", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "progress_0_to_1 BETWEEN 0 AND 1", name=op.f("ck_encodings_progress_range")
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_encodings_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_encodings")),
    )
    op.create_table(
        "playback_sessions",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=False),
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("playable_id", sa.Text(), nullable=False),
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("idempotency_key", sa.Text(), nullable=False),
        sa.Column("max_height", sa.Integer(), nullable=False),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column("sequence", sa.Integer(), nullable=False),
        sa.Column("rendition_kbps", sa.Integer(), nullable=True),
        sa.Column("started_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("ended_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.CheckConstraint(
            "position_ms >= 0", name=op.f("ck_playback_sessions_position_not_negative")
        ),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_playback_sessions_account_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name=op.f("fk_playback_sessions_device_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["media_id"],
            ["media.id"],
            name=op.f("fk_playback_sessions_media_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["playable_id"],
            ["titles.id"],
            name=op.f("fk_playback_sessions_playable_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_playback_sessions_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_playback_sessions")),
        sa.UniqueConstraint(
            "profile_id",
            "device_id",
            "idempotency_key",
            name=op.f("uq_playback_sessions_profile_id_device_id_idempotency_key"),
        ),
    )
    op.create_table(
        "renditions",
        sa.Column("media_id", sa.Text(), nullable=False),
        sa.Column("height", sa.Integer(), nullable=False),
        sa.Column("width", sa.Integer(), nullable=False),
        sa.Column("codec", sa.Text(), nullable=False),
        sa.Column("average_kbps", sa.Integer(), nullable=False),
        sa.Column("peak_kbps", sa.Integer(), nullable=False),
        sa.Column(
            "track_class",
            sa.Enum(
                "AUDIO",
                "SD",
                "HD",
                name="track_class_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.ForeignKeyConstraint(
            ["media_id", "track_class"],
            ["content_keys.media_id", "content_keys.track_class"],
            name=op.f("fk_renditions_media_id_track_class"),
        ),
        sa.ForeignKeyConstraint(
            ["media_id"], ["media.id"], name=op.f("fk_renditions_media_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("media_id", "height", name=op.f("pk_renditions")),
    )
    op.create_table(
        "watch_states",
        sa.Column("profile_id", sa.Text(), nullable=False),
        sa.Column("playable_id", sa.Text(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=True),
        sa.Column("position_ms", sa.Integer(), nullable=False),
        sa.Column(
            "status",
            sa.Enum(
                "UNSTARTED",
                "IN_PROGRESS",
                "FINISHED",
                name="status_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("revision", sa.Integer(), nullable=False),
        sa.Column("cursor", sa.BigInteger(), nullable=False),
        sa.Column("updated_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("position_ms >= 0", name=op.f("ck_watch_states_position_not_negative")),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name=op.f("fk_watch_states_device_id"),
            ondelete="SET NULL",
        ),
        sa.ForeignKeyConstraint(
            ["playable_id"],
            ["titles.id"],
            name=op.f("fk_watch_states_playable_id"),
            ondelete="CASCADE",
        ),
        sa.ForeignKeyConstraint(
            ["profile_id"],
            ["profiles.id"],
            name=op.f("fk_watch_states_profile_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("profile_id", "playable_id", name=op.f("pk_watch_states")),
        sa.UniqueConstraint("profile_id", "cursor", name=op.f("uq_watch_states_profile_id_cursor")),
    )


def downgrade() -> None:
    op.drop_table("watch_states")
    op.drop_table("renditions")
    op.drop_table("playback_sessions")
    op.drop_table("encodings")
    op.drop_table("devices")
    op.drop_table("content_keys")
    op.drop_index("ix_title_genres_by_genre", table_name="title_genres")
    op.drop_table("title_genres")
    op.drop_table("profiles")
    op.drop_index(
        "uq_media_published_title",
        table_name="media",
        postgresql_where=sa.text("published_at IS NOT NULL"),
    )
    op.drop_table("media")
    op.drop_table("artwork")
    op.drop_index("ix_titles_newest", table_name="titles")
    op.drop_table("titles")
    op.drop_table("outbox")
    op.drop_table("genres")
    op.drop_table("accounts")
