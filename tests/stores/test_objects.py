import asyncio
import os
import socket
import threading
from contextlib import suppress

import pytest

from domain.degradation import BreakerState, Dependency
from domain.errors import Unavailable
from stores.guard import Guard, Limits
from stores.objects import (
    MOST_CALLS,
    MOST_REQUESTS,
    PART_BYTES,
    ObjectMissing,
    open_objects,
    why_gone,
)
from tests.waiting import until

FILM_BYTES = 12 * 1024 * 1024  # more than two parts of an upload in parts


@pytest.fixture(params=["file", "s3"])
def objects(request, tmp_path):
    if request.param == "file":
        return open_objects((tmp_path / "objects").as_uri())
    return open_objects(f"{request.getfixturevalue('bucket_url')}/of/this/test")


async def test_what_is_put_is_got(objects, tmp_path):
    file = tmp_path / "film"
    file.write_bytes(b"moving pictures")

    await objects.put("a/b.txt", b"text")
    await objects.put_file("a/film.mp4", file)

    assert await objects.get("a/b.txt") == b"text"
    assert await objects.size("a/film.mp4") == 15


async def test_a_film_is_put_whole(objects, tmp_path):
    film = bytes(range(256)) * (FILM_BYTES // 256)
    (tmp_path / "film").write_bytes(film)

    await objects.put_file("films/1", tmp_path / "film")

    assert await objects.get("films/1") == film


async def test_what_is_put_again_is_replaced(objects):
    await objects.put("a", b"before, and longer")

    await objects.put("a", b"after")

    assert await objects.get("a") == b"after"


async def test_a_range_is_streamed_in_parts_of_bounded_size(objects):
    data = bytes(i % 251 for i in range(3 * PART_BYTES))
    await objects.put("film", data)

    parts = [part async for part in objects.stream("film", 10, 2 * PART_BYTES + 20)]

    assert b"".join(parts) == data[10 : 2 * PART_BYTES + 20]
    assert max(map(len, parts)) == PART_BYTES


async def test_what_is_not_there_is_missing(objects):
    with pytest.raises(ObjectMissing):
        await objects.get("nothing")
    with pytest.raises(ObjectMissing):
        await objects.size("nothing")
    with pytest.raises(ObjectMissing):
        [part async for part in objects.stream("nothing", 0, 1)]


async def test_deleting_nothing_is_no_error(objects):
    await objects.delete("nothing")
    await objects.delete_prefix("nowhere/")


async def test_two_prefixes_of_a_bucket_do_not_see_each_other(bucket_url):
    one, other = (open_objects(f"{bucket_url}/{name}") for name in ("one", "other"))

    await one.put("film", b"")
    await other.delete_prefix("film/")

    assert await one.size("film") == 0
    with pytest.raises(ObjectMissing):
        await other.size("film")


async def test_a_bucket_is_asked_over_plain_http_only_when_that_is_wanted(bucket_url, monkeypatch):
    monkeypatch.setenv("AWS_ALLOW_HTTP", "false")

    with pytest.raises(Unavailable):
        await open_objects(bucket_url).put("film", b"")


async def test_a_folder_is_deleted_and_its_neighbour_is_not(objects):
    for path in ("films/1/a", "films/1/b/c", "films/10/a"):
        await objects.put(path, b"")

    await objects.delete_prefix("films/1/")

    assert await objects.size("films/10/a") == 0
    for gone in ("films/1/a", "films/1/b/c"):
        with pytest.raises(ObjectMissing):
            await objects.size(gone)


async def test_every_object_is_listed_with_its_size(objects):
    await objects.put("a/film", b"four")
    await objects.put("b", b"")

    assert await objects.sizes() == {"a/film": 4, "b": 0}


@pytest.fixture
def guard():
    return Guard(Dependency.OBJECTS, Limits(0.2, MOST_CALLS), why_gone=why_gone)


async def test_who_finds_no_thread_waits_for_one(tmp_path):
    pipe = tmp_path / "film"
    os.mkfifo(pipe)  # whoever opens it to read waits for somebody who writes
    objects = open_objects(tmp_path.as_uri())
    await objects.put("poster", b"a face")

    reading = [asyncio.create_task(objects.get("film")) for _ in range(MOST_REQUESTS)]
    waiting = asyncio.create_task(objects.get("poster"))
    done, _ = await asyncio.wait([waiting], timeout=0.1)
    with pipe.open("wb"):
        poster = await waiting
    await asyncio.gather(*reading, return_exceptions=True)
    objects.close()

    assert not done
    assert poster == b"a face"


async def test_what_hangs_is_unavailable_and_holds_no_more_threads_than_there_are(guard, tmp_path):
    pipe = tmp_path / "film"
    os.mkfifo(pipe)  # whoever opens it to read waits for somebody who writes
    objects = open_objects(tmp_path.as_uri(), guard)

    async def refused():
        with pytest.raises(Unavailable) as refusal:
            await objects.get("film")
        return refusal.value.retry_after_seconds

    async def answered():
        guard.half_open()
        with suppress(Unavailable, ObjectMissing):
            await objects.size("nothing")
        return guard.state is BreakerState.CLOSED

    before = set(threading.enumerate())
    hung = await asyncio.gather(*(refused() for _ in range(MOST_CALLS)))
    started = set(threading.enumerate()) - before
    with pipe.open("wb"):  # now there is one, and all the threads come back
        await until(answered)
    objects.close()

    assert hung == [5] * MOST_CALLS
    assert len(started) == MOST_REQUESTS


async def test_a_folder_that_is_gone_is_not_taken_for_an_empty_one(guard, tmp_path):
    folder = tmp_path / "objects"
    objects = open_objects(folder.as_uri(), guard)
    folder.rmdir()

    with pytest.raises(Unavailable):
        await objects.get("film")


async def test_an_empty_place_can_be_reached(objects):
    await objects.reach()


async def test_a_bucket_that_is_not_there_cannot_be_reached(bucket_url):
    with pytest.raises(Unavailable) as refused:
        await open_objects(f"{bucket_url}-of-somebody-else").reach()

    assert "NoSuchBucket" in str(refused.value.__cause__)


async def test_a_bucket_that_says_nothing_is_unavailable_in_time(guard, monkeypatch):
    with socket.create_server(("127.0.0.1", 0)) as silent:
        monkeypatch.setenv("AWS_ENDPOINT_URL", f"http://127.0.0.1:{silent.getsockname()[1]}")
        monkeypatch.setenv("AWS_ALLOW_HTTP", "true")
        monkeypatch.setenv("AWS_ACCESS_KEY_ID", "test")
        monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "test")

        with pytest.raises(Unavailable):
            await open_objects("s3://films", guard).get("film")
