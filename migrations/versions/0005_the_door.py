"""Everything the door keeps: PINs, refresh tokens, revocations, codes, mail, documents."""

import sqlalchemy as sa
from alembic import op
from sqlalchemy.dialects import postgresql

revision = "0005"
down_revision = "0004"


def upgrade() -> None:
    op.create_table(
        "data_jobs",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column(
            "purpose",
            sa.Enum(
                "EXPORT",
                "ERASE",
                name="purpose_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
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
        sa.Column("subject", postgresql.JSONB(astext_type=sa.Text()), nullable=True),
        sa.Column(
            "found",
            postgresql.JSONB(astext_type=sa.Text()),
            server_default=sa.text("'{}'"),
            nullable=False,
        ),
        sa.Column("receipt", sa.Text(), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("finished_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_data_jobs")),
    )
    op.create_index("ix_data_jobs_account_id", "data_jobs", ["account_id"], unique=False)
    op.create_table(
        "documents",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("text", sa.Text(), nullable=False),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.CheckConstraint("id ~ '^[0-9a-f]{64}$'", name=op.f("ck_documents_id_is_sha256")),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_documents")),
    )
    op.create_table(
        "mailed_tokens",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column(
            "purpose",
            sa.Enum(
                "CONFIRM",
                "RESET",
                "CHANGED",
                name="purpose_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("email", sa.Text(), nullable=False),
        sa.Column("payload", postgresql.JSONB(astext_type=sa.Text()), nullable=False),
        sa.Column("digest", sa.LargeBinary(), nullable=True),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_mailed_tokens")),
        sa.UniqueConstraint("digest", name=op.f("uq_mailed_tokens_digest")),
    )
    op.create_index("ix_mailed_tokens_email", "mailed_tokens", ["email"], unique=False)
    op.create_table(
        "revocations",
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("epoch", sa.Integer(), nullable=False),
        sa.Column("at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.PrimaryKeyConstraint("device_id", name=op.f("pk_revocations")),
    )
    op.create_index("ix_revocations_at", "revocations", ["at"], unique=False)
    op.create_table(
        "device_sign_ins",
        sa.Column("device_code_digest", sa.LargeBinary(), nullable=False),
        sa.Column("user_code", sa.Text(), nullable=False),
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
        sa.Column("asked_from", sa.Text(), nullable=False),
        sa.Column("account_id", sa.Text(), nullable=True),
        sa.Column(
            "state",
            sa.Enum(
                "PENDING",
                "APPROVED",
                "DENIED",
                name="state_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="PENDING",
            nullable=False,
        ),
        sa.Column("interval_s", sa.Integer(), nullable=False),
        sa.Column("polled_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("created_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["account_id"],
            ["accounts.id"],
            name=op.f("fk_device_sign_ins_account_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("device_code_digest", name=op.f("pk_device_sign_ins")),
        sa.UniqueConstraint("user_code", name=op.f("uq_device_sign_ins_user_code")),
    )
    op.create_table(
        "document_builds",
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("registered_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_builds_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("app", "build", "document_id", name=op.f("pk_document_builds")),
    )
    op.create_index(
        "ix_document_builds_document_id", "document_builds", ["document_id"], unique=False
    )
    op.create_table(
        "document_uses",
        sa.Column("document_id", sa.Text(), nullable=False),
        sa.Column("app", sa.Text(), nullable=False),
        sa.Column("build", sa.Text(), nullable=False),
        sa.Column("day", sa.Date(), nullable=False),
        sa.Column("times", sa.BigInteger(), nullable=False),
        sa.ForeignKeyConstraint(
            ["document_id"],
            ["documents.id"],
            name=op.f("fk_document_uses_document_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint(
            "document_id", "app", "build", "day", name=op.f("pk_document_uses")
        ),
    )
    op.create_table(
        "refresh_tokens",
        sa.Column("digest", sa.LargeBinary(), nullable=False),
        sa.Column("device_id", sa.Text(), nullable=False),
        sa.Column("expires_at", postgresql.TIMESTAMP(timezone=True), nullable=False),
        sa.Column("spent_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
        sa.Column("sealed_successor", sa.LargeBinary(), nullable=True),
        sa.ForeignKeyConstraint(
            ["device_id"],
            ["devices.id"],
            name=op.f("fk_refresh_tokens_device_id"),
            ondelete="CASCADE",
        ),
        sa.PrimaryKeyConstraint("digest", name=op.f("pk_refresh_tokens")),
    )
    op.create_index("ix_refresh_tokens_device_id", "refresh_tokens", ["device_id"], unique=False)
    op.create_index("ix_refresh_tokens_expires_at", "refresh_tokens", ["expires_at"], unique=False)
    # Who is signed in stays so.
    op.execute(
        "INSERT INTO refresh_tokens (digest, device_id, expires_at)"
        " SELECT refresh_token_hash, id, refresh_expires_at FROM devices"
        " WHERE refresh_expires_at > now()"
    )
    op.drop_constraint("uq_devices_refresh_token_hash", "devices", type_="unique")
    op.drop_constraint("uq_devices_spent_token_hash", "devices", type_="unique")
    for column in ("refresh_token_hash", "refresh_expires_at", "spent_token_hash", "spent_at"):
        op.drop_column("devices", column)
    op.add_column(
        "devices", sa.Column("epoch", sa.Integer(), server_default=sa.text("1"), nullable=False)
    )
    _follow_profile("SET NULL")  # a device outlives the profile that was chosen on it
    op.create_index("ix_devices_profile_id", "devices", ["profile_id"])
    op.create_index("ix_playback_sessions_account_id", "playback_sessions", ["account_id"])
    op.create_index("ix_playback_sessions_device_id", "playback_sessions", ["device_id"])
    op.create_index("ix_watch_states_device_id", "watch_states", ["device_id"])
    op.create_index("ix_outbox_profile", "outbox", [sa.text("(payload ->> 'profile')")])
    op.alter_column("accounts", "email", nullable=True)
    op.alter_column("profiles", "account_id", nullable=True)
    op.add_column("profiles", sa.Column("avatar", sa.Text(), nullable=True))
    op.add_column("profiles", sa.Column("pin_hash", sa.Text(), nullable=True))
    op.add_column(
        "profiles",
        sa.Column("pin_tries", sa.Integer(), server_default=sa.text("0"), nullable=False),
    )
    op.add_column(
        "profiles",
        sa.Column("pin_locked_until", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )
    op.add_column(
        "profiles",
        sa.Column(
            "audio", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "profiles",
        sa.Column(
            "subtitles", postgresql.ARRAY(sa.Text()), server_default=sa.text("'{}'"), nullable=False
        ),
    )
    op.add_column(
        "profiles",
        sa.Column(
            "subtitle_mode",
            sa.Enum(
                "OFF",
                "FORCED_ONLY",
                "FOREIGN_AUDIO",
                "ALWAYS",
                name="subtitle_mode_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            server_default="FOREIGN_AUDIO",
            nullable=False,
        ),
    )
    op.add_column(
        "profiles",
        sa.Column("autoplay_next", sa.Boolean(), server_default=sa.text("true"), nullable=False),
    )
    op.add_column(
        "profiles",
        sa.Column(
            "autoplay_previews", sa.Boolean(), server_default=sa.text("true"), nullable=False
        ),
    )
    op.add_column(
        "profiles",
        sa.Column("data_saver", sa.Boolean(), server_default=sa.text("false"), nullable=False),
    )


def downgrade() -> None:
    op.drop_column("profiles", "data_saver")
    op.drop_column("profiles", "autoplay_previews")
    op.drop_column("profiles", "autoplay_next")
    op.drop_column("profiles", "subtitle_mode")
    op.drop_column("profiles", "subtitles")
    op.drop_column("profiles", "audio")
    op.drop_column("profiles", "pin_locked_until")
    op.drop_column("profiles", "pin_tries")
    op.drop_column("profiles", "pin_hash")
    op.drop_column("profiles", "avatar")
    op.execute("DELETE FROM profiles WHERE account_id IS NULL")
    op.execute("DELETE FROM accounts WHERE email IS NULL")
    op.alter_column("profiles", "account_id", nullable=False)
    op.alter_column("accounts", "email", nullable=False)
    op.drop_index("ix_outbox_profile", table_name="outbox")
    op.drop_index("ix_watch_states_device_id", table_name="watch_states")
    op.drop_index("ix_playback_sessions_device_id", table_name="playback_sessions")
    op.drop_index("ix_devices_profile_id", table_name="devices")
    op.drop_index("ix_playback_sessions_account_id", table_name="playback_sessions")
    _follow_profile("CASCADE")
    op.drop_column("devices", "epoch")
    op.add_column("devices", sa.Column("refresh_token_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "devices",
        sa.Column("refresh_expires_at", postgresql.TIMESTAMP(timezone=True), nullable=True),
    )
    op.add_column("devices", sa.Column("spent_token_hash", sa.LargeBinary(), nullable=True))
    op.add_column(
        "devices", sa.Column("spent_at", postgresql.TIMESTAMP(timezone=True), nullable=True)
    )
    # Who is signed out has the digest of a text that is no token, as it has to be some.
    op.execute(
        "UPDATE devices d SET"
        " refresh_token_hash = coalesce(t.digest, sha256(convert_to('none of ' || d.id, 'UTF8'))),"
        " refresh_expires_at = coalesce(t.expires_at, now())"
        " FROM devices same LEFT JOIN refresh_tokens t"
        " ON t.device_id = same.id AND t.spent_at IS NULL WHERE same.id = d.id"
    )
    op.alter_column("devices", "refresh_token_hash", nullable=False)
    op.alter_column("devices", "refresh_expires_at", nullable=False)
    op.create_unique_constraint("uq_devices_refresh_token_hash", "devices", ["refresh_token_hash"])
    op.create_unique_constraint("uq_devices_spent_token_hash", "devices", ["spent_token_hash"])
    op.drop_index("ix_refresh_tokens_expires_at", table_name="refresh_tokens")
    op.drop_index("ix_refresh_tokens_device_id", table_name="refresh_tokens")
    op.drop_table("refresh_tokens")
    op.drop_table("document_uses")
    op.drop_index("ix_document_builds_document_id", table_name="document_builds")
    op.drop_table("document_builds")
    op.drop_table("device_sign_ins")
    op.drop_index("ix_revocations_at", table_name="revocations")
    op.drop_table("revocations")
    op.drop_index("ix_mailed_tokens_email", table_name="mailed_tokens")
    op.drop_table("mailed_tokens")
    op.drop_table("documents")
    op.drop_index("ix_data_jobs_account_id", table_name="data_jobs")
    op.drop_table("data_jobs")


def _follow_profile(on_delete: str) -> None:
    op.drop_constraint("fk_devices_profile_id", "devices", type_="foreignkey")
    op.create_foreign_key(
        "fk_devices_profile_id", "devices", "profiles", ["profile_id"], ["id"], ondelete=on_delete
    )
