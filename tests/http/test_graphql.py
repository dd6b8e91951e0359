"""What does the GraphQL door take, and under which statuses does it answer?"""

import json

import pytest

from tests import factories
from tests.api import BEAT, SIGN_IN

JSON, GRAPHQL = "application/json", "application/graphql-response+json"
VIEWER = "{ viewer { account { email } } }"
NODE = "query ($id: ID!) { node(id: $id) { id } }"
TWO = "query A { viewer { __typename } } query B { viewer { __typename } }"
GUESSABLE = [
    ("{ viewr { account { email } } }", {}),
    ("{ viewer { acount { email } } }", {}),
    ("query ($i: HeartbeatInputt!) { viewer { __typename } }", {"i": 1}),
    ("{ viewer { __typename ... on Viewerr { account { email } } } }", {}),
    ('{ node(idd: "a") { id } }', {}),
    ("{ viewer @skipp(if: true) { __typename } }", {}),
    ("{ viewer @skip(iff: true) { __typename } }", {}),
    ('mutation { heartbeat(input: {sessionIdd: "a"}) { __typename } }', {}),
    ("mutation { heartbeat(input: {state: PLAYIN}) { __typename } }", {}),
    ("{ viewer { ...Mor } } fragment More on Viewer { __typename }", {}),
    ("subscription { continueWatchin { cursor } }", {}),
    (BEAT, {"input": {"sessionIdd": "a"}}),
    (BEAT, {"input": {"sessionId": "a", "sequence": 1, "positionMs": 1, "state": "PLAYIN"}}),
    (BEAT, {"input": {"sessionId": "a", "sequence": "1x", "positionMs": 1, "state": "PLAYING"}}),
    (NODE, {"id": {}}),
    ("{ viewer }", {}),
    ("{ node(id: 'a') { id } }", {}),
    ("{ node(first: .5) { id } }", {}),
    ("{ viewer { .. on Viewer { __typename } } }", {}),
]
GUESSABLE_CODES = {"GRAPHQL_PARSE_FAILED", "GRAPHQL_VALIDATION_FAILED", "BAD_USER_INPUT"}


async def post(api, body, *, accept=None, content_type=JSON, **headers):
    """`body` is bytes, or what becomes JSON."""
    content = body if isinstance(body, bytes) else json.dumps(body).encode()
    headers = {"Content-Type": content_type, **headers}
    if accept is not None:
        headers["Accept"] = accept
    return await api.http.post("/graphql", content=content, headers=headers)


def codes(answer):
    return [error["extensions"]["code"] for error in answer.json()["errors"]]


@pytest.mark.parametrize(
    ("accept", "kind"),
    [(None, JSON), (JSON, JSON), (GRAPHQL, GRAPHQL), (f"{GRAPHQL}, {JSON}", GRAPHQL)],
)
async def test_an_answer_comes_in_the_form_that_is_accepted(api, accept, kind):
    answer = await post(api, {"query": VIEWER}, accept=accept)

    assert (answer.status_code, answer.json()["data"]) == (200, {"viewer": None})
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert answer.headers["cache-control"] == "no-store"


async def test_nothing_is_said_in_a_form_that_nobody_reads(api):
    for accept in ("text/html", "application/xml", f"{JSON};q=0"):
        answer = await post(api, {"query": VIEWER}, accept=accept)

        assert (answer.status_code, codes(answer)) == (406, ["INVALID_INPUT"])


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({"query": "{"}, "GRAPHQL_PARSE_FAILED"),
        ({"query": "{ viewr }"}, "GRAPHQL_VALIDATION_FAILED"),
        ({"query": NODE}, "BAD_USER_INPUT"),
        ({"query": NODE, "variables": {"id": [1]}}, "BAD_USER_INPUT"),
        ({"query": VIEWER, "operationName": "Other"}, "OPERATION_RESOLUTION_FAILURE"),
        ({"query": TWO}, "OPERATION_RESOLUTION_FAILURE"),
    ],
)
async def test_what_cannot_run_has_a_code_and_no_data(api, body, code):
    by_status = await post(api, body, accept=GRAPHQL)
    by_json = await post(api, body, accept=JSON)

    assert (by_status.status_code, by_json.status_code) == (400, 200)
    for answer in (by_status, by_json):
        assert "data" not in answer.json()
        assert codes(answer) == [code]


async def test_an_answer_whose_only_field_is_refused_has_data_and_is_a_200(api):
    answer = await post(api, {"query": "{ page { id } }"}, accept=GRAPHQL)

    assert answer.status_code == 200
    assert (answer.json()["data"], codes(answer)) == ({"page": None}, ["UNAUTHENTICATED"])


async def test_only_json_is_read_for_a_foreign_page_could_send_the_rest_unasked(api):
    for content_type in (
        "",
        "text/plain",
        "application/x-www-form-urlencoded",
        "multipart/form-data; boundary=x",
        "application/json; charset=latin-1",
        "application/graphql",
        "application/jsonp",
        "text/plain; application/json",
    ):
        answer = await post(api, {"query": VIEWER}, content_type=content_type)

        assert (answer.status_code, codes(answer)) == (415, ["INVALID_INPUT"])


async def test_json_may_say_that_it_is_utf_8(api):
    for content_type in ('application/json;charset="UTF-8"', "Application/Json"):
        answer = await post(api, {"query": VIEWER}, content_type=content_type)

        assert answer.status_code == 200


