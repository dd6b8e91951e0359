"""What is a request, and what only looks like one?"""

import pytest

from domain.errors import InvalidInput
from schema.params import Params, params_of, params_of_address, read_json


@pytest.mark.parametrize(
    "raw",
    [
        b"",
        b"{",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"NaN",
        b"[Infinity]",
        b"[-Infinity]",
        b"1e999",
        b'"\\ud800"',
        b'"\xed\xa0\x80"',
        b'"\xff"',
        b'"\0"',
        b'"\\u0000"',
        b'{"a": [{"b": "x\\u0000"}]}',
        b'{"a": {"\\u0000": 1}}',
        b'"\\\\\\u0000"',
        b'"\\\\ \\n\\u0000\\u0000"',
        b"[" * 1000 + b'"\\u0000"' + b"]" * 1000,  # deeper than Python calls itself
        b'{"a":' * 1000 + b'"\\u0000"' + b"}" * 1000,
        b"{} {}",
        b"'a'",
        b"\xef\xbb\xbf{}",
    ],
    ids=lambda raw: repr(raw[:30]),
)
def test_what_something_behind_would_choke_on_is_no_json(raw):
    with pytest.raises(InvalidInput):
        read_json(raw)


@pytest.mark.parametrize(
    ("raw", "found"),
    [
        (b'{"a": [1, 2.5, null, true]}', {"a": [1, 2.5, None, True]}),
        (b'"\\ud83c\\udfac"', "🎬"),
        (b'"\\\\u0000"', "\\u0000"),
        (b'"\\\\\\\\u0000"', "\\\\u0000"),
        (b'{"\\\\u0000": 1}', {"\\u0000": 1}),
    ],
)
def test_what_looks_awkward_and_is_not_is_read(raw, found):
    assert read_json(raw) == found


def test_a_request_is_taken_apart():
    found = {
        "query": "{ a }",
        "operationName": "A",
        "variables": {"b": 1},
        "extensions": {"c": 2},
        "more": "is nobody's business",
    }

    assert params_of(found) == Params("{ a }", None, "A", {"b": 1}, {"c": 2})


def test_what_is_null_is_as_if_it_were_not_there():
    found = {"documentId": "x"} | dict.fromkeys(
        ("query", "operationName", "variables", "extensions")
    )

    assert params_of(found) == Params(None, "x", None, {}, {})


def test_a_hash_names_a_document_too():
    asked = {"persistedQuery": {"version": 1, "sha256Hash": "0" * 64}}

    assert params_of({"extensions": asked}).extensions == asked


@pytest.mark.parametrize(
    "found",
    [
        None,
        1,
        "query",
        [],
        [{"query": "{ a }"}],
        {},
        {"query": ""},
        {"query": None},
        {"variables": {}},
        *({"query": wrong} for wrong in (1, False, {"a": 1}, ["a"])),
        *({"documentId": wrong} for wrong in (1, False, {"a": 1}, ["a"])),
        *({"query": "{ a }", "operationName": wrong} for wrong in (1, False, {"a": 1}, ["a"])),
        *({"query": "{ a }", "variables": wrong} for wrong in (1, False, "{}", ["a"])),
        *({"query": "{ a }", "extensions": wrong} for wrong in (1, False, "{}", ["a"])),
    ],
)
def test_what_is_no_request_is_refused(found):
    with pytest.raises(InvalidInput):
        params_of(found)


def test_a_request_in_an_address_is_taken_apart():
    address = b"query=%7B+a+%7D&operationName=A&variables=%7B%22b%22:1%7D&extensions=%7B%7D"

    assert params_of_address(address) == Params("{ a }", None, "A", {"b": 1}, {})


def test_a_parameter_that_is_empty_is_as_if_it_were_not_there():
    address = b"query=%7B+a+%7D&operationName=&variables=&extensions="

    assert params_of_address(address) == Params("{ a }", None, None, {}, {})


@pytest.mark.parametrize(
    "address",
    [
        b"",
        b"query=",
        b"query=%7Ba%7D&query=%7Bb%7D",
        b"query=a&variables=[]",
        b"query=a&variables=%7B",
        b"query=a&variables=%7B%22a%22:NaN%7D",
        b"query=a&extensions=1",
        b"query=a%00",
        b"query=%FF",
        b"query=%ED%A0%80",
        b"query=\xff",
        b"query=a&" + b"&".join(b"a%d=1" % number for number in range(100)),
    ],
)
def test_what_is_no_request_in_an_address_is_refused(address):
    with pytest.raises(InvalidInput):
        params_of_address(address)
