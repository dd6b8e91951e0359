"""`marquee`: every command, one file each. Run `marquee --help`."""

import logging
import sys
from importlib import import_module

import structlog
import typer

from domain.errors import DomainError
from settings import CannotStart

EXIT_REFUSED = 2  # the operator can put it right; 1 is a bug of ours
COMMANDS = {
    "up": "app.up",
    "serve": "app.serve",
    "work": "app.work",
    "migrate": "app.migrate",
    "health": "app.health",
    "degrade": "app.degrade",
    "ingest": "app.ingest",
    "demo": "app.demo.command",
    "doctor": "app.doctor",
    "accounts": "app.accounts",
    "keys": "app.keys",
    "documents": "app.documents",
    "schema": "app.schema_command",
    "backup": "app.backup",
    "restore": "app.restore",
    "bench": "app.bench",
    "sdl": "app.sdl",
    "settings": "app.show_settings",
}  # each module holds a command, or a group of them, of that name
SERVERS = {"serve", "work"}  # tell all they do, for their log is read later; others are watched


def main() -> None:
    """The console script. What an operator can put right is one line on stderr and exit 2."""
    words = sys.argv[1:2]
    log_to_stderr(logging.INFO if SERVERS & set(words) else logging.WARNING)
    try:
        _house(words)()
    except CannotStart as error:
        typer.echo(error, err=True)
        sys.exit(EXIT_REFUSED)
    except DomainError as error:
        typer.echo(f"{error.code}: {error.message}", err=True)
        sys.exit(EXIT_REFUSED)


def _house(words: list[str]) -> typer.Typer:
    """The command of these words; of any others, all. A server need not import the encoder."""
    house = typer.Typer(
        help="The front of a streaming service that anyone can run.",
        no_args_is_help=True,
        add_completion=False,
        pretty_exceptions_enable=False,  # its tracebacks print local variables, secrets too
    )
    house.callback()(_keep_names)
    for name in COMMANDS.keys() & set(words) or COMMANDS:
        command = getattr(import_module(COMMANDS[name]), name)
        if isinstance(command, typer.Typer):
            house.add_typer(command, name=name)
        else:
            house.command(name)(command)
    return house


def _keep_names() -> None:
    """Without a callback, typer drops the name of a command that is alone."""


def log_to_stderr(level: int) -> None:
    """stdout is for answers."""
    structlog.configure(
        processors=[
            structlog.contextvars.merge_contextvars,
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso"),
            structlog.processors.format_exc_info,
            structlog.processors.LogfmtRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(level),
        logger_factory=structlog.WriteLoggerFactory(sys.stderr),
    )
