"""What an operator says about a film that comes into the house, and how far it has come."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import ClassVar

from domain.catalog import Artwork, ArtworkRole, Media
from domain.encoding import JobState, Stage, TrackClass
from domain.errors import InvalidInput
from domain.ids import ArtworkId, JobId, MediaId, TitleId

MAX_NAME_CHARACTERS = 200  # two lines of a hero, on any screen
MAX_SYNOPSIS_CHARACTERS = 5000  # a page; nobody reads more on a television
MAX_GENRES = 5  # shelves one title may stand on
MAX_NUMBER = 9999  # seasons and episodes: a daily show has 260 a year
ADULT = 18  # years; no certification is above
CLEAR_AWAY_AFTER = timedelta(days=1)  # far longer than any upload or encoding that still goes on
FIRST_FILM = 1888  # Roundhay Garden Scene
LAST_YEAR = 2100  # a typing mistake, not a plan


@dataclass(frozen=True, slots=True)
class Place:
    """Where in a series an episode belongs."""

    series: str
    season: int
    episode: int


@dataclass(frozen=True, slots=True)
class NewFilm:
    """A movie, or with a `place` an episode. `certification_age` in years, 0 for everybody."""

    name: str
    place: Place | None = None
    synopsis: str = ""
    year: int | None = None
    certification_age: int = 0
    genres: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class Admitted:
    """The ids of a film that was taken in: `title_id` is the movie or the series, `playable_id`
    the movie or the episode, `job_id` its encoding."""

    title_id: TitleId
    playable_id: TitleId
    media_id: MediaId
    job_id: JobId


@dataclass(frozen=True, slots=True)
class Encoding:
    """How far a film has come. `error_code` and `error_message` say why one FAILED."""

    id: JobId
    state: JobState
    stage: Stage | None
    progress_0_to_1: float
    error_code: str | None
    error_message: str | None


@dataclass(frozen=True, slots=True)
class Pending:
    """Media that is to be made, and what it is for. `series_id` is the series above, if there is
    one, and `bare_series_id` the same as long as it has no picture yet. `name` is the movie's or
    the series'."""

    media_id: MediaId
    playable_id: TitleId
    name: str
    series_id: TitleId | None
    bare_series_id: TitleId | None
    is_published: bool

    @property
    def lettered_name(self) -> str | None:
        """What the pictures of a title show; None when only an episode's still is wanted."""
        has_pictures = self.series_id is not None and self.bare_series_id is None
        return None if has_pictures else self.name


@dataclass(frozen=True)
class ClearAway:
    """An order: delete those of these objects, and of all below these folders, that no row names by
    then. To be given before an object without a row is stored, and when a row is deleted."""

    queue: ClassVar[str] = "janitor"
    files: Sequence[str] = ()
    folders: Sequence[str] = ()


@dataclass(frozen=True, slots=True)
class Finished:
    """Everything that becomes visible when a film is published."""

    media: Media
    track_classes: dict[int, TrackClass]  # of the rungs, by height
    artwork: tuple[Artwork, ...]


def source_path(media_id: MediaId) -> str:
    """The object an operator's file is kept under, for the rungs and codecs of later years."""
    return f"sources/{media_id}"


def film_folder(media_id: MediaId) -> str:
    """What the objects that players read begin with, before a slash."""
    return f"films/{media_id}"


def artwork_folder(title_id: TitleId) -> str:
    """What the pictures of a title begin with, before a slash."""
    return f"artwork/{title_id}"


def picture_path(title_id: TitleId, artwork_id: ArtworkId, role: ArtworkRole) -> str:
    """The object a picture of a title is stored as; letters on nothing need a PNG."""
    suffix = "png" if role is ArtworkRole.LOGO else "jpg"
    return f"{artwork_folder(title_id)}/{artwork_id}.{suffix}"


def check_film(film: NewFilm) -> None:
    """Raises InvalidInput, naming the field."""
    _check("name", 0 < len(film.name.strip()) <= MAX_NAME_CHARACTERS, "1 to 200 characters")
    _check("synopsis", len(film.synopsis) <= MAX_SYNOPSIS_CHARACTERS, "at most 5000 characters")
    _check("certification", 0 <= film.certification_age <= ADULT, "an age from 0 to 18")
    _check("genre", len(film.genres) <= MAX_GENRES and all(film.genres), "at most 5 names")
    if film.year is not None:
        _check("year", FIRST_FILM <= film.year <= LAST_YEAR, f"from {FIRST_FILM} on")
    if film.place is not None:
        _check("series", 0 < len(film.place.series.strip()) <= MAX_NAME_CHARACTERS, "a name")
        _check("season", 0 < film.place.season <= MAX_NUMBER, "a number from 1")
        _check("episode", 0 < film.place.episode <= MAX_NUMBER, "a number from 1")


def _check(field: str, holds: bool, wanted: str) -> None:
    if not holds:
        raise InvalidInput(f"The {field} is {wanted}.", field=[field])
