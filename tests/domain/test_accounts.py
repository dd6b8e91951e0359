from dataclasses import replace

import pytest

from domain.accounts import (
    DeviceInput,
    DeviceKind,
    SignInInput,
    check_email,
    check_sign_in,
    fingerprint,
    normal_email,
)
from domain.errors import InvalidInput

TV = DeviceInput("installation", DeviceKind.TV, "Living room", "1.0")
ASKED = SignInInput("ada@house.test", "secret", TV)


def test_addresses_are_compared_without_case_and_spaces():
    assert normal_email("  Ada@House.Test ") == "ada@house.test"


def test_letters_spelled_in_two_ways_are_one_and_look_alikes_stay_two():
    assert normal_email("Jo\u0308rg@house.test") == "j\u00f6rg@house.test"
    assert normal_email("\uff4a@house.test") == "\uff4a@house.test"


def test_what_is_too_long_for_an_address_is_refused_before_it_is_normalized():
    far_too_long = "A" * 255

    assert normal_email(far_too_long) == far_too_long  # else a million accents take a minute
    with pytest.raises(InvalidInput):
        check_email(far_too_long)


@pytest.mark.parametrize(
    "email",
    [
        "ada@house.test",
        "ada.b+films@mail.house.test",
        "o'neil/x=y.!#$%&*?^_`{|}~@house.test",
        "-rf@localhost",
        "j\u00f6rg@b\u00fccher.test",
        "a" * 243 + "@house.test",
    ],
)
def test_what_mail_can_be_sent_to_is_an_address(email):
    check_email(email, "input", "email")


@pytest.mark.parametrize(
    "email",
    [
        "",
        "ada",
        "@house.test",
        "ada@",
        "ada@house@test",
        "ada@house.test,eve@house.test",
        "ada,eve@house.test",
        "ada;eve@house.test",
        "ada@house.test>",
        "<ada@house.test",
        "ada b@house.test",
        '"ada b"@house.test',
        "ada@house..test",
        ".ada@house.test",
        "ada@house.test\r\nBcc: eve@house.test",
        "ada@house.test\n",
        "ada\x00@house.test",
        "ada\u202e@house.test",
        "ada\u200b@house.test",
        "ada@[127.0.0.1]",
        "a" * 244 + "@house.test",
        "\u00f6" * 122 + "@house.test",
    ],
)
def test_what_mail_cannot_be_sent_to_is_refused_without_repeating_it(email):
    with pytest.raises(InvalidInput) as refused:
        check_email(email, "input", "email")

    assert refused.value.field == ["input", "email"]
    assert refused.value.message == "This is no e-mail address."


def test_a_counter_does_not_name_whom_it_counts():
    assert fingerprint("ada@house.test") == fingerprint(normal_email(" Ada@house.test"))
    assert len(fingerprint("ada@house.test")) == 32
    assert "ada" not in fingerprint("ada@house.test")


def test_an_ordinary_sign_in_is_let_through():
    check_sign_in(ASKED)


@pytest.mark.parametrize(
    ("wrong", "path"),
    [
        ({"email": ""}, ["input", "email"]),
        ({"email": "x" * 255}, ["input", "email"]),
        ({"password": ""}, ["input", "password"]),
        ({"password": "x" * 1025}, ["input", "password"]),
        ({"device": replace(TV, name="")}, ["input", "device", "name"]),
        ({"device": replace(TV, installation_id="x" * 101)}, ["input", "device", "installationId"]),
    ],
)
def test_what_no_form_of_ours_can_have_sent_names_the_field(wrong, path):
    with pytest.raises(InvalidInput) as refused:
        check_sign_in(replace(ASKED, **wrong))

    assert refused.value.field == path
