"""Which of the languages a title is told in a viewer reads."""

from dataclasses import dataclass

from domain.scalars import Locale


@dataclass(frozen=True, slots=True)
class TitleText:
    """A title in another language than the house's own. Without a `name` it keeps its own."""

    synopsis: str
    name: str | None = None


def fallbacks(locale: Locale) -> tuple[str, ...]:
    """The language tags to look for, best first and in lower case: `de-AT` reads de-at, then de.

    What is told in none of them is read in the house's own words, so those need no tag.
    """
    parts = locale.lower().split("-")
    return tuple("-".join(parts[:length]) for length in range(len(parts), 0, -1))
