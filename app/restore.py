"""`marquee restore`: a house out of the file that `marquee backup` wrote."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from functools import partial
from pathlib import Path
from typing import Annotated

import typer

from app.archive import Reader, reading
from app.backup import DATABASE, KEYS, OBJECTS, master_key
from app.embedded import postgres
from app.embedded.dump import load
from app.embedded.supervisor import Supervisor
from app.home import SECRETS, Home, rebuild_home
from app.migrate import bring_up_to_date, refuse_newer
from app.progress import Advance, shown
from settings import DEFAULT_HOME, CannotStart, given
from stores.objects import open_objects
from stores.revision import revision_of

NAMED = 3  # of the missing objects; the rest is in --json


def restore(
    file: Annotated[Path, typer.Argument(help="What `marquee backup` wrote.")],
    home: Annotated[
        Path, typer.Option(envvar="MARQUEE_HOME", help="The folder to restore into: an empty one.")
    ] = Path(DEFAULT_HOME),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Brings a house back, into an empty home, and an empty database where DATABASE_URL is set.
    The home is left alone where the keys are given too."""
    home, url = home.absolute(), given("database_url")
    is_apart = url is not None and _keys_are_given()
    try:
        with shown() as advance, reading(file, partial(advance, "Checking")) as backup:
            refuse_newer(backup.manifest.revision)
            _refuse_another_master_key(backup)
            missing = _bring_back(backup, home, url, advance)
    except OSError as error:
        where = error.filename or home
        raise CannotStart(
            f"The house is not restored: {where}: {error.strerror or error}."
        ) from error
    answer = {
        "home": None if is_apart else str(home),
        "revision": backup.manifest.revision,
        "objects": len(backup.manifest.objects) - len(missing),
        "missingObjects": missing,
    }
    typer.echo(json.dumps(answer) if as_json else _sentence(None if is_apart else home, missing))


def _bring_back(backup: Reader, home: Path, url: str | None, advance: Advance) -> list[str]:
    """The paths of objects that are missing. The home is left alone where nothing belongs in it."""
    if url is not None and _keys_are_given():
        return asyncio.run(_restore(backup, _given_database(url), home, advance))
    with rebuild_home(home, _keys(backup)) as fresh:
        database = _database_in(fresh, home) if url is None else _given_database(url)
        return asyncio.run(_restore(backup, database, home, advance))


async def _restore(
    backup: Reader, database: AbstractAsyncContextManager[str], home: Path, advance: Advance
) -> list[str]:
    """The paths of objects that are neither in the backup nor in the store."""
    async with database as database_url:
        missing = await _restore_objects(backup, home, advance)
        advance("Database", 0.0)
        with backup.open(DATABASE) as dump:
            await load(database_url, dump)
        await asyncio.to_thread(bring_up_to_date, database_url)
        advance("Database", 1.0)
    return missing


@asynccontextmanager
async def _given_database(url: str) -> AsyncIterator[str]:
    """Raises CannotStart unless it is empty."""
    try:
        revision = await revision_of(url)
    except ConnectionError as error:
        raise CannotStart(f"Postgres cannot be reached: {error}") from error
    if revision is not None:
        raise CannotStart("The database behind DATABASE_URL is not empty: give an empty one.")
    yield url


@asynccontextmanager
async def _database_in(fresh: Home, home: Path) -> AsyncIterator[str]:
    """One of its own, which stops at the end."""
    async with Supervisor(home / "children") as supervisor:
        yield await postgres.start(
            supervisor,
            fresh.path / "postgres",
            password=fresh.secrets["postgres_password"],
            log=home / "logs" / "postgres.log",
        )


async def _restore_objects(backup: Reader, home: Path, advance: Advance) -> list[str]:
    expected = backup.manifest.objects
    objects = open_objects(given("objects_url") or (home / "objects").as_uri())
    held = [path for path in expected if f"{OBJECTS}/{path}" in backup.manifest.sums]
    for done, path in enumerate(held, start=1):
        with backup.open(f"{OBJECTS}/{path}") as member:
            await objects.put_file(path, member)
        advance("Objects", done / len(held))
    there = await objects.sizes()
    return sorted(path for path, size in expected.items() if there.get(path) != size)


def _keys(backup: Reader) -> dict[str, str]:
    """Those a home keeps; the passwords of its servers are made anew with them."""
    names = [name for name in SECRETS if f"{KEYS}/{name}" in backup.manifest.sums]
    return {name: backup.text(f"{KEYS}/{name}") for name in names}


def _keys_are_given() -> bool:
    """Whether a house apart has them from its operator; otherwise only a home can keep them."""
    return all([_given_master_key(), given("token_key"), given("media_key")])


def _given_master_key() -> str | None:
    """Its URL."""
    folder = given("marquee_secrets")
    in_folder = Path(folder).absolute() / "master_key" if folder else None
    return given("keys_url") or (in_folder.as_uri() if in_folder else None)


def _refuse_another_master_key(backup: Reader) -> None:
    url = _given_master_key()
    if url and master_key(url) != backup.text(f"{KEYS}/master_key"):
        raise CannotStart(f"{url} is not the master key of this backup: no film would play.")


def _sentence(home: Path | None, missing: list[str]) -> str:
    restored = (
        f"{home} is restored: start it with `marquee up`."
        if home
        else "The database and the objects are restored: start web servers and workers."
    )
    if not missing:
        return restored
    named = ", ".join(missing[:NAMED]) + (", …" if len(missing) > NAMED else "")
    return f"{restored} {len(missing)} objects are missing and have to be brought back: {named}"
