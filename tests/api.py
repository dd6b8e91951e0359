"""The application as an app sees it: GraphQL over HTTP, one viewer at a time."""

from dataclasses import dataclass, field
from typing import Any
from uuid import uuid4

import httpx
from starlette.applications import Starlette

from app import server
from domain.house import House
from stores import Stores
from tests import factories

SIGN_IN = """
mutation ($input: SignInInput!) {
  signIn(input: $input) {
    ... on SignedIn { accessToken refreshToken expiresAt viewer { account { email } } }
    ... on Problem { code message }
  }
}
"""
SELECT_PROFILE = """
mutation ($id: ID!) {
  selectProfile(profileId: $id) {
    ... on SignedIn { accessToken viewer { profile { id name } } }
    ... on Problem { code message }
  }
}
"""
START = """
mutation ($input: StartPlaybackInput!) {
  startPlayback(input: $input) {
    ... on PlaybackStarted {
      heartbeatSeconds
      session { id state leaseExpiresAt playable { name } device { name } }
      manifest { url protocol expiresAt ladder { height } }
      drm { clearKeyUrl token }
      resume { positionMs reason }
      nextUp { name }
    }
    ... on Problem { code message }
  }
}
"""
BEAT = """
mutation ($input: HeartbeatInput!) {
  heartbeat(input: $input) {
    ... on HeartbeatAccepted { nextInSeconds watchState { positionMs progress status revision } }
    ... on Problem { code message }
  }
}
"""
STOP = """
mutation ($id: ID!, $at: Int!) {
  stopPlayback(sessionId: $id, positionMs: $at) {
    ... on PlaybackStopped { watchState { positionMs status revision } }
    ... on Problem { code message }
  }
}
"""


@dataclass
class Reply:
    """What came back: the data, or the codes of the errors."""

    status: int
    body: dict[str, Any]

    @property
    def data(self) -> dict[str, Any]:
        assert "errors" not in self.body, self.body["errors"]
        return self.body["data"]

    @property
    def codes(self) -> list[str]:
        return [error["extensions"]["code"] for error in self.body["errors"]]


@dataclass
class Viewer:
    """Somebody signed in, on one device."""

    api: "Api"
    token: str
    refresh_token: str | None = None
    _sequence: int = field(default=-1)

    async def run(self, document: str, **variables: Any) -> Reply:
        return await self.api.run(document, variables, token=self.token)

    async def start(self, playable_id: str, **more: Any) -> dict[str, Any]:
        capabilities = {"codecs": ["avc1.640028", "mp4a.40.2"], "maxHeight": 1080}
        wanted = {
            "playableId": playable_id,
            "capabilities": capabilities | {"drm": ["CLEARKEY"], "protocols": ["DASH"]},
            "idempotencyKey": str(uuid4()),
        }
        reply = await self.run(START, input=wanted | more)
        return reply.data["startPlayback"]

    async def beat(self, session_id: str, position_ms: int, **more: Any) -> dict[str, Any]:
        self._sequence += 1
        report = {
            "sessionId": session_id,
            "sequence": self._sequence,
            "positionMs": position_ms,
            "state": "PLAYING",
        }
        reply = await self.run(BEAT, input=report | more)
        return reply.data["heartbeat"]

    async def stop(self, session_id: str, position_ms: int) -> dict[str, Any]:
        reply = await self.run(STOP, id=session_id, at=position_ms)
        return reply.data["stopPlayback"]


class Api:
    """Speaks HTTP to the application of these stores, from `address`."""

    def __init__(self, stores: Stores, house: House, *, address: str = "127.0.0.1") -> None:
        self.stores = stores
        self.house = house
        self.app = Starlette(routes=server.routes(stores, house, with_graphiql=True))
        transport = httpx.ASGITransport(self.app, client=(address, 50_000))
        self.http = httpx.AsyncClient(transport=transport, base_url=house.public_url)

    async def __aenter__(self) -> "Api":
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.http.aclose()

    async def run(
        self, document: str, variables: dict[str, Any] | None = None, *, token: str | None = None
    ) -> Reply:
        headers = {} if token is None else {"Authorization": f"Bearer {token}"}
        body = {"query": document, "variables": variables or {}}
        response = await self.http.post("/graphql", json=body, headers=headers)
        return Reply(response.status_code, response.json())

    async def sign_in(
        self,
        email: str = factories.EMAIL,
        password: str = factories.PASSWORD,
        *,
        installation: str = "living-room",
        kind: str = "TV",
    ) -> dict[str, Any]:
        device = {
            "installationId": installation,
            "kind": kind,
            "name": "Living room",
            "appVersion": "1.0",
        }
        wanted = {"email": email, "password": password, "device": device}
        return (await self.run(SIGN_IN, {"input": wanted})).data["signIn"]

    async def viewer(
        self,
        home: factories.Household,
        profile: str = "Ada",
        *,
        installation: str = "living-room",
    ) -> Viewer:
        """Signed in, with that profile chosen."""
        signed_in = await self.sign_in(home.email, installation=installation)
        account = Viewer(self, signed_in["accessToken"])
        chosen = (await account.run(SELECT_PROFILE, id=home.profiles[profile])).data
        token = chosen["selectProfile"]["accessToken"]
        return Viewer(self, token, signed_in["refreshToken"])
