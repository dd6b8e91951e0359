"""What ffmpeg and ffprobe are told, and nothing else: every list of arguments is built here.

From enumerations, numbers and paths that Marquee made; no text of a client is an argument. A name
that is drawn is read from a file, and only as letters.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path
from types import MappingProxyType
from typing import Any, cast

import ffmpeg

from domain.encoding import (
    AUDIO_KBPS,
    TILE_COLUMNS,
    Source,
    Step,
    gop_frames,
    tiles_for,
    timescale,
)
from workers.media import tools
from workers.media.cards import Logo, Words, named, shaded, typeset

# Demuxers that may open a source: plain containers. Playlists (hls, concat, dash) are not among
# them, as those make the tool read other files; nor are pictures and subtitles.
CONTAINERS = ("mov", "matroska", "mpegts", "mpeg", "avi", "mxf")

# Decoders that may see a source, by the codec they decode: what films come in. The hundreds of
# others are where the holes are found.
VIDEO_DECODERS = MappingProxyType(
    {
        "h264": "h264", "hevc": "hevc", "av1": "libdav1d", "vp8": "vp8", "vp9": "vp9",
        "mpeg1video": "mpeg1video", "mpeg2video": "mpeg2video", "mpeg4": "mpeg4",
        "prores": "prores", "dnxhd": "dnxhd", "ffv1": "ffv1", "mjpeg": "mjpeg",
    }
)  # fmt: skip
AUDIO_DECODERS = MappingProxyType(
    {
        "aac": "aac", "mp3": "mp3float", "mp2": "mp2", "ac3": "ac3", "eac3": "eac3",
        "dts": "dca", "opus": "opus", "vorbis": "vorbis", "flac": "flac", "alac": "alac",
        "pcm_s16le": "pcm_s16le", "pcm_s16be": "pcm_s16be", "pcm_s24le": "pcm_s24le",
        "pcm_s24be": "pcm_s24be", "pcm_f32le": "pcm_f32le",
    }
)  # fmt: skip

# ffprobe opens a decoder for every track, also for those that nobody will read.
OTHER_DECODERS = (
    "av1", "subrip", "srt", "ass", "mov_text", "webvtt", "pgssub", "dvbsub", "dvdsub", "cc_dec",
)  # fmt: skip

SAFE_SOURCE = MappingProxyType(
    {
        "protocol_whitelist": "file",  # no network, no pipes, no "concat:" in a crafted file
        "format_whitelist": ",".join(CONTAINERS),
        "codec_whitelist": ",".join(
            [*VIDEO_DECODERS.values(), *AUDIO_DECODERS.values(), *OTHER_DECODERS]
        ),
    }
)
OWN_FILE = MappingProxyType({"protocol_whitelist": "file"})  # what we made ourselves

SAMPLE_RATE = 48_000  # what televisions, HDMI and AAC in films use
CRF = 23  # x264's own default; with the caps of the rungs, most films stay far below those
JPEG_QUALITY = 3  # ffmpeg's scale, 2 best to 31; artefacts begin to show at about 5
SPRITE_QUALITY = 5  # hundreds of small pictures, seen for a moment

# The source's own tags and chapters stay behind: a camera writes where it stood.
_ANONYMOUS = MappingProxyType({"map_metadata": -1, "map_chapters": -1})


@dataclass(frozen=True, slots=True)
class Crop:
    """A part of a picture, in its pixels."""

    width: int
    height: int
    left: int
    top: int


def probe_streams(file: Path) -> list[str]:
    """ffprobe: what is in `file`, as JSON."""
    return [*_ffprobe_safely(), "-show_format", "-show_streams", "-of", "json", _url(file)]


def probe_packets(file: Path, *, from_s: float) -> list[str]:
    """ffprobe: track, two times and length of every packet from about `from_s` on, as CSV."""
    return [
        *_ffprobe_safely(),
        "-read_intervals", f"{from_s:.3f}%",
        "-show_entries", "packet=stream_index,pts_time,dts_time,duration_time",
        "-of", "csv=print_section=0",
        _url(file),
    ]  # fmt: skip


def encode(file: Path, source: Source, ladder: Sequence[Step], folder: Path) -> list[str]:
    """ffmpeg: all rungs (`v720.mp4` …), the sound (`a.mp4`) and the tiles (`tiles.rgb`,
    `storyboard.jpg`) of `file` into `folder`, decoding it once. Progress goes to stdout."""
    film = ffmpeg.input(_url(file), **SAFE_SOURCE)
    # The first picture at zero, then one each 1/rate: late starts are filled, varying rates end.
    steady = film[str(source.video_track)].filter("fps", _ratio(source.frame_rate), start_time=0)
    branches = steady.split()
    tiles = tiles_for(source)
    small = branches["tiles"].filter("select", f"not(mod(n,{tiles.every_frames}))")
    small = small.filter("scale", tiles.width, tiles.height).filter("setsar", 1).split()
    return _arguments(
        *[_rung(branches[step.name], step, source, folder) for step in ladder],
        _sound(film, source, folder),
        _raw(small["raw"], folder / "tiles.rgb"),
        _jpeg(
            small["sprite"].filter("tile", f"{TILE_COLUMNS}x{tiles.rows}"),
            folder / "storyboard.jpg",
            SPRITE_QUALITY,
        ),
    )


def still(
    file: Path,
    at_s: Fraction,
    crop: Crop,
    size: tuple[int, int],
    out: Path,
    *,
    shade: tuple[str, str] | None = None,
    words: Words | None = None,
) -> list[str]:
    """ffmpeg: the part `crop` of our own `file` at `at_s` seconds, as a JPEG of `size` (width and
    height in pixels), with a `shade` (colour, opacity) and `words` on it."""
    picture = ffmpeg.input(_url(file), ss=f"{float(at_s):.6f}", **OWN_FILE).video
    picture = picture.filter("crop", crop.width, crop.height, crop.left, crop.top)
    picture = picture.filter("scale", *size, flags="lanczos")
    if shade is not None:
        picture = shaded(picture, size, *shade)
    if words is not None:
        picture = named(picture, words)
    return _arguments(_jpeg(picture, out, JPEG_QUALITY))


def painted(
    pictures: Sequence[tuple[Any, Path]], tile: tuple[Any, Path], *, at_s: float
) -> list[str]:
    """ffmpeg: what paintings of our own show at `at_s` seconds, as JPEGs, and one as raw RGB."""
    return _arguments(
        *(_jpeg(picture, out, JPEG_QUALITY, ss=at_s) for picture, out in pictures),
        tile[0].output(_url(tile[1]), format="rawvideo", pix_fmt="rgb24", vframes=1, ss=at_s),
    )


def lettered(logo: Logo, lines: Path, out: Path) -> list[str]:
    """ffmpeg: the lines in the file `lines` alone, on nothing, as a PNG."""
    width, height = logo.size
    # The ground is of the letters' colour and only its opacity differs: no dark seam around them.
    ground = f"color=c={logo.colour}@0:s={width}x{height}:r=1,format=rgba"
    letters = ffmpeg.input(ground, f="lavfi").filter(
        "drawtext",
        textfile=str(lines),
        **typeset(logo.face, logo.setting.size, logo.colour),
        text_align="C",
        x="(w-text_w)/2",
        y="(h-text_h)/2",
    )
    png = {"c:v": "png", "pix_fmt": "rgba"}
    return _arguments(letters.output(_url(out), format="image2", update=1, vframes=1, **png))


def _rung(picture: Any, step: Step, source: Source, folder: Path) -> Any:
    """One H.264 output, as `folder/v<height>.mp4`."""
    gop = gop_frames(source.frame_rate)
    scaled = (
        # Limited range is what televisions expect; cameras of phones often record the full one.
        picture.filter("scale", step.width, step.height, flags="bicubic", out_range="tv")
        .filter("setsar", 1)
        .filter("format", "yuv420p")  # the only sampling that every device decodes
    )
    return scaled.output(
        _url(folder / f"{step.name}.mp4"),
        **{
            "c:v": "libx264",
            "profile:v": "high",  # what all televisions of the last fifteen years decode
            "preset": "veryfast",  # a minute of 1080p in about a minute on two cores
            "crf": CRF,
            "maxrate": f"{step.rung.max_kbps}k",
            "bufsize": f"{2 * step.rung.max_kbps}k",  # two seconds: one group of pictures
            "g": gop,
            "keyint_min": gop,  # no key frame earlier either,
            "sc_threshold": 0,  # nor at a cut: all rungs have theirs at the same times
            "flags": "+cgop",  # closed: no frame looks across a key frame, where rungs change
            "video_track_timescale": timescale(source.frame_rate),
            **_ANONYMOUS,
        },
    )


def _sound(film: Any, source: Source, folder: Path) -> Any:
    """Stereo AAC as long as the picture, so that no player waits for the track that ended first.

    A silent film gets silence: televisions keep time by the sound, some stall without a track, and
    every film having the same shape leaves manifests, keys and players no special case.
    """
    if source.audio_track is None:
        silence = f"anullsrc=r={SAMPLE_RATE}:cl=stereo"
        sound = ffmpeg.input(silence, format="lavfi").audio
    else:
        # Gaps are filled and the first sample is at zero, like the first picture.
        sound = film[str(source.audio_track)].filter("aresample", **{"async": 1, "first_pts": 0})
        sound = sound.filter("apad")
    return sound.filter("atrim", duration=f"{source.duration_s:.6f}").output(
        _url(folder / "a.mp4"),
        **{
            "c:a": "aac",
            "b:a": f"{AUDIO_KBPS}k",
            "ac": 2,
            "ar": SAMPLE_RATE,
            **_ANONYMOUS,
        },
    )


def _raw(picture: Any, out: Path) -> Any:
    return picture.output(_url(out), format="rawvideo", pix_fmt="rgb24", fps_mode="passthrough")


def _jpeg(picture: Any, out: Path, quality: int, **options: float) -> Any:
    return picture.output(
        _url(out),
        **options,
        format="image2",
        update=1,  # the name is a name, not a pattern of numbers
        vframes=1,
        pix_fmt="yuvj420p",  # JPEG knows the full range only
        **{"c:v": "mjpeg", "q:v": quality},
    )


def _arguments(*outputs: Any) -> list[str]:
    options = [
        "-hide_banner",
        "-nostdin",  # the terminal is not its own
        "-loglevel", "error",  # stderr is what a failure is told with
        "-y",  # a second attempt begins in the same folder
        "-nostats", "-progress", "pipe:1", "-stats_period", "0.5",  # seconds
    ]  # fmt: skip
    wanted = ffmpeg.merge_outputs(*outputs).global_args(*options)
    return [str(tools.ffmpeg()), *cast(list[str], wanted.get_args())]


def _ffprobe_safely() -> list[str]:
    safe = [word for name, value in SAFE_SOURCE.items() for word in (f"-{name}", value)]
    return [str(tools.ffprobe()), "-v", "error", *safe]


def _url(file: Path) -> str:
    """With its protocol, so that no name can be read as another one."""
    return f"file:{file}"


def _ratio(rate: Fraction) -> str:
    return f"{rate.numerator}/{rate.denominator}"
