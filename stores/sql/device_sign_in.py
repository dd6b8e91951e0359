"""Codes that TVs show, and what was decided about them."""

from datetime import datetime

from sqlalchemy import ColumnElement, delete, or_, select, update
from sqlalchemy.dialects.postgresql import insert
from sqlalchemy.ext.asyncio import AsyncConnection

from domain.accounts import Account, DeviceInput
from domain.device_sign_in import CODE_TTL, INTERVAL_S, PendingDevice, SignInState, Waiting
from domain.ids import AccountId
from stores.sql.accounts import ACCOUNT
from stores.tables import accounts
from stores.tables import device_sign_ins as codes

_PENDING = (
    codes.c.user_code,
    codes.c.kind,
    codes.c.name,
    codes.c.app_version,
    codes.c.asked_from,
    codes.c.created_at,
    codes.c.expires_at,
)


async def take(
    tx: AsyncConnection,
    digest: bytes,
    device: DeviceInput,
    asked_from: str,
    now: datetime,
    user_code: str,
) -> bool:
    """Whether `user_code` is the device's now, until CODE_TTL is over; False while another device
    has it. `digest` is of its device code. Index: uq_device_sign_ins_user_code."""
    values = {
        "device_code_digest": digest,
        "user_code": user_code,
        "installation_id": device.installation_id,
        "kind": device.kind,
        "name": device.name,
        "app_version": device.app_version,
        "asked_from": asked_from,
        "account_id": None,
        "state": SignInState.PENDING,
        "interval_s": INTERVAL_S,
        "polled_at": None,
        "created_at": now,
        "expires_at": now + CODE_TTL,
    }
    statement = (
        insert(codes)
        .values(values)
        .on_conflict_do_update(
            index_elements=["user_code"], set_=values, where=codes.c.expires_at <= now
        )
        .returning(codes.c.user_code)
    )
    return (await tx.execute(statement)).one_or_none() is not None


async def waiting(tx: AsyncConnection, digest: bytes, now: datetime) -> Waiting | None:
    """The device's own code, if it has not run out; nobody else has it, nor erases whoever approved
    it, before `tx` ends. Primary keys.

    The account is locked before its code, as by everybody: an approval that comes in between is
    seen by the next poll."""
    approver = select(codes.c.account_id).where(codes.c.device_code_digest == digest)
    lock = select(accounts.c.id).where(
        accounts.c.id == approver.scalar_subquery(), accounts.c.email.is_not(None)
    )
    held = (await tx.execute(lock.with_for_update(key_share=True, read=True))).scalar_one_or_none()
    query = (
        select(
            codes.c.state,
            codes.c.interval_s,
            codes.c.polled_at,
            codes.c.installation_id,
            codes.c.kind,
            codes.c.name,
            codes.c.app_version,
            *ACCOUNT,
        )
        .outerjoin(accounts, (accounts.c.id == codes.c.account_id) & (accounts.c.id == held))
        .where(codes.c.device_code_digest == digest, codes.c.expires_at > now)
        .with_for_update(of=codes)
    )
    row = (await tx.execute(query)).one_or_none()
    if row is None:
        return None
    account = None if row.id is None else Account(*row[7:])
    return Waiting(*row[:3], DeviceInput(*row[3:7]), account)


async def note_poll(tx: AsyncConnection, digest: bytes, *, interval_s: int, now: datetime) -> None:
    """When the device asked, and how long it is to wait from now on. Primary key."""
    await tx.execute(
        update(codes)
        .where(codes.c.device_code_digest == digest)
        .values(interval_s=interval_s, polled_at=now)
    )


async def collect(tx: AsyncConnection, digest: bytes) -> None:
    """The device gets its tokens in `tx`; its code is good for nothing more. Primary key."""
    await tx.execute(delete(codes).where(codes.c.device_code_digest == digest))


async def forget_approvals(tx: AsyncConnection, account_id: AccountId) -> None:
    """What this household has approved lets nobody in any more. Whoever collects their tokens at
    this moment has them when this returns. No index: codes are gone in minutes."""
    await tx.execute(delete(codes).where(codes.c.account_id == account_id))


async def pending(
    tx: AsyncConnection, user_code: str, account_id: AccountId, now: datetime
) -> PendingDevice | None:
    """The device that shows this code, if this household may decide about it. Index:
    uq_device_sign_ins_user_code."""
    query = select(*_PENDING).where(*_open(user_code, account_id, now))
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else PendingDevice(*row)


async def decide(
    tx: AsyncConnection, user_code: str, account_id: AccountId, now: datetime, *, state: SignInState
) -> PendingDevice | None:
    """As `pending`, and from now on this is decided. Of two households the first has it."""
    approver = account_id if state is SignInState.APPROVED else None
    statement = (
        update(codes)
        .where(*_open(user_code, account_id, now))
        .values(state=state, account_id=approver)
        .returning(*_PENDING)
    )
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else PendingDevice(*row)


def _open(user_code: str, account_id: AccountId, now: datetime) -> tuple[ColumnElement[bool], ...]:
    """Undecided; or approved by this very household, which may change its mind until the device
    has its tokens."""
    return (
        codes.c.user_code == user_code,
        codes.c.expires_at > now,
        or_(
            codes.c.state == SignInState.PENDING,
            (codes.c.state == SignInState.APPROVED) & (codes.c.account_id == account_id),
        ),
    )
