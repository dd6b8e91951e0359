"""What a file is: a film that Marquee can make playable, or a refusal with its reason."""

import json
import stat
from fractions import Fraction
from pathlib import Path
from typing import Any, BinaryIO

from domain.encoding import FilmRefused, IngestCode, Source, check_source, steady_rate
from workers.media import ffmpeg
from workers.media.run import ToolFailed, ToolTooSlow, run

DEADLINE_S = 30.0  # a probe reads a few megabytes; longer, and the file is made to waste time
TAIL_S = 15.0  # seconds before the end that are read; the key frame to begin at may lie earlier
MISSING_S = 0.5  # of a second may be rounded away by containers
MISSING_PART = 0.02  # of the length too: some muxers only estimate it

# Top-level boxes that an MP4 or QuickTime file begins with (ISO/IEC 14496-12, QTFF).
FIRST_BOXES = frozenset({b"ftyp", b"moov", b"mdat", b"free", b"skip", b"wide", b"pnot", b"styp"})
BOX_HEADER_BYTES = 8  # a 32-bit size and a name
LARGE_SIZE_BYTES = 8  # follow when the size says 1


async def probe(file: Path) -> Source:
    """Raises FilmRefused. Reads, starts ffprobe, and changes nothing."""
    check_is_whole_file(file)
    found = await _streams(file)
    video = _first(found, "video", ffmpeg.VIDEO_DECODERS)
    if video is None:
        raise FilmRefused(IngestCode.NO_VIDEO, "There is no moving picture in it.")
    audio = _first(found, "audio", ffmpeg.AUDIO_DECODERS)
    width, height = _shown_size(video)
    return check_source(
        Source(
            width=width,
            height=height,
            duration_s=await _duration_s(file, found, int(video["index"])),
            frame_rate=steady_rate(
                _fraction(video.get("r_frame_rate")), _fraction(video.get("avg_frame_rate"))
            ),
            video_track=int(video["index"]),
            audio_track=None if audio is None else int(audio["index"]),
        )
    )


def check_is_whole_file(file: Path) -> None:
    """What can be said without a tool. Raises FilmRefused."""
    try:
        found = file.stat()
        if not stat.S_ISREG(found.st_mode):
            raise FilmRefused(IngestCode.NOT_A_FILE, "It is a folder or a device, not a file.")
        if found.st_size == 0:
            raise FilmRefused(IngestCode.EMPTY_FILE, "The file is empty.")
        with file.open("rb") as opened:
            _check_boxes(opened, found.st_size)
            _check_riff(opened, found.st_size)
    except FileNotFoundError as error:
        raise FilmRefused(IngestCode.FILE_MISSING, "There is no such file.") from error
    except OSError as error:
        raise FilmRefused(
            IngestCode.FILE_UNREADABLE, f"It cannot be read: {error.strerror}."
        ) from error


def _check_boxes(file: BinaryIO, size: int) -> None:
    """An MP4 whose last box ends after the file does was cut off, wherever its index stands."""
    at, names = 0, set()
    while at < size:
        file.seek(at)
        header = file.read(BOX_HEADER_BYTES + LARGE_SIZE_BYTES)
        length, name = int.from_bytes(header[:4]), header[4:BOX_HEADER_BYTES]
        if at == 0 and name not in FIRST_BOXES:
            return  # another container: its own header tells how long it should be
        if length == 1:
            length = int.from_bytes(header[BOX_HEADER_BYTES:])
        if length == 0:
            return  # "to the end of the file"
        if length < BOX_HEADER_BYTES:
            raise FilmRefused(IngestCode.NOT_A_FILM, "It begins like an MP4 file and is none.")
        names.add(name)
        at += length
    if at > size or b"moov" not in names:
        raise _cut_off()


def _check_riff(file: BinaryIO, size: int) -> None:
    """The same for AVI, whose outermost chunk says how long it is."""
    file.seek(0)
    name, length = file.read(4), int.from_bytes(file.read(4), "little")
    if name == b"RIFF" and length + BOX_HEADER_BYTES > size:
        raise _cut_off()


