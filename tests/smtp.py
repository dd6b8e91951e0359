"""A mail server on loopback that keeps what it is sent."""

import asyncio
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult

from tests.waiting import until


@dataclass
class Received:
    """One mail: where the envelope says it goes, and what is in it."""

    to: list[str]
    message: EmailMessage

    @property
    def text(self) -> str:
        return self.message.get_body(("plain",)).get_content().replace("\r\n", "\n")

    @property
    def html(self) -> str:
        return self.message.get_body(("html",)).get_content()

    @property
    def secret(self) -> str:
        """Of the link, which stands on a line of its own."""
        [link] = [line for line in self.text.splitlines() if "://" in line]
        return link.rpartition("/")[2]


@dataclass
class Sink:
    """`answer` is what it says to a recipient, `said` all that clients have authenticated with."""

    port: int = 0
    mails: list[Received] = field(default_factory=list)
    said: list[Any] = field(default_factory=list)
    answer: str = "250 OK"

    @property
    def url(self) -> str:
        return f"smtp://127.0.0.1:{self.port}"

    async def got(self, number: int) -> list[Received]:
        """All mails, once there are so many."""

        async def there() -> bool:
            return len(self.mails) >= number

        await until(there)
        return self.mails

    async def handle_RCPT(
        self, server: Any, session: Any, envelope: Any, address: str, options: Any
    ) -> str:
        if self.answer.startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answer.format(address)

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        message = message_from_bytes(envelope.content, policy=policy.SMTPUTF8)
        self.mails.append(Received(envelope.rcpt_tos, message))
        return "250 OK"


@asynccontextmanager
async def sink(*, tls: ssl.SSLContext | None = None, smtputf8: bool = True) -> AsyncIterator[Sink]:
    """With `tls` it knows STARTTLS, and takes any user by any password."""
    opened = Sink()

    def let_in(_server: Any, _session: Any, _envelope: Any, _mechanism: Any, said: Any) -> Any:
        opened.said.append(said)
        return AuthResult(success=True)

    clients: list[SMTP] = []

    def client() -> SMTP:
        clients.append(
            SMTP(
                opened,
                hostname="sink.test",
                enable_SMTPUTF8=smtputf8,
                tls_context=tls,
                authenticator=let_in,
                auth_require_tls=False,
            )
        )
        return clients[-1]

    server = await asyncio.get_running_loop().create_server(client, "127.0.0.1", 0)
    opened.port = server.sockets[0].getsockname()[1]
    try:
        yield opened
    finally:
        server.close()
        for each in clients:
            if each.transport is not None:
                each.transport.close()
