"""What is said of the demo's films, in English and in German, and who made them: all invented."""

from collections.abc import Mapping
from dataclasses import dataclass
from uuid import UUID, uuid5

from domain.ids import PersonId, Prefix, make
from domain.ingest import NewFilm
from domain.people import Credit, CreditRole, Person
from domain.texts import TitleText

_NAMESPACE = UUID("5f0c8c52-3e0c-4f7b-9b1d-2a6c1d9f4e77")  # the same name, the same person


@dataclass(frozen=True, slots=True)
class DemoTitle:
    """A movie, a series or an episode: what is said of it, and its credits in order."""

    film: NewFilm
    german: TitleText
    roll: tuple[Credit, ...] = ()


GENRES_IN_GERMAN = {
    "Comedy": "Komödie",
    "Drama": "Drama",
    "Mystery": "Rätsel",
    "Nature": "Natur",
    "Science fiction": "Science-Fiction",
}


def roll(
    *, director: str, writer: str, composer: str, cast: Mapping[str, str]
) -> tuple[Credit, ...]:
    """The credits of a title; `cast` maps a name to a character."""
    lines: list[tuple[str, CreditRole, str | None]] = [
        (director, CreditRole.DIRECTOR, None),
        (writer, CreditRole.WRITER, None),
        *((name, CreditRole.CAST, character) for name, character in cast.items()),
        (composer, CreditRole.COMPOSER, None),
    ]
    return tuple(
        Credit(_person(name), role, character, position)
        for position, (name, role, character) in enumerate(lines, start=1)
    )


def _person(name: str) -> Person:
    return Person(PersonId(make(Prefix.PERSON, uuid5(_NAMESPACE, name))), name)


SLOW_WEATHER = DemoTitle(
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
    TitleText(
        "An einer Küste, an der noch nie etwas schnell ging, geht eine Sonne unter. Sie lässt sich "
        "Zeit. Zwei Hügel, ein Boot und mehrere Wolken sehen zu, und niemand unterbricht. "
        "Erholsam, sagten die Hügel; das Boot war für eine Stellungnahme nicht zu erreichen.",
        "Langsames Wetter",
    ),
    roll(
        director="Ottoline Marsh",
        writer="Bram Oosterhuizen",
        composer="Sunniva Quill",
        cast={"Dov Hallorann": "The boat", "Mirela Kostandin": "The near hill"},
    ),
)

NINE_THOUSAND_DOORS = DemoTitle(
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
    TitleText(
        "Ida zählt Türen für das Ministerium für Entfernungen. Hinter jeder ist noch eine, etwas "
        "näher und etwas weiter weg. Bei der achttausendneunhundertneunundneunzigsten hört sie "
        "jemanden, der ihr entgegenzählt.",
        "Neuntausend Türen",
    ),
    roll(
        director="Teodor Vannek",
        writer="Ruth Adeyinka-Holt",
        composer="Sunniva Quill",
        cast={"Pernille Askvold": "Ida", "Jun Takamizu": "The other counter"},
    ),
)

EVERYONE_ON_THE_FOURTH_FLOOR = DemoTitle(
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
    TitleText(
        "Es regnet, und die Straße schläft Fenster für Fenster ein. Nur im vierten Stock gehen die "
        "Lampen an, eine nach der anderen, bis sechs Leute, die sich nie begegnet sind, in "
        "derselben Minute wach liegen und auf dasselbe Klopfen warten.",
        "Alle im vierten Stock",
    ),
    roll(
        director="Ruth Adeyinka-Holt",
        writer="Ruth Adeyinka-Holt",
        composer="Casimir Obel",
        cast={
            "Mirela Kostandin": "Window three",
            "Dov Hallorann": "Window five",
            "Pernille Askvold": "The knock",
        },
    ),
)

A_QUIET_WORD_WITH_THE_SEA = DemoTitle(
    NewFilm(
        name="A Quiet Word with the Sea",
        synopsis=(
            "The keeper has been asking the sea to keep it down since 1911. Tonight the sea sends "
            "a reply, in writing, in a bottle. It is very polite, it has a few questions about "
            "the lamp, and it would like to know who started it."
        ),
        year=2024,
        certification_age=6,
        genres=("Comedy", "Nature"),
    ),
    TitleText(
        "Seit 1911 bittet der Wärter das Meer um Ruhe. Heute Nacht antwortet es, schriftlich, in "
        "einer Flasche. Es ist sehr höflich, hat ein paar Fragen zur Lampe und wüsste gern, wer "
        "angefangen hat.",
        "Ein ruhiges Wort mit dem Meer",
    ),
    roll(
        director="Ottoline Marsh",
        writer="Ottoline Marsh",
        composer="Casimir Obel",
        cast={"Dov Hallorann": "The keeper", "Ines Torrealba": "The sea"},
    ),
)

