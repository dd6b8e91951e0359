"""What does production refuse, and does it say all of it at once?"""

import pytest

from app.fit import problems, refuse_unfit
from app.home import open_home
from settings import CannotStart, Settings, load_settings
from stores.sql.households import households, set_password
from tests import factories
from tests.app.outside import certificate, marquee, own_secrets, said

DEMO = "demo@marquee.example"
URL = "https://tv.house.test"


@pytest.fixture
def fit(services, database_url, tmp_path, monkeypatch):
    """Settings with which a house may start in production, in the environment."""
    for name in Settings.model_fields:
        monkeypatch.delenv(name.upper(), raising=False)
    chosen = {
        "MARQUEE_ENV": "production",
        "MARQUEE_HOME": str(tmp_path / "home"),
        "MARQUEE_SECRETS": str(own_secrets(tmp_path / "own")),
        "PUBLIC_URL": URL,
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
    }
    for name, value in chosen.items():
        monkeypatch.setenv(name, value)
    return monkeypatch


async def test_what_is_fit_starts(fit):
    await refuse_unfit(load_settings())


async def test_the_demo_is_refused(fit):
    with pytest.raises(CannotStart) as refusal:
        await refuse_unfit(load_settings(), with_demo=True)

    line = "The demo has passwords that everybody knows: give --no-demo."
    assert str(refusal.value) == line


async def test_an_account_that_the_demos_password_opens_is_refused(fit, stores):
    await factories.household(stores, email=DEMO)
    await refuse_unfit(load_settings())
    hashed = await stores.passwords.hash("opening-night")
    async with stores.begin() as tx:
        await set_password(tx, DEMO, hashed, factories.NOW)

    with pytest.raises(CannotStart) as refusal:
        await refuse_unfit(load_settings())

    assert str(refusal.value) == (
        f"{DEMO} has the demo's password, which everybody knows:"
        f" change it with `marquee accounts password {DEMO}`"
        " (`marquee up` has to be started once with MARQUEE_ENV=development to do so)."
    )


async def test_the_demo_does_not_move_into_production_later_either(fit, stores, tmp_path):
    home = tmp_path / "home"
    with open_home(home) as opened:
        for name in ("database_url", "redis_url", "marquee_env"):  # as a running house does
            opened.publish(name, getattr(load_settings(), name))

        refused = marquee("demo", "fill", home=home)

    async with stores.begin() as tx:
        moved_in = await households(tx)
    assert (refused.returncode, refused.stdout) == (2, "")
    line = "The demo has passwords that everybody knows: it stays out of production."
    assert refused.stderr.splitlines() == [line]
    assert moved_in == []


@pytest.mark.parametrize(
    ("name", "value", "line"),
    [
        ("TOKEN_KEY", "a secret", "TOKEN_KEY is no Ed25519 private key in PEM."),
        ("MEDIA_KEY", "abcd", "MEDIA_KEY is not 32 bytes in hexadecimal."),
        ("MEDIA_KEY", "a secret", "MEDIA_KEY is not 32 bytes in hexadecimal."),
    ],
)
@pytest.mark.parametrize("where", ["production", "development"])
def test_a_key_that_is_none_is_a_line_anywhere(fit, name, value, line, where):
    fit.setenv("MARQUEE_ENV", where)
    fit.setenv(name, value)

    assert problems(load_settings()) == [line]


def test_a_master_key_that_is_missing_or_none_is_a_line(fit, tmp_path):
    file = tmp_path / "own" / "master_key"
    file.write_text("00" * 16)
    short = problems(load_settings())
    file.unlink()
    missing = problems(load_settings())

    assert short == [f"The master key {file} is not 32 bytes in hexadecimal."]
    assert missing == [f"The master key {file}: No such file or directory."]


def test_a_certificate_of_another_key_is_a_line(fit, tmp_path):
    for folder in ("one", "two"):
        (tmp_path / folder).mkdir()
    ours, key = certificate(tmp_path / "one")
    fit.setenv("TLS_CERTIFICATE", str(ours))
    fit.setenv("TLS_KEY", str(key))
    assert problems(load_settings()) == []

    fit.setenv("TLS_KEY", str(certificate(tmp_path / "two")[1]))

    (line,) = problems(load_settings())
    assert line.startswith("TLS_CERTIFICATE and TLS_KEY cannot be used: ")


@pytest.mark.parametrize(
    ("url", "sender", "line"),
    [
        (
            "http://mail.test",
            "house@house.test",
            "SMTP_URL is smtp://user:password@host:port, or smtps://….",
        ),
        ("smtp://mail.test", "house", "MAIL_FROM is an address, or: Name <address>."),
    ],
)
def test_a_mail_server_that_could_send_nothing_is_a_line(fit, url, sender, line):
    fit.setenv("SMTP_URL", url)
    fit.setenv("MAIL_FROM", sender)

    assert problems(load_settings()) == [line]


def test_a_worker_that_mails_links_knows_where_they_lead(fit):
    fit.setenv("SMTP_URL", "smtp://mail.test")
    fit.setenv("MAIL_FROM", "Marquee <house@house.test>")
    assert problems(load_settings(), serves=False) == []

    fit.delenv("PUBLIC_URL")

    (line,) = problems(load_settings(), serves=False)
    assert line.startswith("PUBLIC_URL is http://127.0.0.1:8000: ")


async def test_a_worker_needs_nothing_that_only_viewers_reach(fit):
    fit.delenv("PUBLIC_URL")
    fit.setenv("ALLOWED_ORIGINS", "http://a.test")

    await refuse_unfit(load_settings(), serves=False)
    with pytest.raises(CannotStart) as refusal:
        await refuse_unfit(load_settings())

    assert [line.split()[0] for line in str(refusal.value).splitlines()] == [
        "PUBLIC_URL",
        "ALLOWED_ORIGINS",
    ]


@pytest.mark.parametrize(("command", "reasons"), [("serve", 5), ("work", 3)])
def test_a_command_that_may_not_start_says_every_reason_on_a_line(fit, tmp_path, command, reasons):
    home = tmp_path / "home"
    with open_home(home):
        given = {"PUBLIC_URL": "http://127.0.0.1:8000", "ALLOWED_ORIGINS": "http://a.test"}
        given |= {"DATABASE_URL": load_settings().database_url, "REDIS_URL": "redis://127.0.0.1:1"}

        refused = marquee(command, home=home, MARQUEE_ENV="production", **given)

    generated = "is one that Marquee made for itself: give your own, by MARQUEE_SECRETS."
    assert (refused.returncode, refused.stdout) == (2, "")
    assert (
        said(refused)
        == [
            f"TOKEN_KEY {generated}",
            f"MEDIA_KEY {generated}",
            f"KEYS_URL {generated}",
            "PUBLIC_URL is http://127.0.0.1:8000: what viewers send would be read on its way."
            " Give an https:// address.",
            "ALLOWED_ORIGINS has http://a.test: whoever is on its way could put in a page of their"
            " own.",
        ][:reasons]
    )
