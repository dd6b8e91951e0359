"""Does a house that has a list of documents answer those, and no other?"""

import json
from dataclasses import replace

import pytest

from app.documents import FILE
from schema.documents import parsed
from tests import factories
from tests.api import SIGN_IN, Api
from tests.http.conftest import serving
from tests.schema.test_live import socket

LISTED = "query Listed { viewer { account { email } } }"
REFUSAL = "This house answers the documents of its own apps only."


@pytest.fixture
async def closed(stores, house):
    """A house in production, with two documents."""
    async with Api(stores, replace(house, documents=frozenset({LISTED, SIGN_IN}))) as opened:
        yield opened


async def test_a_document_of_the_list_is_answered(closed, stores):
    home = await factories.household(stores)
    signed_in = await closed.sign_in(home.email)

    reply = await closed.run(LISTED, token=signed_in["accessToken"])

    assert reply.data == {"viewer": {"account": {"email": home.email}}}


@pytest.mark.parametrize(
    "document",
    [
        "{ __schema { types { name } } }",
        "{ __typename }",
        f"{LISTED} ",
        "subscription { continueWatching { cursor } }",
        "{",
    ],
)
async def test_any_other_is_refused_introspection_too(closed, document):
    reply = await closed.run(document)

    assert (reply.status, reply.codes) == (400, ["INVALID_INPUT"])
    assert reply.body["errors"][0]["message"] == REFUSAL


async def test_any_other_is_not_even_read(closed):
    before = parsed.cache_info()

    await closed.run("{ aDocumentOfNobody }")

    assert parsed.cache_info() == before


async def test_any_other_is_refused_over_a_socket_too(closed):
    async with serving(closed.app.routes) as server, socket(server, None) as opened:
        await opened.receive()
        await opened.ask("1", "{ __typename }")
        answer = await opened.receive()

    assert answer["type"] == "error"
    assert answer["payload"][0]["message"] == REFUSAL


@pytest.mark.skipif(not FILE.exists(), reason="the pages are not built")
def test_the_list_holds_what_our_own_pages_send():
    documents = json.loads(FILE.read_text())

    page = (FILE.parents[1] / "operations.js").read_text()
    assert len(documents) == page.count("export const ")
    assert all("{" in document and "${" not in document for document in documents)
