"""What the TV page asks a house for: each of its documents, and the doors beside GraphQL."""

import asyncio
import base64
import itertools
import json
import re
import time
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urlsplit
from uuid import uuid4

import httpx

from domain.connections import write_cursor
from domain.degradation import Field
from tests import factories
from tests.house.repository import ROOT

QUERY_WITHIN_S = 2.0  # what the product promises; see app/http/graphql.py
MUTATION_WITHIN_S = 5.0  # the same
SLACK_S = 2.0  # of a machine that does ten other things
WAITS_S = 0.5  # for news that are there, on an open line

# What each document of web/operations.js leans on.
DOCUMENTS = {
    "SIGN_IN": Field.SIGN_IN,
    "REFRESH": Field.SIGN_IN,
    "SELECT_PROFILE": Field.SIGN_IN,
    "VIEWER": Field.VIEWER,
    "HOME": Field.CATALOGUE,
    "ROW_NEXT": Field.CATALOGUE,
    "DETAILS": Field.CATALOGUE,
    "START_PLAYBACK": Field.START,
    "HEARTBEAT": Field.PROGRESS,
    "STOP_PLAYBACK": Field.PROGRESS,
    "CONTINUE_WATCHING": Field.LIVE,
}
DOORS = {
    "a license by ClearKey": Field.LICENSE,
    "a key of an HLS playlist": Field.LICENSE,
    "a manifest": Field.MEDIA,
    "a picture": Field.PICTURES,
}
MANIFEST = (
    b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>'
    b'<AdaptationSet id="1" contentType="video"><Representation height="720">'
    b'<SegmentTemplate initialization="v720/init.mp4"/></Representation></AdaptationSet>'
    b"</Period></MPD>"
)


@dataclass(frozen=True)
class Seen:
    """What a viewer got: `cell` is that in a few words."""

    cell: str
    took_s: float
    within_s: float


def documents() -> Mapping[str, str]:
    """The exported texts of web/operations.js, put together with those of web/fragments.js."""
    parts = [(ROOT / "web" / name).read_text() for name in ("fragments.js", "operations.js")]
    source = "\n".join(parts)
    texts: dict[str, str] = {}
    exported = set()
    for export, name, text in re.findall(
        r"^(export )?const (\w+) = .*?`(.*?)`;", source, re.S | re.M
    ):
        texts[name] = re.sub(r"\$\{(\w+)\}", lambda part: texts[part[1]], text)
        exported |= {name} if export and not text.lstrip().startswith("fragment") else set()
    return {name: texts[name] for name in exported}


