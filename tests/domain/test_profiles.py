from dataclasses import replace
from datetime import timedelta
from pathlib import Path

import pytest

from domain.errors import Conflict, InvalidInput
from domain.profiles import (
    AVATARS,
    MAX_PIN_TRIES,
    PIN_LOCK,
    PlaybackPreferences,
    Profile,
    ProfileInput,
    SubtitleMode,
    check_household,
    check_left,
    fresh_profile,
    needs_pin,
    normal_name,
    pin_between,
    revised,
    uses_pins,
)

FACES = Path(__file__).parents[2] / "web" / "avatars"
ADA = Profile("pro_1", "acc_1", "Ada", False, 18, "en")
BO = Profile("pro_2", "acc_1", "Bo", True, 7, "en")
CLEO = Profile("pro_3", "acc_1", "Cleo", True, 12, "en")


def pinned(profile):
    return replace(profile, pinned=True)


def test_a_fresh_profile_is_a_grown_ups_in_the_households_language():
    made = fresh_profile("acc_1", ProfileInput(name="Dee"), ui_locale="de-AT")

    assert made == Profile("", "acc_1", "Dee", False, 18, "de-AT", None, False)
    assert made.playback == PlaybackPreferences((), (), SubtitleMode.FOREIGN_AUDIO)


def test_what_is_not_given_stays_as_it_is():
    assert revised(ADA, ProfileInput()) == ADA


def test_everything_that_is_given_is_changed():
    asked = ProfileInput(
        name="  Ada \u200dLo ",
        avatar="owl",
        maturity_age=16,
        ui_locale="DE-ch",
        audio=["de", "EN-us", "de"],
        subtitles=[],
        subtitle_mode=SubtitleMode.ALWAYS,
        autoplay_next=False,
        autoplay_previews=False,
        data_saver=True,
    )

    after = revised(ADA, asked)

    liked = PlaybackPreferences(("de", "en-US"), (), SubtitleMode.ALWAYS, False, False, True)
    assert after == Profile(
        "pro_1", "acc_1", "Ada \u200dLo", False, 16, "de-CH", "owl", False, liked
    )
    assert revised(after, ProfileInput(avatar="")).avatar is None


@pytest.mark.parametrize(
    ("asked", "field"),
    [
        (ProfileInput(name=" "), "name"),
        (ProfileInput(name="\u200d"), "name"),
        (ProfileInput(name="a\u202eb"), "name"),
        (ProfileInput(name="a\0b"), "name"),
        (ProfileInput(name="x" * 41), "name"),
        (ProfileInput(avatar="../icon"), "avatar"),
        (ProfileInput(maturity_age=-1), "maturityAge"),
        (ProfileInput(maturity_age=19), "maturityAge"),
        (ProfileInput(kids=True, maturity_age=13), "maturityAge"),
        (ProfileInput(pin="123"), "pin"),
        (ProfileInput(pin="123456789"), "pin"),
        (ProfileInput(pin="12a4"), "pin"),
        (ProfileInput(pin="١٢٣٤"), "pin"),
        (ProfileInput(ui_locale="english"[:1]), "uiLocale"),
        (ProfileInput(audio=["en", "?"]), "audio"),
        (ProfileInput(subtitles=["en"] * 11), "subtitles"),
    ],
)
def test_what_a_profile_cannot_be_names_the_field(asked, field):
    with pytest.raises(InvalidInput) as refused:
        revised(ADA, asked)

    assert refused.value.field == ["input", field]


def test_a_new_profile_without_a_name_is_refused():
    with pytest.raises(InvalidInput) as refused:
        fresh_profile("acc_1", ProfileInput(), ui_locale="en")

    assert refused.value.field == ["input", "name"]


def test_a_profile_that_becomes_a_childs_is_narrowed_and_stays_so():
    child = revised(ADA, ProfileInput(kids=True))
    grown_up = revised(child, ProfileInput(kids=False))

    assert (child.kids, child.maturity_age) == (True, 12)
    assert (grown_up.kids, grown_up.maturity_age) == (False, 12)


