"""Which moments become pictures, and how they are cut."""

from fractions import Fraction

import pytest

from domain.catalog import ArtworkRole
from domain.encoding import Rung, Step, Tiles
from workers.media.artwork import (
    SHAPES,
    Tile,
    Window,
    choose,
    crop_of,
    dominant_color,
    score,
    windows,
)
from workers.media.ffmpeg import Crop

WIDTH, HEIGHT = 160, 90
TILES = Tiles(width=WIDTH, height=HEIGHT, every_frames=24, rows=1)
WHOLE = Window(0, 0, 1, 1)


def painted(pixel: object) -> bytes:
    """A tile where `pixel(x, y)` says the colour."""
    return b"".join(bytes(pixel(x, y)) for y in range(HEIGHT) for x in range(WIDTH))  # type: ignore[operator]


BLACK = painted(lambda x, y: (0, 0, 0))
WHITE = painted(lambda x, y: (255, 255, 255))
GREY = painted(lambda x, y: (110, 110, 110))
SOFT = painted(lambda x, y: (x, 90 + y // 2, 160 - x))
STRIPED = painted(lambda x, y: (200, 60, 40) if x // 4 % 2 else (30, 120, 190))
RIGHT_HALF = painted(
    lambda x, y: ((220, 60, 30) if x // 4 % 2 else (20, 90, 200)) if x > 90 else (60, 60, 60)
)


def rated(rgb: bytes) -> float:
    return score(Tile(0, WIDTH, HEIGHT, rgb), WHOLE)


def test_black_and_white_are_worth_nothing_and_detail_in_colour_most() -> None:
    assert rated(BLACK) == rated(WHITE) == rated(GREY) == 0
    assert 0 < rated(SOFT) < rated(STRIPED) <= 3


def test_the_best_moments_are_chosen_one_for_each_role() -> None:
    raw = BLACK + GREY + STRIPED + WHITE + SOFT + STRIPED

    chosen = choose(raw, TILES)

    assert {role: tile.index for role, (tile, _) in chosen.items()} == {
        ArtworkRole.HERO: 2,
        ArtworkRole.POSTER_2_3: 5,
        ArtworkRole.CARD_16_9: 4,
    }


def test_a_film_of_one_tile_uses_it_for_all() -> None:
    chosen = choose(SOFT, TILES)

    assert {tile.index for tile, _ in chosen.values()} == {0}


def test_a_poster_is_cut_where_there_is_something_to_see() -> None:
    _, window = choose(RIGHT_HALF, TILES)[ArtworkRole.POSTER_2_3]

    assert window.left + window.width / 2 > 0.6


@pytest.mark.parametrize(
    ("size", "aspect"),
    [((160, 90), Fraction(2, 3)), ((160, 90), Fraction(16, 9)), ((50, 90), Fraction(16, 9))],
)
def test_windows_have_the_shape_and_stay_inside(size: tuple[int, int], aspect: Fraction) -> None:
    width, height = size

    found = list(windows(width, height, aspect))

    for window in found:
        assert window.width * width / (window.height * height) == pytest.approx(float(aspect))
        assert 0 <= window.left <= window.left + window.width <= 1.0001
        assert 0 <= window.top <= window.top + window.height <= 1.0001


def test_a_crop_is_even_inside_the_film_and_never_enlarged() -> None:
    small, large = Step(Rung.P360, 636, 360), Step(Rung.P1080, 1920, 1080)
    right = Window(left=0.625, top=0, width=0.375, height=1)
    poster = SHAPES[ArtworkRole.POSTER_2_3]

    assert crop_of(small, right, poster) == (Crop(238, 360, 396, 0), (238, 360))
    assert crop_of(large, right, poster) == (Crop(720, 1080, 1200, 0), (600, 900))


def test_the_dominant_colour_is_the_commonest_and_prefers_colour_to_grey() -> None:
    mostly_grey = painted(lambda x, y: (200, 30, 30) if x < 40 else (110, 110, 110))

    assert dominant_color(Tile(0, WIDTH, HEIGHT, BLACK), WHOLE) == "#000000"
    assert dominant_color(Tile(0, WIDTH, HEIGHT, mostly_grey), WHOLE) == "#c81e1e"
