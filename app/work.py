"""`marquee work`: one worker."""

import asyncio
from pathlib import Path
from typing import Annotated

import typer

from app.embedded.mishaps import watch_machine
from app.fit import refuse_unfit
from settings import load_settings
from workers.__main__ import main


def work(
    roles: Annotated[
        list[str] | None, typer.Argument(help="What it works at; all when left out.")
    ] = None,
    pulse: Annotated[
        Path | None, typer.Option(help="A file that is touched as long as the worker is not hung.")
    ] = None,
) -> None:
    """Encodes films, and whatever else waits in the job queue, until it is told to stop."""
    asyncio.run(refuse_unfit(load_settings(), serves=False))
    main(roles or [], pulse=pulse, watch=watch_machine)
