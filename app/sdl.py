"""`marquee sdl`: the API as text."""

import typer


def sdl() -> None:
    """Prints the schema, as committed in schema/schema.graphql."""
    from schema.root import schema

    typer.echo(schema.as_str())