@dataclass
class Screen:
    """A TV that plays a film, and asks for everything else beside it."""

    http: httpx.AsyncClient
    email: str
    film: factories.Film
    texts: Mapping[str, str] = field(default_factory=documents)
    token: str = ""
    refresh: str = ""
    profile_id: str = ""
    session: dict[str, Any] = field(default_factory=dict)
    spare: list[str] = field(default_factory=list)  # sessions that are there to be stopped
    row: dict[str, str] = field(default_factory=dict)
    picture: str = ""
    news_after: str = write_cursor(0)  # before everything
    _sequence: "itertools.count[int]" = field(default_factory=itertools.count)

    async def enter(self, spare: int) -> None:
        """Signs in, starts the film and `spare` more, and looks at home."""
        signed_in = (await self._data("SIGN_IN"))["signIn"]
        self.token, self.refresh = signed_in["accessToken"], signed_in["refreshToken"]
        self.profile_id = signed_in["viewer"]["account"]["profiles"][0]["id"]
        self.token = (await self._data("SELECT_PROFILE"))["selectProfile"]["accessToken"]
        self.session = (await self._data("START_PLAYBACK"))["startPlayback"]
        for _ in range(spare):
            started = (await self._data("START_PLAYBACK"))["startPlayback"]
            self.spare.append(started["session"]["id"])
        await self._data("HEARTBEAT")
        for edge in (await self._data("HOME"))["page"]["rows"]["edges"]:
            row = edge["node"]
            card = row["items"]["edges"][0]["node"]
            if row["kind"] == "NEW_RELEASES":
                self.picture = card["title"]["artwork"]["url"]
                self.row = {"rowId": row["id"], "after": row["items"]["pageInfo"]["endCursor"]}

    def asks(self) -> dict[str, Callable[[], Awaitable[Seen]]]:
        """Every question by its name, in the order of the table."""
        of_documents = {
            name: (lambda name=name: self._document(name))
            for name in DOCUMENTS
            if name != "CONTINUE_WATCHING"
        }
        return {
            **of_documents,
            "CONTINUE_WATCHING": self._news,
            "a license by ClearKey": self._license,
            "a key of an HLS playlist": self._key,
            "a manifest": lambda: self._door("GET", self.session["manifest"]["url"]),
            "a picture": lambda: self._door("GET", self.picture),
        }

    async def _document(self, name: str) -> Seen:
        began = time.monotonic()
        response = await self._post(name)
        took_s = time.monotonic() - began
        answer = response.json()
        is_query = self.texts[name].lstrip().startswith("query")
        if name == "REFRESH" and "accessToken" in (answer.get("data") or {}).get(
            "refreshToken", {}
        ):
            self.refresh = answer["data"]["refreshToken"]["refreshToken"]
        if name == "START_PLAYBACK" and "PlaybackStarted" in response.text:
            self.spare.append(answer["data"]["startPlayback"]["session"]["id"])
        if name == "STOP_PLAYBACK" and "PlaybackStopped" in response.text:
            self.spare.pop()
        return Seen(_cell(answer), took_s, QUERY_WITHIN_S if is_query else MUTATION_WITHIN_S)

    async def _news(self) -> Seen:
        """What changed since a cursor of before; the line stays open when there is nothing."""
        began, cell = time.monotonic(), "waits"
        headers = self._headers() | {"Accept": "text/event-stream"}
        asked = {"query": self.texts["CONTINUE_WATCHING"], "variables": {"after": self.news_after}}
        async with self.http.stream("POST", "/graphql", json=asked, headers=headers) as response:
            try:
                async with asyncio.timeout(WAITS_S):
                    async for line in response.aiter_lines():
                        if line.startswith("data: {"):
                            cell = _cell(json.loads(line.removeprefix("data: ")))
                            break
                    else:
                        cell = "ended"
            except TimeoutError:
                pass
        return Seen(cell, time.monotonic() - began, QUERY_WITHIN_S)

    async def _license(self) -> Seen:
        kids = [
            base64.urlsafe_b64encode(kid.bytes).rstrip(b"=").decode() for kid, _ in self._keys()
        ]
        return await self._door(
            "POST",
            self.session["drm"]["clearKeyUrl"],
            json={"kids": kids, "type": "temporary"},
            headers={"Authorization": f"Bearer {self.session['drm']['token']}"},
        )

    async def _key(self) -> Seen:
        kid, _ = self._keys()[0]
        return await self._door(
            "GET", f"/license/key/{kid.hex}?token={self.session['drm']['token']}"
        )

    async def _door(self, method: str, url: str, **more: Any) -> Seen:
        began = time.monotonic()
        address = urlsplit(url)
        path = address.path + (f"?{address.query}" if address.query else "")
        response = await self.http.request(method, path, **more)
        took_s = time.monotonic() - began
        assert response.headers["access-control-allow-origin"] == "*"
        if response.status_code == 200:
            return Seen("live", took_s, QUERY_WITHIN_S)
        wait_s = response.headers.get("retry-after")
        cell = f"refused: {response.json()['code']}, {wait_s} s ({response.status_code})"
        return Seen(cell, took_s, QUERY_WITHIN_S)

    def _keys(self) -> list[Any]:
        return list(self.film.keys.values())

    def _variables(self, name: str) -> dict[str, Any]:
        device = {"installationId": "tv", "kind": "TV", "name": "TV", "appVersion": "1"}
        other = device | {"installationId": str(uuid4())}
        capabilities = {"codecs": ["avc1.640028", "mp4a.40.2"], "maxHeight": 1080}
        start = {
            "playableId": self.film.id,
            "capabilities": capabilities | {"drm": ["CLEARKEY"], "protocols": ["DASH"]},
            "idempotencyKey": str(uuid4()),
        }
        match name:
            case "SIGN_IN":
                who = {"email": self.email, "password": factories.PASSWORD}
                return {"input": who | {"device": other if self.token else device}}
            case "REFRESH":
                return {"refreshToken": self.refresh}
            case "SELECT_PROFILE":
                return {"profileId": self.profile_id}
            case "ROW_NEXT":
                return self.row
            case "DETAILS":
                return {"id": self.film.id}
            case "START_PLAYBACK":
                return {"input": start}
            case "HEARTBEAT":
                number = next(self._sequence)
                report = {"sessionId": self.session["session"]["id"], "sequence": number}
                return {"input": report | {"positionMs": 20_000 + number, "state": "PLAYING"}}
            case "STOP_PLAYBACK":
                return {"sessionId": self.spare[-1], "positionMs": 30_000}
            case _:
                return {}

    async def _data(self, name: str) -> dict[str, Any]:
        answer = (await self._post(name)).json()
        assert "errors" not in answer, answer
        data: dict[str, Any] = answer["data"]
        return data

    async def _post(self, name: str) -> httpx.Response:
        asked = {"query": self.texts[name], "variables": self._variables(name)}
        return await self.http.post("/graphql", json=asked, headers=self._headers())

    def _headers(self) -> dict[str, str]:
        return {"Authorization": f"Bearer {self.token}"} if self.token else {}


def _cell(answer: dict[str, Any]) -> str:
    """In a few words; a page tells itself where it came from."""
    [root] = (answer.get("data") or {"": None}).values()
    codes = {_refusal(error["extensions"]) for error in answer.get("errors", ())}
    if root is None or "code" in root:
        return f"refused: {' and '.join(sorted(codes)) or _refusal(root or {})}"
    words = {"LIVE": "live", "STALE": "last good copy"}
    provenance = root.get("provenance")
    cell = "answered" if provenance is None else words[provenance["source"]]
    if provenance is not None and provenance["degraded"] and provenance["source"] == "LIVE":
        cell += ", without pictures"
    return " and ".join([cell, *sorted(codes)])


def _refusal(said: Mapping[str, Any]) -> str:
    return f"{said.get('code')}, {said.get('retryAfterSeconds')} s"
