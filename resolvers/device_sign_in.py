"""A TV asks to be let in by a code, and somebody who is signed in decides (RFC 8628)."""

import secrets
from collections.abc import Awaitable, Callable
from datetime import datetime
from functools import partial

from strawberry import Parent

from domain import sessions
from domain.accounts import DeviceInput, SignedIn
from domain.device_sign_in import (
    CODE_TTL,
    INTERVAL_S,
    MOST_ASKED,
    USER_CODES,
    WRONG_CODES,
    WRONG_CODES_WINDOW,
    DeviceApproved,
    DeviceSignIn,
    PendingDevice,
    SignInState,
    check_asking,
    shown,
    spelled,
    typed,
)
from domain.errors import Denied, Expired, NotFound, Pending, SlowDown, Unavailable
from domain.ids import AccountId
from domain.scalars import Url
from resolvers.context import Context, Info
from resolvers.sessions import let_in, open_session
from stores import Tx
from stores.budgets import Charge
from stores.sql import device_sign_in as codes_sql

DEVICE_CODE_BYTES = 32  # RFC 8628, 5.2: nobody types it, so it is as long as a key

Look = Callable[[Tx, str, AccountId, datetime], Awaitable[PendingDevice | None]]


async def start_device_sign_in(info: Info, input: DeviceInput) -> DeviceSignIn:
    """A code for a device that nobody is signed in on."""
    check_asking(input)
    ctx, now = info.context, info.context.now()
    asked = Charge(f"codes:{ctx.address}", limit=MOST_ASKED, window=CODE_TTL)
    await ctx.stores.budgets.spend([asked])
    device_code = secrets.token_urlsafe(DEVICE_CODE_BYTES)
    async with ctx.reads.begin() as tx:
        take = partial(codes_sql.take, tx, sessions.digest(device_code), input, ctx.address, now)
        while not await take(user_code := spelled(secrets.randbelow(USER_CODES))):
            pass  # another device shows it at this moment
    address = f"{ctx.house.public_url}/link"
    return DeviceSignIn(
        device_code=device_code,
        user_code=shown(user_code),
        verification_uri=Url(address),
        verification_uri_complete=Url(f"{address}?code={shown(user_code)}"),
        expires_at=now + CODE_TTL,
        interval_seconds=INTERVAL_S,
    )


async def poll_device_sign_in(info: Info, device_code: str) -> SignedIn:
    """Tokens once, for the first poll after the approval. If that answer is lost the device asks
    for another code, and its next sign-in replaces the one that nobody has the tokens of."""
    ctx, now, digest = info.context, info.context.now(), sessions.digest(device_code)
    async with ctx.reads.begin() as tx:
        waiting = await codes_sql.waiting(tx, digest, now)
        if waiting is None:
            raise Expired("This code has run out, or was used. Ask for another one.")
        if waiting.state is SignInState.DENIED:
            raise Denied("Somebody said no to this device.")
        if waiting.account is not None:
            await codes_sql.collect(tx, digest)
            opened = await open_session(ctx, tx, waiting.account, waiting.device)
        else:
            interval_s = waiting.interval_after(now)
            await codes_sql.note_poll(tx, digest, interval_s=interval_s, now=now)
    if waiting.account is not None:
        return await let_in(ctx, opened)
    if interval_s > waiting.interval_s:
        raise SlowDown("Ask less often.", retry_after_seconds=interval_s)
    raise Pending("Nobody has decided yet.", retry_after_seconds=interval_s)


async def device_sign_in(info: Info, user_code: str) -> PendingDevice | None:
    """What there is to decide about, if anything."""
    return await _guess(info.context, user_code, codes_sql.pending)


async def approve_device_sign_in(
    info: Info, user_code: str, approve: bool = True
) -> DeviceApproved:
    """Unknown, over, and decided by another household are one answer."""
    state = SignInState.APPROVED if approve else SignInState.DENIED
    found = await _guess(info.context, user_code, partial(codes_sql.decide, state=state))
    if found is None:
        raise NotFound("No device shows this code, or not any more.", field=["userCode"])
    return DeviceApproved(approve, found)


def asks_from_here(parent: Parent[PendingDevice], info: Info) -> bool:
    """Whether the device and who decides reach this house from one address."""
    return parent.asked_from == info.context.address != ""


async def _guess(ctx: Context, user_code: str, look: Look) -> PendingDevice | None:
    """Counted before it is looked at, so that racing guesses are no more than the others. What was
    right does not count, and what cannot be a code is no guess."""
    code = typed(user_code)
    if code is None:
        return None
    me = (await ctx.viewer()).account.id
    spent = await ctx.stores.budgets.spend(
        [
            Charge(f"wrong-codes:{who}", limit=WRONG_CODES, window=WRONG_CODES_WINDOW)
            for who in (me, ctx.address)
        ]
    )
    found = None
    try:
        async with ctx.reads.begin() as tx:
            found = await look(tx, code, me, ctx.now())
    except Unavailable:
        await ctx.stores.budgets.refund(spent)
        raise
    if found is not None:
        await ctx.stores.budgets.refund(spent)
    return found
