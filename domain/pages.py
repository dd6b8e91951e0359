"""How a page is composed: which rows there are, in which order, and what they are called."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum
from uuid import UUID, uuid5

from domain import ids
from domain.catalog import Genre
from domain.degradation import Dependency, Field, stand_in
from domain.ids import GenreId, TitleId
from domain.watching import WatchState

HOME = "home"

# Rows and pages are computed, not stored, so their ids are derived: the same row, the same id.
_NAMESPACE = UUID("7a1a5e3c-52f4-4f0e-9d55-0c8f6f6f0c11")


class RowKind(StrEnum):
    """What fills a row. Clients need not know it: heading and items are always enough."""

    CONTINUE_WATCHING = "CONTINUE_WATCHING"
    NEW_RELEASES = "NEW_RELEASES"
    GENRE = "GENRE"


class RowLayout(StrEnum):
    """How a row wants to look. Clients treat an unknown value as CARDS."""

    CARDS = "CARDS"
    POSTERS = "POSTERS"
    RESUME = "RESUME"


class Source(StrEnum):
    """Where an answer came from."""

    LIVE = "LIVE"
    STALE = "STALE"  # a copy of what was true at `computed_at`


@dataclass(frozen=True, slots=True)
class Provenance:
    """Where an answer came from and how old it is. `reason` is for the viewer to read."""

    source: Source
    computed_at: datetime
    degraded: bool = False
    reason: str | None = None


@dataclass(frozen=True, slots=True)
class Row:
    """A shelf. `genre_id` is set for a row of one genre."""

    id: str
    kind: RowKind
    heading: str
    layout: RowLayout
    provenance: Provenance
    genre_id: GenreId | None = None


@dataclass(frozen=True, slots=True)
class Page:
    """Rows in the order a viewer sees them."""

    id: str
    slug: str
    heading: str | None
    provenance: Provenance
    rows: tuple[Row, ...]


@dataclass(frozen=True, slots=True)
class RowItem:
    """A card: a title in a row, and where the viewer is in it."""

    id: str
    title_id: TitleId
    resume: WatchState | None = None


# What a screen says of what it shows, when that is not all there is.
OLD_CATALOGUE = "Our library cannot be reached right now. This is what it held."
ONLY_FOR_ALL = (
    "Who is watching cannot be looked up right now, so only titles for all ages are shown."
)
OLD_PROGRESS = "What you watched last cannot be looked up right now. This is what we remember."
NO_PROGRESS = "What you watched last cannot be looked up right now."
NO_PICTURES = "Pictures and films cannot be loaded right now."


def provenance(
    source: Source, computed_at: datetime, closed: Collection[Dependency], *reasons: str
) -> Provenance:
    """Of titles: with `closed` parts they may lack their pictures, which is one reason more."""
    if stand_in(Field.PICTURES, closed) is not None:
        reasons += (NO_PICTURES,)
    return Provenance(source, computed_at, bool(reasons), " ".join(reasons) or None)


def compose_home(genres: Sequence[Genre], *, titles: Provenance, progress: Provenance) -> Page:
    """Continue Watching, what is new, then a row for each of `genres`, in their order. `progress`
    is where the first comes from, `titles` where all else does."""
    rows = (
        Row(
            _row_id(RowKind.CONTINUE_WATCHING),
            RowKind.CONTINUE_WATCHING,
            "Continue watching",
            RowLayout.RESUME,
            progress,
        ),
        Row(_row_id(RowKind.NEW_RELEASES), RowKind.NEW_RELEASES, "New", RowLayout.POSTERS, titles),
        *(
            Row(_row_id(g.id), RowKind.GENRE, g.name, RowLayout.CARDS, titles, genre_id=g.id)
            for g in genres
        ),
    )
    return Page(ids.make(ids.Prefix.PAGE, uuid5(_NAMESPACE, HOME)), HOME, None, titles, rows)


def _row_id(name: str) -> str:
    return ids.make(ids.Prefix.ROW, uuid5(_NAMESPACE, f"{HOME}/{name}"))


def item_id(row_id: str, title_id: TitleId) -> str:
    """The card of `title_id` in that row: the same title in another row is another card."""
    return ids.make(ids.Prefix.ITEM, uuid5(_NAMESPACE, f"{row_id}/{title_id}"))
