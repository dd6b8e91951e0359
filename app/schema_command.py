"""`marquee schema`: may this be removed, and what would that change break?"""

import json
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Annotated

import typer
from graphql import GraphQLError

from app.documents import described, last_used, operations, registered
from schema.changes import added, breaking
from schema.documents import prepare
from schema.root import schema as api
from schema.uses import part_of, uses
from settings import CannotStart
from stores.sql.documents import USES_ARE_KEPT, Registered

DAYS = 90  # a TV that was not on for a season has an update waiting before anything else
EXIT_NO = 1  # an answer, where 2 says that the question was none

schema = typer.Typer(help="What may change in the API.", no_args_is_help=True)

AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@schema.command("can-remove")
def can_remove(
    name: Annotated[
        str, typer.Argument(help="Type.field, Type.field.argument, Input.field or Enum.VALUE.")
    ],
    days: Annotated[
        int,
        typer.Option(
            min=1, max=USES_ARE_KEPT.days, help="A build not seen for longer counts no more."
        ),
    ] = DAYS,
    as_json: AsJson = False,
) -> None:
    """Whether no document uses it that a build in use registered: exit 0 for yes; 1 for no, with
    who sends such a document, and when they last did."""
    part = part_of(api._schema, name)
    found = _in_use(registered(), datetime.now(UTC).date() - timedelta(days))
    asking = {
        id_
        for id_, text in {each.document_id: each.text for each in found}.items()
        if uses(api._schema, prepare(text, trusted=True).document, part)
    }
    senders = [each for each in found if each.document_id in asking]
    if as_json:
        sent = [described(each) for each in senders]
        answer = {"name": name, "days": days, "canRemove": not sent, "documents": sent}
        typer.echo(json.dumps(answer))
    elif not senders:
        typer.echo(f"Yes: no build that was seen in the last {days} days uses {name}.")
    else:
        typer.echo(f"No: {name} is used by")
        for each in senders:
            typer.echo(f"  {' '.join(each.build)}  {operations(each.text)}  {last_used(each)}")
    if senders:
        raise typer.Exit(EXIT_NO)


@schema.command()
def diff(
    old: Annotated[Path, typer.Argument(help="A schema in SDL, as apps out there know it.")],
    new: Annotated[Path, typer.Argument(help="The one that is to follow it.")],
    as_json: AsJson = False,
) -> None:
    """What the new schema breaks for apps built for the old one: exit 0 for nothing, 1 else."""
    sdls = _sdl(old), _sdl(new)
    broken, more = breaking(*sdls), added(*sdls)
    if as_json:
        typer.echo(json.dumps({"breaking": broken, "added": more}))
    else:
        for sentence in broken:
            typer.echo(f"breaking  {sentence}")
        for sentence in more:
            typer.echo(f"added     {sentence}")
    if broken:
        raise typer.Exit(EXIT_NO)


def _in_use(found: Sequence[Registered], since: date) -> list[Registered]:
    """All of every build of which anything was seen: it may ask the rest tomorrow."""
    builds = {each.build for each in found if each.seen_on >= since}
    return [each for each in found if each.build in builds]


def _sdl(file: Path) -> str:
    """Raises CannotStart for what is none."""
    try:
        text = file.read_text(encoding="utf-8")
        breaking(text, text)
    except OSError as error:
        raise CannotStart(f"{file}: {error.strerror}.") from error
    except (ValueError, TypeError, GraphQLError) as error:
        raise CannotStart(f"{file} is no schema: {error}") from error
    return text
