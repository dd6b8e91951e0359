"""Small films, made once for all tests of the workers."""

import asyncio
import os
import subprocess
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from uuid import UUID

import pytest
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey
from cryptography.hazmat.primitives.serialization import Encoding, NoEncryption, PrivateFormat

from domain.encoding import Source, Stage, TrackClass, ladder_for, track_classes
from tests.conftest import Services
from workers.media import tools
from workers.media.film import Film, make_film
from workers.media.package import ContentKey
from workers.media.probe import probe

Make = Callable[..., Path]
PICTURE = "testsrc2=s={size}:r={rate}:d={seconds}"
SOUND = "sine=f=440:r=48000:d={seconds}"
NTSC = "24000/1001"
KEYS = {
    track_class: ContentKey(UUID(int=number), bytes([160 + number]) * 16)
    for number, track_class in enumerate(TrackClass, start=1)
}


@pytest.fixture(scope="session")
def make_source(tmp_path_factory: pytest.TempPathFactory) -> Make:
    """Makes a file with ffmpeg's own pictures and sound; the options are ffmpeg's."""
    folder = tmp_path_factory.mktemp("sources")

    def make(
        name: str,
        *options: str,
        size: str = "320x180",
        rate: str = "25",
        seconds: float = 2,
        sound: bool = True,
    ) -> Path:
        file = folder / name
        inputs = ["-f", "lavfi", "-i", PICTURE.format(size=size, rate=rate, seconds=seconds)]
        if sound:
            inputs += ["-f", "lavfi", "-i", SOUND.format(seconds=seconds)]
        if "-c:v" not in options:
            inputs += ["-c:v", "libx264", "-preset", "ultrafast", "-pix_fmt", "yuv420p"]
        ffmpeg(*inputs, *options, str(file))
        return file

    return make


@pytest.fixture(scope="session")
def small_film(make_source: Make) -> Path:
    """Two seconds of 320x180 with sound."""
    return make_source("small.mp4")


@pytest.fixture
def worker_environment(
    services: Services, database_url: str, objects_url: str, tmp_path: Path
) -> dict[str, str]:
    """What a process of its own reads to open the stores of this test."""
    key = Ed25519PrivateKey.from_private_bytes(bytes(range(32)))
    pem = key.private_bytes(Encoding.PEM, PrivateFormat.PKCS8, NoEncryption())
    of_the_bucket = {name: v for name, v in os.environ.items() if name.startswith("AWS_")}
    return of_the_bucket | {
        "PATH": os.environ["PATH"],
        "DATABASE_URL": database_url,
        "REDIS_URL": services.redis_url,
        "OBJECTS_URL": objects_url,
        "KEYS_URL": (tmp_path / "master_key").as_uri(),
        "MARQUEE_HOME": str(tmp_path / "home"),
        "MEDIA_KEY": bytes(range(32)).hex(),
        "TOKEN_KEY": pem.decode(),
    }


@dataclass(frozen=True)
class Made:
    """A film, the file it was made from, and what was told of its progress."""

    film: Film
    source: Source
    work: Path
    told: list[tuple[Stage, float]]


async def make_whole(file: Path, work: Path) -> Made:
    told: list[tuple[Stage, float]] = []
    source = await probe(file)
    keys = {each: KEYS[each] for each in track_classes(ladder_for(source))}
    film = await make_film(
        file,
        source,
        keys,
        work=work,
        report=lambda stage, done: told.append((stage, done)),
        name="The Test Card",
    )
    return Made(film, source, work, told)


@pytest.fixture(scope="session")
def made(make_source: Make, tmp_path_factory: pytest.TempPathFactory) -> Made:
    file = make_source("film.mp4", size="1280x720", rate=NTSC, seconds=5)
    return asyncio.run(make_whole(file, tmp_path_factory.mktemp("work")))


def ffmpeg(*arguments: str) -> bytes:
    command = [str(tools.ffmpeg()), "-nostdin", "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ffprobe(*arguments: str) -> list[str]:
    command = [str(tools.ffprobe()), "-v", "error", "-of", "csv=p=0", *arguments]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line.rstrip(",") for line in answer.stdout.splitlines() if line]
