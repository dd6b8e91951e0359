"""The rules of RFC 8628 that need no clock and no table."""

from datetime import UTC, datetime, timedelta
from fractions import Fraction

import pytest

from domain.accounts import DeviceInput, DeviceKind
from domain.device_sign_in import (
    CODE_TTL,
    EARLY,
    INTERVAL_S,
    USER_CODE_ALPHABET,
    USER_CODE_LETTERS,
    USER_CODES,
    WRONG_CODES,
    WRONG_CODES_WINDOW,
    SignInState,
    Waiting,
    check_asking,
    shown,
    spelled,
    typed,
)
from domain.errors import InvalidInput

NOW = datetime(2026, 1, 1, tzinfo=UTC)
TV = DeviceInput("living-room", DeviceKind.TV, "Living room", "1.0")


def polled(*, seconds_ago: float | None, interval_s: int = INTERVAL_S) -> Waiting:
    at = None if seconds_ago is None else NOW - timedelta(seconds=seconds_ago)
    return Waiting(SignInState.PENDING, interval_s, at, TV, None)


def test_5_1_guessing_a_user_code_in_its_life_succeeds_with_a_chance_of_at_most_2_to_the_minus_32():
    tries_in_a_life = WRONG_CODES * -(-CODE_TTL // WRONG_CODES_WINDOW)

    assert tries_in_a_life == 5
    assert Fraction(tries_in_a_life, USER_CODES) < Fraction(1, 2**32)


def test_5_1_one_try_more_would_be_too_many_so_the_limit_is_exact():
    assert Fraction(WRONG_CODES + 1, USER_CODES) > Fraction(1, 2**32)


def test_5_1_a_thousand_accounts_of_a_thousand_addresses_hit_one_of_a_hundred_tvs_in_500_days():
    tries_a_day = 1000 * WRONG_CODES * (timedelta(days=1) // WRONG_CODES_WINDOW)

    assert Fraction(tries_a_day * 100, USER_CODES) < Fraction(1, 500)


def test_5_1_no_code_lives_to_see_the_limit_begin_anew():
    assert CODE_TTL < WRONG_CODES_WINDOW


def test_6_1_the_alphabet_is_the_twenty_consonants_that_spell_no_words_and_look_like_no_digits():
    assert USER_CODE_ALPHABET == "BCDFGHJKLMNPQRSTVWXZ"
    assert len(set(USER_CODE_ALPHABET)) == 20
    assert set(USER_CODE_ALPHABET).isdisjoint("AEIOUY01258")


def test_6_1_every_code_is_spelled_by_one_number_and_all_are_of_one_length():
    assert spelled(0) == "B" * USER_CODE_LETTERS
    assert spelled(1) == "BBBBBBBC"
    assert spelled(20) == "BBBBBBCB"
    assert spelled(USER_CODES - 1) == "Z" * USER_CODE_LETTERS


def test_6_1_a_code_is_shown_in_two_halves_that_are_easy_to_read():
    assert shown("WDJBMJHT") == "WDJB-MJHT"


@pytest.mark.parametrize(
    "text",
    ["WDJB-MJHT", "wdjb-mjht", "WDJBMJHT", " w d j b m j h t ", "WDJB\u2013MJHT", "WD.JB/MJ_HT"],
)
def test_6_1_case_and_punctuation_make_no_difference_to_what_was_typed(text):
    assert typed(text) == "WDJBMJHT"


@pytest.mark.parametrize("text", ["", "WDJB", "WDJB-MJHTB", "12345678", "B" * 8 + " " * 100, "\0"])
def test_what_cannot_be_a_code_is_none(text):
    assert typed(text) is None


def test_3_5_the_first_poll_may_come_at_once():
    assert polled(seconds_ago=None).interval_after(NOW) == 5


def test_3_5_a_poll_after_the_interval_keeps_the_interval():
    assert polled(seconds_ago=5).interval_after(NOW) == 5


def test_3_5_slow_down_adds_five_seconds_for_this_and_all_later_polls():
    assert polled(seconds_ago=3).interval_after(NOW) == 10
    assert polled(seconds_ago=8, interval_s=10).interval_after(NOW) == 15


def test_3_5_a_device_that_keeps_to_the_interval_is_not_slowed_down_for_the_way_its_polls_took():
    early_s = INTERVAL_S - EARLY.total_seconds()

    assert polled(seconds_ago=early_s).interval_after(NOW) == 5
    assert polled(seconds_ago=early_s - 0.001).interval_after(NOW) == 10


def test_3_2_a_device_that_is_told_no_interval_would_wait_five_seconds_as_ours_are_told():
    assert INTERVAL_S == 5


@pytest.mark.parametrize(
    "name", ["", "x" * 101, "TV\nApproved by Marquee", "\u202eVT gnivil", "a\0b", "\ud800"]
)
def test_5_3_a_device_cannot_write_what_would_show_otherwise_than_it_is(name):
    with pytest.raises(InvalidInput) as refusal:
        check_asking(DeviceInput("living-room", DeviceKind.TV, name, "1.0"))

    assert refusal.value.field == ["input", "name"]


@pytest.mark.parametrize("name", ["Living room", "Wohnzimmer (groß)", "リビング", "📺"])
def test_a_device_may_be_called_what_people_call_it(name):
    check_asking(DeviceInput("living-room", DeviceKind.TV, name, "1.0"))
