"""Signing in, staying signed in, and choosing who watches."""

import hashlib
import secrets

from strawberry import ID, Parent

from domain import tokens
from domain.accounts import (
    REFRESH_TTL,
    Account,
    Device,
    Profile,
    SignedIn,
    SignInInput,
    Viewer,
    check_sign_in,
    normal_email,
)
from domain.errors import NotFound, TokenInvalid, Unauthenticated
from domain.ids import ProfileId
from domain.tokens import ACCESS_TTL, AccessClaims
from resolvers.context import Context, Info
from stores.sql import accounts as accounts_sql
from stores.sql import profiles as profiles_sql
from stores.sql.accounts import RefreshToken

REFRESH_BYTES = 32  # 256 bits: guessing is hopeless, so a plain SHA-256 is enough at rest


async def sign_in(info: Info, input: SignInInput) -> SignedIn:
    """Wrong and unknown are one answer, and take one time."""
    check_sign_in(input)
    ctx, stores = info.context, info.context.stores
    async with ctx.reads.begin() as tx:
        found = await accounts_sql.credentials(tx, normal_email(input.email))
    stored = None if found is None else found.password_hash
    matches = await stores.passwords.verify(stored, input.password)
    if found is None or not matches:
        raise Unauthenticated("This e-mail and password do not belong together.")
    secret, token = _fresh_refresh_token(ctx)
    async with ctx.reads.begin() as tx:
        device = await accounts_sql.register_device(
            tx, found.account.id, input.device, token=token, now=ctx.now()
        )
    return _signed_in(ctx, Viewer(found.account, device, None), secret)


async def refresh_token(info: Info, refresh_token: str) -> SignedIn:
    """Uses up the old token. The device keeps the profile that was chosen on it."""
    ctx = info.context
    secret, successor = _fresh_refresh_token(ctx)
    async with ctx.reads.begin() as tx:
        viewer = await accounts_sql.rotate_refresh_token(
            tx, _digest(refresh_token), successor, ctx.now()
        )
    if viewer is None:
        raise TokenInvalid("This refresh token was used before, or has run out. Sign in again.")
    return _signed_in(ctx, viewer, secret)


async def select_profile(info: Info, profile_id: ID) -> SignedIn:
    """A token for one profile of the caller's own household, on a device that is signed in: who
    has an access token alone could renew it here for ever."""
    ctx = info.context
    viewer = await ctx.viewer()
    async with ctx.reads.begin() as tx:
        profiles = await profiles_sql.profiles_of(tx, [viewer.account.id])
        mine = {profile.id: profile for profile in profiles.get(viewer.account.id, [])}
        chosen = mine.get(ProfileId(profile_id))
        if chosen is None:
            raise NotFound("There is no such profile in this household.", field=["profileId"])
        if not await accounts_sql.choose_profile(tx, viewer.device.id, chosen.id, ctx.now()):
            raise TokenInvalid("This device was signed out. Sign in again.")
    return _signed_in(ctx, Viewer(viewer.account, viewer.device, chosen), None)


async def viewer(info: Info) -> Viewer | None:
    """None before sign-in."""
    return None if info.context.claims() is None else await info.context.viewer()


async def profiles(parent: Parent[Account], info: Info) -> list[Profile]:
    """Oldest first."""
    return await info.context.loaders.profiles_by_account.load(parent.id)


def is_current(parent: Parent[Device], info: Info) -> bool:
    """Whether this is the device that asks."""
    claims = info.context.claims()
    return claims is not None and claims.device_id == parent.id


def _signed_in(ctx: Context, viewer: Viewer, refresh_token: str | None) -> SignedIn:
    claims = AccessClaims(
        account_id=viewer.account.id,
        device_id=viewer.device.id,
        profile_id=None if viewer.profile is None else viewer.profile.id,
        expires_at=ctx.now() + ACCESS_TTL,
    )
    token = tokens.issue_access(ctx.house.token_key, claims)
    ctx.authorize(f"Bearer {token}")  # the rest of this answer is read as the new viewer
    return SignedIn(token, claims.expires_at, refresh_token, viewer)


def _fresh_refresh_token(ctx: Context) -> tuple[str, RefreshToken]:
    secret = secrets.token_urlsafe(REFRESH_BYTES)
    return secret, RefreshToken(_digest(secret), ctx.now() + REFRESH_TTL)


def _digest(secret: str) -> bytes:
    return hashlib.sha256(secret.encode("utf-8", "surrogatepass")).digest()
