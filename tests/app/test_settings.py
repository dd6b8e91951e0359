"""Which setting wins, and what is said when one is missing or wrong?"""

import pytest

from settings import CannotStart, Settings, load_settings

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


def test_no_secret_shows_where_settings_are_printed(environment):
    give(environment, **NEEDED)

    shown = repr(load_settings())

    assert [value for value in NEEDED.values() if value in shown] == []
