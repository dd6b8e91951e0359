"""Devices, and what keeps them signed in."""

from collections.abc import Sequence
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, delete, exists, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import ids
from domain.accounts import Device, DeviceInput
from domain.ids import AccountId, DeviceId, ProfileId
from domain.sessions import RefreshToken, Revocation
from stores.sql import among
from stores.tables import devices, playback_sessions, refresh_tokens, revocations

DEVICE = (
    devices.c.id,
    devices.c.account_id,
    devices.c.kind,
    devices.c.name,
    devices.c.last_seen_at,
    devices.c.epoch,
)


async def register_device(
    tx: AsyncConnection, account_id: AccountId, asked: DeviceInput, now: datetime
) -> Device:
    """The household's device of this installation, with no refresh token and no profile chosen. Its
    row is locked from here on, but for who only refers to it."""
    key = {"account_id": account_id, "installation_id": asked.installation_id}
    values = {
        "kind": asked.kind,
        "name": asked.name,
        "app_version": asked.app_version,
        "profile_id": None,
        "last_seen_at": now,
    }
    statement = insert(devices).values(id=ids.make(ids.Prefix.DEVICE, uuid4()), **key, **values)
    upsert = statement.on_conflict_do_update(index_elements=[*key], set_=values)
    device = Device(*(await tx.execute(upsert.returning(*DEVICE))).one())
    await _forget_tokens(tx, [device.id])
    return device


async def hold_epoch(tx: AsyncConnection, device_id: DeviceId, epoch: int) -> bool:
    """Whether the device is in this epoch; then nobody ends its sessions before `tx` ends. Primary
    key."""
    query = select(devices.c.id).where(devices.c.id == device_id, devices.c.epoch == epoch)
    return (await tx.execute(query.with_for_update(read=True))).one_or_none() is not None


async def keep_token(
    tx: AsyncConnection, device_id: DeviceId, digest: bytes, expires_at: datetime
) -> None:
    """Another refresh token of this device."""
    values = {"digest": digest, "device_id": device_id, "expires_at": expires_at}
    await tx.execute(insert(refresh_tokens).values(values))


async def refresh_token(tx: AsyncConnection, digest: bytes) -> RefreshToken | None:
    """Whoever asks for a token of the same device waits until this transaction ends. Primary
    keys."""
    mine = select(refresh_tokens.c.device_id).where(refresh_tokens.c.digest == digest)
    lock = select(devices.c.id).where(devices.c.id == mine.scalar_subquery()).with_for_update()
    await tx.execute(lock)
    query = select(
        refresh_tokens.c.device_id,
        refresh_tokens.c.expires_at,
        refresh_tokens.c.spent_at,
        refresh_tokens.c.sealed_successor,
    ).where(refresh_tokens.c.digest == digest)
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else RefreshToken(*row)


async def spend(
    tx: AsyncConnection, digest: bytes, token: RefreshToken, sealed_successor: bytes, now: datetime
) -> None:
    """Uses up the token, and with that what it was itself the successor of."""
    await withdraw_successors(tx, token.device_id)
    await tx.execute(
        update(refresh_tokens)
        .where(refresh_tokens.c.digest == digest)
        .values(spent_at=now, sealed_successor=sealed_successor)
    )


async def withdraw_successors(tx: AsyncConnection, device_id: DeviceId) -> None:
    """No spent token of this device can be asked again. Index: ix_refresh_tokens_device_id."""
    await tx.execute(
        update(refresh_tokens)
        .where(
            refresh_tokens.c.device_id == device_id, refresh_tokens.c.sealed_successor.is_not(None)
        )
        .values(sealed_successor=None)
    )


async def touch(
    tx: AsyncConnection, device_id: DeviceId, now: datetime
) -> tuple[AccountId, ProfileId | None]:
    """Notes that it was seen; whose it is, and the profile chosen on it. Primary key."""
    statement = (
        update(devices)
        .where(devices.c.id == device_id)
        .values(last_seen_at=now)
        .returning(devices.c.account_id, devices.c.profile_id)
    )
    row = (await tx.execute(statement)).one()
    return row.account_id, row.profile_id


