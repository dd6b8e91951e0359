"""The programme keeps what the demo promises: short, all different, something on every shelf."""

from collections import Counter
from itertools import chain

from app.demo.films import PROGRAMME, DemoTitle
from workers.media.music import Tune
from workers.media.scenes import Look
from workers.media.synthesize import FilmSpec


def test_all_films_last_between_20_and_40_seconds() -> None:
    durations = [spec.duration_s for spec in _specs()]

    assert all(20 <= duration_s <= 40 for duration_s in durations), durations


def test_no_two_films_share_a_name_a_look_or_a_tune() -> None:
    names = [title.name for title in _titles()]
    names += [episode.name for episode in PROGRAMME.series.episodes]

    assert len(names) == len(set(names)) == 6
    assert sorted(spec.look for spec in _specs()) == sorted(Look)
    assert sorted(spec.tune for spec in _specs()) == sorted(Tune)


def test_every_genre_has_two_titles_and_there_are_at_least_three_genres() -> None:
    shelves = Counter(chain.from_iterable(title.genres for title in _titles()))

    assert shelves == {"Nature": 2, "Drama": 2, "Mystery": 2, "Science fiction": 2}


def test_certifications_differ_and_the_first_film_is_for_all() -> None:
    ages = [title.certification_age for title in _titles()]

    assert ages == [0, 12, 16, 6]


def test_one_film_fills_the_largest_screen_and_the_first_is_small() -> None:
    heights = [spec.height for spec in _specs()]

    assert heights[0] == 720
    assert max(heights) == 1080


def test_the_card_says_the_name() -> None:
    films = [(film.title.name, film.spec) for film in PROGRAMME.films]
    episodes = [(episode.name, episode.spec) for episode in PROGRAMME.series.episodes]

    for name, spec in films + episodes:
        assert " ".join(spec.card) == name.upper()


def _titles() -> list[DemoTitle]:
    return [*(film.title for film in PROGRAMME.films), PROGRAMME.series.title]


def _specs() -> list[FilmSpec]:
    films = [film.spec for film in PROGRAMME.films]
    return films + [episode.spec for episode in PROGRAMME.series.episodes]
