"""Choosing who watches, and what the household may change about its profiles."""

from collections.abc import Sequence
from dataclasses import replace

from strawberry import ID, Parent

from domain.accounts import Account, ProfileDeleted, SignedIn, Viewer
from domain.errors import NotFound, TokenInvalid
from domain.ids import ProfileId
from domain.profiles import (
    AVATARS,
    HOUSE_LOCALE,
    Avatar,
    Profile,
    ProfileInput,
    ProfileSaved,
    check_household,
    check_leaving,
    fresh_profile,
    needs_pin,
    pin_between,
    revised,
    sees_less,
    sees_otherwise,
    uses_pins,
)
from domain.sessions import Revocation
from resolvers.context import GONE, Context, Info
from resolvers.pins import check_pin
from resolvers.sessions import choose_profile, signed_in
from stores import Tx
from stores.sql import devices as devices_sql
from stores.sql import playback as playback_sql
from stores.sql import profiles as profiles_sql


async def select_profile(info: Info, profile_id: ID, pin: str | None = None) -> SignedIn:
    """A token for one profile of the caller's own household, on a device that is signed in. Where
    there are PINs, the tokens that a device had before a child got it open nothing any more: one of
    them would be a way past."""
    ctx, wanted = info.context, ProfileId(profile_id)
    viewer = await ctx.viewer()
    async with ctx.reads.begin() as tx:
        household = await profiles_sql.profiles_of(tx, [viewer.account.id])
        chosen = await profiles_sql.profile_on(tx, viewer.device.id)
    leaving = [profile for profile in (viewer.profile, chosen) if profile is not None]
    guarded = pin_between(leaving, _own(household.get(viewer.account.id, []), wanted))
    if guarded is not None:
        await check_pin(ctx, guarded, pin)
    revoked: Sequence[Revocation] = ()
    async with ctx.reads.begin() as tx:
        locked = await _locked(tx, viewer.account)
        entering = _own(locked, wanted)
        asked_with = await choose_profile(ctx, tx, entering.id)
        is_new = viewer.profile is None or viewer.profile.id != entering.id
        if entering.kids and is_new and uses_pins(locked):
            revoked = await devices_sql.end_access(tx, [viewer.device.id], ctx.now())
    await ctx.stores.revocations.tell(revoked)
    device = replace(viewer.device, epoch=revoked[0].epoch) if revoked else viewer.device
    entered = Viewer(viewer.account, device, entering)
    # No later than what it was asked with: who has an access token alone would renew it for ever.
    return signed_in(ctx, entered, None, until=asked_with.expires_at)


async def save_profile(info: Info, input: ProfileInput) -> ProfileSaved:
    """Makes a profile, or changes what is given of one. Whatever is wrong with it is said before
    a PIN is tried or hashed."""
    if input.profile_id is None:
        return ProfileSaved(await _create(info.context, input))
    return ProfileSaved(await _edit(info.context, input.profile_id, input))


async def delete_profile(info: Info, profile_id: ID, pin: str | None = None) -> ProfileDeleted:
    """With everything that was watched on it."""
    ctx, wanted = info.context, ProfileId(profile_id)
    viewer = await ctx.viewer()
    doomed = _own(await ctx.reads.profiles_of(viewer.account.id), wanted)
    if doomed.pinned:
        await check_pin(ctx, doomed, pin)
    async with ctx.reads.begin() as tx:
        household = await _locked(tx, viewer.account)
        doomed = _own(household, wanted)
        check_leaving(household, doomed.id)
        revoked = await _outdate(ctx, tx, viewer, doomed)
        if doomed.kids:  # or a device in a child's hands would hold more than before
            childs = await devices_sql.device_ids_on(tx, viewer.account.id, doomed.id)
            revoked += await devices_sql.end_sessions(tx, childs, ctx.now())
        await playback_sql.end_sessions_of(tx, doomed.id, ctx.now())  # first, as in `_edit`
        await profiles_sql.delete_profile(tx, doomed.id)
    await ctx.stores.revocations.tell(revoked)
    return ProfileDeleted(doomed.id, viewer.account)


async def profiles(parent: Parent[Account], info: Info) -> list[Profile]:
    """Oldest first."""
    return await info.context.loaders.profiles_by_account.load(parent.id)


async def avatar(parent: Parent[Profile]) -> Avatar | None:
    """None until one is chosen."""
    return None if parent.avatar is None else AVATARS.get(parent.avatar)


async def avatars() -> list[Avatar]:
    """All that may be chosen."""
    return list(AVATARS.values())