@pytest.mark.parametrize("name", ["Ada", "ADA", "\uff21da"])
def test_two_profiles_of_a_household_have_two_names(name):
    with pytest.raises(Conflict) as refused:
        check_household(BO, replace(BO, name=name), [ADA])

    assert refused.value.field == ["input", "name"]


def test_a_household_has_five_profiles_and_no_sixth():
    four = [replace(ADA, id=f"pro_{n}", name=f"{n}") for n in range(4)]

    check_household(None, ADA, four)
    with pytest.raises(Conflict):
        check_household(None, ADA, [*four, BO])


def test_somebody_of_a_household_is_grown_up():
    check_left([BO, ADA], field=["profileId"])
    with pytest.raises(Conflict):
        check_left([BO], field=["profileId"])
    with pytest.raises(Conflict) as refused:
        check_household(ADA, replace(ADA, kids=True), [BO])

    assert refused.value.field == ["input", "kids"]


def test_children_who_are_alone_may_still_be_renamed():
    check_household(BO, replace(BO, name="Bobo"), [CLEO])


@pytest.mark.parametrize(
    ("leaving", "entering", "asked"),
    [
        ([], ADA, None),
        ([], pinned(ADA), pinned(ADA)),
        ([ADA], pinned(ADA), pinned(ADA)),
        ([pinned(ADA)], pinned(ADA), pinned(ADA)),
        ([pinned(ADA)], BO, None),
        ([], pinned(BO), None),  # a child may always go to what is a child's
        ([ADA], pinned(BO), None),
        ([BO], ADA, None),
        ([BO], pinned(ADA), pinned(ADA)),
        ([pinned(BO)], ADA, pinned(BO)),
        ([pinned(BO)], CLEO, pinned(BO)),  # who may see more
        ([pinned(BO)], pinned(ADA), pinned(ADA)),
        ([pinned(BO)], pinned(BO), None),
        ([ADA, pinned(BO)], CLEO, pinned(BO)),  # the device is a child's by now
    ],
)
def test_the_pin_that_is_asked_on_the_way(leaving, entering, asked):
    assert pin_between(leaving, entering) == asked


def test_a_name_is_measured_before_it_is_normalized():
    joined = normal_name("e\u0301" * 40)

    assert joined == "\u00e9" * 40
    with pytest.raises(InvalidInput):
        normal_name("Ada" + " " * 400)


def test_a_household_uses_pins_when_one_has_one():
    assert not uses_pins([ADA, BO])
    assert uses_pins([ADA, pinned(BO)])


@pytest.mark.parametrize(
    ("asked", "needs"),
    [
        (ProfileInput(name="Adda", maturity_age=18, kids=False), False),
        (ProfileInput(maturity_age=17), True),
        (ProfileInput(kids=True), True),
        (ProfileInput(pin="1234"), True),
        (ProfileInput(pin=""), True),
    ],
)
def test_a_pin_guards_itself_and_what_may_be_seen(asked, needs):
    assert needs_pin(pinned(ADA), revised(pinned(ADA), asked), asked) is needs
    assert not needs_pin(ADA, revised(ADA, asked), asked)


def test_trying_every_pin_of_four_digits_takes_weeks():
    sweep = 10_000 / MAX_PIN_TRIES * PIN_LOCK

    assert sweep == timedelta(days=20, hours=20)


def test_every_avatar_is_drawn_on_its_colour_and_no_other_is():
    assert {face.stem for face in FACES.iterdir()} == set(AVATARS)
    for name, avatar in AVATARS.items():
        drawing = (FACES / f"{name}.svg").read_text()
        assert f'width="{avatar.width}" height="{avatar.height}"' in drawing
        assert f'<rect width="240" height="240" fill="{avatar.dominant_color}"/>' in drawing
