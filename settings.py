"""What an operator can set: by environment, else by the files a running house keeps in its home."""

import os
from collections.abc import Iterator
from ipaddress import ip_address
from pathlib import Path
from typing import Any, Literal
from urllib.parse import urlsplit

from pydantic import Field, ValidationError, ValidationInfo, field_validator
from pydantic_settings import BaseSettings, SettingsConfigDict

from domain.limits import limits_of

LOOPBACK = "127.0.0.1"  # only who is on this machine reaches it, until an operator says otherwise
ENVIRONMENT = "environment"
DEFAULT_HOME = ".marquee"  # in the folder `make up` is typed in: deleting the clone deletes all


class CannotStart(Exception):
    """What the operator has to put right first. The message is the one line they will read."""


class Settings(BaseSettings):
    """Every setting; its name in capitals is the variable, and an empty one counts as unset."""

    model_config = SettingsConfigDict(env_ignore_empty=True, extra="ignore", frozen=True)

    marquee_home: Path = Field(
        default=Path(DEFAULT_HOME), description="The folder all data of an embedded house lives in."
    )
    marquee_env: Literal["development", "production"] = Field(
        default="development", description="`production` closes what only developers need."
    )
    marquee_secrets: Path | None = Field(
        default=None,
        description="A folder of secrets you made: token_key, media_key and master_key.",
    )
    bind_address: str = Field(
        default=LOOPBACK,
        description="The address the web server listens at; 0.0.0.0 is every one of this machine.",
    )
    port: int = Field(default=8000, ge=1, le=65535, description="The port of the web server.")
    tls_certificate: Path | None = Field(
        default=None, description="A PEM file, with which the web server speaks HTTPS by itself."
    )
    tls_key: Path | None = Field(
        default=None,
        validate_default=True,
        description="The private key of `TLS_CERTIFICATE`, a PEM file.",
    )
    trusted_proxies: str = Field(
        default=LOOPBACK,
        description="Proxies whose X-Forwarded-For is believed: addresses or networks, by commas.",
    )
    allowed_origins: str = Field(
        default="",
        description="Other sites whose pages may call this house, as https://host, by commas.",
    )
    public_url: str = Field(
        default_factory=lambda known: _own_url(known),
        description="The address viewers reach this house at, without a slash at the end.",
    )
    database_url: str = Field(
        repr=False, description="Postgres, as postgresql+psycopg://user:password@host:port/name."
    )
    redis_url: str = Field(
        repr=False, description="Valkey or Redis, as redis://:password@host:port/0."
    )
    objects_url: str = Field(
        default_factory=lambda known: (known["marquee_home"].resolve() / "objects").as_uri(),
        description="Where films and pictures are kept, as file:///folder or s3://bucket/prefix.",
    )
    keys_url: str = Field(
        default_factory=lambda known: (
            (known["marquee_secrets"] or known["marquee_home"] / "secrets").resolve() / "master_key"
        ).as_uri(),
        description="The master key that wraps content keys, as file:///path; 32 bytes in hex.",
    )
    token_key: str = Field(
        repr=False,
        description="Sign access and license tokens: Ed25519 private keys, PEM; the first signs.",
    )
    session_ttl: int = Field(
        default=24,
        ge=1,
        le=8760,
        description="Hours until a browser nobody uses is signed out; apps stay for 30 days.",
    )
    budgets: str = Field(
        default="",
        description="How often a device may ask in an hour, as in `content=5000 streaming=200`.",
    )
    media_key: str = Field(
        repr=False, description="Signs the addresses of media files (HMAC): 32 bytes in hex."
    )
    smtp_url: str | None = Field(
        default=None,
        repr=False,
        description="The mail server, as smtp://user:password@host:port or smtps://…; else none.",
    )
    mail_from: str | None = Field(
        default=None,
        validate_default=True,
        description="Who mails are from: an address, or `Marquee <address>`.",
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None,
        description="A collector of OpenTelemetry spans, as http://host:4318; else none is sent.",
    )
    encode_concurrency: int = Field(
        default=1,
        ge=1,
        description="Films one worker encodes at once; ffmpeg fills the cores itself.",
    )

    @property
    def origins(self) -> list[str]:
        """ALLOWED_ORIGINS, apart."""
        return [origin.strip() for origin in self.allowed_origins.split(",") if origin.strip()]

    @field_validator("allowed_origins")
    @classmethod
    def _names_origins(cls, text: str) -> str:
        for origin in (each.strip() for each in text.split(",") if each.strip()):
            parts = urlsplit(origin)
            if origin != f"{parts.scheme}://{parts.netloc}" or not parts.netloc:
                raise ValueError(f"{origin} is no origin, which is scheme://host[:port]")
        return text

    @field_validator("budgets")
    @classmethod
    def _names_budgets(cls, text: str) -> str:
        limits_of(text)
        return text

    @field_validator("tls_key")
    @classmethod
    def _comes_with_its_certificate(cls, key: Path | None, info: ValidationInfo) -> Path | None:
        if (key is None) != (info.data.get("tls_certificate") is None):
            raise ValueError("TLS_CERTIFICATE and TLS_KEY are set together, or neither is")
        return key

    @field_validator("mail_from")
    @classmethod
    def _comes_with_a_mail_server(cls, sender: str | None, info: ValidationInfo) -> str | None:
        if (sender is None) != (info.data.get("smtp_url") is None):
            raise ValueError("SMTP_URL and MAIL_FROM are set together, or neither is")
        return sender

    @field_validator("public_url")
    @classmethod
    def _ends_without_a_slash(cls, url: str) -> str:
        return url.rstrip("/")


