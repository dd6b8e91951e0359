"""What is on in the demo, and how it is made: eight films and a short series, out of ffmpeg."""

from dataclasses import dataclass

from app.demo import meadow, titles
from app.demo.titles import DemoTitle
from domain.ingest import NewFilm
from workers.media.music import Tune
from workers.media.scenes import Look
from workers.media.synthesize import FilmSpec


@dataclass(frozen=True, slots=True)
class DemoFilm:
    """A movie or an episode, and how it is made."""

    title: DemoTitle
    spec: FilmSpec

    @property
    def film(self) -> NewFilm:
        """What an operator would say of it."""
        return self.title.film


@dataclass(frozen=True, slots=True)
class Programme:
    """All that is on: the series as a whole and how it looks, and the films as they are made."""

    series: DemoTitle
    films: tuple[DemoFilm, ...]


def _made(
    title: DemoTitle,
    *card: str,
    look: Look,
    tune: Tune,
    duration_s: int,
    height: int = 720,  # what most televisions in kitchens and bedrooms have
    slate: str | None = None,
) -> DemoFilm:
    spec = FilmSpec(
        card=card,
        slate=slate or title.film.name,
        look=look,
        tune=tune,
        duration_s=duration_s,
        width=height * 16 // 9,
        height=height,
    )
    return DemoFilm(title, spec)


PROGRAMME = Programme(
    series=meadow.CLOCKWORK_MEADOW,
    films=(
        _made(  # the quickest to make, and for all ages: the house opens with it
            titles.SLOW_WEATHER,
            "SLOW",
            "WEATHER",
            look=Look.SUNSET,
            tune=Tune.SURF,
            duration_s=17,
        ),
        _made(
            titles.A_BRIEF_HISTORY_OF_UP,
            "A BRIEF",
            "HISTORY OF UP",
            look=Look.BALLOONS,
            tune=Tune.LIFT,
            duration_s=18,
        ),
        _made(
            meadow.THE_BEE_WHO_COUNTED_TO_TWO,
            "CLOCKWORK",
            "MEADOW",  # the series gets its pictures from its first episode
            look=Look.MEADOW_BY_DAY,
            tune=Tune.MUSIC_BOX,
            duration_s=24,
            slate="1: The Bee Who Counted to Two",
        ),
        _made(
            titles.A_QUIET_WORD_WITH_THE_SEA,
            "A QUIET WORD",
            "WITH THE SEA",
            look=Look.LIGHTHOUSE,
            tune=Tune.SHANTY,
            duration_s=20,
        ),
        _made(
            titles.SEVEN_RED_CIRCLES,
            "SEVEN",
            "RED CIRCLES",
            look=Look.CIRCLES,
            tune=Tune.HEIST,
            duration_s=18,
        ),
        _made(
            titles.THE_DEEP_END_OF_TUESDAY,
            "THE DEEP END",
            "OF TUESDAY",
            look=Look.DEEP,
            tune=Tune.SONAR,
            duration_s=20,
        ),
        _made(
            titles.MINUTES_OF_THE_MOON_COMMITTEE,
            "MINUTES OF THE",
            "MOON COMMITTEE",
            look=Look.ORBIT,
            tune=Tune.MINUTES,
            duration_s=20,
        ),
        _made(
            titles.EVERYONE_ON_THE_FOURTH_FLOOR,
            "EVERYONE",
            "ON THE",
            "FOURTH FLOOR",
            look=Look.STREET,
            tune=Tune.RAIN,
            duration_s=26,
        ),
        _made(
            meadow.A_PICNIC_FOR_THE_MOON,
            "A PICNIC",
            "FOR THE MOON",
            look=Look.MEADOW_BY_NIGHT,
            tune=Tune.LULLABY,
            duration_s=24,
            slate="2: A Picnic for the Moon",
        ),
        _made(
            meadow.A_HAT_FOR_THE_SUN,
            "A HAT FOR",
            "THE SUN",
            look=Look.MEADOW_IN_WINTER,
            tune=Tune.SLEIGH,
            duration_s=20,
            slate="3: A Hat for the Sun",
        ),
        _made(  # last: it takes as long as two others
            titles.NINE_THOUSAND_DOORS,
            "NINE",
            "THOUSAND",
            "DOORS",
            look=Look.DOORS,
            tune=Tune.CORRIDOR,
            duration_s=30,
            height=1080,
        ),
    ),
)
