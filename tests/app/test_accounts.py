"""Can an operator make a household, let it in, and shut it out?"""

import json
import subprocess
import sys

import pytest

from tests import factories
from tests.app.outside import said
from tests.mails import orders
from tests.running import environment

EMAIL = "ada@house.test"


@pytest.fixture
def accounts(stores, services, database_url, tmp_path):
    """`marquee accounts …` on the database of this test."""
    addresses = {
        "MARQUEE_HOME": str(tmp_path),
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": (tmp_path / "objects").as_uri(),
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
        "TOKEN_KEY": "not asked for",
        "MEDIA_KEY": "not asked for",
    }

    def run(*words, typed="", **settings):
        return subprocess.run(
            [sys.executable, "-m", "app", "accounts", *words],
            capture_output=True,
            text=True,
            input=typed,
            env=environment(**addresses, **settings),
            timeout=60,
        )

    return run


async def test_a_household_that_was_made_signs_in_and_watches(accounts, api):
    done = accounts("create", " Ada@House.test ", "--password-stdin", typed="opening night\n")

    signed_in = await api.sign_in(EMAIL, "opening night")
    assert (done.returncode, done.stdout) == (0, f"{EMAIL} can sign in.\n")
    assert signed_in["viewer"]["account"] == {"email": EMAIL}
    (listed,) = json.loads(accounts("list", "--json").stdout)["accounts"]
    del listed["accountId"]
    assert listed == {"email": EMAIL, "tier": "PREMIUM", "operator": False, "profiles": ["Home"]}


@pytest.mark.parametrize(
    ("email", "password", "line"),
    [
        ("nobody", "long enough", "INVALID_INPUT: This is no e-mail address."),
        ("a b@house.test", "long enough", "INVALID_INPUT: This is no e-mail address."),
        (EMAIL, "marquee1", "INVALID_INPUT: This password is one of the first anybody tries."),
        (EMAIL, "short", "INVALID_INPUT: A password has between 8 and 1024 characters."),
    ],
)
def test_what_could_not_sign_in_is_refused_and_nothing_is_made(accounts, email, password, line):
    refused = accounts("create", email, "--password-stdin", typed=f"{password}\n")

    assert (refused.returncode, refused.stdout, refused.stderr) == (2, "", f"{line}\n")
    assert json.loads(accounts("list", "--json").stdout) == {"accounts": []}


async def test_an_address_is_used_once_and_its_password_stays(accounts, stores, api):
    home = await factories.household(stores)

    refused = accounts("create", home.email, "--password-stdin", typed="another one\n")

    assert refused.returncode == 2
    assert said(refused) == [f"INVALID_INPUT: There is an account of {home.email} already."]
    assert "accessToken" in await api.sign_in(home.email)


def test_without_a_terminal_the_password_is_asked_for_by_no_other_way(accounts):
    refused = accounts("create", EMAIL)

    assert refused.returncode == 2
    assert refused.stderr == (
        "There is no terminal to ask for the password at: use --password-stdin.\n"
    )


async def test_another_password_signs_every_device_out(accounts, stores, api):
    home = await factories.household(stores)
    before = await api.sign_in(home.email)

    done = accounts("password", home.email, "--password-stdin", typed="another one\n")

    refresh = """mutation ($token: String!) {
        refreshToken(refreshToken: $token) { ... on Problem { code } }
    }"""
    refused = await api.run(refresh, {"token": before["refreshToken"]})
    assert done.returncode == 0
    assert refused.data["refreshToken"] == {"code": "TOKEN_INVALID"}
    assert (await api.sign_in(home.email))["code"] == "UNAUTHENTICATED"
    assert "accessToken" in await api.sign_in(home.email, "another one")


async def test_the_owner_of_a_password_that_was_set_is_written_to(accounts, stores):
    home = await factories.household(stores)
    by_mail = {"SMTP_URL": "smtp://127.0.0.1:1", "MAIL_FROM": "house@house.test"}

    accounts("password", home.email, "--password-stdin", typed="another one\n")
    before = await factories.fetch(stores, factories.t.mailed_tokens)
    accounts("password", home.email, "--password-stdin", typed="a third one\n", **by_mail)

    [promised] = await factories.fetch(stores, factories.t.mailed_tokens)
    assert before == []
    assert (promised.purpose, promised.email) == ("CHANGED", home.email)
    assert len(await orders(stores)) == 1


async def test_an_operator_is_appointed_and_dismissed(accounts, stores):
    home = await factories.household(stores)

    seen = []
    for words in ([home.email], [home.email, "--revoke"]):
        accounts("operator", *words)
        (listed,) = json.loads(accounts("list", "--json").stdout)["accounts"]
        seen.append(listed["operator"])

    assert seen == [True, False]


@pytest.mark.parametrize("command", ["operator", "password"])
def test_nobody_of_that_address_is_one_line(accounts, command):
    options = ["--password-stdin"] if command == "password" else []

    refused = accounts(command, EMAIL, *options, typed="long enough\n")

    assert refused.returncode == 2
    assert said(refused) == [f"NOT_FOUND: There is no account of {EMAIL}."]
