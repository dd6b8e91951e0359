import pytest
from starlette.requests import HTTPConnection

from app.http.callers import caller_of, network_of
from resolvers.context import Caller


@pytest.mark.parametrize(
    ("host", "network"),
    [
        ("203.0.113.7", "203.0.113.7"),
        ("2001:db8:1:2:3:4:5:6", "2001:db8:1:2::/64"),
        ("2001:db8:1:2:ffff::1", "2001:db8:1:2::/64"),
        ("fe80::1%eth0", "fe80::/64"),
        ("::ffff:203.0.113.7", "203.0.113.7"),
        ("unix", ""),
        ("1.2.3.4, 5.6.7.8", ""),
    ],
)
def test_a_household_behind_one_network_is_one_caller(host, network):
    assert network_of(host) == network


def test_a_caller_is_what_the_connection_says_and_no_longer():
    headers = [(b"authorization", b"Bearer x"), (b"user-agent", b"a" * 1000)]
    scope = {"type": "http", "headers": headers, "client": ("203.0.113.7", 4711)}

    assert caller_of(HTTPConnection(scope)) == Caller("Bearer x", "203.0.113.7", "a" * 200)


def test_a_connection_that_says_nothing_is_a_caller_without_an_address():
    scope = {"type": "websocket", "headers": [], "client": None}

    assert caller_of(HTTPConnection(scope)) == Caller(None, "", "")
