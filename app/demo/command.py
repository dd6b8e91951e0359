"""`marquee demo`: what the demo can be told to do."""

import asyncio
import json
from typing import Annotated

import typer

from app.demo.filling import fill
from app.demo.households import EMAIL, PASSWORD
from app.progress import shown
from settings import CannotStart, load_settings

demo = typer.Typer(help="Generated films and invented viewers.", no_args_is_help=True)


@demo.callback()
def _group() -> None:
    """Keeps `fill` a word of its own while it is the only one."""


@demo.command("fill")
def fill_house(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Fills the running house with the demo; what is there already is left alone."""
    settings = load_settings()
    if settings.marquee_env == "production":
        raise CannotStart(
            "The demo has passwords that everybody knows: it stays out of production."
        )
    with shown() as progress:
        asyncio.run(fill(settings, playable=lambda: None, progress=progress))
    answer = {"email": EMAIL, "password": PASSWORD}
    typer.echo(
        json.dumps(answer) if as_json else f"Sign in as {EMAIL} with the password {PASSWORD}."
    )
