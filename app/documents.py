"""`marquee documents`: what the apps of this house may ask of it."""

import asyncio
import json
import re
from collections.abc import Iterator, Mapping, Sequence
from datetime import UTC, datetime
from itertools import groupby
from pathlib import Path
from typing import Annotated, Any

import orjson
import typer
from graphql import OperationDefinitionNode

from domain.errors import TooComplex
from schema.documents import Prepared, document_id, prepare
from schema.limits import OF_APPS, check_text
from settings import CannotStart, load_settings
from stores import WORKERS, open_stores
from stores.sql import documents as documents_sql
from stores.sql.documents import Build, Registered

FILE = Path(__file__).parents[1] / "web" / "dist" / "documents.json"  # web/build.mjs writes it
NAME = re.compile(r"[A-Za-z0-9][A-Za-z0-9._+-]{0,63}")  # fits a header, a metric and a terminal
SHOWN_LETTERS = 12  # of an id on a terminal: enough to find it among a million

documents = typer.Typer(help="What the apps of this house may ask.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@documents.command()
def register(
    files: Annotated[
        list[Path],
        typer.Argument(metavar="FILE…", help=".graphql, or JSON: {id: text}, or a list of texts."),
    ],
    app: Annotated[str, typer.Option(help="Which app sends them; it says so in X-Marquee-App.")],
    build: Annotated[str, typer.Option(help="Which of its builds; in X-Marquee-Build.")],
    as_json: AsJson = False,
) -> None:
    """Lets an app ask its documents by their ids; all of them, or none when one is not valid."""
    of = Build(checked_name(app, "app"), checked_name(build, "build"))
    texts = texts_of(files)
    added = asyncio.run(_register(of, texts))
    if as_json:
        answer = {"app": of.app, "build": of.number, "new": added, "documents": sorted(texts)}
        typer.echo(json.dumps(answer))
        return
    for id_, text in texts.items():
        typer.echo(f"{id_}  {operations(text)}")
    typer.echo(f"{len(texts)} documents of {of.app} {of.number}, {added} of them new.")


@documents.command("list")
def show(as_json: AsJson = False) -> None:
    """Prints which build of which app sends what, and when it last did."""
    found = registered()
    if as_json:
        typer.echo(json.dumps({"documents": [described(each) for each in found]}))
        return
    for build, sent in groupby(found, key=lambda each: each.build):
        typer.echo(" ".join(build))
        for each in sent:
            id_ = each.document_id[:SHOWN_LETTERS]
            typer.echo(f"  {id_}  {operations(each.text)}  {last_used(each)}")


def of_the_page() -> tuple[Build, Mapping[str, str]] | None:
    """The documents of our own page, by their ids; None where it has not been built."""
    if not FILE.is_file():
        return None
    built = orjson.loads(FILE.read_bytes())
    return Build(built["app"], built["build"]), built["documents"]


def texts_of(files: Sequence[Path]) -> dict[str, str]:
    """By their ids. Raises CannotStart with what is wrong with the first that cannot be asked."""
    found: dict[str, str] = {}
    for file in files:
        for id_, text in _read(file):
            _check(file, text)
            found[id_] = text
    return found


def checked_name(given: str, what: str) -> str:
    """What an app or a build may be called. Raises CannotStart."""
    if NAME.fullmatch(given) is None:
        raise CannotStart(f"{given} is no name of an {what}: letters, digits and . _ + - in it.")
    return given


def registered() -> list[Registered]:
    """All of the house that the settings lead to. Raises CannotStart, Unavailable."""

    async def read() -> list[Registered]:
        async with (
            open_stores(load_settings(), patience=WORKERS) as stores,
            stores.begin() as tx,
        ):
            return await documents_sql.listed(tx)

    return asyncio.run(read())


def described(each: Registered) -> dict[str, Any]:
    """As JSON shows it."""
    return {
        "id": each.document_id,
        "operations": operations(each.text),
        "app": each.build.app,
        "build": each.build.number,
        "lastUsed": None if each.last_day is None else each.last_day.isoformat(),
        "times": each.times,
    }


def operations(text: str) -> str:
    """What a document does, in words: `query Home`."""
    definitions = prepare(text, trusted=True).document.definitions
    return ", ".join(
        f"{node.operation.value} {node.name.value}" if node.name else node.operation.value
        for node in definitions
        if isinstance(node, OperationDefinitionNode)
    )


def last_used(each: Registered) -> str:
    """As a terminal shows it."""
    return f"{each.last_day}, {each.times} times" if each.last_day else "never used"


def _read(file: Path) -> Iterator[tuple[str, str]]:
    try:
        raw = file.read_text(encoding="utf-8")
        found = json.loads(raw) if file.suffix == ".json" else [raw]
    except OSError as error:
        raise CannotStart(f"{file}: {error.strerror}.") from error
    except ValueError as error:
        raise CannotStart(f"{file}: {error}.") from error
    if isinstance(found, list) and all(isinstance(text, str) for text in found):
        yield from ((document_id(text), text) for text in found)
        return
    if not isinstance(found, dict) or not all(isinstance(text, str) for text in found.values()):
        raise CannotStart(f"{file} is neither a list of documents nor an object of them by id.")
    for id_, text in found.items():
        if id_ != document_id(text):
            raise CannotStart(f"{file}: {id_} is not the SHA-256 of its text.")
        yield id_, text


def _check(file: Path, text: str) -> None:
    try:
        check_text(text, OF_APPS)
        prepared = prepare(text, trusted=True)
        for operation in prepared.operations():
            operation.cost({})  # lists as long as they are when nobody says
    except TooComplex as error:
        raise CannotStart(f"{file}: {error.message}") from error
    if prepared.errors:
        raise CannotStart("\n".join(_wrong(file, prepared)))


def _wrong(file: Path, prepared: Prepared) -> Iterator[str]:
    for error in prepared.errors:
        place = "".join(f":{at.line}:{at.column}" for at in (error.locations or ())[:1])
        yield f"{file}{place}: {error.message}"


async def _register(build: Build, texts: Mapping[str, str]) -> int:
    async with (
        open_stores(load_settings(), patience=WORKERS) as stores,
        stores.begin() as tx,
    ):
        return await documents_sql.register(tx, build, texts, datetime.now(UTC))
