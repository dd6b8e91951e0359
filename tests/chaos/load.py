"""A household's evening, as a process of its own: asks a house at a steady pace and keeps a ledger.

    python -m tests.chaos.load URL TITLE LEDGER EMAIL…

One viewer for each address. Every answer is one line of JSON in LEDGER, written before the viewer
goes on; what was asked and never answered is there too. Half of the house's capacity is measured
first, and kept to. Ends with SIGTERM, after what it was asking.
"""

import asyncio
import json
import os
import signal
import sys
import time
from contextlib import suppress
from dataclasses import dataclass, field
from typing import IO, Any
from uuid import uuid4

import httpx

from tests.api import BEAT, SELECT_PROFILE, SIGN_IN, START, STOP
from tests.factories import PASSWORD

ANSWERS_WITHIN_S = 6.0  # a mutation has five, and a client on the same machine a little patience
MEASURED_S = 3.0  # enough for a figure of the capacity that is right within a quarter
SHARE = 0.5  # of the capacity
STEP_MS = 10  # how far a film is between two heartbeats, so that each has a position of its own
AGAIN_AFTER_S = 0.5  # what a client waits that was not answered
BEATS_A_SESSION = 15
TYPED = {"UNAVAILABLE", "OVERLOADED"}

REFRESH = """
mutation ($token: String!) {
  refreshToken(refreshToken: $token) {
    ... on SignedIn { accessToken refreshToken }
    ... on Problem { code message }
  }
}
"""
HOME = """
{ page(slug: "home") { rows(first: 10) { edges { node {
  heading items(first: 10) { edges { node { title { id name } } } } } } } } }
"""
DETAILS = """
query ($id: ID!) { node(id: $id) { ... on Movie { name synopsis runtimeMs } } }
"""


@dataclass
class Answer:
    """`outcome`: ok, refused (a typed no for now), error, or cut. `data`: of the one root field."""

    outcome: str
    code: str | None
    data: dict[str, Any]


