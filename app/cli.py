"""`marquee`: every command, one file each. Run `marquee --help`."""

import logging
import sys

import structlog
import typer

from app.migrate import migrate
from app.serve import serve
from app.show_settings import settings
from app.up import up
from app.work import work
from domain.errors import DomainError
from settings import CannotStart

EXIT_REFUSED = 2  # the operator can put it right; 1 is a bug of ours

house = typer.Typer(
    help="The front of a streaming service that anyone can run.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,  # its tracebacks print local variables, secrets among them
)
for command in (up, serve, work, migrate, settings):
    house.command()(command)


def main() -> None:
    """The console script. What an operator can put right is one line on stderr and exit 2."""
    _log_to_stderr()
    try:
        house()
    except CannotStart as error:
        typer.echo(error, err=True)
        sys.exit(EXIT_REFUSED)
    except DomainError as error:
        typer.echo(f"{error.code}: {error.message}", err=True)
        sys.exit(EXIT_REFUSED)


def _log_to_stderr() -> None:
    """stdout is for answers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
