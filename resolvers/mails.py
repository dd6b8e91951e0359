"""What is promised to be mailed, and what comes back from it.

What is asked for is written down and answered alike, whoever has an account: it is the worker that
sends the mail who looks, so that an answer cannot tell, nor the time it takes.
"""

from collections.abc import Mapping
from datetime import datetime
from types import MappingProxyType

from domain.accounts import ASKED_WINDOW, MOST_ASKED, MOST_MAILED, MailPurpose, fingerprint
from domain.errors import Expired
from domain.mails import PROMISE_TTL, SendMail
from domain.sessions import digest
from resolvers.context import Context
from stores import Stores, Tx
from stores.budgets import Charge
from stores.sql import mailed_tokens as mailed_sql
from stores.sql.mailed_tokens import Promised


def asks(ctx: Context, email: str) -> list[Charge]:
    """For whoever wants something to be mailed to this (normal) address, or an account opened."""
    return [
        Charge(f"ask:account:{fingerprint(email)}", MOST_MAILED, ASKED_WINDOW),
        Charge(f"ask:address:{ctx.address}", MOST_ASKED, ASKED_WINDOW),
    ]


async def promise(
    stores: Stores,
    tx: Tx,
    email: str,
    purpose: MailPurpose,
    now: datetime,
    payload: Mapping[str, str] = MappingProxyType({}),
) -> None:
    """A mail that is sent once the transaction is committed. `payload` comes back with its
    secret."""
    mail = Promised(email, purpose, dict(payload), now + PROMISE_TTL)
    mail_id = await mailed_sql.promise(tx, mail)
    await stores.jobs.enqueue(tx, SendMail(mail_id))


async def look(ctx: Context, secret: str, purpose: MailPurpose) -> Promised:
    """What a secret is good for, and stays so. Raises Expired: asked before any hashing, which is
    no work to give to strangers."""
    async with ctx.reads.begin() as tx:
        mail = await mailed_sql.look(tx, digest(secret), purpose, ctx.now())
    if mail is None:
        raise no_longer_good()
    return mail


async def redeemed(ctx: Context, tx: Tx, secret: str, purpose: MailPurpose) -> Promised:
    """Uses up a secret that was mailed, with whatever else was mailed to that address. Raises
    Expired."""
    mail = await mailed_sql.take(tx, digest(secret), purpose, ctx.now())
    if mail is None:
        raise no_longer_good()
    await mailed_sql.forget(tx, mail.email)
    return mail


def no_longer_good() -> Expired:
    """Of a secret that was used, ran out, or never was."""
    return Expired("This link was used before, or has run out. Ask for another one.")
