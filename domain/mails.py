"""What is written to people: why, in which words, and how long its link is good.

No word of a mail comes from whoever asked for it: a stranger could write to others through us.
"""

from dataclasses import dataclass
from datetime import timedelta
from html import escape
from textwrap import fill
from typing import ClassVar

from domain.accounts import MailPurpose
from domain.ids import MailId

LINE = 72  # characters, so that a reply that quotes it still fits a terminal
PROMISE_TTL = timedelta(days=1)  # for so long a mail server may be away; a mail of last week harms
SECRET_BYTES = 32  # 256 bits: guessing is hopeless, so a plain SHA-256 is enough at rest
LINK_TTL = {
    MailPurpose.CONFIRM: timedelta(days=1),  # mail is read in the evening
    MailPurpose.RESET: timedelta(hours=1),  # opens an account; whoever asked for it is waiting
}


@dataclass(frozen=True, slots=True)
class SendMail:
    """The order to keep the promise of this mail."""

    queue: ClassVar[str] = "mail"

    mail_id: MailId


@dataclass(frozen=True, slots=True)
class Mail:
    """One message to one address: the same words as plain text and as HTML."""

    to: str
    subject: str
    text: str
    html: str


def confirmation(to: str, public_url: str, secret: str) -> Mail:
    """Opens an account of this address."""
    return _mail(
        to,
        "Confirm your address",
        "Somebody has asked for an account at Marquee with this address. If it was you, open it"
        " here, within a day:",
        f"{public_url}/#/confirm/{secret}",
        "If it was not you, do nothing: no account is made.",
    )


def already_known(to: str, public_url: str, secret: str) -> Mail:
    """For somebody who asked for an account and has one; or whom a stranger tried to register."""
    return _mail(
        to,
        "You have an account already",
        "Somebody has asked for an account at Marquee with this address, and there is one: sign in"
        " with it. If you do not know its password any more, set another one here, within an hour:",
        f"{public_url}/#/reset/{secret}",
        "If it was not you who asked, do nothing: nothing has changed.",
    )


def password_reset(to: str, public_url: str, secret: str) -> Mail:
    """Sets another password."""
    return _mail(
        to,
        "Set another password",
        "Somebody has asked to set another password for your account at Marquee. If it was you, do"
        " so here, within an hour; every device will have to sign in again:",
        f"{public_url}/#/reset/{secret}",
        "If it was not you, do nothing: your password stays as it is.",
    )


def password_changed(to: str, public_url: str) -> Mail:
    """For somebody whose password is another now, whoever set it."""
    return _mail(
        to,
        "Your password was changed",
        "The password of your account at Marquee was changed just now, and other devices were"
        " signed out. If it was you, there is nothing to do. If it was not, set another one here:",
        f"{public_url}/#/forgot",
        "Nobody can ask you for a password in a reply to this mail.",
    )


def _mail(to: str, subject: str, before: str, link: str, after: str) -> Mail:
    lines = [fill(before, LINE), link, fill(after, LINE)]
    html = f"""<!doctype html>
<html lang="en">
<head><title>{escape(subject)}</title></head>
<body>
<p>{escape(before)}</p>
<p><a href="{escape(link)}">{escape(link)}</a></p>
<p>{escape(after)}</p>
</body>
</html>
"""
    return Mail(to, subject, "\n\n".join(lines) + "\n", html)
