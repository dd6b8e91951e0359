"""`marquee migrate`: the tables as this version of Marquee wants them."""

from alembic import command
from alembic.config import Config
from alembic.util import CommandError

from app.embedded.machine import package_folder
from settings import CannotStart, load_settings


def migrate() -> None:
    """Brings the tables behind DATABASE_URL up to date; `marquee up` does it by itself."""
    config = Config()
    config.set_main_option("script_location", str(package_folder("migrations")))
    config.set_main_option("sqlalchemy.url", load_settings().database_url.replace("%", "%%"))
    try:
        command.upgrade(config, "head")
    except CommandError as error:
        raise CannotStart(f"The tables cannot be brought up to date: {error}") from error
