"""Small films, made once for all tests of the workers."""

import subprocess
from collections.abc import Callable
from pathlib import Path

import pytest

from workers.media import tools

Make = Callable[..., Path]
PICTURE = "testsrc2=s={size}:r={rate}:d={seconds}"
SOUND = "sine=f=440:r=48000:d={seconds}"


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


def ffmpeg(*arguments: str) -> bytes:
    command = [str(tools.ffmpeg()), "-nostdin", "-v", "error", "-y", *arguments]
    return subprocess.run(command, check=True, capture_output=True).stdout


def ffprobe(*arguments: str) -> list[str]:
    command = [str(tools.ffprobe()), "-v", "error", "-of", "csv=p=0", *arguments]
    answer = subprocess.run(command, check=True, capture_output=True, text=True)
    return [line.rstrip(",") for line in answer.stdout.splitlines() if line]
