from dataclasses import replace

import pytest

from domain.accounts import DeviceInput, DeviceKind, SignInInput, check_sign_in, normal_email
from domain.errors import InvalidInput

TV = DeviceInput("installation", DeviceKind.TV, "Living room", "1.0")
ASKED = SignInInput("ada@house.test", "secret", TV)


def test_addresses_are_compared_without_case_and_spaces():
    assert normal_email("  Ada@House.Test ") == "ada@house.test"


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
