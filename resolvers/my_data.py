"""What a household asks about its own data."""

from typing import cast

from strawberry import ID, Parent

from domain import my_data as domain
from domain.accounts import MAX_PASSWORD_CHARACTERS, Account, check_length
from domain.errors import NotFound, TokenInvalid
from domain.ids import ProfileId
from domain.my_data import SETTLED_AFTER, DataJob, DataPurpose, MyData, Subject
from domain.profiles import check_leaving
from domain.scalars import Url
from domain.sessions import Revocation
from resolvers.context import GONE, Context, Info
from resolvers.passwords import prove, tries_of_device
from stores import Tx
from stores.sql import accounts as accounts_sql
from stores.sql import data_jobs
from stores.sql import devices as devices_sql
from stores.sql import my_data as my_data_sql
from stores.sql import profiles as profiles_sql


async def export_my_data(info: Info) -> DataJob:
    """A file of everything; while one is being made, and for a day, that one."""
    ctx = info.context
    account = (await ctx.viewer()).account
    async with ctx.reads.begin() as tx:
        if not await my_data_sql.hold(tx, account.id):
            raise TokenInvalid(GONE)
        for job in await data_jobs.of_account(tx, account.id):
            if job.serves(ctx.now()):
                return job
        job = await data_jobs.add(tx, account.id, DataPurpose.EXPORT, ctx.now())
        await ctx.stores.jobs.enqueue(tx, MyData(job.id))
    return job


async def erase_my_data(info: Info, password: str, profile_id: ID | None = None) -> DataJob:
    """Every way in is gone when this returns, and nothing is shown any more. A job deletes what
    there is, looks at everything once more when it has settled, and signs what it saw."""
    check_length(password, MAX_PASSWORD_CHARACTERS, "password")
    ctx = info.context
    viewer = await ctx.viewer()
    async with ctx.reads.begin() as tx:
        found = await accounts_sql.credentials(tx, viewer.account.email)
    await prove(ctx, found, password, tries_of_device(ctx, viewer.device.id))
    async with ctx.reads.begin() as tx:
        if not await my_data_sql.hold(tx, viewer.account.id):
            raise TokenInvalid(GONE)
        if profile_id is None:
            job, revoked = await _erase_household(ctx, tx, viewer.account)
        else:
            job, revoked = await _erase_profile(ctx, tx, viewer.account, ProfileId(profile_id))
    await ctx.stores.revocations.tell(revoked)
    return job


async def data_jobs_of_caller(info: Info) -> list[DataJob]:
    """Latest first."""
    ctx = info.context
    account = (await ctx.viewer()).account
    async with ctx.reads.begin() as tx:
        return await data_jobs.of_account(tx, account.id)


def url(parent: Parent[DataJob], info: Info) -> Url | None:
    """None while there is nothing to fetch, and when that is no longer kept."""
    ctx = info.context
    if not parent.has_address or parent.expires_at <= ctx.now():
        return None
    return Url(ctx.house.public_url + domain.address(ctx.house.media_key, parent))


async def _erase_household(
    ctx: Context, tx: Tx, account: Account
) -> tuple[DataJob, list[Revocation]]:
    device_ids = await devices_sql.device_ids_of(tx, account.id)
    # Before their tokens go: a refresh under way would leave another one.
    revoked = await devices_sql.end_access(tx, device_ids, ctx.now())
    subject = cast(Subject, await my_data_sql.household(tx, account.id))  # it is held
    await data_jobs.disown(tx, account.id)
    job = await _order(ctx, tx, subject, None)
    await my_data_sql.close(tx, account.id)
    return job, revoked


async def _erase_profile(
    ctx: Context, tx: Tx, account: Account, profile_id: ProfileId
) -> tuple[DataJob, list[Revocation]]:
    """Its devices stay signed in, and their next refresh is without a profile; but not those in a
    child's hands, which would hold more than before. Copies of the household go: it is in them."""
    household = (await profiles_sql.profiles_of(tx, [account.id])).get(account.id, [])
    doomed = next((profile for profile in household if profile.id == profile_id), None)
    if doomed is None:
        raise NotFound("There is no such profile in this household.", field=["profileId"])
    check_leaving(household, profile_id)
    copies = [
        job.id
        for job in await data_jobs.of_account(tx, account.id)
        if job.purpose is DataPurpose.EXPORT
    ]
    job = await _order(ctx, tx, Subject(profiles=(profile_id,), jobs=tuple(copies)), account)
    device_ids = await devices_sql.device_ids_on(tx, account.id, profile_id)
    end = devices_sql.end_sessions if doomed.kids else devices_sql.end_access
    revoked = await end(tx, device_ids, ctx.now())
    await profiles_sql.leave_household(tx, profile_id)
    return job, revoked


async def _order(ctx: Context, tx: Tx, subject: Subject, owner: Account | None) -> DataJob:
    """Once for at once, and once for when all that was under way has settled. What must not wait
    goes here, before the account's own row is changed: who confirms an address holds its mail while
    looking for that."""
    owner_id = None if owner is None else owner.id
    job = await data_jobs.add(tx, owner_id, DataPurpose.ERASE, ctx.now())
    found = await my_data_sql.count(tx, subject, my_data_sql.AT_ONCE)
    await data_jobs.note(tx, job.id, subject, found)
    await my_data_sql.erase(tx, subject, my_data_sql.AT_ONCE)
    for at in (None, job.created_at + SETTLED_AFTER):
        await ctx.stores.jobs.enqueue(tx, MyData(job.id), not_before=at)
    return job
