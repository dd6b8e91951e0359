"""`marquee accounts`: who may sign in, and who may see the house from inside."""

import asyncio
import json
import sys
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from typing import Annotated, Any, TypeVar

import typer

from domain.accounts import (
    MailPurpose,
    SubscriptionTier,
    check_new_account,
    check_new_password,
    normal_email,
)
from domain.errors import InvalidInput, NotFound
from domain.locales import normal_tag
from domain.profiles import MAX_AGE, normal_name
from resolvers import mails
from settings import CannotStart, load_settings
from stores import WORKERS, Stores, open_stores
from stores.sql import accounts as accounts_sql
from stores.sql import households as households_sql
from stores.sql import profiles as profiles_sql
from stores.sql.households import Household

accounts = typer.Typer(help="Households of this house.", no_args_is_help=True)

Email = Annotated[str, typer.Argument(help="The address it signs in with.")]
FromStdin = Annotated[
    bool, typer.Option("--password-stdin", help="Reads the password from stdin, not the terminal.")
]
AsJson = Annotated[bool, typer.Option("--json", help="One JSON object.")]
T = TypeVar("T")


@accounts.command()
def create(
    email: Email,
    profile: Annotated[str, typer.Option(help="The name of its first profile.")] = "Home",
    tier: Annotated[
        SubscriptionTier, typer.Option(help="What it pays for.")
    ] = SubscriptionTier.PREMIUM,
    locale: Annotated[str, typer.Option(help="The language of its first profile.")] = "en",
    password_stdin: FromStdin = False,
    as_json: AsJson = False,
) -> None:
    """Makes a household with one profile, and asks for its password."""
    email = normal_email(email)
    password = _password(from_stdin=password_stdin)
    check_new_account(email, password, profile)
    language = normal_tag(locale, "locale")

    async def make(stores: Stores) -> dict[str, Any]:
        password_hash = await stores.passwords.hash(password)
        now = datetime.now(UTC)
        async with stores.begin() as tx:
            account_id = await accounts_sql.insert_account(
                tx, email=email, password_hash=password_hash, tier=tier, now=now
            )
            if account_id is None:
                raise InvalidInput(f"There is an account of {email} already.", field=["email"])
            profile_id = await profiles_sql.insert_profile(
                tx,
                account_id,
                name=normal_name(profile, "profile"),
                kids=False,
                maturity_age=MAX_AGE,
                ui_locale=language,
                now=now,
            )
        return {"accountId": account_id, "email": email, "profileId": profile_id}

    _tell(_with_stores(make), f"{email} can sign in.", as_json=as_json)


@accounts.command("operator")
def appoint(
    email: Email,
    revoke: Annotated[bool, typer.Option("--revoke", help="No longer.")] = False,
    as_json: AsJson = False,
) -> None:
    """Lets a household see the house from inside: `ops` in GraphQL."""
    email = normal_email(email)

    async def change(stores: Stores) -> dict[str, Any]:
        async with stores.begin() as tx:
            account_id = await households_sql.set_operator(tx, email, operator=not revoke)
        return {"accountId": _found(account_id, email), "email": email, "operator": not revoke}

    sentence = f"{email} is {'no operator any more' if revoke else 'an operator'}."
    _tell(_with_stores(change), sentence, as_json=as_json)


@accounts.command("password")
def change_password(
    email: Email, password_stdin: FromStdin = False, as_json: AsJson = False
) -> None:
    """Sets another password, and signs every device of the household out."""
    email = normal_email(email)
    password = _password(from_stdin=password_stdin)
    check_new_password(password, email)
    sends_mails = load_settings().smtp_url is not None

    async def change(stores: Stores) -> dict[str, Any]:
        password_hash = await stores.passwords.hash(password)
        async with stores.begin() as tx:
            now = datetime.now(UTC)
            changed = await households_sql.set_password(tx, email, password_hash, now)
            if changed is not None and sends_mails:
                await mails.promise(stores, tx, email, MailPurpose.CHANGED, now)
        account_id, revoked = changed or (None, [])
        await stores.revocations.tell(revoked)
        return {"accountId": _found(account_id, email), "email": email}

    _tell(_with_stores(change), f"{email} has another password.", as_json=as_json)


@accounts.command("list")
def show(as_json: AsJson = False) -> None:
    """Prints every household with its profiles."""

    async def read(stores: Stores) -> list[Household]:
        async with stores.begin() as tx:
            return await households_sql.households(tx)

    found = [_described(household) for household in _with_stores(read)]
    if as_json:
        typer.echo(json.dumps({"accounts": found}))
        return
    for each in found:
        marks = [each["tier"], *(["operator"] if each["operator"] else [])]
        typer.echo(f"{each['email']}  {' '.join(marks)}  {', '.join(each['profiles'])}")


def _with_stores(work: Callable[[Stores], Awaitable[T]]) -> T:
    async def run() -> T:
        async with open_stores(load_settings(), patience=WORKERS) as stores:
            return await work(stores)

    return asyncio.run(run())


def _password(*, from_stdin: bool) -> str:
    """Never an argument: everybody on the machine may read those."""
    if from_stdin:
        return sys.stdin.readline().rstrip("\r\n")
    if not sys.stdin.isatty():
        raise CannotStart("There is no terminal to ask for the password at: use --password-stdin.")
    answer: str = typer.prompt("Password", hide_input=True, confirmation_prompt=True, err=True)
    return answer


def _found(account_id: str | None, email: str) -> str:
    if account_id is None:
        raise NotFound(f"There is no account of {email}.", field=["email"])
    return account_id


def _described(household: Household) -> dict[str, Any]:
    return {
        "accountId": household.account.id,
        "email": household.account.email,
        "tier": household.account.tier,
        "operator": household.account.operator,
        "profiles": [profile.name for profile in household.profiles],
    }


def _tell(answer: dict[str, Any], sentence: str, *, as_json: bool) -> None:
    typer.echo(json.dumps(answer) if as_json else sentence)
