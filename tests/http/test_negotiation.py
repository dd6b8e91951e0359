"""Which form of answer does an Accept header ask for?"""

import pytest
from starlette.datastructures import Headers

from app.http.negotiation import (
    MOST_CHARACTERS,
    MediaType,
    NotAcceptable,
    UnsupportedMediaType,
    accepted,
    check_content,
    in_parts,
    whole,
)

GRAPHQL, JSON, MULTIPART, EVENTS = MediaType
URQL = (
    "application/graphql-response+json, application/graphql+json, application/json,"
    " text/event-stream, multipart/mixed"
)
BROWSER = "text/html,application/xhtml+xml,application/xml;q=0.9,image/webp,*/*;q=0.8"


@pytest.mark.parametrize(
    ("accept", "types"),
    [
        (None, [JSON]),
        ("", [JSON]),
        (" ", [JSON]),
        ("*/*", [JSON]),
        ("application/*", [JSON]),
        ("application/json", [JSON]),
        ("Application/JSON; charset=utf-8", [JSON]),
        ("application/graphql-response+json", [GRAPHQL]),
        ("application/json;q=0.5, application/graphql-response+json", [GRAPHQL, JSON]),
        ("application/json, application/graphql-response+json", [JSON, GRAPHQL]),
        ("application/json, */*", [JSON, GRAPHQL]),
        ("application/json;q=0, */*", [GRAPHQL]),
        ("*/*, application/json;q=0", [GRAPHQL]),
        ("*/*;q=0, application/json", [JSON]),
        ("*/*;q=0.9, application/json;q=0.1", [GRAPHQL, JSON]),
        ("application/*;q=0, */*", [EVENTS]),
        ("application/*;q=0, text/*;q=0, */*", [MULTIPART]),
        ("application/json;q=0, application/*", [GRAPHQL]),
        ("text/*", [EVENTS]),
        ("text/*, application/json", [EVENTS, JSON]),
        ("multipart/*", [MULTIPART]),
        ("*/*;q=0", []),
        ("application/json;q=much", []),
        ("text/event-stream", [EVENTS]),
        ("multipart/mixed", [MULTIPART]),
        ("multipart/mixed;incrementalSpec=v0.2", [MULTIPART]),
        ('multipart/mixed; incrementalSpec="v0.2"', [MULTIPART]),
        ("multipart/mixed;deferSpec=20220824, application/json", [JSON]),
        ("multipart/mixed;incrementalSpec=v0.3", []),
        ("multipart/mixed;subscriptionSpec=1.0, application/json", [JSON]),
        (URQL, [GRAPHQL, JSON, EVENTS, MULTIPART]),
        (BROWSER, [JSON]),
        ("text/html", []),
        (";q=1,,;", []),
    ],
)
def test_the_best_of_what_is_accepted_comes_first(accept, types):
    assert list(accepted(accept)) == types


@pytest.mark.parametrize(
    ("types", "at_once", "in_parts_if_it_can"),
    [
        ([JSON], JSON, JSON),
        ([GRAPHQL, JSON, EVENTS, MULTIPART], GRAPHQL, EVENTS),
        ([MULTIPART, JSON], JSON, MULTIPART),
        ([EVENTS], EVENTS, EVENTS),
    ],
)
def test_an_answer_comes_in_parts_only_where_that_is_of_use(types, at_once, in_parts_if_it_can):
    assert whole(tuple(types)) is at_once
    assert whole(tuple(types), prefers_parts=True) is in_parts_if_it_can


@pytest.mark.parametrize("part", [",", "a,", "a;q=x,", ";", "multipart/mixed;a=b;c,"])
def test_a_header_that_takes_long_to_read_is_not_read(part):
    with pytest.raises(NotAcceptable):
        accepted("application/json," + part * MOST_CHARACTERS)
    with pytest.raises(UnsupportedMediaType):
        check_content(Headers({"Content-Type": "application/json;" + part * MOST_CHARACTERS}))


def test_what_nobody_would_read_is_not_answered():
    with pytest.raises(NotAcceptable):
        whole(())
    with pytest.raises(NotAcceptable):
        in_parts((GRAPHQL, JSON))
