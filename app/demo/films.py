"""What is on in the demo: three films and a short series, invented here, made by ffmpeg."""

from dataclasses import dataclass

from workers.media.music import Tune
from workers.media.scenes import Look
from workers.media.synthesize import FilmSpec


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """What a film and a series have in common. Genres: the most telling first."""

    name: str
    synopsis: str
    year: int
    certification_age: int
    genres: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class DemoFilm:
    """A film, and how to make it."""

    title: DemoTitle
    spec: FilmSpec


@dataclass(frozen=True, slots=True)
class DemoEpisode:
    """A part of the series, and how to make it."""

    number: int
    name: str
    synopsis: str
    spec: FilmSpec


@dataclass(frozen=True, slots=True)
class DemoSeries:
    """All episodes are of its first season."""

    title: DemoTitle
    episodes: tuple[DemoEpisode, ...]


@dataclass(frozen=True, slots=True)
class Programme:
    """All that is on, in the order it is made."""

    films: tuple[DemoFilm, ...]
    series: DemoSeries


SLOW_WEATHER = DemoFilm(
    DemoTitle(
        name="Slow Weather",
        synopsis=(
            "On a coast where nothing has ever happened quickly, a sun sets. It takes its time. "
            "Two hills, one boat and several clouds look on, and nobody interrupts. Restful, "
            "said the hills; the boat could not be reached for comment."
        ),
        year=2023,
        certification_age=0,
        genres=("Nature", "Drama"),
    ),
    FilmSpec(
        card=("SLOW", "WEATHER"),
        slate="Slow Weather",
        look=Look.SUNSET,
        tune=Tune.SURF,
        duration_s=20,
        width=1280,
        height=720,
    ),
)

NINE_THOUSAND_DOORS = DemoFilm(
    DemoTitle(
        name="Nine Thousand Doors",
        synopsis=(
            "Ida counts doors for the Ministry of Distances. Behind each one is another, a little "
            "nearer and a little further off. She is at eight thousand nine hundred and "
            "ninety-nine when she hears somebody counting towards her."
        ),
        year=2024,
        certification_age=12,
        genres=("Science fiction", "Mystery"),
    ),
    FilmSpec(
        card=("NINE", "THOUSAND", "DOORS"),
        slate="Nine Thousand Doors",
        look=Look.DOORS,
        tune=Tune.CORRIDOR,
        duration_s=30,
        width=1920,
        height=1080,
    ),
)

EVERYONE_ON_THE_FOURTH_FLOOR = DemoFilm(
    DemoTitle(
        name="Everyone on the Fourth Floor",
        synopsis=(
            "It rains, and the street goes to sleep window by window. Only on the fourth floor "
            "the lamps come on, one after another, until six people who have never met are awake "
            "at the same minute, listening for the same knock."
        ),
        year=2022,
        certification_age=16,
        genres=("Mystery", "Drama"),
    ),
    FilmSpec(
        card=("EVERYONE", "ON THE", "FOURTH FLOOR"),
        slate="Everyone on the Fourth Floor",
        look=Look.STREET,
        tune=Tune.RAIN,
        duration_s=26,
        width=1280,
        height=720,
    ),
)

CLOCKWORK_MEADOW = DemoSeries(
    DemoTitle(
        name="Clockwork Meadow",
        synopsis=(
            "In a meadow where the flowers have teeth and the sun has to be wound, two bees find "
            "out what every cogwheel knows: nothing turns on its own."
        ),
        year=2025,
        certification_age=6,
        genres=("Science fiction", "Nature"),
    ),
    (
        DemoEpisode(
            number=1,
            name="The Bee Who Counted to Two",
            synopsis="Bix has always been the only bee there is. Today she counts again.",
            spec=FilmSpec(
                card=("THE BEE WHO", "COUNTED TO TWO"),
                slate="Clockwork Meadow 1",
                look=Look.MEADOW_BY_DAY,
                tune=Tune.MUSIC_BOX,
                duration_s=24,
                width=1280,
                height=720,
            ),
        ),
        DemoEpisode(
            number=2,
            name="A Picnic for the Moon",
            synopsis=(
                "The blanket is laid and the fireflies are lit, but the guest of honour has "
                "fallen asleep. Who is going to tell her that she is late?"
            ),
            spec=FilmSpec(
                card=("A PICNIC", "FOR THE MOON"),
                slate="Clockwork Meadow 2",
                look=Look.MEADOW_BY_NIGHT,
                tune=Tune.LULLABY,
                duration_s=24,
                width=1280,
                height=720,
            ),
        ),
    ),
)

# The first is the quickest to make, and for all ages: the house opens with it.
PROGRAMME = Programme(
    films=(SLOW_WEATHER, NINE_THOUSAND_DOORS, EVERYONE_ON_THE_FOURTH_FLOOR),
    series=CLOCKWORK_MEADOW,
)
