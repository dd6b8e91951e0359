"""What is on in the demo: three films and a short series, invented here, made by ffmpeg."""

from dataclasses import dataclass

from domain.ingest import NewFilm, Place
from workers.media.music import Tune
from workers.media.scenes import Look
from workers.media.synthesize import FilmSpec


@dataclass(frozen=True, slots=True)
class DemoFilm:
    """A movie or an episode, and how it is made."""

    film: NewFilm
    spec: FilmSpec


@dataclass(frozen=True, slots=True)
class Programme:
    """All that is on: what is said of the series as a whole, and the films as they are made."""

    series: NewFilm
    films: tuple[DemoFilm, ...]


SLOW_WEATHER = DemoFilm(
    NewFilm(
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
    NewFilm(
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
    NewFilm(
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

CLOCKWORK_MEADOW = NewFilm(
    name="Clockwork Meadow",
    synopsis=(
        "In a meadow where the flowers have teeth and the sun has to be wound, two bees find out "
        "what every cogwheel knows: nothing turns on its own."
    ),
    year=2025,
    certification_age=6,
    genres=("Science fiction", "Nature"),
)

THE_BEE_WHO_COUNTED_TO_TWO = DemoFilm(
    NewFilm(
        name="The Bee Who Counted to Two",
        place=Place(CLOCKWORK_MEADOW.name, season=1, episode=1),
        synopsis="Bix has always been the only bee there is. Today she counts again.",
        year=2025,
        certification_age=6,
    ),
    FilmSpec(
        card=("CLOCKWORK", "MEADOW"),  # the series gets its pictures from its first episode
        slate="1: The Bee Who Counted to Two",
        look=Look.MEADOW_BY_DAY,
        tune=Tune.MUSIC_BOX,
        duration_s=24,
        width=1280,
        height=720,
    ),
)

A_PICNIC_FOR_THE_MOON = DemoFilm(
    NewFilm(
        name="A Picnic for the Moon",
        place=Place(CLOCKWORK_MEADOW.name, season=1, episode=2),
        synopsis=(
            "The blanket is laid and the fireflies are lit, but the guest of honour has fallen "
            "asleep. Who is going to tell her that she is late?"
        ),
        year=2025,
        certification_age=6,
    ),
    FilmSpec(
        card=("A PICNIC", "FOR THE MOON"),
        slate="2: A Picnic for the Moon",
        look=Look.MEADOW_BY_NIGHT,
        tune=Tune.LULLABY,
        duration_s=24,
        width=1280,
        height=720,
    ),
)

PROGRAMME = Programme(
    series=CLOCKWORK_MEADOW,
    films=(
        SLOW_WEATHER,  # the quickest to make, and for all ages: the house opens with it
        NINE_THOUSAND_DOORS,
        THE_BEE_WHO_COUNTED_TO_TWO,
        EVERYONE_ON_THE_FOURTH_FLOOR,
        A_PICNIC_FOR_THE_MOON,
    ),
)
