"""Staying signed in: what every way to sign in ends with, and what ends that."""

import asyncio
import secrets
from collections.abc import AsyncGenerator, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TypeVar

import structlog

from domain import sessions, tokens
from domain.accounts import Account, Device, DeviceInput, SignedIn, Viewer
from domain.errors import TokenInvalid
from domain.ids import DeviceId, ProfileId
from domain.sessions import (
    MOST_SIGNED_IN,
    REFRESH_BYTES,
    RefreshToken,
    Revocation,
    Use,
)
from domain.tokens import ACCESS_TTL, AccessClaims, Scope
from resolvers.context import GONE, SIGNED_OUT, Context, Info
from stores import Tx
from stores.sql import accounts as accounts_sql
from stores.sql import devices as devices_sql

log = structlog.get_logger()
T = TypeVar("T")

LOOK_EVERY_S = 1.0  # at whether a stream may go on: with the news of it, well within five seconds


@dataclass(frozen=True, slots=True)
class Opened:
    """A session that is to be committed, and what is revoked by that."""

    viewer: Viewer
    refresh_token: str
    revoked: Sequence[Revocation]


async def open_session(ctx: Context, tx: Tx, account: Account, asked: DeviceInput) -> Opened:
    """Signs this installation in, without a profile; what it had before is not refreshed any more,
    and of too many devices the one that was idle longest is signed out. `tx` holds the account. Let
    it in after the commit."""
    now = ctx.now()
    device = await devices_sql.register_device(tx, account.id, asked, now)
    others = await devices_sql.signed_in_devices(tx, account.id, now)
    idle_longest = [each.id for each in others[MOST_SIGNED_IN - 1 :]]
    revoked = await devices_sql.end_sessions(tx, idle_longest, now)
    secret = await _keep_fresh_token(ctx, tx, device, now)
    return Opened(Viewer(account, device, None), secret, revoked)


async def let_in(ctx: Context, opened: Opened) -> SignedIn:
    """What a committed session is answered with."""
    await ctx.stores.revocations.tell(opened.revoked)
    return signed_in(ctx, opened.viewer, opened.refresh_token)


def signed_in(
    ctx: Context, viewer: Viewer, refresh_token: str | None, *, until: datetime | None = None
) -> SignedIn:
    """The answer of every way in: an access token for this viewer, in the device's epoch as it was
    read, good `until` then, or for as long as one is. What is read after it is read as them."""
    now, profile = ctx.now(), viewer.profile
    claims = AccessClaims(
        account_id=viewer.account.id,
        device_id=viewer.device.id,
        profile_id=None if profile is None else profile.id,
        kids=profile is not None and profile.kids,
        epoch=viewer.device.epoch,
        issued_at=now,
        expires_at=until or now + ACCESS_TTL,
    )
    token = tokens.issue_access(ctx.house.token_keys, claims)
    ctx.authorize(f"Bearer {token}")
    return SignedIn(token, claims.expires_at, refresh_token, viewer)


async def choose_profile(ctx: Context, tx: Tx, profile_id: ProfileId) -> AccessClaims:
    """Who watches on the device that asks from now on; what it asked with. Raises TokenInvalid when
    it was signed out."""
    claims = ctx.claims()
    if claims is None or not await devices_sql.choose_profile(
        tx, claims.device_id, profile_id, epoch=claims.epoch, now=ctx.now()
    ):
        raise TokenInvalid(SIGNED_OUT)
    return claims


async def end_sessions(ctx: Context, device_ids: Sequence[DeviceId]) -> None:
    """Signs these devices out, in every process within a second."""
    async with ctx.reads.begin() as tx:
        revoked = await devices_sql.end_sessions(tx, device_ids, ctx.now())
    await ctx.stores.revocations.tell(revoked)


async def refresh_token(info: Info, refresh_token: str) -> SignedIn:
    """Uses up the old token. The device keeps the profile that was chosen on it."""
    ctx, now = info.context, info.context.now()
    digest = sessions.digest(refresh_token)
    secret, revoked = None, list[Revocation]()
    async with ctx.reads.begin() as tx:
        token = await devices_sql.refresh_token(tx, digest)
        match sessions.use_of(token, now), token:
            case Use.FIRST, RefreshToken():
                viewer = await _viewer(tx, token, now)
                secret = await _keep_fresh_token(ctx, tx, viewer.device, now)
                sealed = sessions.seal(secret, spent=refresh_token)
                await devices_sql.spend(tx, digest, token, sealed, now)
            case Use.AGAIN, RefreshToken(sealed_successor=bytes(sealed)):
                viewer = await _viewer(tx, token, now)
                secret = sessions.unseal(sealed, spent=refresh_token)
                await devices_sql.withdraw_successors(tx, token.device_id)
            case Use.REPLAY, RefreshToken():
                revoked = await devices_sql.end_sessions(tx, [token.device_id], now)
    if revoked:
        log.warning("refresh_token_replayed", device=revoked[0].device_id)
        await ctx.stores.revocations.tell(revoked)
    if secret is None:
        raise TokenInvalid("This refresh token was used before, or has run out. Sign in again.")
    return signed_in(ctx, viewer, secret)


async def while_let_in(
    ctx: Context, scope: Scope, events: AsyncGenerator[T, None]
) -> AsyncGenerator[T, None]:
    """The events, for as long as the caller's token is good; also looked at while there are none.
    Raises what `Context.admit` does."""
    upcoming = asyncio.ensure_future(anext(events))
    try:
        while True:
            await asyncio.wait([upcoming], timeout=LOOK_EVERY_S)
            await ctx.admit(scope)
            if upcoming.done():
                yield upcoming.result()
                upcoming = asyncio.ensure_future(anext(events))
    except StopAsyncIteration:
        return
    finally:
        upcoming.cancel()
        await asyncio.wait([upcoming])
        await events.aclose()


async def _keep_fresh_token(ctx: Context, tx: Tx, device: Device, now: datetime) -> str:
    secret = secrets.token_urlsafe(REFRESH_BYTES)
    expires_at = now + sessions.session_ttl(device.kind, ctx.house.session_ttl)
    await devices_sql.keep_token(tx, device.id, sessions.digest(secret), expires_at)
    return secret


async def _viewer(tx: Tx, token: RefreshToken, now: datetime) -> Viewer:
    """Who has this token, seen now. Raises TokenInvalid when they are being erased."""
    account_id, profile_id = await devices_sql.touch(tx, token.device_id, now)
    viewer = await accounts_sql.viewer(tx, account_id, token.device_id, profile_id)
    if viewer is None:
        raise TokenInvalid(GONE)
    return viewer
