"""Puts into the packager's playlists what it leaves out of them.

Under `cenc` it writes no key lines at all, an older version number than the segments need, a target
duration of its own for each track, and averages above peaks.
"""

import base64
import re
from collections.abc import Mapping
from uuid import UUID

from domain.catalog import Rendition

VERSION = 7  # fragmented MP4 segments with SAMPLE-AES-CTR keys need no less (RFC 8216, section 7)

_VERSION = re.compile(r"^#EXT-X-VERSION:.*\n", re.MULTILINE)
_REMARK = re.compile(r"^(?:##.*)?\n", re.MULTILINE)
_TARGET = re.compile(r"^#EXT-X-TARGETDURATION:\d+$", re.MULTILINE)
_MAP = re.compile(r"^#EXT-X-MAP:.*\n", re.MULTILINE)
_RATES = re.compile(r"BANDWIDTH=\d+,AVERAGE-BANDWIDTH=\d+(?P<rest>,.*\nv(?P<height>\d+)\.m3u8)$",
                    re.MULTILINE)  # fmt: skip


def finish_media(text: str, *, kid: UUID, target_s: int) -> str:
    """One track's playlist, with the lines by which players find its key.

    `target_s` is the same for all tracks of a film (RFC 8216, section 6.2.4).
    """
    text = _MAP.sub(lambda line: line[0] + _key_lines(kid), _versioned(text), count=1)
    return _TARGET.sub(f"#EXT-X-TARGETDURATION:{target_s}", text)


def finish_master(
    text: str,
    renditions: Mapping[int, Rendition],
    *,
    sound_average_kbps: int,
    sound_peak_kbps: int,
) -> str:
    """The multivariant playlist, saying the rates that were measured: those of each picture (by
    height) with the sound it plays with."""

    def measured(line: re.Match[str]) -> str:
        picture = renditions[int(line["height"])]
        peak = 1000 * (picture.peak_kbps + sound_peak_kbps)
        average = 1000 * (picture.average_kbps + sound_average_kbps)
        return f"BANDWIDTH={peak},AVERAGE-BANDWIDTH={average}{line['rest']}"

    # The one sound there is starts with the picture, instead of when a viewer finds the menu.
    return _RATES.sub(measured, _versioned(text)).replace("DEFAULT=NO", "DEFAULT=YES")


def _versioned(text: str) -> str:
    bare = _REMARK.sub("", _VERSION.sub("", text))
    return bare.replace("#EXTM3U\n", f"#EXTM3U\n#EXT-X-VERSION:{VERSION}\n", 1)


def _key_lines(kid: UUID) -> str:
    """Two lines that name the same key. Shaka Player and native players fetch sixteen bytes from
    the first; hls.js asks the ClearKey license server about the id in the second."""
    in_base64 = base64.b64encode(kid.bytes).decode()
    return (
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="/license/key/{kid.hex}",KEYFORMAT="identity"\n'
        f'#EXT-X-KEY:METHOD=SAMPLE-AES-CTR,URI="data:;base64,{in_base64}",'
        'KEYFORMAT="org.w3.clearkey",KEYFORMATVERSIONS="1"\n'
    )
