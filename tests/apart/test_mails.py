"""A mail that one process promises and another sends leads back into the house."""

import asyncio

import pytest

from app.embedded.machine import LOOPBACK, free_port
from tests.apart.parts import STARTS_WITHIN_S, ApiAt, marquee, serving
from tests.mails import FROM, confirm
from tests.resolvers.test_registration import EMAIL, register
from tests.smtp import sink

pytestmark = pytest.mark.slow


async def test_who_registers_at_a_server_is_written_to_by_a_worker(environment, tmp_path):
    port = free_port()
    url, log = f"http://{LOOPBACK}:{port}", tmp_path / "work.log"

    async with sink() as post, ApiAt(url) as api:
        environment |= {"SMTP_URL": post.url, "MAIL_FROM": FROM, "PUBLIC_URL": url}
        with (
            marquee("work", "mail", environment=environment, log=log),
            serving(port, environment=environment, log=tmp_path / "serve.log"),
        ):
            answer = await register(api)
            async with asyncio.timeout(STARTS_WITHIN_S):
                while post.mails == []:  # noqa: ASYNC110 - the worker cannot set an event of ours
                    await asyncio.sleep(0.05)
            [mail] = post.mails
            signed_in = await confirm(api, mail.secret)

    assert answer["code"] == "PENDING"
    assert f"{url}/#/confirm/{mail.secret}" in mail.text
    assert signed_in["viewer"]["account"]["email"] == EMAIL
    assert EMAIL not in log.read_text()
    assert mail.secret not in log.read_text() + (tmp_path / "serve.log").read_text()


def test_a_worker_without_a_mail_server_does_not_pretend_to_send(environment, tmp_path):
    log = tmp_path / "work.log"

    with marquee("work", "mail", environment=environment, log=log) as refused:
        refused.wait(STARTS_WITHIN_S)

    assert refused.returncode == 2
    assert log.read_text() == "The role mail needs SMTP_URL and MAIL_FROM.\n"
