"""An erased address is free at once: what comes to it next is somebody else's."""

from dataclasses import replace
from datetime import timedelta

import pytest

from domain.accounts import fingerprint
from domain.my_data import SETTLED_AFTER
from stores.mail import Mailer
from tests import factories
from tests.api import Api, Viewer
from tests.factories import EMAIL, t
from tests.household import ERASE, places, work
from tests.mails import FROM, ask_for_reset, confirm, orders
from tests.resolvers.test_registration import register
from workers.mails import send_mail

SETTLED = SETTLED_AFTER + timedelta(seconds=1)
PASSWORD = "correct horse"
TRIES = f"redis/budget:password:account:{fingerprint(EMAIL)}"


@pytest.fixture
async def api(stores, house):
    async with Api(stores, replace(house, sends_mails=True)) as opened:
        yield opened


@pytest.fixture
async def account(api, stores):
    await factories.household(stores)
    return Viewer(api, (await api.sign_in())["accessToken"])


async def erase(account):
    return (await account.run(ERASE, password=factories.PASSWORD)).data["eraseMyData"]


async def send_all(stores, sink):
    for order in await orders(stores):
        await send_mail(stores, Mailer(sink.url, FROM), "http://house.test", order)


async def looked_at(api, job):
    return (await api.http.get(job["url"])).json()["receipt"]["looked_at"]


async def counted(api, services):
    kept = await places(api.stores, services.redis_url)
    return {place for place in kept if fingerprint(EMAIL) in place}


async def test_a_mail_that_is_promised_before_the_first_look_is_sent(api, stores, account, sink):
    job = await erase(account)
    await register(api, EMAIL)

    await work(api, job["id"])
    await send_all(stores, sink)

    [mail] = sink.mails
    assert "accessToken" in await confirm(api, mail.secret, PASSWORD)
    assert (await looked_at(api, job))["postgres/mailed_tokens"] == {"found": 0, "left": 0}


async def test_a_link_that_was_sent_before_the_last_look_is_good_after_it(
    api, stores, account, sink
):
    job = await erase(account)
    await work(api, job["id"])
    await register(api, EMAIL)
    await send_all(stores, sink)

    await work(api, job["id"], after=SETTLED)

    [mail] = sink.mails
    assert "accessToken" in await confirm(api, mail.secret, PASSWORD)
    assert "accessToken" in await api.sign_in(EMAIL, PASSWORD)


async def test_what_was_promised_to_an_erased_account_is_not_sent_to_the_next(
    api, stores, account, sink
):
    await ask_for_reset(api)
    await register(api, EMAIL)  # by somebody who did not know of it
    promised = await orders(stores)
    job = await erase(account)
    await factories.household(stores)

    await send_all(stores, sink)
    await work(api, job["id"])

    assert len(promised) == 2
    assert sink.mails == []
    assert await factories.fetch(stores, t.mailed_tokens) == []
    assert (await looked_at(api, job))["postgres/mailed_tokens"] == {"found": 2, "left": 0}


async def test_tries_at_the_next_account_stay_counted_through_the_last_look(
    api, stores, account, services
):
    await api.sign_in(EMAIL, "wrong", installation="nobodys")
    before = await counted(api, services)
    job = await erase(account)
    await work(api, job["id"])
    between = await counted(api, services)
    await factories.household(stores)
    await api.sign_in(EMAIL, "wrong", installation="nobodys")

    await work(api, job["id"], after=SETTLED)

    assert (before, between) == ({TRIES}, set())
    assert await counted(api, services) == {TRIES}
    assert {each["left"] for each in (await looked_at(api, job)).values()} == {0}


async def test_an_erasure_forgets_the_address_with_the_first_look(api, stores, account, services):
    job = await erase(account)

    await work(api, job["id"])

    kept = await places(stores, services.redis_url)
    assert {place for place, content in kept.items() if EMAIL in content} == set()
