"""Which setting wins, and what is said when one is missing or wrong?"""

import pytest

from settings import CannotStart, Settings, given, load_settings, source_of

NEEDED = {
    "DATABASE_URL": "postgresql+psycopg://environment",
    "REDIS_URL": "redis://environment",
    "TOKEN_KEY": "signs tokens",
    "MEDIA_KEY": "signs addresses",
}


@pytest.fixture
def environment(tmp_path, monkeypatch):
    """An empty home, and none of the settings of whoever runs the tests."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    monkeypatch.setenv("MARQUEE_HOME", str(tmp_path))
    return monkeypatch


def give(environment, **values):
    for name, value in values.items():
        environment.setenv(name, value)


def publish(home, folder, **values):
    (home / folder).mkdir()
    for name, value in values.items():
        (home / folder / name).write_text(value)


def test_the_environment_wins_over_the_files_of_the_home(tmp_path, environment):
    publish(tmp_path, "run", database_url="postgresql+psycopg://run", redis_url="redis://run")
    publish(tmp_path, "secrets", token_key="from the file\n", media_key="from the file\n")
    give(environment, DATABASE_URL="postgresql+psycopg://environment", MEDIA_KEY="")

    settings = load_settings()

    assert settings.database_url == "postgresql+psycopg://environment"
    assert settings.redis_url == "redis://run"
    assert settings.token_key == "from the file"
    assert settings.media_key == "from the file"


def test_what_is_not_set_follows_from_the_home_and_the_port(tmp_path, environment):
    give(environment, **NEEDED, PORT="8001")

    settings = load_settings()

    assert settings.public_url == "http://127.0.0.1:8001"
    assert settings.objects_url == (tmp_path / "objects").as_uri()
    assert settings.keys_url == (tmp_path / "secrets" / "master_key").as_uri()


def test_no_house_in_the_home_is_one_line_that_says_what_to_do(tmp_path, environment):
    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert str(refusal.value) == (
        f"No Marquee is running in {tmp_path}: start it with `make up`, or set DATABASE_URL."
    )


def test_missing_settings_are_named(environment):
    give(environment, DATABASE_URL="postgresql+psycopg://environment", TOKEN_KEY="signs tokens")

    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert str(refusal.value) == "Not set: REDIS_URL, MEDIA_KEY."


def test_a_wrong_setting_is_named_alone(environment):
    give(environment, **NEEDED, PORT="eighty")

    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert str(refusal.value).startswith("PORT: Input should be a valid integer")
    assert "PUBLIC_URL" not in str(refusal.value)


@pytest.mark.parametrize(
    "text", ["content", "content=0", "contents=5", "content=-1", "content=1.5"]
)
def test_a_budget_that_is_none_is_named(environment, text):
    give(environment, **NEEDED, BUDGETS=f"streaming=200 {text}")

    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert f"{text} is no budget" in str(refusal.value)


def test_no_secret_shows_where_settings_are_printed(environment):
    give(environment, **NEEDED)

    shown = repr(load_settings())

    assert [value for value in NEEDED.values() if value in shown] == []


def test_an_own_secret_wins_over_one_that_was_generated(tmp_path, environment):
    publish(tmp_path, "secrets", token_key="generated", media_key="generated")
    publish(tmp_path, "own", token_key="own\n", media_key="own", master_key="own")
    needed = {name: NEEDED[name] for name in ("DATABASE_URL", "REDIS_URL")}
    give(environment, **needed, MARQUEE_SECRETS=str(tmp_path / "own"))

    settings = load_settings()

    assert (settings.token_key, settings.media_key) == ("own", "own")
    assert settings.keys_url == (tmp_path / "own" / "master_key").as_uri()
    assert source_of("token_key") == str(tmp_path / "own")
    assert source_of("database_url") == "environment"
    assert source_of("port") is None


def test_a_folder_of_secrets_that_is_not_there_is_one_line(tmp_path, environment):
    give(environment, **NEEDED, MARQUEE_SECRETS=str(tmp_path / "absent"))

    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert str(refusal.value) == f"MARQUEE_SECRETS: {tmp_path / 'absent'} is no folder."


def test_what_was_given_is_found_without_a_house(tmp_path, environment):
    publish(tmp_path, "own", database_url="postgresql+psycopg://own\n", redis_url="\n")
    publish(tmp_path, "run", objects_url="file:///run")
    give(environment, MARQUEE_SECRETS=str(tmp_path / "own"))
    in_the_folder = given("database_url")
    give(environment, DATABASE_URL="postgresql+psycopg://environment")

    assert in_the_folder == "postgresql+psycopg://own"
    assert given("database_url") == "postgresql+psycopg://environment"
    assert (given("redis_url"), given("objects_url")) == (None, None)


@pytest.mark.parametrize(
    ("given", "url"),
    [
        ({}, "http://127.0.0.1:8000"),
        ({"BIND_ADDRESS": "0.0.0.0"}, "http://127.0.0.1:8000"),
        ({"BIND_ADDRESS": "::"}, "http://[::1]:8000"),
        ({"BIND_ADDRESS": "192.168.1.5", "PORT": "8001"}, "http://192.168.1.5:8001"),
        ({"TLS_CERTIFICATE": "a.pem", "TLS_KEY": "b.pem"}, "https://127.0.0.1:8000"),
        ({"PUBLIC_URL": "https://tv.house.test/"}, "https://tv.house.test"),
    ],
)
def test_the_public_address_follows_from_where_the_house_listens(environment, given, url):
    give(environment, **NEEDED, **given)

    assert load_settings().public_url == url


@pytest.mark.parametrize(
    ("given", "line"),
    [
        (
            {"TLS_CERTIFICATE": "a.pem"},
            "TLS_KEY: Value error, TLS_CERTIFICATE and TLS_KEY are set together, or neither is.",
        ),
        (
            {"SMTP_URL": "smtp://mail.test"},
            "MAIL_FROM: Value error, SMTP_URL and MAIL_FROM are set together, or neither is.",
        ),
        (
            {"ALLOWED_ORIGINS": "https://a.test, https://b.test/"},
            "ALLOWED_ORIGINS: Value error,"
            " https://b.test/ is no origin, which is scheme://host[:port].",
        ),
        (
            {"ALLOWED_ORIGINS": "*"},
            "ALLOWED_ORIGINS: Value error, * is no origin, which is scheme://host[:port].",
        ),
    ],
)
def test_what_cannot_be_is_one_line(environment, given, line):
    give(environment, **NEEDED, **given)

    with pytest.raises(CannotStart) as refusal:
        load_settings()

    assert str(refusal.value) == line
