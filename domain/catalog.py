"""What there is to watch: movies, series with seasons and episodes, and how they look."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.ids import ArtworkId, GenreId, MediaId, TitleId


class TitleKind(StrEnum):
    """Where in the tree a title stands."""

    MOVIE = "MOVIE"
    SERIES = "SERIES"
    SEASON = "SEASON"
    EPISODE = "EPISODE"


class ArtworkRole(StrEnum):
    """What a picture is for; each role has a shape of its own."""

    CARD_16_9 = "CARD_16_9"
    POSTER_2_3 = "POSTER_2_3"
    HERO = "HERO"
    LOGO = "LOGO"
    BACKDROP = "BACKDROP"
    TV_LAUNCHER = "TV_LAUNCHER"


class TextLength(StrEnum):
    """How much room the screen has for a synopsis."""

    TINY = "TINY"
    SHORT = "SHORT"
    FULL = "FULL"


MAX_CHARACTERS: Mapping[TextLength, int | None] = MappingProxyType(
    {
        TextLength.TINY: 60,  # one line under a card
        TextLength.SHORT: 180,  # three lines beside a hero
        TextLength.FULL: None,
    }
)


@dataclass(frozen=True, slots=True)
class Certification:
    """From which age (years, 0 to 18) a title may be seen, on the house's own neutral scale."""

    age: int
    board: str = "Marquee"

    @property
    def label(self) -> str:
        """What a badge shows."""
        return f"{self.age}+" if self.age else "All"


@dataclass(frozen=True, slots=True)
class Genre:
    """A shelf label."""

    id: GenreId
    name: str


@dataclass(frozen=True, slots=True)
class Movie:
    """A film: a title that is itself played."""

    id: TitleId
    name: str
    synopsis: str
    year: int | None
    certification: Certification
    runtime_ms: int


@dataclass(frozen=True, slots=True)
class Series:
    """A title whose episodes are played."""

    id: TitleId
    name: str
    synopsis: str
    year: int | None
    certification: Certification


@dataclass(frozen=True, slots=True)
class Season:
    """The episodes of a series that belong together."""

    id: TitleId
    series_id: TitleId
    name: str
    number: int


@dataclass(frozen=True, slots=True)
class Episode:
    """One part of a series. Ordered by season number, then its own."""

    id: TitleId
    series_id: TitleId
    season_id: TitleId
    season_number: int
    number: int
    name: str
    synopsis: str
    certification: Certification
    runtime_ms: int


Title = Movie | Series
Playable = Movie | Episode
CatalogEntry = Movie | Series | Season | Episode


@dataclass(frozen=True, slots=True)
class Artwork:
    """A stored picture of a title. `dominant_color` (#rrggbb) is painted before it arrives."""

    id: ArtworkId
    title_id: TitleId
    role: ArtworkRole
    object_path: str
    width: int
    height: int
    dominant_color: str


@dataclass(frozen=True, slots=True)
class Rendition:
    """One video rung as measured on the real output. Rates in kilobits a second."""

    height: int
    width: int
    codec: str
    average_kbps: int
    peak_kbps: int


@dataclass(frozen=True, slots=True)
class Storyboard:
    """A sprite of thumbnails, left to right, top to bottom, one each `interval_ms`."""

    object_path: str
    columns: int
    tile_width: int
    tile_height: int
    interval_ms: int


@dataclass(frozen=True, slots=True)
class Media:
    """What a playable plays: packaged once, with its rungs, lowest first."""

    id: MediaId
    playable_id: TitleId
    duration_ms: int
    ladder: tuple[Rendition, ...]
    storyboard: Storyboard | None

    @property
    def max_height(self) -> int:
        """Lines of the best rung."""
        return self.ladder[-1].height


def abridge(text: str, length: TextLength) -> str:
    """`text` cut at a word, with an ellipsis, to what `length` has room for."""
    most = MAX_CHARACTERS[length]
    if most is None or len(text) <= most:
        return text
    return text[: most - 1].rsplit(" ", 1)[0].rstrip(" ,;.") + "…"


def episode_after(episode: Episode, episodes: Sequence[Episode]) -> Episode | None:
    """The one that follows in `episodes` of the same series, which are in order."""
    later = (e for e in episodes if _place(e) > _place(episode))
    return next(later, None)


def _place(episode: Episode) -> tuple[int, int]:
    return (episode.season_number, episode.number)
