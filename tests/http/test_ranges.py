from datetime import UTC, datetime, timedelta

import pytest

from app.http import media
from domain.media_urls import Grant, sign

FOLDER = f"films/med_{'a' * 32}/"
SEGMENT = bytes(range(256)) * 40  # 10 240 bytes


@pytest.fixture
async def doors(objects, house):
    await objects.put(f"{FOLDER}a/00001.m4s", SEGMENT)
    await objects.put(f"{FOLDER}a/empty.m4s", b"")
    return media.routes(objects, house)


@pytest.fixture
def folder(house):
    """The address of the film's folder."""
    grant = Grant(FOLDER, datetime.now(UTC) + timedelta(hours=1))
    return f"/media/{sign(house.media_key, grant)}/{FOLDER}"


@pytest.fixture
def address(folder):
    """The address of the segment."""
    return f"{folder}a/00001.m4s"


@pytest.mark.parametrize(
    ("asked", "first", "last"),
    [
        ("bytes=0-0", 0, 0),
        ("bytes=0-99", 0, 99),
        ("bytes=100-", 100, 10239),
        ("bytes=10239-", 10239, 10239),
        ("bytes=10000-999999999999", 10000, 10239),
        ("bytes=-1", 10239, 10239),
        ("bytes=-100", 10140, 10239),
        ("bytes=-99999", 0, 10239),
        ("BYTES=0-9", 0, 9),
    ],
)
async def test_one_range_is_answered_with_its_bytes(client, address, asked, first, last):
    answer = await client.get(address, headers={"Range": asked})

    assert answer.status_code == 206
    assert answer.headers["content-range"] == f"bytes {first}-{last}/10240"
    assert answer.headers["content-length"] == str(last - first + 1)
    assert answer.content == SEGMENT[first : last + 1]


@pytest.mark.parametrize("asked", ["bytes=10240-", "bytes=10240-10300", "bytes=-0"])
async def test_a_range_behind_the_end_is_unsatisfiable(client, address, asked):
    answer = await client.get(address, headers={"Range": asked})

    assert answer.status_code == 416
    assert answer.headers["content-range"] == "bytes */10240"
    assert answer.headers["access-control-allow-origin"] == "*"
    assert answer.content == b""


@pytest.mark.parametrize(
    "asked",
    [
        "bytes=0-1,5-6",
        "bytes=0-,0-,0-,0-",
        "bytes=5-2",
        "bytes=-",
        "bytes=",
        "bytes",
        "items=0-1",
        "bytes=a-b",
        "bytes=0x0-1",
        "bytes=-1-2",
        "bytes=\xb2-",
        "bytes=0-" + "9" * 5000,
        "bytes=" + "0-1," * 1000,
    ],
    ids=lambda asked: asked[:16],
)
async def test_a_range_we_do_not_serve_gives_the_whole(client, address, asked):
    answer = await client.get(address, headers={"Range": asked.encode("latin-1")})

    assert answer.status_code == 200
    assert answer.content == SEGMENT


async def test_two_range_headers_give_the_whole(client, address):
    answer = await client.get(address, headers=[("Range", "bytes=0-1"), ("Range", "bytes=4-5")])

    assert answer.status_code == 200
    assert answer.content == SEGMENT


async def test_a_range_of_another_version_gives_the_whole(client, address):
    etag = (await client.get(address)).headers["etag"]
    part = {"Range": "bytes=0-9"}

    same = await client.get(address, headers=part | {"If-Range": etag})
    weak = await client.get(address, headers=part | {"If-Range": f"W/{etag}"})
    other = await client.get(address, headers=part | {"If-Range": '"other"'})
    dated = await client.get(address, headers=part | {"If-Range": "Sun, 22 Nov 2026 08:00:00 GMT"})

    assert [answer.status_code for answer in (same, weak, other, dated)] == [206, 200, 200, 200]


@pytest.mark.parametrize("asked", ["{etag}", "W/{etag}", '"x", {etag}', "*"])
async def test_a_version_the_client_has_is_not_sent_again(client, address, asked):
    etag = (await client.get(address)).headers["etag"]

    answer = await client.get(address, headers={"If-None-Match": asked.format(etag=etag)})

    assert answer.status_code == 304
    assert answer.content == b""
    assert answer.headers["etag"] == etag


async def test_head_says_the_size_without_bytes_and_knows_no_ranges(client, address):
    answer = await client.head(address, headers={"Range": "bytes=0-9"})

    assert answer.status_code == 200
    assert answer.headers["content-length"] == "10240"
    assert answer.content == b""


async def test_an_empty_object_has_no_range(client, folder):
    whole = await client.get(f"{folder}a/empty.m4s")
    part = await client.get(f"{folder}a/empty.m4s", headers={"Range": "bytes=0-"})

    assert (whole.status_code, whole.content) == (200, b"")
    assert (part.status_code, part.headers["content-range"]) == (416, "bytes */0")