@dataclass
class Viewer:
    """Somebody at home. What they were told they remember; what they asked stands in the ledger."""

    http: httpx.AsyncClient
    ledger: IO[str]
    email: str
    title: str
    pause_s: float = 0.0
    token: str = ""
    refresh: str = ""
    position_ms: int = 0
    asked: int = field(default=0)

    async def enter(self) -> None:
        device = {"installationId": self.email, "kind": "TV", "name": "TV", "appVersion": "1"}
        wanted = {"email": self.email, "password": PASSWORD, "device": device}
        signed_in = await self.insist("sign_in", SIGN_IN, input=wanted)
        self.token, self.refresh = signed_in["accessToken"], signed_in["refreshToken"]
        me = await self.insist("viewer", "{ viewer { account { profiles { id } } } }")
        chosen = await self.insist("profile", SELECT_PROFILE, id=me["account"]["profiles"][0]["id"])
        self.token = chosen["accessToken"]

    async def evening(self) -> None:
        while True:
            key = str(uuid4())
            session = await self.start(key)
            for sequence in range(BEATS_A_SESSION):
                await self.ask("home", HOME)
                await self.beat(session, sequence)
                await self.ask("details", DETAILS, id=self.title)
                if sequence == BEATS_A_SESSION // 2:
                    await self.renew()
            await self.stop(session)

    async def start(self, key: str) -> str:
        capabilities = {"codecs": ["avc1.640028"], "maxHeight": 1080, "drm": ["CLEARKEY"]}
        wanted = {"playableId": self.title, "idempotencyKey": key}
        wanted["capabilities"] = capabilities | {"protocols": ["DASH"]}
        started = await self.insist("start", START, input=wanted, ledger={"key": key})
        return str(started["session"]["id"])

    async def beat(self, session: str, sequence: int) -> None:
        self.position_ms += STEP_MS
        report = {"sessionId": session, "sequence": sequence, "positionMs": self.position_ms}
        written = {"session": session, "position_ms": self.position_ms}
        await self.insist("beat", BEAT, input=report | {"state": "PLAYING"}, ledger=written)

    async def stop(self, session: str) -> None:
        self.position_ms += STEP_MS
        written = {"session": session, "position_ms": self.position_ms}
        await self.insist("stop", STOP, id=session, at=self.position_ms, ledger=written)

    async def renew(self) -> None:
        fresh = await self.insist("refresh", REFRESH, token=self.refresh)
        self.token, self.refresh = fresh["accessToken"], fresh["refreshToken"]

    async def insist(self, kind: str, document: str, **variables: Any) -> dict[str, Any]:
        """Asks the same thing until it is done, as a player does that must not lose its place."""
        while True:
            answer = await self.ask(kind, document, **variables)
            if answer.outcome == "ok":
                return answer.data
            await asyncio.sleep(AGAIN_AFTER_S)

    async def ask(
        self, kind: str, document: str, *, ledger: dict[str, Any] | None = None, **variables: Any
    ) -> Answer:
        await asyncio.sleep(self.pause_s)
        self.asked += 1
        asked_at = time.time()
        headers = {"Authorization": f"Bearer {self.token}"} if self.token else {}
        body = {"query": document, "variables": variables}
        answer = Answer("cut", None, {})  # the evening ends while it is asked
        try:
            async with asyncio.timeout(ANSWERS_WITHIN_S):
                response = await self.http.post("/graphql", json=body, headers=headers)
            answer = _read(response)
        except (httpx.HTTPError, TimeoutError) as error:
            answer = Answer("error", type(error).__name__, {})
        finally:
            line = {"viewer": self.email, "kind": kind, "at": asked_at, "until": time.time()}
            line |= {"outcome": answer.outcome, "code": answer.code} | (ledger or {})
            if kind == "start" and answer.outcome == "ok":
                line["session"] = answer.data["session"]["id"]
            if kind in ("sign_in", "refresh") and answer.outcome == "ok":
                line["refresh"] = answer.data["refreshToken"]
            self.ledger.write(json.dumps(line) + "\n")
        return answer


def _read(response: httpx.Response) -> Answer:
    try:
        body = response.json()
    except ValueError:
        return Answer("error", f"HTTP_{response.status_code}", {})
    codes = [each.get("extensions", {}).get("code") for each in body.get("errors", [])]
    data = next(iter((body.get("data") or {}).values()), None) or {}
    codes += [data["code"]] if "code" in data else []
    if not codes and data:
        return Answer("ok", None, data)
    code = str(codes[0] if codes else f"HTTP_{response.status_code}")
    return Answer("refused" if code in TYPED else "error", code, {})


async def main(url: str, title: str, path: str, emails: list[str]) -> None:
    told = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, told.set)
    limits = httpx.Limits(max_connections=len(emails))
    with open(path, "a", buffering=1) as ledger:  # noqa: ASYNC230 - a line at a time, to a disk
        async with httpx.AsyncClient(base_url=url, limits=limits, timeout=None) as http:
            viewers = [Viewer(http, ledger, email, title) for email in emails]
            await asyncio.gather(*(viewer.enter() for viewer in viewers))
            evenings = [asyncio.create_task(viewer.evening()) for viewer in viewers]
            await asyncio.sleep(MEASURED_S)
            capacity = sum(viewer.asked for viewer in viewers) / MEASURED_S
            for viewer in viewers:
                viewer.pause_s = len(viewers) / (capacity * SHARE)
            sys.stdout.write(json.dumps({"capacity_per_s": round(capacity, 1)}) + "\n")
            sys.stdout.flush()
            await told.wait()
            for evening in evenings:
                evening.cancel()
            for evening in evenings:
                with suppress(asyncio.CancelledError):
                    await evening


if __name__ == "__main__":
    os.umask(0o077)  # the ledger holds refresh tokens
    asyncio.run(main(sys.argv[1], sys.argv[2], sys.argv[3], sys.argv[4:]))
