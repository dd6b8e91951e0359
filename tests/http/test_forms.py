"""In which form is it told that something was not done?"""

import pytest

from tests.http.test_graphql import GRAPHQL, JSON, VIEWER, codes, post

EVENTS, MULTIPART = "text/event-stream", "multipart/mixed"
PART_HEAD = b"Content-Type: application/json; charset=utf-8\r\n\r\n"


@pytest.mark.parametrize("body", [{"query": "{"}, {"query": "{ viewr }"}, {"documentId": "0" * 64}])
@pytest.mark.parametrize(
    ("accept", "status", "told"),
    [
        (None, 200, b"{%s}"),
        (JSON, 200, b"{%s}"),
        (GRAPHQL, 400, b"{%s}"),
        ("*/*", 200, b"{%s}"),
        (f"{EVENTS}, {GRAPHQL}", 400, b"{%s}"),
        (EVENTS, 200, b"event: next\ndata: {%s}\n\nevent: complete\ndata:\n\n"),
        ("text/*", 200, b"event: next\ndata: {%s}\n\nevent: complete\ndata:\n\n"),
        (MULTIPART, 200, b"\r\n---\r\n" + PART_HEAD + b"{%s}\r\n-----\r\n"),
    ],
)
async def test_what_cannot_run_is_told_in_the_form_that_is_read(api, body, accept, status, told):
    answer = await post(api, body, accept=accept)

    before, after = told.split(b"%s")
    assert answer.status_code == status
    assert answer.content.startswith(before + b'"errors":[{"message":')
    assert answer.content.endswith(after)
    assert answer.headers["cache-control"] == "no-store"


@pytest.mark.parametrize("accept", [None, JSON, GRAPHQL, EVENTS, MULTIPART])
@pytest.mark.parametrize(
    ("body", "status"),
    [(b"[]", 400), (b"x" * 300_000, 413), ({"query": "{" * 30}, 400)],
    ids=["no request", "too long", "too deep"],
)
async def test_a_refusal_has_a_status_and_is_json_in_every_form(api, body, status, accept):
    answer = await post(api, body, accept=accept)

    kind = GRAPHQL if accept == GRAPHQL else JSON
    assert answer.status_code == status
    assert answer.headers["content-type"] == f"{kind}; charset=utf-8"
    assert set(codes(answer)) <= {"INVALID_INPUT", "TOO_COMPLEX"}


async def test_a_header_that_is_too_long_is_refused_by_name(api):
    answer = await post(api, {"query": VIEWER}, accept="a," * 5000)

    assert (answer.status_code, codes(answer)) == (406, ["INVALID_INPUT"])
