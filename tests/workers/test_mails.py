"""Is the promise of a mail kept, and no other?"""

import asyncio
from dataclasses import replace
from datetime import timedelta

import pytest
import structlog
from sqlalchemy import update

from domain.degradation import Dependency
from domain.errors import Unavailable
from stores.mail import Mailer
from tests import factories
from tests.api import Api
from tests.factories import t
from tests.mails import FROM, ask_for_reset, confirm, orders, reset, working
from tests.resolvers.test_registration import EMAIL, register
from workers.mails import send_mail


@pytest.fixture
async def api(stores, house):
    async with Api(stores, replace(house, sends_mails=True)) as opened:
        yield opened


async def test_who_has_no_account_is_answered_alike_and_not_written_to(api, stores, sink):
    await factories.household(stores)
    answers = [await ask_for_reset(api, email) for email in ("nobody@house.test", factories.EMAIL)]

    async with working(stores, sink):
        [mail] = await sink.got(1)

    assert answers[0] == answers[1]
    assert answers[0]["code"] == "PENDING"
    assert mail.to == [factories.EMAIL]
    [kept] = await factories.fetch(stores, t.mailed_tokens)
    assert kept.email == factories.EMAIL


async def test_a_promise_is_kept_when_the_mail_server_comes_back(api, stores, sink):
    await register(api)
    [order] = await orders(stores)
    before = await factories.fetch(stores, t.mailed_tokens)
    away = Mailer("smtp://127.0.0.1:1", FROM)

    with pytest.raises(Unavailable):
        await send_mail(stores, away, "http://house.test", order)
    after = await factories.fetch(stores, t.mailed_tokens)
    await send_mail(stores, Mailer(sink.url, FROM), "http://house.test", order)

    assert after == before
    assert "accessToken" in await confirm(api, sink.mails[0].secret)


async def test_a_mail_that_was_sent_twice_is_good_in_its_last_copy(api, stores, sink):
    await register(api)
    [order] = await orders(stores)

    for _ in range(2):
        await send_mail(stores, Mailer(sink.url, FROM), "http://house.test", order)
    first, second = sink.mails

    assert await confirm(api, first.secret) == {"code": "EXPIRED"}
    assert "accessToken" in await confirm(api, second.secret)


async def test_a_promise_that_ran_out_is_not_kept_late(api, stores, sink):
    await register(api)
    [order] = await orders(stores)
    async with stores.begin() as tx:
        ended = t.mailed_tokens.c.expires_at - timedelta(days=1)
        await tx.execute(update(t.mailed_tokens).values(expires_at=ended))

    await send_mail(stores, Mailer(sink.url, FROM), "http://house.test", order)

    assert sink.mails == []


async def test_a_mail_that_is_refused_is_not_tried_for_ever(api, stores, sink):
    await register(api)
    [order] = await orders(stores)
    sink.answer = "550 {} is nobody"

    with structlog.testing.capture_logs() as lines:
        await send_mail(stores, Mailer(sink.url, FROM), "http://house.test", order)

    assert lines == [
        {
            "event": "mail_refused",
            "log_level": "warning",
            "mail": order.mail_id,
            "reason": "code 550",
        }
    ]


async def test_nothing_is_promised_by_a_transaction_that_failed(api, stores):
    stores.guards[Dependency.POSTGRES].drill(closed=True)
    refused = await register(api)
    stores.guards[Dependency.POSTGRES].drill(closed=False)

    assert refused["code"] == "UNAVAILABLE"
    assert await orders(stores) == []
    assert await factories.fetch(stores, t.mailed_tokens) == []


async def test_no_line_of_the_log_tells_a_secret_or_an_address(api, stores, sink, caplog, capsys):
    caplog.set_level("DEBUG")
    with structlog.testing.capture_logs() as lines:
        async with working(stores, sink):
            await register(api, password="correct horse")
            [opens] = await sink.got(1)
            signed_in = await confirm(api, opens.secret)
            await ask_for_reset(api, EMAIL)
            [_, resets] = await sink.got(2)
            await reset(api, resets.secret, "battery staple")
            await api.sign_in(EMAIL, "wrong and known")
            sink.answer = "450 {} is busy"
            await register(api, "other@house.test")
            await asyncio.sleep(0.5)  # the job fails meanwhile, and is put off
    captured = capsys.readouterr()

    ours = [record for record in caplog.records if record.name != "mail.log"]  # the sink's own
    told = "\n".join([str(lines), *map(caplog.handler.format, ours), captured.out, captured.err])
    said = ["grace", "other@", "correct horse", "battery staple", "wrong and known", "argon2id"]
    said += [opens.secret, resets.secret, signed_in["accessToken"], signed_in["refreshToken"]]
    assert [each for each in said if each in told] == []
    assert "mail_sent" in told
