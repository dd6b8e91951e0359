"""`marquee serve`: one web server."""

from typing import Annotated

import typer
import uvicorn

from app.embedded.machine import LOOPBACK, is_free
from settings import CannotStart, load_settings

SHUTDOWN_DEADLINE_S = 2  # for what is being answered; open subscriptions never end by themselves
LARGEST_MESSAGE_BYTES = 256 * 1024  # one GraphQL operation with its variables, with room to spare


def serve(
    host: Annotated[str, typer.Option(help="The address to listen at.")] = LOOPBACK,
    port: Annotated[int | None, typer.Option(help="The setting PORT when left out.")] = None,
) -> None:
    """Answers GraphQL, media, licenses and the TV page until it is told to stop."""
    settings = load_settings()
    port = port or settings.port
    refuse_taken_port(port, host)
    uvicorn.run(
        "app.server:create_app",
        factory=True,
        host=host,
        port=port,
        ws="websockets-sansio",  # the one implementation uvicorn does not call deprecated
        ws_max_size=LARGEST_MESSAGE_BYTES,
        access_log=False,  # addresses carry signatures, and a line a segment tells nobody anything
        server_header=False,
        timeout_graceful_shutdown=SHUTDOWN_DEADLINE_S,
    )


def refuse_taken_port(port: int, host: str = LOOPBACK) -> None:
    """Raises CannotStart when nobody else could listen there."""
    if not is_free(port, host):
        raise CannotStart(f"Port {port} is taken: choose another one, as in `make up PORT=8001`.")
