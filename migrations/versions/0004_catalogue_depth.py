"""Titles told in more languages, the people in them, and pictures for every screen."""

import sqlalchemy as sa
from alembic import op

revision = "0004"
down_revision = "0003"

FIRST_ROLES = ("CARD_16_9", "POSTER_2_3", "HERO")
MORE_ROLES = ("LOGO", "BACKDROP", "TV_LAUNCHER")


def upgrade() -> None:
    _texts_of("titles", "title_texts", sa.Column("synopsis", sa.Text(), nullable=False))
    _texts_of("genres", "genre_texts")
    op.alter_column("title_texts", "name", nullable=True)
    op.create_table(
        "people",
        sa.Column("id", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        sa.PrimaryKeyConstraint("id", name=op.f("pk_people")),
    )
    op.create_table(
        "credits",
        sa.Column("title_id", sa.Text(), nullable=False),
        sa.Column("position", sa.Integer(), nullable=False),
        sa.Column("person_id", sa.Text(), nullable=False),
        sa.Column(
            "role",
            sa.Enum(
                "DIRECTOR",
                "WRITER",
                "COMPOSER",
                "CAST",
                name="role_known",
                native_enum=False,
                create_constraint=True,
                length=32,
            ),
            nullable=False,
        ),
        sa.Column("character", sa.Text(), nullable=True),
        sa.ForeignKeyConstraint(
            ["title_id"], ["titles.id"], name=op.f("fk_credits_title_id"), ondelete="CASCADE"
        ),
        sa.ForeignKeyConstraint(
            ["person_id"], ["people.id"], name=op.f("fk_credits_person_id"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint("title_id", "position", name=op.f("pk_credits")),
    )
    op.create_index("ix_credits_by_person", "credits", ["person_id", "title_id"])
    _know_roles(FIRST_ROLES + MORE_ROLES)


def downgrade() -> None:
    artwork = sa.table("artwork", sa.column("role"))
    op.execute(artwork.delete().where(artwork.c.role.in_(MORE_ROLES)))
    _know_roles(FIRST_ROLES)
    op.drop_table("credits")
    op.drop_table("people")
    op.drop_table("genre_texts")
    op.drop_table("title_texts")


def _texts_of(parent: str, table: str, *more: sa.Column[str]) -> None:
    key = f"{parent.removesuffix('s')}_id"
    op.create_table(
        table,
        sa.Column(key, sa.Text(), nullable=False),
        sa.Column("language", sa.Text(), nullable=False),
        sa.Column("name", sa.Text(), nullable=False),
        *more,
        sa.CheckConstraint(
            "language = lower(language)", name=op.f(f"ck_{table}_language_lower_case")
        ),
        sa.ForeignKeyConstraint(
            [key], [f"{parent}.id"], name=op.f(f"fk_{table}_{key}"), ondelete="CASCADE"
        ),
        sa.PrimaryKeyConstraint(key, "language", name=op.f(f"pk_{table}")),
    )


def _know_roles(roles: tuple[str, ...]) -> None:
    op.drop_constraint(op.f("ck_artwork_role_known"), "artwork", type_="check")
    op.create_check_constraint(
        op.f("ck_artwork_role_known"), "artwork", sa.column("role").in_(roles)
    )
