import asyncio
import tracemalloc
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from starlette.applications import Starlette

from app.http import media
from domain.ids import MediaId, SessionId
from domain.media_urls import Grant, Viewing, film_address, picture_address, sign
from domain.tokens import LicenseClaims, read_license
from stores.objects import PART_BYTES
from tests.traversals import traversals

MEDIA = MediaId("med_" + "a" * 32)
OTHER_MEDIA = MediaId("med_" + "e" * 32)
VIEWING = Viewing(SessionId("pbs_" + "b" * 32), 720)
PICTURE = f"artwork/mov_{'c' * 32}/art_{'d' * 32}.jpg"
LOGO = PICTURE.replace("jpg", "png")
KID = "1" * 32
SEGMENT = bytes(range(256)) * 40  # 10 240 bytes
FILES = {
    f"films/{MEDIA}/v720/00001.m4s": SEGMENT,
    f"films/{MEDIA}/v720/init.mp4": b"init",
    f"films/{MEDIA}/v1080/init.mp4": b"too high",
    f"films/{MEDIA}/storyboard.jpg": b"sprite",
    f"films/{MEDIA}/master.m3u8": (
        b"#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv720.m3u8\n"
        b"#EXT-X-STREAM-INF:BANDWIDTH=2\nv1080.m3u8\n"
    ),
    f"films/{MEDIA}/v720.m3u8": f'#EXTM3U\n#EXT-X-KEY:URI="/license/key/{KID}"\n'.encode(),
    f"films/{MEDIA}/manifest.mpd": (
        b'<MPD xmlns="urn:mpeg:dash:schema:mpd:2011"><Period>'
        b'<AdaptationSet id="1" contentType="video">'
        b'<Representation height="720"><SegmentTemplate initialization="v720/init.mp4"/>'
        b'</Representation><Representation height="1080">'
        b'<SegmentTemplate initialization="v1080/init.mp4"/></Representation>'
        b"</AdaptationSet></Period></MPD>"
    ),
    f"films/{OTHER_MEDIA}/v720/init.mp4": b"somebody else's",
    f"sources/{MEDIA}": b"secret",
    PICTURE: b"picture",
    LOGO: b"picture",
}


@pytest.fixture
def now():
    return datetime.now(UTC)


@pytest.fixture
async def doors(objects, house):
    for path, data in FILES.items():
        await objects.put(path, data)
    return media.routes(objects, house)


@pytest.fixture
def film(house, now):
    """The address of a file of the film, for a session of 720 lines, for an hour."""

    def address(file: str) -> str:
        ends = now + timedelta(hours=1)
        return film_address(house.media_key, MEDIA, file, VIEWING, expires_at=ends)

    return address


async def test_a_segment_comes_whole_with_the_headers_a_player_and_a_browser_need(client, film):
    answer = await client.get(film("v720/00001.m4s"))

    assert answer.status_code == 200
    assert answer.content == SEGMENT
    etag = answer.headers["etag"]
    assert {name: answer.headers[name] for name in sorted(answer.headers)} == {
        "accept-ranges": "bytes",
        "access-control-allow-origin": "*",
        "access-control-expose-headers": "Content-Length, Content-Range, ETag, Retry-After",
        "cache-control": "private, max-age=604800, immutable",
        "content-length": "10240",
        "content-type": "video/mp4",
        "etag": etag,
        "x-content-type-options": "nosniff",
    }
    assert len(etag) == 34


@pytest.mark.parametrize(
    ("file", "media_type"),
    [
        ("v720/init.mp4", "video/mp4"),
        ("storyboard.jpg", "image/jpeg"),
        ("master.m3u8", "application/vnd.apple.mpegurl"),
        ("manifest.mpd", "application/dash+xml"),
    ],
)
async def test_each_kind_of_file_says_what_it_is(client, film, file, media_type):
    answer = await client.get(film(file))

    assert answer.headers["content-type"] == media_type
    assert answer.headers["x-content-type-options"] == "nosniff"


@pytest.mark.parametrize("file", ["master.m3u8", "nothing.m4s"])
async def test_head_of_a_manifest_or_of_nothing_has_no_body(server, film, file):
    status, answer = await server.send_raw(
        b"HEAD " + film(file).encode() + b" HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n"
    )

    assert status == (200 if file == "master.m3u8" else 404)
    assert answer.endswith(b"\r\n\r\n")


@pytest.mark.parametrize(("path", "kind"), [(PICTURE, "image/jpeg"), (LOGO, "image/png")])
async def test_a_picture_may_be_kept_by_everybody_for_a_month(client, house, now, path, kind):
    answer = await client.get(picture_address(house.media_key, path, now=now))

    assert answer.content == b"picture"
    assert answer.headers["content-type"] == kind
    assert answer.headers["cache-control"] == "public, max-age=2592000, immutable"


async def test_the_manifests_of_a_session_show_its_rungs_and_are_not_kept(client, film):
    master = await client.get(film("master.m3u8"))
    dash = await client.get(film("manifest.mpd"))

    assert master.text == "#EXTM3U\n#EXT-X-STREAM-INF:BANDWIDTH=1\nv720.m3u8\n"
    assert 'height="720"' in dash.text
    assert "1080" not in dash.text
    assert master.headers["cache-control"] == dash.headers["cache-control"] == "no-store"


