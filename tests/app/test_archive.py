"""Is the file of a backup closed to others, and is only what is wrong with it blamed on it?"""

import json
import os
import stat
import zipfile

import pytest

from app.archive import FORMAT, Manifest, reading, writing
from settings import CannotStart

WRITTEN = {"format": FORMAT, "made_at": "", "revision": "0004", "objects": {}, "sums": {}}


def ignore(part):
    pass


@pytest.fixture
def file(tmp_path):
    """A whole backup, of one member."""
    file = tmp_path / "house.marquee"
    with writing(file) as writer:
        writer.add_text("word", "rain")
        writer.finish(Manifest(FORMAT, "2026-01-01T00:00:00+00:00", "0004", {}, writer.sums))
    return file


def write_manifest(file, text):
    with zipfile.ZipFile(file, "w") as archive:
        archive.writestr("manifest.json", text)


def test_what_was_left_under_its_name_is_not_written_into(tmp_path):
    file, elsewhere = tmp_path / "house.marquee", tmp_path / "elsewhere"
    left = tmp_path / "house.marquee.new"
    left.write_text("of somebody who waits for secrets")
    left.chmod(0o644)
    spy = os.open(left, os.O_RDONLY)

    with writing(file) as writer:
        writer.add_text("word", "rain")
    file.rename(elsewhere)
    left.symlink_to(tmp_path / "target")
    with writing(file) as writer:
        writer.add_text("word", "rain")

    assert os.read(spy, 100) == b"of somebody who waits for secrets"
    assert [stat.S_IMODE(each.lstat().st_mode) for each in (file, elsewhere)] == [0o600, 0o600]
    assert not file.is_symlink()
    assert not (tmp_path / "target").exists()
    os.close(spy)


@pytest.mark.parametrize("error", [OSError(28, "No space left on device"), KeyError("ours")])
def test_what_goes_wrong_elsewhere_is_not_blamed_on_the_backup(file, error):
    def restore():
        with reading(file, ignore) as backup:
            assert backup.text("word") == "rain"
            raise error

    with pytest.raises(type(error)) as raised:
        restore()

    assert raised.value is error


@pytest.mark.parametrize(
    "manifest",
    [
        "rain",
        "[]",
        "7",
        "{}",
        json.dumps({"format": FORMAT}),
        json.dumps({"format": FORMAT, "rain": 1}),
        json.dumps(WRITTEN | {"sums": {"word": ""}}),
        json.dumps(WRITTEN | {"sums": 7}),
        json.dumps(WRITTEN | {"objects": ["a picture"]}),
    ],
)
def test_a_manifest_that_is_none_is_one_line(tmp_path, manifest):
    file = tmp_path / "house.marquee"
    write_manifest(file, manifest)

    with pytest.raises(CannotStart) as refusal, reading(file, ignore):
        pass

    assert str(refusal.value) == f"{file} is no backup of Marquee, or not a whole one."


def test_a_backup_that_is_not_there_is_one_line(tmp_path):
    with pytest.raises(CannotStart) as refusal, reading(tmp_path / "absent", ignore):
        pass

    assert str(refusal.value) == f"{tmp_path / 'absent'} cannot be read: No such file or directory."
