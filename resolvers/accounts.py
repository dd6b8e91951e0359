"""Signing in, staying signed in, and choosing who watches."""

from strawberry import ID, Parent

from domain.accounts import (
    Account,
    Device,
    Profile,
    SignedIn,
    SignInInput,
    Viewer,
    check_sign_in,
    normal_email,
)
from domain.errors import NotFound, Unauthenticated
from domain.ids import ProfileId
from resolvers.context import Info
from resolvers.sessions import choose_profile, open_session, signed_in
from stores.sql import accounts as accounts_sql
from stores.sql import profiles as profiles_sql


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
    async with ctx.reads.begin() as tx:
        viewer, secret = await open_session(ctx, tx, found.account, input.device)
    return signed_in(ctx, viewer, secret)


async def viewer(info: Info) -> Viewer | None:
    """None before sign-in."""
    return None if info.context.claims() is None else await info.context.viewer()
