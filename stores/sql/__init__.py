"""Every statement of the house: functions that take a transaction and return domain values.

Columns are selected in the order of the dataclass they become, so that a row is its arguments.
"""

from collections.abc import Iterable

from sqlalchemy import ARRAY, Column, ColumnElement, Text, any_, literal


def among(column: Column[str], ids: Iterable[str]) -> ColumnElement[bool]:
    """`column = ANY(ids)`: one statement text, and one plan, for any number of ids."""
    return column == any_(literal(list(ids), ARRAY(Text)))
