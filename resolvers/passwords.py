"""May a password be tried, is it the right one, and how does it become another?

Nothing here does more, or takes longer, for an address that has an account than for one that has
none: what is looked up, counted and hashed is the same.
"""

from collections.abc import Sequence
from typing import NoReturn, cast

from domain.accounts import (
    MAX_PASSWORD_CHARACTERS,
    MOST_TRIES,
    TRIES_WINDOW,
    MailPurpose,
    SignedOut,
    check_email,
    check_length,
    check_new_password,
    fingerprint,
    normal_email,
)
from domain.errors import Conflict, Pending, Unauthenticated
from domain.ids import DeviceId
from resolvers import mails
from resolvers.context import Context, Info
from stores import Tx
from stores.budgets import Charge
from stores.sql import accounts as accounts_sql
from stores.sql import device_sign_in as codes_sql
from stores.sql import devices as devices_sql
from stores.sql import mailed_tokens as mailed_sql
from stores.sql.accounts import Credentials

ASK_THE_OPERATOR = (
    "This house sends no mail. Whoever runs it can set another password for you:"
    " `marquee accounts password`."
)
LOOK_INTO_YOUR_MAIL = "Look into your mail: if the address has an account, a link is there."


async def change_password(info: Info, current: str, next: str) -> SignedOut:
    """Ends what everybody else is signed in with, who may have known the old one. The device that
    asks stays signed in, but has to refresh at once: of two who have its tokens, one is found out
    by that."""
    check_length(current, MAX_PASSWORD_CHARACTERS, "current")
    ctx = info.context
    viewer = await ctx.viewer()
    check_new_password(next, viewer.account.email, "next")
    async with ctx.reads.begin() as tx:
        found = await accounts_sql.credentials(tx, viewer.account.email)
    known = await prove(ctx, found, current, tries_of_device(ctx, viewer.device.id))
    password_hash = await ctx.stores.passwords.hash(next)
    now = ctx.now()
    async with ctx.reads.begin() as tx:
        if not await accounts_sql.replace_password(tx, known, password_hash):
            raise Conflict("Somebody else has just changed the password.")
        await mailed_sql.forget(tx, viewer.account.email)
        await _tell_owner(ctx, tx, viewer.account.email)
        signed_in = await devices_sql.signed_in_devices(tx, viewer.account.id, now)
        await codes_sql.forget_approvals(tx, viewer.account.id)
        every = await devices_sql.device_ids_of(tx, viewer.account.id)
        others = [each for each in every if each != viewer.device.id]
        revoked = await devices_sql.end_sessions(tx, others, now)
        revoked += await devices_sql.end_access(tx, [viewer.device.id], now)
    await ctx.stores.revocations.tell(revoked)
    return SignedOut(sum(device.id in others for device in signed_in))


async def request_password_reset(info: Info, email: str) -> NoReturn:
    """Always Pending, or RateLimited: whether there is an account is for the mail to say."""
    ctx, email = info.context, normal_email(email)
    check_email(email, "email")
    await ctx.stores.budgets.spend(mails.asks(ctx, email))
    if not ctx.house.sends_mails:
        raise Pending(ASK_THE_OPERATOR)
    async with ctx.reads.begin() as tx:
        await mails.promise(ctx.stores, tx, email, MailPurpose.RESET, ctx.now())
    raise Pending(LOOK_INTO_YOUR_MAIL)


async def reset_password(info: Info, token: str, next: str) -> SignedOut:
    """By the secret of a mail. Ends every session of the household."""
    ctx = info.context
    email = (await mails.look(ctx, token, MailPurpose.RESET)).email
    check_new_password(next, email, "next")
    password_hash = await ctx.stores.passwords.hash(next)
    now = ctx.now()
    async with ctx.reads.begin() as tx:
        found = await accounts_sql.held_credentials(tx, email)
        await mails.redeemed(ctx, tx, token, MailPurpose.RESET)
        if found is None or not await accounts_sql.replace_password(tx, found, password_hash):
            raise mails.no_longer_good()
        await _tell_owner(ctx, tx, email)
        signed_in = await devices_sql.signed_in_devices(tx, found.account.id, now)
        await codes_sql.forget_approvals(tx, found.account.id)
        every = await devices_sql.device_ids_of(tx, found.account.id)
        revoked = await devices_sql.end_sessions(tx, every, now)
    await ctx.stores.revocations.tell(revoked)
    return SignedOut(len(signed_in))


async def _tell_owner(ctx: Context, tx: Tx, email: str) -> None:
    """That there is another password: whoever did not set it has to know."""
    if ctx.house.sends_mails:
        await mails.promise(ctx.stores, tx, email, MailPurpose.CHANGED, ctx.now())


async def prove(
    ctx: Context, found: Credentials | None, password: str, tries: Sequence[Charge]
) -> Credentials:
    """What was found, when the password is right. Raises what `check` does."""
    await check(ctx, None if found is None else found.password_hash, password, tries)
    return cast(Credentials, found)


async def check(
    ctx: Context, password_hash: str | None, password: str, tries: Sequence[Charge]
) -> None:
    """Raises Unauthenticated for a wrong password, and where there is none; RateLimited, also for
    the right one; and Overloaded.

    A try is counted before it is looked at, so that racing ones are, and given back if it was
    right. It is counted in the turn of its hash: of many who sign in at a time from one address
    with the right password, only those being hashed count.
    """
    stores = ctx.stores
    async with stores.passwords.turn() as hashing:
        spent = await stores.budgets.spend(tries)
        matches = await hashing.verify(password_hash, password)
    if password_hash is None or not matches:
        raise not_together()
    await stores.budgets.refund(spent)


def not_together() -> Unauthenticated:
    """Of a wrong password, and of an address that nobody has."""
    return Unauthenticated("This e-mail and password do not belong together.")


def tries_of_stranger(ctx: Context, email: str) -> list[Charge]:
    """For a device that is not signed in to the account of this (normal) address."""
    return [
        Charge(f"password:account:{fingerprint(email)}", MOST_TRIES, TRIES_WINDOW),
        Charge(f"password:address:{ctx.address}", MOST_TRIES, TRIES_WINDOW),
    ]


def tries_of_device(ctx: Context, device_id: DeviceId) -> list[Charge]:
    """For a device that is signed in to the account: strangers elsewhere, who use up the account's,
    cannot lock it out."""
    return [
        Charge(f"password:device:{device_id}", MOST_TRIES, TRIES_WINDOW),
        Charge(f"password:address:{ctx.address}", MOST_TRIES, TRIES_WINDOW),
    ]
