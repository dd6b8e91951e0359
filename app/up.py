"""`marquee up`: a whole house on this machine, from one process that watches the others."""

import asyncio
import json
import os
import signal
import ssl
import sys
from collections.abc import Callable, Coroutine
from contextlib import suppress
from dataclasses import replace
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.demo.households import EMAIL, PASSWORD
from app.embedded import postgres, valkey
from app.embedded.machine import LOOPBACK
from app.embedded.supervisor import Child, Supervisor
from app.fit import refuse_unfit
from app.home import Home, open_home
from app.progress import shown
from app.serve import refuse_taken_port
from domain.encoding import FilmRefused
from settings import (
    DEFAULT_HOME,
    ENVIRONMENT,
    Settings,
    given,
    load_settings,
    reachable,
    source_of,
)

PROBE_WITHIN_S = 2.0  # /readyz asks Postgres and Valkey; slower than this is not ready
STARTS_WITHIN_S = 60.0  # importing takes a second of a core, and much longer of one that ten share
DEMO_AGAIN_IN_S = 10.0  # what the demo lacked may be back by then: a database, room on the disk
WEB_STOPS_WITHIN_S = 3.0  # it gives what is being answered two
WORKER_STOPS_WITHIN_S = 4.0  # it gives a job in progress one to come to an end, and tidies up

say = partial(typer.echo, err=True)


def up(
    port: Annotated[
        int, typer.Option(envvar="PORT", min=1, max=65535, help="Where to listen.")
    ] = 8000,
    bind_address: Annotated[
        str, typer.Option(envvar="BIND_ADDRESS", help="0.0.0.0 lets other machines in.")
    ] = LOOPBACK,
    home: Annotated[
        Path, typer.Option(envvar="MARQUEE_HOME", help="The folder all data lives in.")
    ] = Path(DEFAULT_HOME),
    with_demo: Annotated[
        bool, typer.Option("--demo/--no-demo", help="Fill the house with films and viewers.")
    ] = True,
    api_processes: Annotated[
        int, typer.Option(min=1, help="Processes of the web server; one fills a core.")
    ] = 1,
) -> None:
    """Runs Marquee on this machine until Ctrl-C: databases, web server, worker and demo."""
    with open_home(home) as opened:
        refuse_taken_port(port, bind_address)
        # For the children, and for our own settings.
        os.environ |= {
            "MARQUEE_HOME": str(opened.path),
            "PORT": str(port),
            "BIND_ADDRESS": bind_address,
        }
        asyncio.run(_until_told(_run(opened, api_processes, with_demo=with_demo)))


async def _until_told(house: Coroutine[None, None, None]) -> None:
    """Runs it until Ctrl-C, SIGTERM or a closed terminal; however often told, it ends once."""
    told = asyncio.Event()
    for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
        asyncio.get_running_loop().add_signal_handler(number, told.set)
    running, waiting = asyncio.create_task(house), asyncio.create_task(told.wait())
    await asyncio.wait({running, waiting}, return_when=asyncio.FIRST_COMPLETED)
    waiting.cancel()
    if not running.done():
        say("Stopping.")
        running.cancel()
    with suppress(asyncio.CancelledError):
        await running


async def _run(home: Home, api_processes: int, *, with_demo: bool) -> None:
    async with Supervisor(home.path / "children") as supervisor:
        await _start_services(supervisor, home)
        settings = load_settings()
        await refuse_unfit(settings, with_demo=with_demo)
        _publish(home, settings)
        say("Bringing the tables up to date.")
        await supervisor.run(_marquee(home, "migrate", "--keep-copy"))
        say("Starting the worker and the web server.")
        await supervisor.start(_worker(home))
        await supervisor.start(_web(home, settings, api_processes))
        if with_demo:
            await _fill_demo()
        else:
            _announce(None)
        await asyncio.Event().wait()


def _publish(home: Home, settings: Settings) -> None:
    """Lets commands in other terminals read what was given in this one."""
    home.publish("public_url", settings.public_url)
    if settings.marquee_secrets is not None:
        home.publish("keys_url", settings.keys_url)
    for name, value in settings:
        if source_of(name) in (ENVIRONMENT, str(settings.marquee_secrets)):
            home.publish(name, str(value))