async def choose_profile(
    tx: AsyncConnection,
    device_id: DeviceId,
    profile_id: ProfileId | None,
    *,
    epoch: int,
    now: datetime,
) -> bool:
    """Remembers who watches on this device, if it is still signed in and in this epoch. Primary
    key."""
    statement = (
        update(devices)
        .where(devices.c.id == device_id, devices.c.epoch == epoch, is_signed_in(now))
        .values(profile_id=profile_id, last_seen_at=now)
        .returning(devices.c.id)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def signed_in_devices(
    tx: AsyncConnection, account_id: AccountId, now: datetime
) -> list[Device]:
    """Those of the household that could refresh their token now, last seen first. Indexes:
    uq_devices_account_id_installation_id, ix_refresh_tokens_device_id."""
    query = (
        select(*DEVICE)
        .where(devices.c.account_id == account_id, is_signed_in(now))
        .order_by(devices.c.last_seen_at.desc(), devices.c.id)
    )
    return [Device(*row) for row in await tx.execute(query)]


async def devices_by_id(
    tx: AsyncConnection, device_ids: Sequence[DeviceId]
) -> dict[DeviceId, Device]:
    """Primary key."""
    query = select(*DEVICE).where(among(devices.c.id, device_ids))
    return {row.id: Device(*row) for row in await tx.execute(query)}


async def device_ids_of(tx: AsyncConnection, account_id: AccountId) -> list[DeviceId]:
    """All of the household's devices. Index: uq_devices_account_id_installation_id."""
    query = select(devices.c.id).where(devices.c.account_id == account_id)
    return list((await tx.execute(query)).scalars())


async def device_ids_on(
    tx: AsyncConnection, account_id: AccountId, profile_id: ProfileId
) -> list[DeviceId]:
    """The household's devices this profile is chosen on. Index as above."""
    query = select(devices.c.id).where(
        devices.c.account_id == account_id, devices.c.profile_id == profile_id
    )
    return list((await tx.execute(query)).scalars())


async def end_sessions(
    tx: AsyncConnection, device_ids: Sequence[DeviceId], now: datetime
) -> list[Revocation]:
    """Signs these devices out: what they have can be refreshed no more, opens nothing, and their
    players get no more keys. Tell `Stores.revocations` what this returns, after the commit."""
    revoked = await end_access(tx, device_ids, now)
    await _forget_tokens(tx, device_ids)
    await _end_playing(tx, device_ids, now)
    return revoked


async def end_access(
    tx: AsyncConnection, device_ids: Sequence[DeviceId], now: datetime
) -> list[Revocation]:
    """The access tokens these devices have open nothing any more; they may get others. Tell
    `Stores.revocations` what this returns, after the commit. Primary keys."""
    theirs = among(devices.c.id, device_ids)
    # In one order, so that two who do this at once cannot wait for each other. Who only refers to a
    # device, as progress does, need not wait at all.
    lock = select(devices.c.id).where(theirs).order_by(devices.c.id)
    await tx.execute(lock.with_for_update(key_share=True))
    statement = (
        update(devices)
        .where(theirs)
        .values(epoch=devices.c.epoch + 1)
        .returning(devices.c.id, devices.c.epoch)
    )
    revoked = [Revocation(row.id, row.epoch, now) for row in await tx.execute(statement)]
    await revoke(tx, revoked)
    return revoked


async def revoke(tx: AsyncConnection, revoked: Sequence[Revocation]) -> None:
    """Keeps these for who was not told. Primary key."""
    if not revoked:
        return
    values = [{"device_id": r.device_id, "epoch": r.epoch, "at": r.at} for r in revoked]
    adding = insert(revocations).values(values)
    await tx.execute(
        adding.on_conflict_do_update(
            index_elements=["device_id"],
            set_={"epoch": adding.excluded.epoch, "at": adding.excluded.at},
        )
    )


async def revocations_since(tx: AsyncConnection, since: datetime) -> list[Revocation]:
    """Index: ix_revocations_at."""
    query = select(revocations.c.device_id, revocations.c.epoch, revocations.c.at).where(
        revocations.c.at >= since
    )
    return [Revocation(*row) for row in await tx.execute(query)]


def is_signed_in(now: datetime) -> ColumnElement[bool]:
    """Whether a device has a refresh token left. Index: ix_refresh_tokens_device_id."""
    return exists().where(
        refresh_tokens.c.device_id == devices.c.id,
        refresh_tokens.c.spent_at.is_(None),
        refresh_tokens.c.expires_at > now,
    )


async def _forget_tokens(tx: AsyncConnection, device_ids: Sequence[DeviceId]) -> None:
    await tx.execute(delete(refresh_tokens).where(among(refresh_tokens.c.device_id, device_ids)))


async def _end_playing(tx: AsyncConnection, device_ids: Sequence[DeviceId], now: datetime) -> None:
    """Index: ix_playback_sessions_device_id."""
    theirs = among(playback_sessions.c.device_id, device_ids)
    await tx.execute(
        update(playback_sessions)
        .where(theirs, playback_sessions.c.ended_at.is_(None))
        .values(ended_at=now)
    )
