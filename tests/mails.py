"""What is mailed, and what an app does with it."""

import asyncio
from contextlib import asynccontextmanager
from functools import partial

from sqlalchemy import text

from domain.mails import SendMail
from stores.jobs import Crew
from stores.mail import Mailer
from tests import factories
from workers.mails import send_mail

FROM = "Marquee <house@house.test>"
CONFIRM = """
mutation ($token: String!, $password: String!, $device: DeviceInput!) {
  confirmRegistration(token: $token, password: $password, device: $device) {
    ... on SignedIn { accessToken refreshToken viewer { account { email profiles { name } } } }
    ... on Problem { code }
  }
}
"""
ASK = """
mutation ($email: String!) {
  requestPasswordReset(email: $email) { ... on Problem { code message retryAfterSeconds } }
}
"""
RESET = """
mutation ($token: String!, $next: String!) {
  resetPassword(token: $token, next: $next) {
    ... on SignedOut { devicesSignedOut }
    ... on Problem { code }
  }
}
"""


@asynccontextmanager
async def working(stores, sink):
    handler = partial(send_mail, stores, Mailer(sink.url, FROM), "http://house.test")
    work = asyncio.create_task(stores.jobs.work({SendMail: handler}, [Crew(["mail"], 1)]))
    yield
    work.cancel()
    await asyncio.gather(work, return_exceptions=True)


async def confirm(api, token, password="correct horse"):
    device = {"installationId": "phone", "kind": "MOBILE", "name": "Phone", "appVersion": "1.0"}
    reply = await api.run(CONFIRM, {"token": token, "password": password, "device": device})
    return reply.data["confirmRegistration"]


async def ask_for_reset(api, email=factories.EMAIL):
    return (await api.run(ASK, {"email": email})).data["requestPasswordReset"]


async def reset(api, token, password="another one"):
    return (await api.run(RESET, {"token": token, "next": password})).data["resetPassword"]


async def orders(stores):
    async with stores.begin() as tx:
        found = await tx.execute(text("SELECT args->>'mail_id' FROM procrastinate_jobs"))
        return [SendMail(mail_id) for (mail_id,) in found]