async def _start_services(supervisor: Supervisor, home: Home) -> None:
    """What the operator gave an address of is somebody else's to run."""
    database_url, redis_url = given("database_url"), given("redis_url")
    if not database_url:
        say("Starting Postgres.")
        database_url = await postgres.start(
            supervisor,
            home.path / "postgres",
            password=home.secrets["postgres_password"],
            log=home.log("postgres"),
        )
    if not redis_url:
        say("Starting Valkey.")
        redis_url = await valkey.start(
            supervisor,
            home.path / "valkey",
            password=home.secrets["valkey_password"],
            log=home.log("valkey"),
        )
    home.publish("database_url", database_url)
    home.publish("redis_url", redis_url)


def _marquee(home: Home, command: str, *arguments: str) -> Child:
    """One of our own commands as a child; it finds the rest in MARQUEE_HOME."""
    return Child(
        name=command,
        argv=(sys.executable, "-P", "-m", "app", command, *arguments),
        log=home.log(command),
        env=dict(os.environ),
        cwd=Path.cwd(),
    )


def _web(home: Home, settings: Settings, processes: int) -> Child:
    async def is_ready(pid: int) -> bool:
        return await _says_200(settings, "/readyz")

    async def is_alive(pid: int) -> bool:
        return await _says_200(settings, "/livez")

    child = _marquee(home, "serve", "--processes", str(processes))
    return replace(
        child,
        is_ready=is_ready,
        is_alive=is_alive,
        ready_within_s=STARTS_WITHIN_S,
        stops_within_s=WEB_STOPS_WITHIN_S,
    )


def _worker(home: Home) -> Child:
    pulse = home.path / "run" / "worker.pulse"
    felt_at = 0

    async def is_alive(pid: int) -> bool:
        nonlocal felt_at
        before, felt_at = felt_at, pulse.stat().st_mtime_ns if pulse.exists() else 0
        return felt_at != before

    child = _marquee(home, "work", "--pulse", str(pulse))
    return replace(
        child,
        is_alive=is_alive,
        ready_within_s=STARTS_WITHIN_S,
        stops_within_s=WORKER_STOPS_WITHIN_S,
    )


async def _says_200(settings: Settings, path: str) -> bool:
    host = reachable(settings.bind_address).strip("[]")
    tls = None
    if settings.tls_certificate is not None:
        tls = ssl.create_default_context()
        tls.check_hostname = False  # it is our child, whatever name its certificate is for
        tls.verify_mode = ssl.CERT_NONE
    try:
        async with asyncio.timeout(PROBE_WITHIN_S):
            reader, writer = await asyncio.open_connection(host, settings.port, ssl=tls)
            try:
                writer.write(f"GET {path} HTTP/1.0\r\n\r\n".encode())
                return (await reader.readline()).split()[1:2] == [b"200"]
            finally:
                writer.close()
    except (OSError, TimeoutError):
        return False


async def _fill_demo() -> None:
    from app.demo.filling import fill  # here: it takes long to import, and the servers come first

    announce = _once(partial(_announce, {"email": EMAIL, "password": PASSWORD}))
    while True:
        try:
            with shown() as progress:
                await fill(load_settings(), playable=announce, progress=progress)
            return
        except FilmRefused as error:
            say(f"The demo is not whole: {error.message}")
            return
        except Exception as error:  # noqa: BLE001 - the house stands, whatever befalls its demo
            say(f"The demo waits: {error or type(error).__name__}")
            await asyncio.sleep(DEMO_AGAIN_IN_S)


def _once(action: Callable[[], None]) -> Callable[[], None]:
    """`action`, the first time it is asked for."""
    left = [action]
    return lambda: left.pop()() if left else None


def _announce(credentials: dict[str, str] | None) -> None:
    """The one line on stdout: others wait for it, and read the addresses from it."""
    url = load_settings().public_url
    ready = {"url": url, "graphql": f"{url}/graphql", "demo": credentials}
    typer.echo(f"ready {json.dumps(ready)}")
