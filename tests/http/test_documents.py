"""Which documents does a house answer, asked by id, by hash and by text?"""

import json
from dataclasses import replace
from datetime import UTC, datetime
from urllib.parse import urlencode

import pytest

from app.documents import of_the_page
from app.http.documents import Documents
from bench.bombs import BOMBS
from domain.degradation import Dependency
from schema.documents import document_id
from schema.params import params_of
from stores.documents import UNKNOWN
from stores.sql import documents as documents_sql
from stores.sql.documents import Build
from tests import factories
from tests.api import SIGN_IN, Api
from tests.http.conftest import serving
from tests.schema.test_live import socket
from tests.waiting import until

TV = Build("tv", "1")
LISTED = "query Listed { viewer { account { email } } }"
BY_ID = {document_id(LISTED): LISTED, document_id(SIGN_IN): SIGN_IN}
OTHER = "query Other { viewer { device { name } } }"
FROM_TV = {"X-Marquee-App": "tv", "X-Marquee-Build": "1"}


@pytest.fixture
async def registered(stores):
    """Two documents that the TV's first build sends."""
    async with stores.begin() as tx:
        await documents_sql.register(tx, TV, BY_ID, datetime.now(UTC))
    await stores.documents.look(stores)


@pytest.fixture
async def closed(stores, house, registered):
    """A house in production."""
    async with Api(stores, replace(house, trusted_only=True)) as opened:
        yield opened


async def ask(api, body, **headers):
    reply = await api.http.post("/graphql", json=body, headers=headers)
    return reply.json()


def persisted(text, *, hash_=None, version=1):
    """Apollo's extension."""
    return {"persistedQuery": {"version": version, "sha256Hash": hash_ or document_id(text)}}


def code_of(answer):
    assert "data" not in answer
    (error,) = answer["errors"]
    return error["extensions"]["code"]


async def test_a_trusted_document_is_answered_by_its_id_and_by_its_text(closed, stores):
    home = await factories.household(stores)
    token = (await closed.sign_in(home.email))["accessToken"]
    headers = {"Authorization": f"Bearer {token}"}
    id_ = document_id(LISTED)

    asked = (
        {"documentId": id_},
        {"documentId": f"sha256:{id_}"},
        {"query": LISTED},
        {"extensions": persisted(LISTED)},
        {"query": LISTED, "extensions": persisted(LISTED)},
    )

    for body in asked:
        answer = await ask(closed, body, **headers)
        assert answer["data"] == {"viewer": {"account": {"email": home.email}}}


@pytest.mark.parametrize(
    "text",
    [
        "{ __schema { types { name } } }",
        "{ __typename }",
        f"{LISTED} ",
        "subscription { continueWatching { cursor } }",
        "{",
    ],
)
async def test_in_production_any_other_is_refused_introspection_too(closed, text):
    assert code_of(await ask(closed, {"query": text})) == "DOCUMENT_NOT_TRUSTED"
    assert code_of(await ask(closed, {"documentId": document_id(text)})) == (
        "PERSISTED_QUERY_NOT_FOUND"
    )


async def test_in_production_any_other_is_not_even_read(closed):
    """Whatever is wrong with it: reading would tell."""
    for text in (BOMBS["20,000 levels"], "{", "{ aFieldOfNobody }"):
        assert code_of(await ask(closed, {"query": text})) == "DOCUMENT_NOT_TRUSTED"


async def test_in_production_any_other_is_refused_over_a_socket_too(closed):
    async with serving(closed.app.routes) as server, socket(server, None) as opened:
        await opened.receive()
        await opened.ask("1", "{ __typename }")
        answer = await opened.receive()

    assert answer["type"] == "error"
    assert answer["payload"][0]["extensions"] == {"code": "DOCUMENT_NOT_TRUSTED"}


async def test_in_production_nothing_is_persisted(closed, stores):
    for body in (
        {"extensions": persisted(OTHER)},
        {"query": OTHER, "extensions": persisted(OTHER)},
    ):
        assert code_of(await ask(closed, body)) == "PERSISTED_QUERY_NOT_SUPPORTED"

    assert await stores.documents.persisted(document_id(OTHER)) is None


async def test_in_development_a_text_is_persisted_for_every_process(api, stores, house):
    hash_only = {"extensions": persisted(OTHER)}
    async with Api(stores, house) as another:
        before = await ask(api, hash_only)
        with_text = await ask(api, {"query": OTHER, **hash_only})
        after = await ask(another, hash_only)

    assert code_of(before) == "PERSISTED_QUERY_NOT_FOUND"
    assert before["errors"][0]["message"] == "PersistedQueryNotFound"  # what clients look for
    assert with_text["data"] == after["data"] == {"viewer": None}


