"""The programme keeps what the demo promises: short, all different, something on every shelf."""

from collections import Counter
from itertools import chain

import pytest

from app.demo.films import PROGRAMME, DemoFilm
from app.demo.titles import GENRES_IN_GERMAN, DemoTitle
from domain.ingest import check_film
from domain.people import CreditRole
from workers.media.music import Tune
from workers.media.scenes import Look

TITLES = [PROGRAMME.series, *(each.title for each in PROGRAMME.films if each.film.place is None)]
EVERYTHING = [PROGRAMME.series, *(each.title for each in PROGRAMME.films)]
SPECS = [each.spec for each in PROGRAMME.films]


@pytest.mark.parametrize("title", EVERYTHING)
def test_the_house_takes_what_is_said_of_every_title(title: DemoTitle) -> None:
    check_film(title.film)

    assert 60 < len(title.film.synopsis) < 300


@pytest.mark.parametrize("title", EVERYTHING)
def test_every_title_is_told_in_german_by_a_name_of_its_own(title: DemoTitle) -> None:
    assert 60 < len(title.german.synopsis) < 300
    assert title.german.name is not None
    assert title.german.name != title.film.name


@pytest.mark.parametrize("title", TITLES)
def test_every_title_has_a_director_and_a_cast_with_characters(title: DemoTitle) -> None:
    roles = [credit.role for credit in title.roll]
    cast = [credit for credit in title.roll if credit.role is CreditRole.CAST]

    assert roles[0] is CreditRole.DIRECTOR
    assert len(cast) >= 2
    assert all(credit.character for credit in cast)
    assert [credit.position for credit in title.roll] == list(range(1, len(roles) + 1))


def test_everybody_is_in_more_than_one_title() -> None:
    seen = Counter(name for t in TITLES for name in {credit.person.name for credit in t.roll})

    assert min(seen.values()) >= 2


@pytest.mark.parametrize("film", PROGRAMME.films)
def test_a_film_lasts_between_16_and_30_seconds(film: DemoFilm) -> None:
    assert 16 <= film.spec.duration_s <= 30


@pytest.mark.parametrize("film", PROGRAMME.films)
def test_the_name_is_burnt_in(film: DemoFilm) -> None:
    assert film.film.name in film.spec.slate


def test_the_title_card_says_the_name_and_first_the_name_of_the_series() -> None:
    cards = {each.film.name: " ".join(each.spec.card) for each in PROGRAMME.films}

    assert cards.pop("The Bee Who Counted to Two") == "CLOCKWORK MEADOW"
    assert all(card == name.upper() for name, card in cards.items())


def test_there_are_eight_films_and_three_episodes_and_no_name_twice() -> None:
    places = [each.film.place for each in PROGRAMME.films if each.film.place is not None]
    names = {each.film.name for each in PROGRAMME.films}

    assert [(place.series, place.season, place.episode) for place in places] == [
        ("Clockwork Meadow", 1, 1),
        ("Clockwork Meadow", 1, 2),
        ("Clockwork Meadow", 1, 3),
    ]
    assert len(TITLES) == 8 + 1
    assert len(names) == len(PROGRAMME.films) == 8 + 3


def test_no_two_films_share_a_look_or_a_tune() -> None:
    assert sorted(spec.look for spec in SPECS) == sorted(Look)
    assert sorted(spec.tune for spec in SPECS) == sorted(Tune)


def test_every_genre_has_three_titles_or_more_and_a_german_name() -> None:
    shelves = Counter(chain.from_iterable(title.film.genres for title in TITLES))

    assert min(shelves.values()) >= 3
    assert set(shelves) == set(GENRES_IN_GERMAN)


def test_every_profile_sees_a_home_of_its_own_and_the_first_film_is_for_all() -> None:
    ages = sorted(title.film.certification_age for title in TITLES)
    may_see = {limit: sum(age <= limit for age in ages) for limit in (7, 13, 18)}

    assert set(ages) == {0, 6, 12, 16}
    assert may_see == {7: 5, 13: 7, 18: 9}
    assert PROGRAMME.films[0].film.certification_age == 0


def test_the_first_film_is_small_and_one_fills_the_largest_screen() -> None:
    heights = [spec.height for spec in SPECS]

    assert heights[0] == 720
    assert sorted(heights)[-2:] == [720, 1080]
