"""`marquee health`: is the web server of this machine alive? For whoever watches its container."""

import urllib.request
from typing import Annotated

import typer

from app.embedded.machine import LOOPBACK

ANSWERS_WITHIN_S = 3.0  # /livez asks nobody; a process that needs longer is of no use to a viewer


def health(
    port: Annotated[int, typer.Option(envvar="PORT", help="Where `marquee serve` listens.")] = 8000,
) -> None:
    """Exits with 0 when the web server here is alive, and with 1 when it is not."""
    try:
        with urllib.request.urlopen(f"http://{LOOPBACK}:{port}/livez", timeout=ANSWERS_WITHIN_S):
            return
    except OSError as error:  # refused, timed out, or not a 200
        typer.echo(f"Nobody is alive on port {port}: {error}", err=True)
        raise typer.Exit(1) from error
