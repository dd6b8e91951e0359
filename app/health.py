"""`marquee health`: is the web server of this machine alive? For whoever watches its container."""

import ssl
from urllib.request import HTTPSHandler, OpenerDirector, ProxyHandler, build_opener

import typer

from settings import load_settings, reachable

ANSWERS_WITHIN_S = 3.0  # /livez asks nobody; a process that needs longer is of no use to a viewer


def health() -> None:
    """Exits with 0 when the web server of these settings is alive, and with 1 when it is not."""
    settings = load_settings()
    scheme = "http" if settings.tls_certificate is None else "https"
    url = f"{scheme}://{reachable(settings.bind_address)}:{settings.port}/livez"
    try:
        with of_this_machine().open(url, timeout=ANSWERS_WITHIN_S):
            return
    except OSError as error:  # refused, timed out, or not a 200
        typer.echo(f"Nobody is alive at {url}: {error}", err=True)
        raise typer.Exit(1) from error


def of_this_machine() -> OpenerDirector:
    """Asks servers here: whatever name their certificate is for, and never through a proxy."""
    whoever = ssl.create_default_context()
    whoever.check_hostname, whoever.verify_mode = False, ssl.CERT_NONE
    return build_opener(ProxyHandler({}), HTTPSHandler(context=whoever))
