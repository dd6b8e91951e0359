"""The devices a household is signed in on, and signing one of them out."""

from strawberry import ID, Parent

from domain.accounts import Account, Device, DeviceRemoved
from domain.errors import NotFound
from domain.ids import DeviceId
from resolvers.context import Info
from stores.sql import devices as devices_sql


async def devices(parent: Parent[Account], info: Info) -> list[Device]:
    """Signed in now, last seen first."""
    return await info.context.loaders.devices_by_account.load(parent.id)


def is_current(parent: Parent[Device], info: Info) -> bool:
    """Whether this is the device that asks."""
    claims = info.context.claims()
    return claims is not None and claims.device_id == parent.id


async def remove_device(info: Info, device_id: ID) -> DeviceRemoved:
    """Signs it out; the one that asks, too. Another household's is not found, as one that is signed
    out already."""
    ctx, wanted = info.context, DeviceId(device_id)
    account = (await ctx.viewer()).account
    async with ctx.reads.begin() as tx:
        theirs = await devices_sql.signed_in_devices(tx, account.id, ctx.now())
        if wanted not in {device.id for device in theirs}:
            raise NotFound("No such device is signed in.", field=["deviceId"])
        revoked = await devices_sql.end_sessions(tx, [wanted], ctx.now())
    await ctx.stores.revocations.tell(revoked)
    return DeviceRemoved(wanted, account)
