"""What a doctor looks at: the home, the programs, and every server the settings name."""

import asyncio
import os
import shutil
import socket
import stat
import urllib.error
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from enum import StrEnum
from pathlib import Path
from urllib.request import OpenerDirector, build_opener

from app.fit import problems
from app.health import of_this_machine
from app.home import RESTORING, damaged_secrets, is_lived_in
from app.migrate import latest
from domain.errors import Unavailable
from settings import Settings, reachable
from stores import WORKERS, open_stores
from stores.diagnosis import ask_postgres, ask_redis
from stores.keys import KeyUnreadable
from stores.objects import open_objects
from stores.revision import revision_of
from stores.sql.playback import any_key
from workers.media import cards, tools
from workers.media.run import ToolFailed, run

WITHIN_S = 10.0  # for one question; whoever hangs is named, and the others are asked
OLDEST_POSTGRES = 14  # the oldest that still gets repairs
LEAST_FREE_BYTES = 2 * 1024**3  # a film in the making, its source and its rungs, takes that much
LEAST_FREE_CONNECTIONS = 20  # one more web server and one more worker
MOST_SKEW_S = 2.0  # tokens run out by our clock, and rows are dated by it
PROBE = "doctor"  # an object that is there for a moment


class Verdict(StrEnum):
    """`warn` works today; `fail` does not."""

    OK = "ok"
    WARN = "warn"
    FAIL = "fail"


@dataclass(frozen=True, slots=True)
class Finding:
    """`says` what was seen and, where it is not well, what to do."""

    what: str
    verdict: Verdict
    says: str


def _ok(what: str, says: str) -> Finding:
    return Finding(what, Verdict.OK, says)


def _warn(what: str, says: str) -> Finding:
    return Finding(what, Verdict.WARN, says)


def _fail(what: str, says: str) -> Finding:
    return Finding(what, Verdict.FAIL, says)


def of_the_home(home: Path) -> Iterator[Finding]:
    """What can be seen without asking anybody."""
    if not home.is_dir():
        yield _warn("home", f"{home} is not there yet: `marquee up` makes it.")
        return
    mode = stat.S_IMODE(home.stat().st_mode)
    if not os.access(home, os.W_OK):
        yield _fail("home", f"{home} cannot be written: be its owner, or choose MARQUEE_HOME.")
    elif mode & 0o077:
        yield _fail("home", f"others may enter {home} (mode {mode:o}): chmod 700 it.")
    elif (home / RESTORING).exists():
        yield _fail("home", f"{home} is not wholly restored: run `marquee restore` again.")
    else:
        yield _ok("home", f"{home}, {'running' if is_lived_in(home) else 'not running'}")
    if (home / "secrets").is_dir():
        for name in damaged_secrets(home):
            path = home / "secrets" / name
            yield _fail("secrets", f"{path} is missing or damaged: put it back from a backup.")
    free = shutil.disk_usage(home).free
    says = f"{free / 1024**3:.1f} GiB free"
    if free < LEAST_FREE_BYTES:
        yield _fail("disk", f"{says}: encoding a film needs more; make room.")
    else:
        yield _ok("disk", says)


async def of_the_tools() -> list[Finding]:
    """Whether the programs that films are made with run on this machine."""
    asked = [
        _tool("ffmpeg", tools.ffmpeg, "-version"),
        _tool("ffprobe", tools.ffprobe, "-version"),
        _tool("packager", tools.packager, "--version"),
    ]
    return [*await asyncio.gather(*asked), _letters()]


def _letters() -> Finding:
    if Path(cards.FACE.path).is_file():
        return _ok("letters", Path(cards.FACE.path).name)
    return _fail("letters", f"{cards.FACE.path} is missing: run `make up` again.")


async def _tool(name: str, find: Callable[[], Path], version: str) -> Finding:
    try:
        said = await run([find(), version], deadline_s=WITHIN_S)
    except (OSError, StopIteration, ToolFailed) as error:
        return _fail(name, f"does not run, so no film can be made: {error}")
    return _ok(name, said.decode(errors="replace").splitlines()[0])


async def of_the_servers(settings: Settings) -> list[Finding]:
    """Asks each in turn, at most WITHIN_S long."""
    findings = await asyncio.to_thread(_fitness, settings)
    questions = (_postgres, _tables, _keys, _redis, _objects, _web, _public_url)
    for ask in questions:
        findings += await _in_time(ask, settings)
    return findings


def _fitness(settings: Settings) -> list[Finding]:
    """What only a web server must have is no failure of a machine without one."""
    here = set(problems(settings, serves=_is_served_here(settings)))
    found = [
        Finding("settings", Verdict.FAIL if problem in here else Verdict.WARN, problem)
        for problem in problems(settings)
    ]
    return found or [_ok("settings", f"fit for {settings.marquee_env}")]


def _is_served_here(settings: Settings) -> bool:
    """Whether this machine has a web server, or a whole house which has to have one."""
    if is_lived_in(settings.marquee_home):
        return True
    address = (reachable(settings.bind_address).strip("[]"), settings.port)
    try:
        with socket.create_connection(address, timeout=WITHIN_S / 2):
            return True
    except ConnectionRefusedError:
        return False
    except OSError:  # it hangs, so it is there
        return True


