"""`marquee settings`: what an operator can set, what is set, and where it comes from."""

import json
import os
from typing import Annotated, Any

import typer

from settings import CannotStart, Settings, load_settings, source_of

HIDDEN = "…"


def settings(
    as_json: Annotated[bool, typer.Option("--json", help="One JSON object.")] = False,
) -> None:
    """Prints every setting: its value, where that comes from, and what it means."""
    known, problem = _loaded()
    described = [_described(name, known) for name in Settings.model_fields]
    if as_json:
        typer.echo(json.dumps({"settings": described}))
    else:
        for each in described:
            value = "is not set" if each["value"] is None else f"= {each['value']}"
            typer.echo(f"{each['name']} {value} ({each['from']})\n    {each['help']}")
    if problem is not None:
        typer.echo(problem, err=True)


def _loaded() -> tuple[Settings | None, CannotStart | None]:
    try:
        return load_settings(), None
    except CannotStart as problem:
        return None, problem


def _described(name: str, known: Settings | None) -> dict[str, Any]:
    source = source_of(name)
    return {
        "name": name.upper(),
        "value": _shown(name, _value(name, known)),
        "from": source or "default",
        "help": Settings.model_fields[name].description,
    }


def _value(name: str, known: Settings | None) -> str | None:
    """Of settings that are not whole, what was given."""
    if known is not None:
        value = getattr(known, name)
        return None if value is None else str(value)
    return os.environ.get(name.upper()) or None


def _shown(name: str, value: str | None) -> str | None:
    if value is None or Settings.model_fields[name].repr:
        return value
    return _without_password(value) if "://" in value else HIDDEN


def _without_password(url: str) -> str:
    """Nothing of who asks, nor of the query: passwords may stand in both, with any sign in them."""
    scheme, _, rest = url.partition("://")
    place, _, query = rest.partition("?")
    if "@" in query:  # the ? may be one of a password, and the host come after it
        return f"{scheme}://{HIDDEN}"
    _, at, place = place.rpartition("@")
    return f"{scheme}://{HIDDEN}@{place}" if at else f"{scheme}://{place}"
