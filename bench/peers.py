"""What `marquee bench door` compares with: a bare answer of starlette, and strawberry as it comes.

Started like `marquee serve`, and served by the same uvicorn with the same protocol.
"""

import sys
from collections.abc import Iterable

import strawberry
import uvicorn
from starlette.applications import Starlette
from starlette.requests import Request
from starlette.responses import JSONResponse, PlainTextResponse
from starlette.routing import Route
from strawberry.asgi import GraphQL
from strawberry.extensions import ParserCache, ValidationCache

from app.embedded.machine import LOOPBACK, end_with_parent

TINY = "query Tiny { viewer { account { email } } }"


@strawberry.type
class Account:
    email: str


@strawberry.type
class Viewer:
    account: Account


@strawberry.input
class HeartbeatInput:
    session_id: strawberry.ID
    sequence: int
    position_ms: int
    state: str


@strawberry.type
class HeartbeatAccepted:
    next_in_seconds: int


@strawberry.type
class Problem:
    code: str


@strawberry.type
class Query:
    @strawberry.field
    async def viewer(self) -> Viewer | None:
        return None


@strawberry.type
class Mutation:
    @strawberry.mutation
    async def heartbeat(self, input: HeartbeatInput) -> HeartbeatAccepted | Problem:
        return HeartbeatAccepted(next_in_seconds=input.sequence and 10)


def _graphql(extensions: Iterable[type] = ()) -> GraphQL[None, None]:
    return GraphQL(strawberry.Schema(Query, Mutation, extensions=extensions))


async def _bare(_request: Request) -> JSONResponse:
    return JSONResponse({"data": {"viewer": None}})


async def _ready(_request: Request) -> PlainTextResponse:
    return PlainTextResponse("ok")


def application() -> Starlette:
    end_with_parent()
    return Starlette(
        routes=[
            Route("/readyz", _ready),
            Route("/bare", _bare, methods=["POST"]),
            Route("/strawberry", _graphql()),
            Route("/strawberry-cached", _graphql([ParserCache, ValidationCache])),
        ]
    )


if __name__ == "__main__":
    uvicorn.run(
        "bench.peers:application",
        factory=True,
        host=LOOPBACK,
        port=int(sys.argv[-1]),
        http="app.http.protocol:HttpProtocol",
        access_log=False,
        server_header=False,
    )
