"""Does the short address on a television lead to where it is let in?"""

import pytest

from app.http import pages
from tests.http.conftest import client_of


@pytest.fixture
async def client(house):
    async with client_of(pages.routes(house)) as client:
        yield client


@pytest.mark.parametrize(
    ("asked", "leads"),
    [
        ("/link", "/#/link"),
        ("/link?code=BCDF-GHJK", "/#/link/BCDF-GHJK"),
        ("/link?code=", "/#/link"),
    ],
)
async def test_the_address_of_a_qr_code_opens_the_page_at_that_code(client, asked, leads):
    answer = await client.get(asked)

    assert (answer.status_code, answer.headers["Location"]) == (307, leads)


@pytest.mark.parametrize("code", ["//evil.test", "a/../b?c#d", "a%0d%0aSet-Cookie:x=y", "%00%ff"])
async def test_whatever_the_code_is_the_address_is_ours(client, code):
    answer = await client.get(f"/link?code={code}")

    assert answer.headers["Location"].startswith("/#/link/")
    assert not set("/?#\r\n ") & set(answer.headers["Location"].removeprefix("/#/link/"))
    assert "Set-Cookie" not in answer.headers
