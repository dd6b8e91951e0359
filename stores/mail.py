"""How is a mail sent?"""

import asyncio
from datetime import UTC, datetime
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP, SMTPUTF8
from email.utils import format_datetime, getaddresses, make_msgid
from urllib.parse import unquote, urlsplit

import aiosmtplib

from domain.accounts import check_email
from domain.errors import InvalidInput, Unavailable
from domain.mails import Mail

DEADLINE_S = 30.0  # for all of it; servers that look senders up answer after several seconds
RETRY_AFTER_S = 60  # greylisting asks for about this; the queue counts it up by itself
PORTS = {"smtp": 587, "smtps": 465}  # RFC 8314: submission, and submission over TLS
PERMANENT = range(500, 600)  # RFC 5321, 4.2.1: the same mail will be refused again


class MailRefused(Exception):
    """The server does not take this mail, and will not. The message says its code, and nobody's
    address."""


class Mailer:
    """A mail server, and who writes."""

    def __init__(self, url: str, sender: str, *, deadline_s: float = DEADLINE_S) -> None:
        """`url` is smtp://user:password@host:port, which turns to TLS by STARTTLS (always, when
        there is a password to protect), or smtps://. `sender` is an address, or `Name <address>`.
        Raises ValueError."""
        parts = urlsplit(url)
        if parts.scheme not in PORTS or not parts.hostname:
            raise ValueError("SMTP_URL is smtp://user:password@host:port, or smtps://…")
        try:
            [(name, address)] = getaddresses([sender])
            check_email(address)
        except (InvalidInput, ValueError) as error:
            raise ValueError("MAIL_FROM is an address, or: Name <address>") from error
        self._sender = Address(name, addr_spec=address)
        self._host, self._port = parts.hostname, parts.port or PORTS[parts.scheme]
        self._user = None if parts.username is None else unquote(parts.username)
        self._password = None if parts.password is None else unquote(parts.password)
        self._use_tls = parts.scheme == "smtps"
        self._deadline_s = deadline_s

    async def send(self, mail: Mail) -> None:
        """Returns when the server has taken it. Raises Unavailable, to be tried later, and
        MailRefused."""
        start_tls = None if self._password is None else True
        try:
            async with asyncio.timeout(self._deadline_s):
                await aiosmtplib.send(
                    self._message(mail),
                    sender=self._sender.addr_spec,
                    recipients=[mail.to],
                    hostname=self._host,
                    port=self._port,
                    username=self._user,
                    password=self._password,
                    use_tls=self._use_tls,
                    start_tls=False if self._use_tls else start_tls,
                    local_hostname=self._sender.domain,
                    timeout=self._deadline_s,
                )
        # What the server says may hold the address, and would be logged with the job.
        except aiosmtplib.SMTPRecipientsRefused as error:
            raise _refusal(error.recipients[0].code) from None
        except (aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError) as error:
            raise _refusal(error.code) from None
        except aiosmtplib.SMTPNotSupported:
            if mail.to.isascii():  # it is TLS that is not supported, or our password
                raise _away() from None
            raise MailRefused("it takes ASCII addresses only") from None
        except (aiosmtplib.SMTPException, OSError):  # TimeoutError is an OSError
            raise _away() from None

    def _message(self, mail: Mail) -> EmailMessage:
        """Headers are values of the library's, which refuse to hold the end of a line."""
        message = EmailMessage(policy=SMTP if mail.to.isascii() else SMTPUTF8)
        message["From"] = self._sender
        message["To"] = mail.to
        message["Subject"] = mail.subject
        message["Date"] = format_datetime(datetime.now(UTC))
        message["Message-ID"] = make_msgid(domain=self._sender.domain)
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: no holiday replies, please
        message.set_content(mail.text)
        message.add_alternative(mail.html, subtype="html")
        return message


def _refusal(code: int) -> MailRefused | Unavailable:
    return MailRefused(f"code {code}") if code in PERMANENT else _away()


def _away() -> Unavailable:
    return Unavailable("mail", retry_after_seconds=RETRY_AFTER_S)
