"""The public keys of our tokens, for whoever wants to check one: `/.well-known/jwks.json`."""

import orjson
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.http.problems import open_to_players
from domain.house import House

# Seconds: how long after a key was added everybody who checks tokens has heard of it.
KEPT_S = 300


def routes(house: House) -> list[Route]:
    """One door, open to everybody."""
    body = orjson.dumps(house.token_keys.jwks())
    headers = {"Cache-Control": f"public, max-age={KEPT_S}"}

    async def answer(_: Request) -> Response:
        return Response(body, media_type="application/jwk-set+json", headers=headers)

    door = open_to_players(answer)
    return [Route("/.well-known/jwks.json", door, methods=["GET", "OPTIONS"])]
