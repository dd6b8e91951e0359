import pytest

from stores.objects import PART_BYTES, ObjectMissing, open_objects


@pytest.fixture
def objects(tmp_path):
    return open_objects((tmp_path / "objects").as_uri())


async def test_what_is_put_is_got(objects, tmp_path):
    file = tmp_path / "film"
    file.write_bytes(b"moving pictures")

    await objects.put("a/b.txt", b"text")
    await objects.put_file("a/film.mp4", file)

    assert await objects.get("a/b.txt") == b"text"
    assert await objects.size("a/film.mp4") == 15


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


async def test_a_folder_is_deleted_and_its_neighbour_is_not(objects):
    for path in ("films/1/a", "films/1/b/c", "films/10/a"):
        await objects.put(path, b"")

    await objects.delete_prefix("films/1/")

    assert await objects.size("films/10/a") == 0
    for gone in ("films/1/a", "films/1/b/c"):
        with pytest.raises(ObjectMissing):
            await objects.size(gone)
