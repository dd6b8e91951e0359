"""`marquee backup`: the whole house in one file, taken while it runs."""

import asyncio
import json
from collections.abc import AsyncIterator
from contextlib import suppress
from datetime import UTC, datetime
from pathlib import Path
from typing import Annotated
from urllib.parse import unquote, urlsplit

import typer

from app.archive import FORMAT, Manifest, Writer, writing
from app.embedded.dump import dumped
from app.progress import Advance, shown
from settings import CannotStart, Settings, load_settings
from stores.objects import ObjectMissing, Objects, open_objects
from stores.revision import revision_of

DATABASE = "database"
KEYS = "secrets"  # a folder in the file, as in a home
OBJECTS = "objects"  # a folder in the file, as in a home


def backup(
    file: Annotated[Path, typer.Argument(help="Where to; it must not exist.")],
    without_objects: Annotated[
        bool,
        typer.Option(
            "--without-objects", help="Films and pictures are listed in it, and kept elsewhere."
        ),
    ] = False,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Writes database, keys and films to one file. Keep it where nobody reads it: it opens all."""
    with shown() as advance:
        manifest = asyncio.run(
            write_backup(load_settings(), file, with_objects=not without_objects, advance=advance)
        )
    answer = {
        "file": str(file),
        "bytes": file.stat().st_size,
        "revision": manifest.revision,
        "objects": sum(name.startswith(f"{OBJECTS}/") for name in manifest.sums),
    }
    typer.echo(
        json.dumps(answer)
        if as_json
        else f"{file} holds the house: {answer['objects']} objects, {answer['bytes']:,} bytes. "
        "It holds its keys too: whoever reads it can read everything."
    )


async def write_backup(
    settings: Settings,
    file: Path,
    *,
    with_objects: bool,
    advance: Advance = lambda what, part: None,
) -> Manifest:
    """Writes the file whole, or not at all. Raises CannotStart.

    Objects are put before the rows that name them and never changed, so all that the database of
    one moment needs is there afterwards.
    """
    made_at = datetime.now(UTC)
    revision = await _revision(settings)
    objects = open_objects(settings.objects_url)
    with writing(file) as writer:
        for name, text in _keys(settings).items():
            writer.add_text(f"{KEYS}/{name}", text)
        advance("Database", 0.0)
        await writer.add(DATABASE, dumped(settings.database_url))
        advance("Database", 1.0)
        sizes = await objects.sizes()
        if with_objects:
            await _add_objects(writer, objects, sizes, advance)
        manifest = Manifest(FORMAT, made_at.isoformat(), revision, sizes, writer.sums)
        writer.finish(manifest)
    return manifest


async def _add_objects(
    writer: Writer, objects: Objects, sizes: dict[str, int], advance: Advance
) -> None:
    total, done = sum(sizes.values()), 0
    for path, size in sorted(sizes.items()):
        with suppress(ObjectMissing):  # deleted meanwhile: nothing needed it
            await writer.add(f"{OBJECTS}/{path}", _parts(objects, path, size))
        done += size
        advance("Objects", done / total if total else 1.0)


async def _parts(objects: Objects, path: str, size: int) -> AsyncIterator[bytes]:
    async for part in objects.stream(path, 0, size):
        yield part


async def _revision(settings: Settings) -> str:
    try:
        revision = await revision_of(settings.database_url)
    except ConnectionError as error:
        raise CannotStart(f"Postgres cannot be reached: {error}") from error
    if revision is None:
        raise CannotStart("There is nothing to back up: the database has no tables.")
    return revision


def master_key(keys_url: str) -> str:
    """What is in the file behind KEYS_URL. Raises CannotStart."""
    file = Path(unquote(urlsplit(keys_url).path))
    try:
        return file.read_text().strip()
    except OSError as error:
        raise CannotStart(f"The master key {file}: {error.strerror}.") from error


def _keys(settings: Settings) -> dict[str, str]:
    """What the data cannot be read without, wherever it was set."""
    return {
        "master_key": master_key(settings.keys_url),
        "token_key": settings.token_key,
        "media_key": settings.media_key,
    }