async def test_what_is_not_valid_is_not_persisted(api):
    bad = "{ nobody }"

    answer = await ask(api, {"query": bad, "extensions": persisted(bad)})

    assert code_of(answer) == "GRAPHQL_VALIDATION_FAILED"
    assert code_of(await ask(api, {"extensions": persisted(bad)})) == "PERSISTED_QUERY_NOT_FOUND"


async def test_without_redis_a_text_is_answered_and_a_hash_is_unknown(api, stores):
    stores.guards[Dependency.REDIS].drill(closed=True)

    with_text = await ask(api, {"query": OTHER, "extensions": persisted(OTHER)})
    hash_only = await ask(api, {"extensions": persisted(OTHER)})

    assert with_text["data"] == {"viewer": None}
    assert code_of(hash_only) == "PERSISTED_QUERY_NOT_FOUND"


@pytest.mark.parametrize(
    "body",
    [
        {"query": OTHER, "extensions": persisted(LISTED)},
        {"extensions": persisted(OTHER, version=2)},
        {"extensions": persisted(OTHER, hash_="x")},
        {"extensions": persisted(OTHER, hash_=document_id(OTHER).upper())},
        {"extensions": {"persistedQuery": "yes"}},
        {"query": LISTED, "documentId": document_id(LISTED)},
    ],
)
async def test_what_contradicts_itself_is_a_bad_request(api, body):
    reply = await api.http.post("/graphql", json=body)

    assert reply.status_code == 400
    assert code_of(reply.json()) == "INVALID_INPUT"


@pytest.mark.parametrize("id_", ["", "x", "0" * 64, "ä" * 64, "A" * 10_000])
async def test_an_id_of_nothing_is_not_found(closed, id_):
    body = {"documentId": id_, "query": None}

    assert code_of(await ask(closed, body)) in ("PERSISTED_QUERY_NOT_FOUND", "INVALID_INPUT")


async def test_a_query_is_asked_for_by_get(closed):
    query = urlencode({"documentId": document_id(LISTED), "variables": json.dumps({})})

    reply = await closed.http.get(f"/graphql?{query}")

    assert reply.json()["data"] == {"viewer": None}


async def test_a_document_registered_elsewhere_is_answered_by_a_process_that_runs(closed, stores):
    id_ = document_id(OTHER)
    async with stores.begin() as tx:  # as the command line does, in a process of its own
        await documents_sql.register(tx, TV, {id_: OTHER}, datetime.now(UTC))

    async def answered():
        return "data" in await ask(closed, {"documentId": id_})

    await until(answered)


async def test_a_use_is_counted_for_who_says_who_it_is(closed, stores):
    await ask(closed, {"documentId": document_id(LISTED)}, **FROM_TV)
    await ask(closed, {"query": LISTED}, **FROM_TV)
    await ask(closed, {"query": LISTED})
    await ask(closed, {"query": OTHER}, **FROM_TV)
    async with serving(closed.app.routes) as server, socket(server, None, **FROM_TV) as opened:
        await opened.receive()
        await opened.ask("1", LISTED)
        await opened.receive()
    await stores.documents.flush(stores)

    async with stores.begin() as tx:
        found = await documents_sql.listed(tx)
    assert {(each.document_id, each.build): each.times for each in found} == {
        (document_id(LISTED), TV): 3,
        (document_id(LISTED), UNKNOWN): 1,
        (document_id(SIGN_IN), TV): 0,
    }


async def test_a_trusted_document_is_read_once_however_it_is_asked_for(registered, stores):
    documents = Documents(stores, trusted_only=True)
    asked = (
        {"documentId": document_id(LISTED)},
        {"query": LISTED},
        {"extensions": persisted(LISTED)},
    )

    found = [await documents.find(params_of(body)) for body in asked]

    assert found[0].trusted
    assert found[0] is found[1] is found[2]


@pytest.mark.skipif(of_the_page() is None, reason="the pages are not built")
def test_the_page_is_known_by_all_that_it_sends():
    build, texts = of_the_page()

    assert build.app == "web"
    assert all(document_id(text) == id_ for id_, text in texts.items())
    assert all("{" in text and "${" not in text for text in texts.values())
