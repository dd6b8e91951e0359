"""The media door: stored objects and per-session manifests behind signed addresses.

It asks no database: a film's bytes are encrypted, and what ends with a session are its keys.
"""

import hashlib
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from types import MappingProxyType

from starlette.requests import Request
from starlette.responses import Response, StreamingResponse
from starlette.routing import Route

from app.http.problems import NO_STORE, open_to_players
from app.http.ranges import RangeUnsatisfiable, byte_range, unchanged
from domain.errors import NotFound, TokenInvalid
from domain.house import House
from domain.manifests import render_dash, render_hls
from domain.media_urls import Grant, Viewing, verify
from domain.tokens import LicenseClaims, issue_license
from stores.objects import ObjectMissing, Objects

FILM_CACHE = timedelta(days=7)  # row 18 of docs/promises.md
PICTURE_CACHE = timedelta(days=30)  # row 18 of docs/promises.md

_HLS = "m3u8"
_DASH = "mpd"
_PICTURES = ("jpg", "png")
_TYPES: Mapping[str, str] = MappingProxyType(
    {
        _HLS: "application/vnd.apple.mpegurl",
        _DASH: "application/dash+xml",
        "m4s": "video/mp4",  # also the segments of sound: an audio track in an MP4 container
        "mp4": "video/mp4",
        "jpg": "image/jpeg",
        "png": "image/png",
    }
)


def routes(objects: Objects, house: House) -> list[Route]:
    """`/media/<grant>/<object path>`, whole or one range of it."""
    door = open_to_players(_Media(objects, house).answer)
    return [Route("/media/{address:path}", door, methods=["GET", "OPTIONS"])]


class _Media:
    def __init__(self, objects: Objects, house: House) -> None:
        self._objects = objects
        self._house = house

    async def answer(self, request: Request) -> Response:
        text, _, path = request.path_params["address"].partition("/")
        grant = verify(self._house.media_key, text, now=datetime.now(UTC))
        # Nothing that we sign needs escaping; an escaped address is somebody's experiment.
        if b"%" in request.scope["raw_path"] or not grant.opens(path):
            raise TokenInvalid("This address does not open that.")
        try:
            if grant.viewing is not None and _suffix(path) in (_HLS, _DASH):
                return await self._manifest(path, grant.viewing, grant.expires_at)
            return await self._object(request, path, grant)
        except ObjectMissing:
            raise NotFound("There is nothing at this address.") from None

    async def _manifest(self, path: str, viewing: Viewing, expires_at: datetime) -> Response:
        """As this session may see it; it holds a token, so nobody keeps a copy."""
        text = (await self._objects.get(path)).decode()
        if _suffix(path) == _DASH:
            rendered = render_dash(text, max_height=viewing.max_height)
        else:
            claims = LicenseClaims(viewing.session_id, expires_at)
            rendered = render_hls(
                text,
                max_height=viewing.max_height,
                public_url=self._house.public_url,
                token=issue_license(self._house.token_keys, claims),
            )
        return Response(rendered, media_type=_TYPES[_suffix(path)], headers=NO_STORE)

    async def _object(self, request: Request, path: str, grant: Grant) -> Response:
        size = await self._objects.size(path)
        etag = _etag(path, size)
        headers = {
            "Accept-Ranges": "bytes",
            "Cache-Control": _cache_control(path, grant),
            "ETag": etag,
        }
        if unchanged(request.headers, etag=etag):
            return Response(status_code=304, headers=headers)
        media_type = _TYPES.get(_suffix(path), "application/octet-stream")
        if request.method == "HEAD":  # ranges are for GET alone
            return Response(media_type=media_type, headers=headers | {"Content-Length": str(size)})
        try:
            part = byte_range(request.headers, size=size, etag=etag)
        except RangeUnsatisfiable:
            return Response(
                status_code=416, headers={"Content-Range": f"bytes */{size}", **NO_STORE}
            )
        if part is not None:
            headers["Content-Range"] = f"bytes {part.start}-{part.stop - 1}/{size}"
        sent = range(size) if part is None else part
        return StreamingResponse(
            self._objects.stream(path, sent.start, sent.stop),
            status_code=200 if part is None else 206,
            media_type=media_type,
            headers=headers | {"Content-Length": str(len(sent))},
        )


def _suffix(path: str) -> str:
    return path.rpartition(".")[2]


def _etag(path: str, size: int) -> str:
    """An object is written once under its path: new bytes come under a new id."""
    return f'"{hashlib.sha256(f"{path} {size}".encode()).hexdigest()[:32]}"'


def _cache_control(path: str, grant: Grant) -> str:
    """A session's address is that session's alone; a picture's is everybody's."""
    scope = "public" if grant.viewing is None else "private"
    kept = PICTURE_CACHE if _suffix(path) in _PICTURES else FILM_CACHE
    return f"{scope}, max-age={int(kept.total_seconds())}, immutable"