async def _create(ctx: Context, asked: ProfileInput) -> Profile:
    account = (await ctx.viewer()).account
    household = await ctx.reads.profiles_of(account.id)
    locale = household[0].ui_locale if household else HOUSE_LOCALE
    blank = fresh_profile(account.id, asked, ui_locale=locale)
    check_household(None, blank, household)
    pin_hash = await ctx.stores.passwords.hash(asked.pin) if asked.pin else None
    async with ctx.reads.begin() as tx:
        check_household(None, blank, await _locked(tx, account))
        profile_id = await profiles_sql.insert_profile(
            tx,
            account.id,
            name=blank.name,
            kids=blank.kids,
            maturity_age=blank.maturity_age,
            ui_locale=blank.ui_locale,
            now=ctx.now(),
        )
        profile = replace(blank, id=profile_id, pinned=pin_hash is not None)
        await profiles_sql.update_profile(tx, profile)
        await profiles_sql.set_pin(tx, profile_id, pin_hash)
    return profile


async def _edit(ctx: Context, profile_id: ProfileId, asked: ProfileInput) -> Profile:
    viewer = await ctx.viewer()
    household = await ctx.reads.profiles_of(viewer.account.id)
    before = _own(household, profile_id)
    after = revised(before, asked)
    check_household(before, after, _others(household, before))
    if needs_pin(before, after, asked):
        await check_pin(ctx, before, asked.current_pin)
    pin_hash = await ctx.stores.passwords.hash(asked.pin) if asked.pin else None
    revoked: list[Revocation] = []
    async with ctx.reads.begin() as tx:
        household = await _locked(tx, viewer.account)
        before = _own(household, profile_id)
        after = revised(before, asked)
        check_household(before, after, _others(household, before))
        if asked.pin is not None:
            after = replace(after, pinned=pin_hash is not None)
            if after.pinned and not uses_pins(household):
                revoked = await _keep_in(ctx, tx, household)
        if sees_otherwise(before, after):
            revoked += await _outdate(ctx, tx, viewer, before, after)
        if sees_less(before, after):
            await playback_sql.end_sessions_of(tx, after.id, ctx.now())
        # Last, as who starts or reports locks devices and sessions before the profile.
        await profiles_sql.update_profile(tx, after)
        if asked.pin is not None:
            await profiles_sql.set_pin(tx, profile_id, pin_hash)
    await ctx.stores.revocations.tell(revoked)
    return after


async def _keep_in(ctx: Context, tx: Tx, household: Sequence[Profile]) -> list[Revocation]:
    """Ends the access tokens of the devices that children have: with the first PIN of a household,
    one from before they got it would be a way past."""
    revoked: list[Revocation] = []
    for child in (profile for profile in household if profile.kids):
        theirs = await devices_sql.device_ids_on(tx, child.account_id, child.id)
        revoked += await devices_sql.end_access(tx, theirs, ctx.now())
    return revoked


async def _outdate(
    ctx: Context, tx: Tx, viewer: Viewer, before: Profile, after: Profile | None = None
) -> list[Revocation]:
    """Ends the access tokens of the household's devices: they say what was true of this profile,
    and what is shown without Postgres is kept under their epoch. The device that asks is spared
    unless the profile is the one chosen on it, or becomes a child's: of that one it may have an
    earlier token, which says that it is none."""
    devices = await devices_sql.signed_in_devices(tx, viewer.account.id, ctx.now())
    is_own = viewer.profile is not None and viewer.profile.id == before.id
    turns_a_childs = after is not None and after.kids and not before.kids
    spared = None if is_own or turns_a_childs else viewer.device.id
    theirs = [device.id for device in devices if device.id != spared]
    return await devices_sql.end_access(tx, theirs, ctx.now())


async def _locked(tx: Tx, account: Account) -> list[Profile]:
    """Raises TokenInvalid when the account was erased meanwhile."""
    household = await profiles_sql.lock_household(tx, account.id)
    if household is None:
        raise TokenInvalid(GONE)
    return household


def _own(household: Sequence[Profile], profile_id: ProfileId) -> Profile:
    """Raises NotFound, alike for another household's and for none."""
    found = next((profile for profile in household if profile.id == profile_id), None)
    if found is None:
        raise NotFound("There is no such profile in this household.", field=["profileId"])
    return found


def _others(household: Sequence[Profile], one: Profile) -> list[Profile]:
    return [profile for profile in household if profile.id != one.id]
