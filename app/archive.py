"""The file a backup is: a zip of plain members, and a manifest of what each of them must be."""

import hashlib
import json
import os
import zipfile
from collections.abc import AsyncIterable, Callable, Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO

from pydantic import TypeAdapter

from settings import CannotStart

FORMAT = 1  # raised when an older Marquee could not read what is written
MANIFEST = "manifest.json"  # the last member: a file that was cut off has none
PART_BYTES = 1024 * 1024  # read at once; more does not make a disk faster

Advance = Callable[[float], None]  # how far, 0 to 1


@dataclass(frozen=True, slots=True)
class Manifest:
    """What the backup holds. A member that `sums` does not name counts for nothing."""

    format: int
    made_at: str  # ISO 8601, UTC
    revision: str  # of the tables
    objects: dict[str, int]  # the bytes of every object the house had, in here or not
    sums: dict[str, str]  # the SHA-256 of every member


class Writer:
    """Takes members, one after another."""

    def __init__(self, archive: zipfile.ZipFile) -> None:
        self._archive = archive
        self.sums: dict[str, str] = {}

    async def add(self, name: str, parts: AsyncIterable[bytes]) -> None:
        """Does not count a member whose parts ended with an exception."""
        digest = hashlib.sha256()
        with self._archive.open(zipfile.ZipInfo(name), "w", force_zip64=True) as member:
            async for part in parts:
                digest.update(part)
                member.write(part)
        self.sums[name] = digest.hexdigest()

    def add_text(self, name: str, text: str) -> None:
        """A short one."""
        self._archive.writestr(zipfile.ZipInfo(name), text)
        self.sums[name] = hashlib.sha256(text.encode()).hexdigest()

    def finish(self, manifest: Manifest) -> None:
        """After the last member."""
        self._archive.writestr(zipfile.ZipInfo(MANIFEST), json.dumps(asdict(manifest)))


class Reader:
    """A backup whose manifest has been read."""

    def __init__(self, archive: zipfile.ZipFile, manifest: Manifest) -> None:
        self._archive = archive
        self.manifest = manifest

    def check(self, advance: Advance) -> None:
        """Raises BadZipFile unless every member is what the manifest says."""
        sizes = {name: self._archive.getinfo(name).file_size for name in self.manifest.sums}
        total, done = sum(sizes.values()), 0
        for name, expected in self.manifest.sums.items():
            digest = hashlib.sha256()
            with self.open(name) as member:
                while part := member.read(PART_BYTES):
                    digest.update(part)
            if digest.hexdigest() != expected:
                raise zipfile.BadZipFile(name)
            done += sizes[name]
            advance(done / total)

    def open(self, name: str) -> IO[bytes]:
        """The bytes of a member that the manifest names."""
        return self._archive.open(name)

    def text(self, name: str) -> str:
        """A short member."""
        return self._archive.read(name).decode()


@contextmanager
def writing(file: Path) -> Iterator[Writer]:
    """The file is there when this ends well, and only then; nobody else may read it.

    Raises CannotStart.
    """
    fresh = file.with_name(f"{file.name}.new")
    if file.exists():
        raise CannotStart(f"{file} exists already: a backup replaces nothing.")
    try:
        fresh.unlink(missing_ok=True)  # somebody may have opened it, or it may lead elsewhere
        fd = os.open(fresh, os.O_RDWR | os.O_CREAT | os.O_EXCL | os.O_NOFOLLOW, 0o600)
        with os.fdopen(fd, "w+b") as opened:
            with zipfile.ZipFile(opened, "w") as archive:
                yield Writer(archive)
            opened.flush()
            os.fsync(fd)
        fresh.rename(file)
    except OSError as error:
        raise CannotStart(f"The backup cannot be written to {file}: {error.strerror}.") from error
    finally:
        fresh.unlink(missing_ok=True)


@contextmanager
def reading(file: Path, advance: Advance) -> Iterator[Reader]:
    """A backup that is whole. Raises CannotStart, before anything is given, when it is not."""
    with ExitStack() as held:
        try:
            archive = held.enter_context(zipfile.ZipFile(file))
            reader = Reader(archive, _manifest(archive, file))
            reader.check(advance)
        except OSError as error:
            raise CannotStart(f"{file} cannot be read: {error.strerror}.") from error
        except (zipfile.BadZipFile, LookupError, TypeError, ValueError) as error:
            raise CannotStart(f"{file} is no backup of Marquee, or not a whole one.") from error
        yield reader


def _manifest(archive: zipfile.ZipFile, file: Path) -> Manifest:
    """Raises LookupError, TypeError or ValueError when it says something else."""
    said = json.loads(archive.read(MANIFEST))
    if said["format"] != FORMAT:
        raise CannotStart(f"{file} was made by a newer Marquee: use that one.")
    return TypeAdapter(Manifest).validate_python(said)