A_BRIEF_HISTORY_OF_UP = DemoTitle(
    NewFilm(
        name="A Brief History of Up",
        synopsis=(
            "Five balloons leave a field at dawn. Four of them know where they are going, which "
            "is up. The fifth has brought a map, and would like to ask somebody about the "
            "direction it is folded in."
        ),
        year=2025,
        certification_age=0,
        genres=("Comedy", "Nature"),
    ),
    TitleText(
        "Fünf Ballons verlassen im Morgengrauen eine Wiese. Vier davon wissen, wohin sie wollen, "
        "nämlich nach oben. Der fünfte hat eine Karte dabei und würde gern jemanden fragen, in "
        "welche Richtung sie gefaltet ist.",
        "Eine kurze Geschichte des Oben",
    ),
    roll(
        director="Bram Oosterhuizen",
        writer="Ottoline Marsh",
        composer="Sunniva Quill",
        cast={"Jun Takamizu": "The fifth balloon", "Ines Torrealba": "The map"},
    ),
)

THE_DEEP_END_OF_TUESDAY = DemoTitle(
    NewFilm(
        name="The Deep End of Tuesday",
        synopsis=(
            "Nobody has heard from Tuesday since it went under. A diver is let down after it with "
            "one lamp, two hours of air and a strong feeling about Wednesday. At four hundred "
            "metres something knocks on the glass, and it knows what day it is."
        ),
        year=2021,
        certification_age=12,
        genres=("Mystery", "Science fiction"),
    ),
    TitleText(
        "Seit der Dienstag untergegangen ist, hat niemand mehr von ihm gehört. Eine Taucherin wird "
        "ihm nachgelassen, mit einer Lampe, Luft für zwei Stunden und einer starken Ahnung, was "
        "den Mittwoch angeht. In vierhundert Metern klopft etwas an die Scheibe.",
        "Das tiefe Ende vom Dienstag",
    ),
    roll(
        director="Teodor Vannek",
        writer="Bram Oosterhuizen",
        composer="Casimir Obel",
        cast={"Mirela Kostandin": "The diver", "Jun Takamizu": "Tuesday"},
    ),
)

MINUTES_OF_THE_MOON_COMMITTEE = DemoTitle(
    NewFilm(
        name="Minutes of the Moon Committee",
        synopsis=(
            "The moons of Pell meet twice a year to vote on the tides. Item one: apologies for "
            "last time. Item two: somebody has parked a rocket on the agenda. Any other business "
            "has been going round in circles."
        ),
        year=2025,
        certification_age=6,
        genres=("Science fiction", "Comedy"),
    ),
    TitleText(
        "Zweimal im Jahr stimmen die Monde von Pell über die Gezeiten ab. Punkt eins: Verzeihung "
        "für das letzte Mal. Punkt zwei: Jemand hat eine Rakete auf der Tagesordnung geparkt. "
        "Verschiedenes dreht sich im Kreis.",
        "Protokoll des Mondausschusses",
    ),
    roll(
        director="Ines Torrealba",
        writer="Ruth Adeyinka-Holt",
        composer="Sunniva Quill",
        cast={
            "Pernille Askvold": "The chair",
            "Jun Takamizu": "The middle moon",
            "Dov Hallorann": "The rocket",
        },
    ),
)

SEVEN_RED_CIRCLES = DemoTitle(
    NewFilm(
        name="Seven Red Circles",
        synopsis=(
            "One gallery, one robbery and seven red circles, of which the police have found six. "
            "The curator says it is a question of where you stand. He has been standing there all "
            "evening, and nobody has asked him to step aside."
        ),
        year=2020,
        certification_age=16,
        genres=("Mystery", "Drama"),
    ),
    TitleText(
        "Eine Galerie, ein Raub und sieben rote Kreise, von denen die Polizei sechs gefunden hat. "
        "Der Kurator sagt, es komme darauf an, wo man steht. Er steht dort schon den ganzen Abend, "
        "und niemand hat ihn gebeten, zur Seite zu gehen.",
        "Sieben rote Kreise",
    ),
    roll(
        director="Teodor Vannek",
        writer="Teodor Vannek",
        composer="Casimir Obel",
        cast={"Dov Hallorann": "The curator", "Mirela Kostandin": "The inspector"},
    ),
)
