"""`marquee degrade`: a drill, to see what viewers would if a part of the house were down."""

import asyncio
import json
from datetime import timedelta
from typing import Annotated

import typer

from domain.degradation import DRILLS, DegradationLevel, Dependency, summary
from domain.errors import Unavailable
from settings import CannotStart, load_settings
from stores import open_stores

LEVELS = ", ".join(level.lower() for level in DegradationLevel)
PARTS = ", ".join(Dependency)


def degrade(
    what: Annotated[str, typer.Argument(help=f"A level ({LEVELS}), or a part ({PARTS}).")],
    minutes: Annotated[float, typer.Option(min=0.1, max=60, help="When it ends by itself.")] = 5,
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Closes parts of the running house on purpose; `full` opens them again.

    Every API process behaves as if they were down, and `ops { degradation }` says so. A drill goes
    through Redis: without it there is none to begin, and it ends at its time.
    """
    closed = _closed(what)
    asyncio.run(_begin(closed, timedelta(minutes=minutes)))
    level, parts = summary(closed), sorted(closed)
    if as_json:
        answer = {"level": level, "closed": parts, "minutes": minutes if closed else 0}
        typer.echo(json.dumps(answer))
    elif not closed:
        typer.echo("The drill is over.")
    else:
        typer.echo(
            f"{level}: every process does without {' and '.join(parts)}, for {minutes:g} min."
            " End it with: marquee degrade full"
        )


def _closed(what: str) -> frozenset[Dependency]:
    word = what.lower()
    if word.upper() in Dependency.__members__:
        return frozenset({Dependency(word)})
    if word.upper() in DegradationLevel.__members__:
        return DRILLS[DegradationLevel[word.upper()]]
    raise CannotStart(f"There is no {what}: say {LEVELS}, {PARTS}.")


async def _begin(closed: frozenset[Dependency], length: timedelta) -> None:
    async with open_stores(load_settings()) as stores:
        try:
            await stores.drills.begin(closed, length)
        except Unavailable as error:
            raise CannotStart("Redis does not answer, so no drill can begin or end.") from error
