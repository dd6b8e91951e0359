"""What is said of the demo's series, Clockwork Meadow, and of its episodes."""

from app.demo.titles import DemoTitle, roll
from domain.ingest import NewFilm, Place
from domain.texts import TitleText

CLOCKWORK_MEADOW = DemoTitle(
    NewFilm(
        name="Clockwork Meadow",
        synopsis=(
            "In a meadow where the flowers have teeth and the sun has to be wound, two bees find "
            "out what every cogwheel knows: nothing turns on its own."
        ),
        year=2025,
        certification_age=6,
        genres=("Science fiction", "Nature"),
    ),
    TitleText(
        "Auf einer Wiese, auf der die Blumen Zähne haben und die Sonne aufgezogen werden muss, "
        "finden zwei Bienen heraus, was jedes Zahnrad weiß: Von selbst dreht sich nichts.",
        "Die Uhrwerkwiese",
    ),
    roll(
        director="Ines Torrealba",
        writer="Ottoline Marsh",
        composer="Sunniva Quill",
        cast={"Pernille Askvold": "Bix", "Jun Takamizu": "The other bee"},
    ),
)

THE_BEE_WHO_COUNTED_TO_TWO = DemoTitle(
    NewFilm(
        name="The Bee Who Counted to Two",
        place=Place(CLOCKWORK_MEADOW.film.name, season=1, episode=1),
        synopsis="Bix has always been the only bee there is. Today she counts again.",
        year=2025,
        certification_age=6,
    ),
    TitleText(
        "Bix war schon immer die einzige Biene, die es gibt. Heute zählt sie noch einmal nach.",
        "Die Biene, die bis zwei zählte",
    ),
)

A_PICNIC_FOR_THE_MOON = DemoTitle(
    NewFilm(
        name="A Picnic for the Moon",
        place=Place(CLOCKWORK_MEADOW.film.name, season=1, episode=2),
        synopsis=(
            "The blanket is laid and the fireflies are lit, but the guest of honour has fallen "
            "asleep. Who is going to tell her that she is late?"
        ),
        year=2025,
        certification_age=6,
    ),
    TitleText(
        "Die Decke liegt, die Glühwürmchen sind an, aber der Ehrengast ist eingeschlafen. Wer sagt "
        "ihm nun, dass er zu spät ist?",
        "Ein Picknick für den Mond",
    ),
)

A_HAT_FOR_THE_SUN = DemoTitle(
    NewFilm(
        name="A Hat for the Sun",
        place=Place(CLOCKWORK_MEADOW.film.name, season=1, episode=3),
        synopsis=(
            "Snow has got into the works, and the sun goes slower every day. The bees know a cure "
            "for that. It is made of wool, and it has to be very, very large."
        ),
        year=2025,
        certification_age=6,
    ),
    TitleText(
        "Schnee ist ins Getriebe geraten, und die Sonne wird jeden Tag langsamer. Die Bienen "
        "wissen ein Mittel dagegen. Es ist aus Wolle, und es muss sehr, sehr groß sein.",
        "Eine Mütze für die Sonne",
    ),
)