async def test_a_key_line_carries_a_license_token_of_this_session(client, film, house, now):
    answer = await client.get(film("v720.m3u8"))

    address, _, token = answer.text.partition('URI="')[2].rstrip('"\n').partition("?token=")
    assert address == f"http://house.test/license/key/{KID}"
    ends = (now + timedelta(hours=1)).replace(microsecond=0)
    assert read_license(house.token_keys, token, now=now) == LicenseClaims(VIEWING.session_id, ends)


async def test_a_session_below_every_rung_is_told_so(client, house, now):
    low = Viewing(VIEWING.session_id, 240)
    address = film_address(
        house.media_key, MEDIA, "master.m3u8", low, expires_at=now + timedelta(hours=1)
    )

    answer = await client.get(address)

    assert answer.status_code == 403
    assert answer.json()["code"] == "UNSUPPORTED_DEVICE"


async def test_an_expired_address_is_refused_by_that_name(client, house, now):
    address = film_address(house.media_key, MEDIA, "v720/init.mp4", VIEWING, expires_at=now)

    answer = await client.get(address)

    assert answer.status_code == 403
    assert answer.json() == {
        "code": "TOKEN_EXPIRED",
        "message": "This address has run out; ask for a new one.",
    }
    assert answer.headers["cache-control"] == "no-store"
    assert answer.headers["access-control-allow-origin"] == "*"


async def test_every_changed_character_of_an_address_is_refused(server, film):
    address = film("v720/init.mp4").encode()
    start = len(b"/media/")
    grant_ends = address.index(b"/", start)
    prefix_ends = address.index(b"v720/")

    for at in range(start, prefix_ends):
        for other in (b"A", b"z", b"_", b".") if at < grant_ends else (b"A", b"f", b"/"):
            changed = address[:at] + other + address[at + 1 :]
            if changed != address:
                status, answer = await server.get_raw(changed)
                assert (status, b"TOKEN_INVALID" in answer) == (403, True), changed


async def test_no_traversal_of_hundreds_reaches_the_store(server, film):
    prefix = film("").encode()
    forms = {form.encode() for form in traversals() if form.isprintable() and " " not in form}

    answers = [await server.get_raw(prefix + form) for form in sorted(forms)]

    assert len(answers) > 300
    # What HTTP itself does not take is a 400, a fragment or query is cut off by the server.
    assert {status for status, _ in answers} <= {400, 403, 404}
    assert not [body for _, body in answers if b"secret" in body or b"too high" in body]


@pytest.mark.parametrize(
    "path",
    [
        f"films/{OTHER_MEDIA}/v720/init.mp4",
        f"films/{MEDIA}/v1080/init.mp4",
        f"films/{MEDIA}/%76720/init.mp4",
        f"sources/{MEDIA}",
        PICTURE,
        "",
        "/",
    ],
)
async def test_a_good_grant_does_not_open_what_it_does_not_cover(server, film, path):
    grant = film("").split("/")[2]

    status, answer = await server.get_raw(f"/media/{grant}/{path}".encode())

    assert status == 403
    assert b"TOKEN_INVALID" in answer


@pytest.mark.parametrize("file", ["v720/99999.m4s", "v720", "nothing.mpd", "v240.m3u8", "films"])
async def test_an_unknown_object_under_a_good_grant_is_not_found(client, film, file):
    answer = await client.get(film(file))

    assert answer.status_code == 404
    assert answer.json() == {"code": "NOT_FOUND", "message": "There is nothing at this address."}


@pytest.mark.parametrize("address", ["/media/", "/media/x", "/media/x/y", "/media/a.b/films/x"])
async def test_an_address_without_a_grant_is_refused(client, address):
    answer = await client.get(address)

    assert answer.status_code == 403
    assert answer.json()["code"] == "TOKEN_INVALID"


async def test_a_player_on_another_origin_may_ask_with_a_range(client, film):
    answer = await client.options(
        film("v720/init.mp4"),
        headers={
            "Origin": "http://tv.test",
            "Access-Control-Request-Method": "GET",
            "Access-Control-Request-Headers": "range",
        },
    )

    assert answer.status_code == 204
    assert answer.headers["access-control-allow-origin"] == "*"
    assert "Range" in answer.headers["access-control-allow-headers"]
    assert "access-control-allow-credentials" not in answer.headers


async def test_a_large_object_is_streamed_in_bounded_memory(objects, house, now, tmp_path):
    size = 64 * 1024 * 1024
    big: Path = tmp_path / "big"
    with big.open("wb") as file:
        file.truncate(size)
    path = f"films/{MEDIA}/v720/00001.m4s"
    await objects.put_file(path, big)
    grant = sign(house.media_key, Grant(f"films/{MEDIA}/", now + timedelta(hours=1), VIEWING))
    target = f"/media/{grant}/{path}"
    scope = {
        "type": "http",
        "method": "GET",
        "path": target,
        "raw_path": target.encode(),
        "query_string": b"",
        "headers": [],
        "asgi": {"spec_version": "2.4"},
    }
    received = 0

    async def send(message):
        nonlocal received
        received += len(message.get("body", b""))
        await asyncio.sleep(0)

    tracemalloc.start()
    await Starlette(routes=media.routes(objects, house))(scope, asyncio.Event().wait, send)
    _, peak = tracemalloc.get_traced_memory()
    tracemalloc.stop()

    assert received == size
    assert peak < 8 * PART_BYTES