async def _streams(file: Path) -> dict[str, Any]:
    try:
        answer = await run(ffmpeg.probe_streams(file), deadline_s=DEADLINE_S)
    except ToolTooSlow as error:
        raise _too_slow() from error
    except ToolFailed as error:
        if "Codec (" in error.stderr_tail and "not on whitelist" in error.stderr_tail:
            raise _unknown_format() from error
        raise FilmRefused(IngestCode.NOT_A_FILM, "It is not a film.") from error
    return dict(json.loads(answer))


def _first(found: dict[str, Any], kind: str, decoders: Any) -> dict[str, Any] | None:
    """The track that its maker marked as the default, else the first."""
    tracks = [
        s for s in found.get("streams", []) if s.get("codec_type") == kind and not _is_cover(s)
    ]
    if not tracks:
        return None
    track = max(tracks, key=lambda s: int(s["disposition"]["default"]))
    if track.get("codec_name") not in decoders:
        raise _unknown_format()
    return dict(track)


def _is_cover(stream: dict[str, Any]) -> bool:
    marks = stream["disposition"]
    return bool(marks["attached_pic"] or marks["timed_thumbnails"] or marks.get("still_image"))


def _shown_size(video: dict[str, Any]) -> tuple[int, int]:
    """Width and height as a viewer sees them: with square pixels, and turned upright."""
    width, height = int(video.get("width", 0)), int(video.get("height", 0))
    pixel_aspect = _fraction(video.get("sample_aspect_ratio", "1:1").replace(":", "/")) or 1
    width = round(width * pixel_aspect)
    turns = [side.get("rotation", 0) for side in video.get("side_data_list", [])]
    quarter_turns = sum(round(float(turn) / 90) for turn in turns)
    return (height, width) if quarter_turns % 2 else (width, height)


async def _duration_s(file: Path, found: dict[str, Any], video_track: int) -> float:
    """Seconds of picture, read from its last packets. Raises FilmRefused when the file ends long
    before its header says."""
    container = found["format"]
    start = float(container.get("start_time", 0.0))
    promised = float(container.get("duration", 0.0))  # absent from recordings of browsers, say
    ends = await _ends(file, from_s=start + max(0.0, promised - TAIL_S))
    if max(ends.values(), default=0.0) - start < promised * (1 - MISSING_PART) - MISSING_S:
        raise _cut_off()
    if video_track not in ends:
        raise FilmRefused(IngestCode.TRUNCATED, "Its picture ends long before its sound.")
    return ends[video_track] - start


async def _ends(file: Path, *, from_s: float) -> dict[int, float]:
    """When the last packet of each track ends, in seconds; tracks that end before are absent."""
    try:
        answer = await run(ffmpeg.probe_packets(file, from_s=from_s), deadline_s=DEADLINE_S)
    except ToolTooSlow as error:
        raise _too_slow() from error
    except ToolFailed as error:
        raise FilmRefused(IngestCode.TRUNCATED, "The file cannot be read to its end.") from error
    ends: dict[int, float] = {}
    for line in answer.decode().splitlines():
        track, shown_s, decoded_s, lasts_s = [*line.split(","), "", "", ""][:4]
        begins_s = _seconds(shown_s) or _seconds(decoded_s)  # AVI knows only the latter
        if begins_s is not None:
            end_s = begins_s + (_seconds(lasts_s) or 0.0)
            ends[int(track)] = max(end_s, ends.get(int(track), 0.0))
    return ends


def _seconds(text: str) -> float | None:
    return None if text in ("", "N/A") else float(text)


def _unknown_format() -> FilmRefused:
    return FilmRefused(
        IngestCode.UNSUPPORTED_CODEC, "Its picture or sound is in a format not read here."
    )


def _cut_off() -> FilmRefused:
    return FilmRefused(IngestCode.TRUNCATED, "The file was cut off: its end is missing.")


def _too_slow() -> FilmRefused:
    return FilmRefused(
        IngestCode.PROBE_TIMEOUT, f"It could not be looked through in {DEADLINE_S:.0f} s."
    )


def _fraction(text: str | None) -> Fraction:
    """0 for what is no rate at all, as `0/0` of a picture."""
    above, _, below = (text or "").partition("/")
    return Fraction(int(above), int(below)) if below and int(below) else Fraction(0)
