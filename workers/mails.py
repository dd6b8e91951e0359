"""Keeps the promise of a mail: finds out what to write, and hands it to the mail server."""

import secrets
from datetime import UTC, datetime

import structlog

from domain import mails
from domain.accounts import MailPurpose
from domain.errors import Unavailable
from domain.mails import LINK_TTL, SECRET_BYTES, Mail, SendMail
from domain.sessions import digest
from stores import Stores
from stores.jobs import Attempt
from stores.mail import Mailer, MailRefused
from stores.sql import accounts as accounts_sql
from stores.sql import mailed_tokens as mailed_sql
from stores.sql.mailed_tokens import Promised

log = structlog.get_logger()


async def send_mail(
    stores: Stores,
    mailer: Mailer,
    public_url: str,
    order: SendMail,
    _attempt: Attempt | None = None,
) -> None:
    """Nobody without an account is written to about its password. The secret of the link is made
    here and kept nowhere: a second run sends another, and the first is good no more."""
    async with stores.begin() as tx:
        asked = await mailed_sql.promised(tx, order.mail_id, datetime.now(UTC))
        if asked is None:
            return
        is_known = await accounts_sql.credentials(tx, asked.email) is not None
        if not is_known and asked.purpose is not MailPurpose.CONFIRM:
            await mailed_sql.drop(tx, order.mail_id)
            return
        secret = secrets.token_urlsafe(SECRET_BYTES)
        await mailed_sql.seal(tx, order.mail_id, _sent(asked, is_known), digest(secret))
    try:
        await mailer.send(_written(asked, is_known, public_url, secret))
    except MailRefused as error:
        log.warning("mail_refused", mail=order.mail_id, reason=str(error))
    except Unavailable:
        async with stores.begin() as tx:
            await mailed_sql.seal(tx, order.mail_id, asked, None)  # as it was, for the next try
        raise
    else:
        log.info("mail_sent", mail=order.mail_id)


def _sent(asked: Promised, is_known: bool) -> Promised:
    """What the link is good for, from now on."""
    if asked.purpose is MailPurpose.CHANGED:
        return asked  # its secret is in no link
    purpose = MailPurpose.RESET if is_known else MailPurpose.CONFIRM
    payload = {} if is_known else asked.payload
    return Promised(asked.email, purpose, payload, datetime.now(UTC) + LINK_TTL[purpose])


def _written(asked: Promised, is_known: bool, public_url: str, secret: str) -> Mail:
    if asked.purpose is MailPurpose.CHANGED:
        return mails.password_changed(asked.email, public_url)
    if asked.purpose is MailPurpose.RESET:
        return mails.password_reset(asked.email, public_url, secret)
    write = mails.already_known if is_known else mails.confirmation
    return write(asked.email, public_url, secret)