def load_settings() -> Settings:
    """Raises CannotStart, naming the setting that is missing or wrong."""
    home, folders = _home(), list(_folders())
    _own_secrets()
    try:
        return Settings(_secrets_dir=folders)  # type: ignore[call-arg]  # mypy sees fields only
    except ValidationError as error:
        raise CannotStart(_one_line(error, home)) from error
    except OSError as error:
        raise CannotStart(f"Cannot read the settings in {home}: {error.strerror}.") from error


def source_of(name: str) -> str | None:
    """Where the value of this setting is from: `environment`, or a folder; None for its default."""
    if os.environ.get(name.upper()):
        return ENVIRONMENT
    folders = [str(folder) for folder in _folders() if (folder / name).is_file()]
    return folders[-1] if folders else None


def given(name: str) -> str | None:
    """What the operator set, by the environment or in MARQUEE_SECRETS: for commands that begin
    without a house whose settings could be loaded. Raises CannotStart."""
    folder = _own_secrets()
    if value := os.environ.get(name.upper()):
        return value
    if folder is None or not (folder / name).is_file():
        return None
    try:
        return (folder / name).read_text().strip() or None
    except OSError as error:
        raise CannotStart(f"Cannot read {folder / name}: {error.strerror}.") from error


def _own_secrets() -> Path | None:
    folder = os.environ.get("MARQUEE_SECRETS")
    if folder and not Path(folder).is_dir():
        raise CannotStart(f"MARQUEE_SECRETS: {folder} is no folder.")
    return Path(folder) if folder else None


def _home() -> Path:
    return Path(os.environ.get("MARQUEE_HOME") or DEFAULT_HOME)


def _folders() -> Iterator[Path]:
    """Where a setting may be a file of its name; a later folder wins: what runs is what counts."""
    given = os.environ.get("MARQUEE_SECRETS")
    folders = (_home() / "secrets", *([Path(given)] if given else []), _home() / "run")
    yield from (folder for folder in folders if folder.is_dir())


def _own_url(known: dict[str, Any]) -> str:
    """The address of a house without a proxy, as this machine reaches it."""
    scheme = "http" if known["tls_certificate"] is None else "https"
    return f"{scheme}://{reachable(known['bind_address'])}:{known['port']}"


def reachable(host: str) -> str:
    """The host of an URL that leads to a server of this machine which listens at `host`."""
    try:
        address = ip_address(host)
    except ValueError:
        return host
    if address.is_unspecified:
        return LOOPBACK if address.version == 4 else "[::1]"
    return host if address.version == 4 else f"[{host}]"


def _one_line(error: ValidationError, home: Path) -> str:
    problems = {str(line["loc"][0]): (line["type"], line["msg"]) for line in error.errors()}
    missing = [name for name, (kind, _) in problems.items() if kind == "missing"]
    wrong = [
        f"{name.upper()}: {message}"
        for name, (kind, message) in problems.items()
        if kind
        not in ("missing", "default_factory_not_called")  # the latter only follow from others
    ]
    if wrong:
        return "; ".join(wrong) + "."
    if "database_url" in missing:
        return f"No Marquee is running in {home}: start it with `make up`, or set DATABASE_URL."
    return f"Not set: {', '.join(missing).upper()}."
