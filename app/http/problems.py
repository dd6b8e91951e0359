"""How a door answers a player, wherever the player's page came from, and how it refuses."""

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from types import MappingProxyType

from starlette.requests import ClientDisconnect, Request
from starlette.responses import JSONResponse, Response

from app.http.negotiation import MethodNotAllowed, NotAcceptable, UnsupportedMediaType
from domain.errors import DomainError, InvalidInput, ProblemCode

Endpoint = Callable[[Request], Awaitable[Response]]

BODY_DEADLINE_S = 3.0  # a license request is one packet; who drips it holds a connection of ours
NO_STORE: Mapping[str, str] = MappingProxyType({"Cache-Control": "no-store"})

# Any origin may: what lets a player in is in the path or in a header that the page itself has to
# set. No cookie is ever read here, so a foreign page can do nothing in the name of a viewer.
_ANY_ORIGIN = {
    "Access-Control-Allow-Origin": "*",
    "Access-Control-Expose-Headers": "Content-Length, Content-Range, ETag, Retry-After",
    "X-Content-Type-Options": "nosniff",
}
_PREFLIGHT = {
    "Access-Control-Allow-Methods": "GET, HEAD, POST",
    "Access-Control-Allow-Headers": "Authorization, Content-Type, If-None-Match, If-Range, Range",
    "Access-Control-Max-Age": "86400",  # seconds; browsers cut it to two hours or so
}
_STATUS: Mapping[ProblemCode, int] = MappingProxyType(
    {
        ProblemCode.INVALID_INPUT: 400,
        ProblemCode.TOO_COMPLEX: 400,
        ProblemCode.RATE_LIMITED: 429,
        ProblemCode.UNAUTHENTICATED: 401,
        ProblemCode.NOT_FOUND: 404,
        ProblemCode.OVERLOADED: 503,
        ProblemCode.UNAVAILABLE: 503,
    }
)  # every other refusal is a 403: asked for properly, and not given


class BodyTooLong(InvalidInput):
    """More bytes than any request of this kind has."""


class BodyTooSlow(InvalidInput):
    """The rest of the request did not come in time."""


_STATUS_OF_KIND: Mapping[type[DomainError], int] = MappingProxyType(
    {
        BodyTooLong: 413,
        BodyTooSlow: 408,
        MethodNotAllowed: 405,
        NotAcceptable: 406,
        UnsupportedMediaType: 415,
    }
)
_UNREAD = {BodyTooLong, BodyTooSlow, UnsupportedMediaType}  # their body is not waited for


def open_to_players(endpoint: Endpoint) -> Endpoint:
    """`endpoint` with its refusals answered as `{"code", "message"}`, callable from any origin."""

    async def door(request: Request) -> Response:
        try:
            if request.method == "OPTIONS":
                response = Response(status_code=204, headers=_PREFLIGHT)
            else:
                response = await endpoint(request)
        except DomainError as refusal:
            response = refused(refusal, {"code": refusal.code, "message": refusal.message})
            if request.method == "POST":
                response.headers["Connection"] = "close"  # the rest of a body is not waited for
        response.headers.update(_ANY_ORIGIN)
        return response

    return door


async def read_body(request: Request, *, most_bytes: int) -> bytes:
    """The whole body. Raises BodyTooLong as soon as that is known, BodyTooSlow after
    BODY_DEADLINE_S, InvalidInput when the client hangs up."""
    body = bytearray()
    try:
        async with asyncio.timeout(BODY_DEADLINE_S):
            async for chunk in request.stream():
                body += chunk
                if len(body) > most_bytes:
                    raise BodyTooLong(f"This request has at most {most_bytes} bytes.")
    except TimeoutError as error:
        raise BodyTooSlow("The request did not arrive in time.") from error
    except ClientDisconnect as error:
        raise InvalidInput("The request ended early.") from error
    return bytes(body)


def refused(refusal: DomainError, content: object, *, form: str = "application/json") -> Response:
    """`content` as JSON, under the status and the headers that belong to the refusal; `form` is
    what the JSON calls itself."""
    status = _STATUS_OF_KIND.get(type(refusal)) or _STATUS.get(refusal.code, 403)
    headers = dict(NO_STORE)
    if status == 401:
        headers["WWW-Authenticate"] = "Bearer"
    if isinstance(refusal, MethodNotAllowed):
        headers["Allow"] = refusal.allowed
    if type(refusal) in _UNREAD:
        headers["Connection"] = "close"
    if refusal.retry_after_seconds is not None:
        headers["Retry-After"] = str(refusal.retry_after_seconds)
    return JSONResponse(content, status_code=status, headers=headers, media_type=form)
