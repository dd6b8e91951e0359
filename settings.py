"""What an operator can set: by environment, else by the files a running house keeps in its home."""

import os
from pathlib import Path
from typing import Literal

from pydantic import Field, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

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
    port: int = Field(default=8000, ge=1, le=65535, description="The port of the web server.")
    public_url: str = Field(
        default_factory=lambda known: f"http://127.0.0.1:{known['port']}",
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
        description="Where films and pictures are kept, as file:///folder.",
    )
    keys_url: str = Field(
        default_factory=lambda known: (
            known["marquee_home"].resolve() / "secrets" / "master_key"
        ).as_uri(),
        description="The master key that wraps content keys, as file:///path; 32 bytes in hex.",
    )
    token_key: str = Field(
        repr=False, description="Signs access and license tokens: an Ed25519 private key, PEM."
    )
    media_key: str = Field(
        repr=False, description="Signs the addresses of media files (HMAC): 32 bytes in hex."
    )
    otel_exporter_otlp_endpoint: str | None = Field(
        default=None,
        description="A collector of OpenTelemetry spans, as http://host:4318; none are sent without.",
    )
    encode_concurrency: int = Field(
        default=1,
        ge=1,
        description="Films one worker encodes at once; ffmpeg fills the cores itself.",
    )


def load_settings() -> Settings:
    """Raises CannotStart, naming the setting that is missing or wrong."""
    home = Path(os.environ.get("MARQUEE_HOME") or DEFAULT_HOME)
    folders = [folder for folder in (home / "run", home / "secrets") if folder.is_dir()]
    try:
        return Settings(_secrets_dir=folders)  # type: ignore[call-arg]  # mypy sees fields only
    except ValidationError as error:
        raise CannotStart(_one_line(error, home)) from error
    except OSError as error:
        raise CannotStart(f"Cannot read the settings in {home}: {error.strerror}.") from error


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
