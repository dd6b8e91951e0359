"""How names are set: every letter there, lines even, and never wider than the picture."""

import pytest
import ttf_opensans

from workers.media.cards import logo_of
from workers.media.lettering import Face, face_of, set_name

FACE = face_of(ttf_opensans.OPENSANS_EXTRABOLD)
SQUARE = Face("square", {code: 1.0 for code in range(32, 127)})  # every letter as wide as high


def test_a_short_name_has_one_line_of_the_largest_letters() -> None:
    setting = set_name(SQUARE, "Up", width=500, height=300, largest=100)

    assert setting is not None
    assert (setting.lines, setting.size, setting.width) == (("Up",), 100, 200)


def test_lines_are_evened_out() -> None:
    setting = set_name(SQUARE, "aaaa aaaa aaaa aa", width=1400, height=250, largest=100)

    assert setting is not None
    assert setting.lines == ("aaaa aaaa", "aaaa aa")
    assert setting.size == 100


@pytest.mark.parametrize(
    "name",
    [
        "Slow Weather",
        "The Extraordinary and Regrettable Adventures of Somebody Else, Part Two",
        "Donaudampfschifffahrtsgesellschaft",
        "Ночной поезд в Ærøskøbing",
    ],
)
def test_a_name_fits_its_box_whatever_its_length(name: str) -> None:
    setting = set_name(FACE, name, width=520, height=300, largest=80)

    assert setting is not None
    assert " ".join(setting.lines) == name
    assert max(FACE.width(line) for line in setting.lines) * setting.size <= 520
    assert setting.height <= 300


@pytest.mark.parametrize("name", ["", "   ", "映画", "m" * 200])
def test_a_name_that_cannot_be_lettered_is_left_to_the_apps(name: str) -> None:
    assert set_name(FACE, name, width=520, height=300, largest=80) is None
    assert logo_of(name) is None