async def test_a_compressed_body_is_not_read(api):
    answer = await post(api, {"query": VIEWER}, **{"Content-Encoding": "gzip"})

    assert (answer.status_code, codes(answer)) == (415, ["INVALID_INPUT"])


@pytest.mark.parametrize("accept", [JSON, GRAPHQL])
async def test_what_is_no_request_is_a_bad_one_in_either_form(api, accept):
    for body in (b"", b"[" * 100_000, b'{"query": NaN}', b'[{"query": "{ __typename }"}]', b"{}"):
        answer = await post(api, body, accept=accept)

        assert (answer.status_code, codes(answer)) == (400, ["INVALID_INPUT"])
        assert answer.headers["content-type"] == f"{accept}; charset=utf-8"


async def test_a_query_may_be_asked_for_by_get(api):
    address = {"query": NODE, "variables": '{"id": "mov_1"}', "extensions": "{}"}

    answer = await api.http.get("/graphql", params=address)

    assert (answer.status_code, codes(answer)) == (200, ["UNAUTHENTICATED"])


async def test_what_is_no_request_in_an_address_is_a_bad_one(api):
    answer = await api.http.get("/graphql?query=%FF")

    assert (answer.status_code, codes(answer)) == (400, ["INVALID_INPUT"])


async def test_a_get_changes_nothing(api, stores):
    await factories.household(stores)
    device = {"installationId": "i", "kind": "TV", "name": "n", "appVersion": "1"}
    wanted = {"email": factories.EMAIL, "password": factories.PASSWORD, "device": device}
    address = {"query": SIGN_IN, "variables": json.dumps({"input": wanted})}

    answer = await api.http.get("/graphql", params=address)

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")
    assert codes(answer) == ["INVALID_INPUT"]
    assert await factories.fetch(stores, factories.t.devices) == []


async def test_a_subscription_is_not_asked_for_by_get(api):
    address = {"query": "subscription { continueWatching { cursor } }"}

    answer = await api.http.get("/graphql", params=address, headers={"Accept": "text/event-stream"})

    assert (answer.status_code, answer.headers["allow"]) == (405, "POST")


async def test_other_methods_are_told_which_there_are(api):
    for method in ("HEAD", "PUT", "PATCH", "DELETE", "OPTIONS"):
        answer = await api.http.request(method, "/graphql")

        assert (answer.status_code, answer.headers["allow"]) == (405, "GET, POST")


async def test_what_everybody_is_answered_alike_may_be_kept_by_caches(api):
    answer = await api.http.get("/graphql", params={"query": VIEWER})

    assert answer.headers["cache-control"] == "public, max-age=60"
    assert answer.headers["vary"] == "Accept, Authorization, Origin"


@pytest.mark.parametrize(
    ("query", "headers"),
    [
        (VIEWER, {"Authorization": "Bearer x"}),
        ('{ viewer { account { email } } node(id: "mov_1") { id } }', {}),
        ("{ __schema { description } }", {}),
        ("{ viewr }", {}),
        ("query ($a: Boolean!) { viewer @skip(if: $a) { __typename } }", {}),
    ],
)
async def test_no_cache_keeps_what_depends_on_who_asks_or_went_wrong(api, query, headers):
    answer = await api.http.get("/graphql", params={"query": query}, headers=headers)

    assert answer.headers["cache-control"] == "private, no-store"


async def test_no_cache_keeps_what_somebody_with_a_token_is_answered(api, stores):
    viewer = await api.viewer(await factories.household(stores))
    headers = {"Authorization": f"Bearer {viewer.token}"}

    answer = await api.http.get("/graphql", params={"query": VIEWER}, headers=headers)

    assert answer.json()["data"] == {"viewer": {"account": {"email": factories.EMAIL}}}
    assert answer.headers["cache-control"] == "private, no-store"


async def test_a_text_of_ours_is_no_object(api):
    subscription = (
        "subscription ($after: EventCursor) { continueWatching(after: $after) { cursor } }"
    )
    body = {"query": subscription, "variables": {"after": {"a": 1}}}

    answer = await post(api, body, accept="text/event-stream")

    assert "BAD_USER_INPUT" in answer.text


async def test_no_error_guesses_what_was_meant(api):
    for query, variables in GUESSABLE:
        answer = await post(api, {"query": query, "variables": variables})

        assert "did you mean" not in answer.text.lower()
        assert set(codes(answer)) <= GUESSABLE_CODES, query


async def test_a_null_that_a_default_let_in_is_called_null(api):
    query = 'query ($id: ID = "a") { node(id: $id) { id } }'

    answer = await post(api, {"query": query, "variables": {"id": None}})

    assert codes(answer) == ["BAD_USER_INPUT"]
    assert "not to be null." in answer.text
    assert "None" not in answer.text


async def test_a_foreign_page_may_not_even_ask_whether_it_may(api):
    headers = {
        "Origin": "https://elsewhere.test",
        "Access-Control-Request-Method": "POST",
        "Access-Control-Request-Headers": "content-type",
    }

    preflight = await api.http.options("/graphql", headers=headers)

    assert preflight.status_code == 400
    assert "access-control-allow-origin" not in preflight.headers


async def test_what_counts_is_the_path_and_not_the_host_that_a_client_names(api):
    body = json.dumps({"query": VIEWER}).encode()
    headers = {"Content-Type": JSON, "Host": "house.test/graphql?x=/livez#"}

    answered = await api.http.post("/graphql", content=body, headers=headers)
    elsewhere = await api.http.post("/graphql/more", content=body, headers=headers)

    assert answered.json()["data"] == {"viewer": None}
    assert elsewhere.status_code == 404
