"""What a language tag looks like (BCP 47), and the one spelling of it that is kept."""

import re

from domain.errors import InvalidInput
from domain.scalars import Locale

MAX_TAG_CHARACTERS = 35  # RFC 5646, 4.4.1: what every implementation has to have room for

# RFC 5646, 2.1, without the tags that were registered before there was a grammar.
_TAG = re.compile(
    r"(?:[a-z]{2,3}(?:-[a-z]{3}){0,3}|[a-z]{4,8})"
    r"(?:-[a-z]{4})?"  # script
    r"(?:-(?:[a-z]{2}|[0-9]{3}))?"  # region
    r"(?:-(?:[a-z0-9]{5,8}|[0-9][a-z0-9]{3}))*"  # variants
    r"(?:-[0-9a-wy-z](?:-[a-z0-9]{2,8})+)*"  # extensions
    r"(?:-x(?:-[a-z0-9]{1,8})+)?"  # private use
)


def normal_tag(text: str, *field: str) -> Locale:
    """`text` as RFC 5646, 2.1.1 writes it: `zh-hant-tw` is zh-Hant-TW. Raises InvalidInput, which
    names `field`, for what is no tag."""
    lower = text.strip().lower()
    if len(lower) > MAX_TAG_CHARACTERS or _TAG.fullmatch(lower) is None:
        raise InvalidInput("A language is written as in 'de' or 'pt-BR'.", field=list(field))
    parts = lower.split("-")
    singleton = next((n for n, part in enumerate(parts) if len(part) == 1), len(parts))
    return Locale("-".join([*_cased(parts[:singleton]), *parts[singleton:]]))


def _cased(parts: list[str]) -> list[str]:
    """A script has four letters and a region two, wherever they stand but first."""
    language, *rest = parts
    cased = (
        part.title()
        if len(part) == 4 and part.isalpha()
        else part.upper()
        if len(part) == 2
        else part
        for part in rest
    )
    return [language, *cased]
