"""The PIN before a profile: each try is counted before it is looked at."""

from datetime import datetime
from math import ceil

from domain.errors import DomainError, NotFound, PinLocked, PinRequired
from domain.profiles import MAX_PIN_TRIES, Profile, is_pin
from resolvers.context import Context
from stores.sql import profiles as profiles_sql
from stores.sql.profiles import PinTries


async def check_pin(ctx: Context, profile: Profile, pin: str | None) -> None:
    """Returns for the right PIN only. Raises PinRequired for another, and for none, which is no
    try; PinLocked after too many, also for the right one; NotFound; Overloaded.

    The count is committed before the PIN is looked at: of tries that come at once, and of those
    that are given up halfway, no more are looked at than are counted. It is counted in the turn of
    its hash: who is refused with Overloaded has tried nothing.
    """
    if pin:
        is_right = False
        async with ctx.stores.passwords.turn() as hashing:
            async with ctx.reads.begin() as tx:
                tried = await profiles_sql.count_try(tx, profile.id, ctx.now())
            if tried is not None:
                is_right = is_pin(pin) and await hashing.verify(tried.pin_hash, pin)
        if tried is not None and is_right:
            async with ctx.reads.begin() as tx:
                await profiles_sql.forgive_tries(tx, profile.id, tried)
            return
    async with ctx.reads.begin() as tx:
        tries = await profiles_sql.pin_tries(tx, profile.id)
    raise _refusal(profile, tries, ctx.now())


def _refusal(profile: Profile, tries: PinTries | None, now: datetime) -> DomainError:
    if tries is None:
        return NotFound("There is no such profile in this household.", field=["profileId"])
    if tries.locked_until is None:
        left = MAX_PIN_TRIES - tries.counted
    elif tries.locked_until <= now:
        left = MAX_PIN_TRIES
    else:
        wait_s = ceil((tries.locked_until - now).total_seconds())
        return PinLocked(
            "There were too many wrong PINs. Wait a while.", retry_after_seconds=wait_s
        )
    return PinRequired(f"The PIN of {profile.name} is needed.", attempts_left=left)
