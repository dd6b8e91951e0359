"""`marquee keys`: what tokens are signed with, and another key for that."""

import json
from pathlib import Path
from typing import Annotated, Any

import typer

from app.home import SECRETS, change_secret
from domain.token_keys import TokenKeys, pem_blocks
from settings import DEFAULT_HOME, CannotStart, given

NAME = "token_key"

keys = typer.Typer(help="The keys that tokens are signed with.", no_args_is_help=True)

HomeFolder = Annotated[
    Path, typer.Option("--home", envvar="MARQUEE_HOME", help="The folder of the house.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]


@keys.command("list")
def show(home: HomeFolder = Path(DEFAULT_HOME), as_json: AsJson = False) -> None:
    """Prints the id of every key; the first signs, and all are believed."""
    _tell(given(NAME) or _own(home).read_text(), as_json=as_json)


@keys.command()
def rotate(
    home: HomeFolder = Path(DEFAULT_HOME),
    leaked: Annotated[
        bool, typer.Option("--leaked", help="Believe no earlier key from now on.")
    ] = False,
    as_json: AsJson = False,
) -> None:
    """Makes a key that signs from the next start on. The one before is believed until then and
    after it; those before that one, no more. The house has to be stopped."""
    if given(NAME) is not None:
        raise CannotStart("TOKEN_KEY is one you made: docs/operations.md says how to rotate it.")
    _own(home)

    def rotated(pem: str) -> str:
        kept = [] if leaked else pem_blocks(pem)[:1]
        return "\n".join([SECRETS[NAME].make().strip(), *kept])

    _tell(change_secret(home, NAME, rotated), as_json=as_json)


def _own(home: Path) -> Path:
    file = home / "secrets" / NAME
    if not file.is_file():
        raise CannotStart(f"There is no key in {home}: start a house there first.")
    return file


def _tell(pem: str, *, as_json: bool) -> None:
    try:
        ring = TokenKeys.from_pem(pem, issuer="")
    except ValueError as error:
        raise CannotStart("TOKEN_KEY is no Ed25519 private key in PEM.") from error
    found: list[dict[str, Any]] = [
        {"kid": key_id, "signs": key_id == ring.id} for key_id in ring.public_keys
    ]
    if as_json:
        typer.echo(json.dumps({"keys": found}))
        return
    for each in found:
        typer.echo(f"{each['kid']}  {'signs' if each['signs'] else 'is believed'}")
