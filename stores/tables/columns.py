"""What tables are made of: their names, and the columns that many of them have."""

from enum import StrEnum

from sqlalchemy import Column, Enum, ForeignKey, MetaData, Text
from sqlalchemy.dialects.postgresql import TIMESTAMP

metadata = MetaData(
    naming_convention={
        "pk": "pk_%(table_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s",
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "ck": "ck_%(table_name)s_%(constraint_name)s",
    }
)


def id_() -> Column[str]:
    return Column("id", Text, primary_key=True)


def at(name: str, *, optional: bool = False) -> Column[object]:
    return Column(name, TIMESTAMP(timezone=True), nullable=optional)


def to(table: str, *, optional: bool = False, name: str | None = None) -> Column[str]:
    """A reference to `table`: rows that lose their parent go with it."""
    column = name or f"{table.removesuffix('s')}_id"
    return Column(column, Text, ForeignKey(f"{table}.id", ondelete="CASCADE"), nullable=optional)


def one_of(name: str, values: type[StrEnum], *, default: StrEnum | None = None) -> Column[object]:
    kind = Enum(
        values,
        name=f"{name}_known",
        native_enum=False,  # a CHECK, so that adding a value is an ordinary migration
        create_constraint=True,
        length=32,  # longer than any name we would give a value
    )
    return Column(name, kind, nullable=False, server_default=default)
