"""Mails that were promised, and the secrets they were sent with."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from uuid import uuid4

from sqlalchemy import ColumnElement, and_, delete, insert, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from domain import ids
from domain.accounts import MailPurpose
from domain.ids import MailId
from stores.tables import mailed_tokens


@dataclass(frozen=True, slots=True)
class Promised:
    """To whom, what for, what is to be done once the secret comes back, and until when."""

    email: str
    purpose: MailPurpose
    payload: Mapping[str, str]
    expires_at: datetime


_PROMISED = (
    mailed_tokens.c.email,
    mailed_tokens.c.purpose,
    mailed_tokens.c.payload,
    mailed_tokens.c.expires_at,
)


async def promise(tx: AsyncConnection, mail: Promised) -> MailId:
    """A mail that is yet to be sent, and has no secret."""
    mail_id = ids.make(ids.Prefix.MAIL, uuid4())
    await tx.execute(
        insert(mailed_tokens).values(
            id=mail_id,
            email=mail.email,
            purpose=mail.purpose,
            payload=mail.payload,
            expires_at=mail.expires_at,
        )
    )
    return MailId(mail_id)


async def promised(tx: AsyncConnection, mail_id: MailId, now: datetime) -> Promised | None:
    """None when it has run out, or nobody is to be written to any more. Locks it. Primary key."""
    query = (
        select(*_PROMISED)
        .where(mailed_tokens.c.id == mail_id, mailed_tokens.c.expires_at > now)
        .with_for_update()
    )
    row = (await tx.execute(query)).one_or_none()
    return None if row is None else Promised(*row)


async def seal(tx: AsyncConnection, mail_id: MailId, mail: Promised, digest: bytes | None) -> None:
    """What it is now, and the secret it is sent with. Primary key."""
    await tx.execute(
        update(mailed_tokens)
        .where(mailed_tokens.c.id == mail_id)
        .values(
            purpose=mail.purpose, payload=mail.payload, expires_at=mail.expires_at, digest=digest
        )
    )


async def drop(tx: AsyncConnection, mail_id: MailId) -> None:
    """It will not be sent. Primary key."""
    await tx.execute(delete(mailed_tokens).where(mailed_tokens.c.id == mail_id))


async def look(
    tx: AsyncConnection, digest: bytes, purpose: MailPurpose, now: datetime
) -> Promised | None:
    """What `take` would use up. Index: uq_mailed_tokens_digest."""
    row = (await tx.execute(select(*_PROMISED).where(_good(digest, purpose, now)))).one_or_none()
    return None if row is None else Promised(*row)


async def take(
    tx: AsyncConnection, digest: bytes, purpose: MailPurpose, now: datetime
) -> Promised | None:
    """Uses up the secret of this digest; None when it is not good. Index as above."""
    statement = delete(mailed_tokens).where(_good(digest, purpose, now)).returning(*_PROMISED)
    row = (await tx.execute(statement)).one_or_none()
    return None if row is None else Promised(*row)


async def forget(tx: AsyncConnection, email: str) -> None:
    """Whatever was mailed to this (normal) address is good for nothing any more. Index:
    ix_mailed_tokens_email."""
    await tx.execute(delete(mailed_tokens).where(mailed_tokens.c.email == email))


def _good(digest: bytes, purpose: MailPurpose, now: datetime) -> ColumnElement[bool]:
    return and_(
        mailed_tokens.c.digest == digest,
        mailed_tokens.c.purpose == purpose,
        mailed_tokens.c.expires_at > now,
    )
