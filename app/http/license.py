"""The license doors: content keys for an open playback session, for whoever holds its token."""

import re
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from uuid import UUID

from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.http.admission import Admission, within
from app.http.budgets import Till
from app.http.problems import NO_STORE, open_to_players, read_body
from domain.errors import NotFound, Unauthenticated
from domain.house import House
from domain.ids import SessionId
from domain.licenses import MAX_CHALLENGE_BYTES, clearkey_license, parse_clearkey
from domain.load import PriorityClass
from domain.tokens import read_license
from resolvers.licenses import session_keys
from stores import Stores

DEADLINE_S = 2.0  # a player asks again by itself, and a film waits for the answer
_KID = re.compile(r"[0-9a-f]{32}")


def routes(stores: Stores, house: House, admission: Admission) -> list[Route]:
    """`/license/clearkey` for ClearKey players, `/license/key/<kid>` for HLS key lines."""
    doors = _Licenses(stores, house, admission)
    clearkey, key = open_to_players(doors.clearkey), open_to_players(doors.key)
    return [
        Route("/license/clearkey", clearkey, methods=["POST", "OPTIONS"]),
        Route("/license/key/{kid}", key, methods=["GET", "OPTIONS"]),
    ]


class _Licenses:
    def __init__(self, stores: Stores, house: House, admission: Admission) -> None:
        self._stores = stores
        self._house = house
        self._admission = admission
        self._till = Till(stores.budgets, house.budgets)

    async def clearkey(self, request: Request) -> Response:
        scheme, _, token = request.headers.get("authorization", "").partition(" ")
        if scheme.lower() != "bearer" or not token:
            raise Unauthenticated("A license token is needed, as Authorization: Bearer.")
        session_id = self._session(token)
        asked = parse_clearkey(await read_body(request, most_bytes=MAX_CHALLENGE_BYTES))
        keys = await self._keys(session_id, asked)
        return Response(clearkey_license(keys), media_type="application/json", headers=NO_STORE)

    async def key(self, request: Request) -> Response:
        session_id = self._session(request.query_params.get("token", ""))
        keys = await self._keys(session_id, [_kid(request.path_params["kid"])])
        [raw] = keys.values()
        return Response(raw, media_type="application/octet-stream", headers=NO_STORE)

    async def _keys(self, session_id: SessionId, kids: Sequence[UUID]) -> Mapping[UUID, bytes]:
        async with within(DEADLINE_S):
            await self._till.pay_license(session_id)
            async with self._admission.turn(PriorityClass.CRITICAL):
                return await session_keys(self._stores, session_id, kids)

    def _session(self, token: str) -> SessionId:
        """Before anything is read from the body or the stores: strangers cost us one signature."""
        claims = read_license(self._house.token_keys, token, now=datetime.now(UTC))
        return claims.session_id


def _kid(text: str) -> UUID:
    """As playlists write it. Raises NotFound: what is no key id is no key of this session."""
    if not _KID.fullmatch(text):
        raise NotFound("This session has none of these keys.")
    return UUID(text)
