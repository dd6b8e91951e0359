"""Who made a title, and who is seen in it."""

from dataclasses import dataclass
from enum import StrEnum

from domain.ids import PersonId


class CreditRole(StrEnum):
    """What somebody did for a title."""

    DIRECTOR = "DIRECTOR"
    WRITER = "WRITER"
    COMPOSER = "COMPOSER"
    CAST = "CAST"


@dataclass(frozen=True, slots=True)
class Person:
    """Somebody whose name is on titles."""

    id: PersonId
    name: str


@dataclass(frozen=True, slots=True)
class Credit:
    """One line of a title's credits. `position` counts from 1; `character` is the cast's."""

    person: Person
    role: CreditRole
    character: str | None
    position: int
