"""Opening an account, signing in to it, and out."""

from typing import NoReturn

from domain.accounts import (
    MAX_PASSWORD_CHARACTERS,
    DeviceInput,
    MailPurpose,
    RegisterInput,
    SignedIn,
    SignedOut,
    SignInInput,
    Viewer,
    check_device,
    check_length,
    check_new_account,
    check_sign_in,
    normal_email,
)
from domain.errors import Conflict, Pending
from domain.profiles import normal_name
from resolvers import mails, passwords
from resolvers.context import Info
from resolvers.passwords import not_together, prove, tries_of_device, tries_of_stranger
from resolvers.sessions import end_sessions, let_in, open_session
from stores.sql import accounts as accounts_sql

LOOK_INTO_YOUR_MAIL = "Look into your mail: a link is there."
SIGN_IN_NOW = "Sign in with it now. If the address had an account before, its password stays."


async def register(info: Info, input: RegisterInput) -> NoReturn:
    """Always Pending, or RateLimited: whether there was an account is for the mail to say, or the
    next sign-in."""
    ctx, email = info.context, normal_email(input.email)
    check_new_account(email, input.password, input.profile_name)
    check_device(input.device, "input", "device")
    async with ctx.stores.passwords.turn() as hashing:
        await ctx.stores.budgets.spend(mails.asks(ctx, email))
        password_hash = await hashing.hash(input.password)
    asked = {"password_hash": password_hash, "profile_name": normal_name(input.profile_name)}
    async with ctx.reads.begin() as tx:
        if ctx.house.sends_mails:
            await mails.promise(ctx.stores, tx, email, MailPurpose.CONFIRM, ctx.now(), asked)
        else:
            await accounts_sql.open_account(tx, email, now=ctx.now(), **asked)
    raise Pending(LOOK_INTO_YOUR_MAIL if ctx.house.sends_mails else SIGN_IN_NOW)


async def confirm_registration(
    info: Info, token: str, password: str, device: DeviceInput
) -> SignedIn:
    """By the secret of a mail, and the password that was chosen before: anybody may have asked for
    an account of this address, and its owner must not open one that somebody else has the key
    of."""
    check_length(password, MAX_PASSWORD_CHARACTERS, "password")
    check_device(device, "device")
    ctx = info.context
    asked = await mails.look(ctx, token, MailPurpose.CONFIRM)
    tries = tries_of_stranger(ctx, asked.email)
    await passwords.check(ctx, asked.payload["password_hash"], password, tries)
    async with ctx.reads.begin() as tx:
        mail = await mails.redeemed(ctx, tx, token, MailPurpose.CONFIRM)
        account = await accounts_sql.open_account(tx, mail.email, now=ctx.now(), **mail.payload)
        if account is None:
            raise Conflict("There is an account of this address by now: sign in to it.")
        opened = await open_session(ctx, tx, account, device)
    return await let_in(ctx, opened)


async def sign_in(info: Info, input: SignInInput) -> SignedIn:
    """Wrong and unknown are one answer, and take one time."""
    check_sign_in(input)
    ctx, email = info.context, normal_email(input.email)
    async with ctx.reads.begin() as tx:
        found = await accounts_sql.credentials(tx, email)
        known = await accounts_sql.known_device(tx, email, input.device.installation_id, ctx.now())
    tries = tries_of_stranger(ctx, email) if known is None else tries_of_device(ctx, known)
    proven = await prove(ctx, found, input.password, tries)
    passwords, fresh = ctx.stores.passwords, None
    if passwords.is_outdated(proven.password_hash):
        fresh = await passwords.hash(input.password)
    async with ctx.reads.begin() as tx:
        if not await accounts_sql.hold_password(tx, proven):
            raise not_together()  # another was set meanwhile, which ended all that is signed in
        opened = await open_session(ctx, tx, proven.account, input.device)
    if fresh is not None:  # apart: of two who share the account's lock, none could write
        async with ctx.reads.begin() as tx:
            await accounts_sql.replace_password(tx, proven, fresh)
    return await let_in(ctx, opened)


async def sign_out(info: Info) -> SignedOut:
    """Ends what this device is signed in with."""
    viewer = await info.context.viewer()
    await end_sessions(info.context, [viewer.device.id])
    return SignedOut(1)


async def viewer(info: Info) -> Viewer | None:
    """None before sign-in."""
    return None if info.context.claims() is None else await info.context.viewer()
