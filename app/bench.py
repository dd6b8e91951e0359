"""`marquee bench NAME`: one question each, answered by measuring on this machine."""

import json
from importlib import import_module
from typing import Annotated

import typer
from rich.box import MARKDOWN
from rich.console import Console
from rich.table import Table

from settings import CannotStart

BENCHES = ("door", "limits", "load", "signin")  # modules of bench/ with a `run() -> Report`
WIDTH = 120  # columns; of a pipe nobody says how wide it is, and rich takes 80


def bench(
    name: Annotated[str, typer.Argument(help=f"One of: {', '.join(BENCHES)}.")],
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object at the end.")] = False,
) -> None:
    """Measures, in about a minute, with the peers of the question beside it."""
    if name not in BENCHES:
        raise CannotStart(f"There is no bench of that name; there are: {', '.join(BENCHES)}.")
    report = import_module(f"bench.{name}").run()
    if as_json:
        rows = [dict(zip(report.columns, row, strict=True)) for row in report.rows]
        typer.echo(json.dumps({"title": report.title, "rows": rows, "notes": report.notes}))
        return
    table = Table(*report.columns, title=report.title, box=MARKDOWN)
    for row in report.rows:
        table.add_row(*row)
    Console(width=WIDTH).print(table, *report.notes, sep="\n")