async def _in_time(
    ask: Callable[[Settings], Awaitable[list[Finding]]], settings: Settings
) -> list[Finding]:
    what = ask.__name__.removeprefix("_").replace("_", " ")
    try:
        async with asyncio.timeout(WITHIN_S):
            return await ask(settings)
    except TimeoutError:
        return [_fail(what, f"no answer in {WITHIN_S:.0f} s: it hangs; look into its log.")]


async def _postgres(settings: Settings) -> list[Finding]:
    try:
        state = await ask_postgres(settings.database_url)
    except ConnectionError as error:
        return [_fail("postgres", f"not reached: {error}")]
    findings = [_ok("postgres", f"version {state.version}, {state.free_connections} free")]
    if state.version < OLDEST_POSTGRES:
        findings.append(_fail("postgres", f"version {state.version} is too old: use 14 or later."))
    if state.not_durable:
        off = ", ".join(state.not_durable)
        findings.append(_fail("postgres", f"{off} is off: a power cut would lose progress."))
    if state.free_connections < LEAST_FREE_CONNECTIONS:
        findings.append(_warn("postgres", "few connections are left: raise max_connections."))
    if abs(state.skew_s) > MOST_SKEW_S:
        findings.append(
            _fail("clock", f"Postgres is {state.skew_s:+.1f} s from this machine: run NTP on both.")
        )
    return findings


async def _tables(settings: Settings) -> list[Finding]:
    try:
        revision, wanted = await revision_of(settings.database_url), latest()
    except ConnectionError:
        return []  # has been said
    if revision == wanted:
        return [_ok("tables", f"revision {revision}")]
    return [_fail("tables", f"revision {revision}, not {wanted}: run `marquee migrate`.")]


async def _keys(settings: Settings) -> list[Finding]:
    """Whether the films of this database were made under this master key."""
    try:
        if await revision_of(settings.database_url) != latest():
            return []  # has been said, as all below
        async with open_stores(settings, patience=WORKERS) as stores:
            async with stores.begin() as tx:
                stored = await any_key(tx)
            if stored is None:
                return [_ok("keys", "no film has one yet")]
            stores.keys.unwrap(stored.kid, stored.wrapped_key)
    except (OSError, ValueError, Unavailable):
        return []
    except KeyUnreadable:
        says = f"{settings.keys_url} is not the master key of these films: none of them plays."
        return [_fail("keys", says)]
    return [_ok("keys", "the master key opens those of films")]


async def _redis(settings: Settings) -> list[Finding]:
    try:
        state = await ask_redis(settings.redis_url)
    except ConnectionError as error:
        return [_fail("redis", f"not reached: {error}")]
    findings = [_ok("redis", f"version {state.version}")]
    if not state.persistent:
        findings.append(_warn("redis", "keeps nothing over a restart: set appendonly yes."))
    if state.evicts:
        findings.append(
            _fail("redis", "forgets leases when its memory is full: maxmemory-policy noeviction.")
        )
    return findings


async def _objects(settings: Settings) -> list[Finding]:
    path = f"{PROBE}/{os.getpid()}"
    try:
        objects = open_objects(settings.objects_url)
        await objects.reach()
        await objects.put(path, b"well")
        whole = await objects.get(path) == b"well"
        await objects.delete(path)
    except (OSError, Unavailable, ValueError) as error:
        reason = str(error.__cause__ or error).partition("\n")[0]
        return [_fail("objects", f"{settings.objects_url} cannot be used: {reason}")]
    if not whole:
        return [_fail("objects", f"{settings.objects_url} gives back other bytes than it got.")]
    return [_ok("objects", f"{settings.objects_url} is written and read")]


async def _web(settings: Settings) -> list[Finding]:
    """The web server of this machine, whatever its certificate is for."""
    scheme = "http" if settings.tls_certificate is None else "https"
    url = f"{scheme}://{reachable(settings.bind_address)}:{settings.port}/readyz"
    trouble = await asyncio.to_thread(_trouble, url, of_this_machine())
    if trouble is None:
        return [_ok("web", url)]
    if not await asyncio.to_thread(_is_served_here, settings):
        return [_warn("web", f"nobody listens at {url}, as it should be where only a worker runs.")]
    return [_fail("web", f"{url}: {trouble}; its log is serve.log.")]


async def _public_url(settings: Settings) -> list[Finding]:
    trouble = await asyncio.to_thread(_trouble, f"{settings.public_url}/livez", build_opener())
    if trouble is None:
        return [_ok("public url", settings.public_url)]
    return [_warn("public url", f"{settings.public_url}, seen from this machine: {trouble}")]


def _trouble(url: str, opener: OpenerDirector) -> str | None:
    """What is wrong with the answer of this address; None when it is 200."""
    try:
        with opener.open(url, timeout=WITHIN_S / 2):
            return None
    except urllib.error.HTTPError as error:
        return f"answers {error.code} {error.read(500).decode(errors='replace')}"
    except OSError as error:
        return f"not reached: {getattr(error, 'reason', error)}"
