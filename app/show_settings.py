"""`marquee settings`: what an operator can set."""

import typer

from settings import Settings


def settings() -> None:
    """Prints every setting with what it means; they are read from the environment."""
    for name, field in Settings.model_fields.items():
        typer.echo(f"{name.upper()}{_default(name)}\n    {field.description}")


def _default(name: str) -> str:
    field = Settings.model_fields[name]
    if field.is_required():
        return " (made by `marquee up` when unset)"
    return "" if field.default_factory else f" (default: {field.default})"
