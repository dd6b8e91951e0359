"""The programme keeps what the demo promises: short, all different, something on every shelf."""

from collections import Counter
from itertools import chain

import pytest

from app.demo.films import PROGRAMME, DemoFilm
from domain.ingest import NewFilm, check_film
from workers.media.music import Tune
from workers.media.scenes import Look

TITLES = [PROGRAMME.series, *(each.film for each in PROGRAMME.films if each.film.place is None)]
SPECS = [each.spec for each in PROGRAMME.films]


@pytest.mark.parametrize("title", [*TITLES, *(each.film for each in PROGRAMME.films)])
def test_the_house_takes_what_is_said_of_every_title(title: NewFilm) -> None:
    check_film(title)

    assert 60 < len(title.synopsis) < 300


@pytest.mark.parametrize("film", PROGRAMME.films)
def test_a_film_lasts_between_20_and_40_seconds(film: DemoFilm) -> None:
    assert 20 <= film.spec.duration_s <= 40


@pytest.mark.parametrize("film", PROGRAMME.films)
def test_the_name_is_burnt_in(film: DemoFilm) -> None:
    assert film.film.name in film.spec.slate


def test_the_title_card_says_the_name_and_first_the_name_of_the_series() -> None:
    cards = {each.film.name: " ".join(each.spec.card) for each in PROGRAMME.films}

    assert cards.pop("The Bee Who Counted to Two") == "CLOCKWORK MEADOW"
    assert all(card == name.upper() for name, card in cards.items())


def test_there_are_three_films_and_two_episodes_and_no_name_twice() -> None:
    places = [each.film.place for each in PROGRAMME.films if each.film.place is not None]
    names = {each.film.name for each in PROGRAMME.films}

    assert [(place.series, place.season, place.episode) for place in places] == [
        ("Clockwork Meadow", 1, 1),
        ("Clockwork Meadow", 1, 2),
    ]
    assert len(names) == len(PROGRAMME.films) == 5


def test_no_two_films_share_a_look_or_a_tune() -> None:
    assert sorted(spec.look for spec in SPECS) == sorted(Look)
    assert sorted(spec.tune for spec in SPECS) == sorted(Tune)


def test_every_genre_has_two_titles() -> None:
    shelves = Counter(chain.from_iterable(title.genres for title in TITLES))

    assert shelves == {"Nature": 2, "Drama": 2, "Mystery": 2, "Science fiction": 2}


def test_there_is_something_for_every_age_and_the_first_film_is_for_all() -> None:
    assert sorted(title.certification_age for title in TITLES) == [0, 6, 12, 16]
    assert PROGRAMME.films[0].film.certification_age == 0


def test_the_first_film_is_small_and_one_fills_the_largest_screen() -> None:
    heights = [spec.height for spec in SPECS]

    assert heights[0] == 720
    assert max(heights) == 1080
