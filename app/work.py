"""`marquee work`: one worker."""

from typing import Annotated

import typer

from workers.__main__ import main


def work(
    roles: Annotated[
        list[str] | None, typer.Argument(help="What it works at; all when left out.")
    ] = None,
) -> None:
    """Encodes films, and whatever else waits in the job queue, until it is told to stop."""
    main(roles or [])
