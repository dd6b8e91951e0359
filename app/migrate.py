"""`marquee migrate`: the tables as this version of Marquee wants them."""

import asyncio
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated

import typer
from alembic import command
from alembic.config import Config
from alembic.script import ScriptDirectory
from alembic.util import CommandError

from app.backup import write_backup
from app.embedded.machine import package_folder
from settings import CannotStart, Settings, load_settings
from stores.revision import revision_of

COPIES_KEPT = 3  # the one to go back to, and two for whoever notices late


def migrate(
    keep_copy: Annotated[
        bool,
        typer.Option(
            "--keep-copy",
            help="First writes what is there to `backups/` of the home, if it is old.",
        ),
    ] = False,
) -> None:
    """Brings the tables behind DATABASE_URL up to date; `marquee up` does it by itself."""
    settings = load_settings()
    revision = _revision(settings.database_url)
    refuse_newer(revision)
    if keep_copy and revision is not None and revision != latest():
        _copy(settings, revision)
    bring_up_to_date(settings.database_url)


def bring_up_to_date(database_url: str) -> None:
    """All steps in one transaction: one that was interrupted can be begun again.

    Raises CannotStart.
    """
    config = _config()
    config.set_main_option("sqlalchemy.url", database_url.replace("%", "%%"))
    refuse_newer(_revision(database_url))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise CannotStart(f"The tables cannot be brought up to date: {error}") from error


def refuse_newer(revision: str | None) -> None:
    """Raises CannotStart for tables that this Marquee does not know."""
    known = {script.revision for script in _scripts().walk_revisions()}
    if revision is not None and revision not in known:
        raise CannotStart(
            f"The tables are of a newer Marquee ({revision}; this one knows up to {latest()}): "
            "use that one, or restore a backup from before."
        )


def latest() -> str | None:
    """The revision this Marquee wants."""
    return _scripts().get_current_head()


def _revision(database_url: str) -> str | None:
    try:
        return asyncio.run(revision_of(database_url))
    except ConnectionError as error:
        raise CannotStart(f"Postgres cannot be reached: {error}") from error


def _copy(settings: Settings, revision: str) -> None:
    """Of the database and the keys; what is in `objects/` no migration touches."""
    folder = settings.marquee_home / "backups"
    folder.mkdir(mode=0o700, exist_ok=True)
    made_at = datetime.now(UTC)
    file = folder / f"before-migrating-{made_at:%Y%m%dT%H%M%S}-{revision}.marquee"
    asyncio.run(write_backup(settings, file, with_objects=False))
    for old in _copies(folder)[:-COPIES_KEPT]:
        old.unlink()


def _copies(folder: Path) -> list[Path]:
    """Oldest first."""
    return sorted(folder.glob("before-migrating-*.marquee"))


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(_config())


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(package_folder("migrations")))
    return config
