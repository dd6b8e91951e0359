"""Which documents does a house in production answer? Those of its own pages, and no others."""

from pathlib import Path

import orjson

from settings import Settings

FILE = Path(__file__).parents[1] / "web" / "dist" / "documents.json"  # web/build.mjs writes it


def answered(settings: Settings) -> frozenset[str] | None:
    """Their texts; None where anything may be asked."""
    if settings.marquee_env == "development":
        return None
    return frozenset(orjson.loads(FILE.read_bytes()))
