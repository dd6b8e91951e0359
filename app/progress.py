"""How far something has come: bars on a terminal, plain lines elsewhere, always on stderr."""

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, Progress, TaskID, TaskProgressColumn, TextColumn

Advance = Callable[[str, float], None]  # (what, how far from 0 to 1)


@contextmanager
def shown() -> Iterator[Advance]:
    """Call what it gives as things advance; each has a bar, or a line at its begin and end."""
    console = Console(stderr=True, highlight=False)
    if console.is_terminal:
        columns = TextColumn("{task.description}"), BarColumn(), TaskProgressColumn()
        # A line for a person goes above the bars; one for a program goes down its pipe.
        with Progress(*columns, console=console, redirect_stdout=sys.stdout.isatty()) as bars:
            yield _bars(bars)
    else:
        yield _lines(console)


def _bars(bars: Progress) -> Advance:
    tasks: dict[str, TaskID] = {}

    def advance(what: str, part: float) -> None:
        if what not in tasks:
            tasks[what] = bars.add_task(what, total=1.0)
        bars.update(tasks[what], completed=part)

    return advance


def _lines(console: Console) -> Advance:
    said: dict[str, bool] = {}  # what, and whether its end was told

    def advance(what: str, part: float) -> None:
        if what not in said:
            console.print(f"{what}: begun", markup=False)
            said[what] = False
        if part >= 1.0 and not said[what]:
            console.print(f"{what}: done", markup=False)
            said[what] = True

    return advance
