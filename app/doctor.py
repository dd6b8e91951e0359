"""`marquee doctor`: what is wrong with a house, running or not, and what to do about it."""

import asyncio
import json
import os
from collections.abc import Iterable
from dataclasses import asdict
from pathlib import Path
from typing import Annotated

import typer

from app.checkup import Finding, Verdict, of_the_home, of_the_servers, of_the_tools
from settings import DEFAULT_HOME, CannotStart, load_settings

EXIT_UNWELL = 1


def doctor(
    home: Annotated[
        Path, typer.Option(envvar="MARQUEE_HOME", help="The folder all data lives in.")
    ] = Path(DEFAULT_HOME),
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Looks at everything a house needs, and says what to do where something is wrong."""
    os.environ["MARQUEE_HOME"] = str(home)  # for the settings
    findings = asyncio.run(_examine(home.absolute()))
    if as_json:
        typer.echo(json.dumps({"findings": [asdict(each) for each in findings]}))
    else:
        for each in findings:
            typer.echo(f"{each.verdict:4}  {each.what}: {each.says}")
    if any(each.verdict is Verdict.FAIL for each in findings):
        raise typer.Exit(EXIT_UNWELL)


async def _examine(home: Path) -> list[Finding]:
    findings = [*of_the_home(home), *await of_the_tools()]
    try:
        settings = load_settings()
    except CannotStart as problem:
        findings += _not_asked(str(problem).splitlines())
    else:
        findings += await of_the_servers(settings)
    logs = home / "logs"
    written = ", ".join(sorted(log.name for log in logs.glob("*.log"))) or "nothing yet"
    return [*findings, Finding("logs", Verdict.OK, f"in {logs}: {written}")]


def _not_asked(problems: Iterable[str]) -> list[Finding]:
    """A house that does not run has no addresses, which is nothing wrong with it."""
    return [
        Finding(
            "settings",
            Verdict.WARN if problem.startswith("No Marquee is running") else Verdict.FAIL,
            f"{problem} Its servers are not looked at.",
        )
        for problem in problems
    ]
