"""`marquee serve`: one web server."""

import asyncio
import errno
import gc
import logging
import os
import resource
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Annotated

import structlog
import typer
import uvicorn
from starlette.applications import Starlette

from app.cli import log_to_stderr
from app.embedded.machine import LOOPBACK, end_when_hung, end_with_parent, why_not_free
from app.fit import refuse_unfit
from domain.load import MOST_OPERATION_BYTES
from settings import CannotStart, load_settings

SHUTDOWN_DEADLINE_S = 2  # for what is being answered; open subscriptions never end by themselves
MANY_FILES = 4096  # the connections of app/http/protocol.py, and room for those to the stores
KEEP_ALIVE_S = 65  # more than the 60 of nginx, so that the proxy closes first, never mid-request
STARTS_WITHIN_S = 30  # a process of several; it imports for two on a core of its own


def serve(
    host: Annotated[str | None, typer.Option(help="BIND_ADDRESS when left out.")] = None,
    port: Annotated[int | None, typer.Option(help="PORT when left out.")] = None,
    processes: Annotated[
        int, typer.Option(min=1, help="How many share the port; one fills a core.")
    ] = 1,
) -> None:
    """Answers GraphQL, media, licenses and the TV page until it is told to stop."""
    settings = load_settings()
    host, port = host or settings.bind_address, port or settings.port
    asyncio.run(refuse_unfit(settings))
    refuse_taken_port(port, host)
    open_many_files()
    with _counting_together(processes):
        uvicorn.run(
            "app.serve:application",
            factory=True,
            workers=processes,  # one that ends is replaced; SIGHUP replaces each in turn
            timeout_worker_healthcheck=STARTS_WITHIN_S,
            host=host,
            port=port,
            http="app.http.protocol:HttpProtocol",
            ws="app.http.protocol:SocketProtocol",
            timeout_keep_alive=KEEP_ALIVE_S,
            ws_max_size=MOST_OPERATION_BYTES,
            ssl_certfile=settings.tls_certificate,
            ssl_keyfile=settings.tls_key,
            forwarded_allow_ips=settings.trusted_proxies,
            access_log=False,  # addresses carry signatures, and a line a segment tells nothing
            server_header=False,
            timeout_graceful_shutdown=SHUTDOWN_DEADLINE_S,
        )


@contextmanager
def _counting_together(processes: int) -> Iterator[None]:
    """Whichever process is asked for its metrics answers for all of them."""
    if processes == 1:
        yield
        return
    with tempfile.TemporaryDirectory(prefix="marquee-metrics-") as folder:
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = folder  # children read it when they begin
        yield


def application() -> Starlette:
    """For the ASGI server, which calls it in every process; each begins as a fresh interpreter."""
    from app.server import create_app  # here: the parent of several needs nothing of it

    end_with_parent()
    log_to_stderr(logging.INFO)
    structlog.configure(cache_logger_on_first_use=True)  # nothing configures it again in here
    house = create_app()
    gc.freeze()  # what is there for good is not looked through again: a third of a small request
    end_when_hung(asyncio.get_running_loop())
    return house


def open_many_files() -> None:
    """As many as this user may, for each connection is one; systems begin with 1024."""
    _, most = resource.getrlimit(resource.RLIMIT_NOFILE)
    wanted = MANY_FILES if most == resource.RLIM_INFINITY else min(most, MANY_FILES)
    resource.setrlimit(resource.RLIMIT_NOFILE, (wanted, most))


def refuse_taken_port(port: int, host: str = LOOPBACK) -> None:
    """Raises CannotStart when nobody could listen there."""
    trouble = why_not_free(port, host)
    if trouble is None:
        return
    if trouble.errno == errno.EADDRINUSE:
        raise CannotStart(f"Port {port} is taken: choose another one, as in `make up PORT=8001`.")
    raise CannotStart(f"Nobody can listen at {host}, port {port}: {trouble.strerror}.")
