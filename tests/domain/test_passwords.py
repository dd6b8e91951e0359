import pytest

from domain.passwords import is_common

EMAIL = "ada.lovelace@house.test"


@pytest.mark.parametrize(
    "password",
    [
        "password",
        "Password1",
        "P@ssw0rd!",
        "password2024",
        "iloveyou",
        "12345678",
        "87654321",
        "qwerty123",
        "1qaz2wsx",
        "1q2w3e4r",
        "aaaaaaaa",
        "11112222",
        "testtest",
        "abc12345",
        "marquee1",
        "ada.lovelace",
        "Ada.Lovelace99",
        EMAIL,
    ],
)
def test_what_everybody_tries_first_is_common(password):
    assert is_common(password, EMAIL)


@pytest.mark.parametrize(
    "password",
    ["correct horse", "opening-night", "xK9#mPq2", "24121990", "the password of ada", "a" * 33],
)
def test_what_somebody_thought_of_is_not(password):
    assert not is_common(password, EMAIL)


def test_a_part_of_an_address_that_is_any_word_is_no_reason():
    assert not is_common("an oak table", "an@house.test")
