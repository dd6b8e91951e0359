"""The door of public keys, as whoever checks our tokens sees it."""

import jwt
import pytest

from app.http import jwks
from domain.tokens import issue_access
from tests.forgery import ACCESS


@pytest.fixture
def doors(house):
    return jwks.routes(house)


async def test_a_token_is_checked_with_what_is_published_and_nothing_else(client, house):
    answer = await client.get("/.well-known/jwks.json")

    assert answer.status_code == 200
    assert answer.headers["content-type"] == "application/jwk-set+json"
    assert answer.headers["cache-control"] == "public, max-age=300"
    assert answer.headers["access-control-allow-origin"] == "*"
    [key] = jwt.PyJWKSet.from_dict(answer.json()).keys
    token = issue_access(house.token_keys, ACCESS)
    options = {"verify_exp": False, "verify_iat": False}
    claims = jwt.decode(token, key, ["EdDSA"], audience="marquee", options=options)
    assert claims["iss"] == house.public_url
