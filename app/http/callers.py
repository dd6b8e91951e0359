"""Who asks, as far as a connection tells it before anybody has signed in."""

from functools import lru_cache
from ipaddress import IPv6Address, ip_address, ip_network

from starlette.requests import HTTPConnection

from resolvers.context import Caller

REMEMBERED = 2000  # addresses: about as many as have a connection open
IPV6_HOME = 64  # bits: the least a household is given, so each of its addresses is the same caller
MOST_USER_AGENT_CHARACTERS = 200  # it is shown to people, and a client may write anything there


def caller_of(connection: HTTPConnection) -> Caller:
    """Uvicorn has put into the scope what TRUSTED_PROXIES say of the client's address."""
    return Caller(
        authorization=connection.headers.get("authorization"),
        address="" if connection.client is None else network_of(connection.client.host),
        user_agent=connection.headers.get("user-agent", "")[:MOST_USER_AGENT_CHARACTERS],
    )


@lru_cache(maxsize=REMEMBERED)
def network_of(host: str) -> str:
    """An IPv4 address as it is, and the network of an IPv6 one as `2001:db8::/64`. Empty for what
    is no address: all of those are one caller."""
    try:
        address = ip_address(host)
    except ValueError:
        return ""
    if not isinstance(address, IPv6Address):
        return str(address)
    if address.ipv4_mapped is not None:
        return str(address.ipv4_mapped)
    return str(ip_network((int(address), IPV6_HOME), strict=False))
