"""What was really made: lengths, sizes, rates and codecs, read from the packaged files."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil
from pathlib import Path

_SEGMENT = re.compile(r"^#EXTINF:([0-9.]+),.*\n(.+)$", re.MULTILINE)


@dataclass(frozen=True, slots=True)
class Segment:
    """One file of a track: its length in seconds and its size."""

    seconds: float
    size_bytes: int


def segments_of(playlist: Path) -> list[Segment]:
    """The files that a media playlist lists, in order."""
    return [
        Segment(float(seconds), (playlist.parent / name).stat().st_size)
        for seconds, name in _SEGMENT.findall(playlist.read_text())
    ]


def target_s(segments: Sequence[Segment]) -> int:
    """The longest, rounded to whole seconds: EXT-X-TARGETDURATION (RFC 8216, section 4.3.3.1)."""
    return max(1, *(int(segment.seconds + 0.5) for segment in segments))


def average_kbps(segments: Sequence[Segment]) -> int:
    """Of the whole track, with its boxes."""
    return _kbps(segments)


def peak_kbps(segments: Sequence[Segment]) -> int:
    """Of the worst stretch of about a segment. One shorter than half a segment, as the last often
    is, counts with the one before it (RFC 8216, section 4.1)."""
    half = max(segment.seconds for segment in segments) / 2
    stretches: list[list[Segment]] = []
    for segment in segments:
        if stretches and segment.seconds < half:
            stretches[-1].append(segment)
        else:
            stretches.append([segment])
    return max(_kbps(stretch) for stretch in stretches)


def h264_codec(init_segment: bytes) -> str:
    """The RFC 6381 name of the H.264 in it, as `avc1.64001f`: profile, constraints and level as the
    bitstream's own configuration record has them (ISO/IEC 14496-15)."""
    at = init_segment.index(b"avcC") + len(b"avcC") + 1  # after the record's version
    return f"avc1.{init_segment[at : at + 3].hex()}"


def _kbps(segments: Sequence[Segment]) -> int:
    bits = 8 * sum(segment.size_bytes for segment in segments)
    return ceil(bits / 1000 / sum(segment.seconds for segment in segments))
