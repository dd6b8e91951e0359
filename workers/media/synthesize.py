"""How a demo film is made: a look and a tune, with its title and a running timecode burnt in."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType
from typing import cast

import ffmpeg
import ttf_opensans

from workers.media import tools
from workers.media.music import PLAYERS, Tune
from workers.media.run import run
from workers.media.scenes import PAINTERS, Look
from workers.media.scenes.brush import FPS, Canvas, Stream

DEADLINE_S = 300.0  # the longest takes 15 s on two idle cores
TITLE_FROM_S, TITLE_UNTIL_S, TITLE_FADE_S = 0.8, 8.0, 0.8
CURTAIN_S = 1.0  # from black, and back to it
CARD_WIDTH = 0.60  # heights; a poster of 2:3 keeps the middle two thirds of a height
LINE_HEIGHT = 1.15  # letter sizes
SMALL_PRINT = 0.026  # heights; read on a television, and lost on nobody's poster
MARGIN = 0.04  # heights; inside what old televisions cut off
LETTER_WIDTH = 0.64  # of the letter size; what capitals of Open Sans take on average


@dataclass(frozen=True, slots=True)
class Lettering:
    """How a title is set. `top` and `size` in heights of the picture; lines are centred. `small`
    is the colour of the small print, which stands on another part of the picture."""

    font: ttf_opensans.TTFFont
    colour: str
    top: float
    size: float
    small: str = "white@0.7"


LETTERINGS: Mapping[Look, Lettering] = MappingProxyType(
    {
        Look.SUNSET: Lettering(ttf_opensans.OPENSANS_LIGHT, "0xfff4dc", 0.045, 0.11),
        Look.DOORS: Lettering(ttf_opensans.OPENSANS_SEMIBOLD, "0xfff0cf", 0.06, 0.075),
        Look.STREET: Lettering(ttf_opensans.OPENSANS_EXTRABOLD, "0xffe9d6", 0.05, 0.085),
        Look.LIGHTHOUSE: Lettering(ttf_opensans.OPENSANS_LIGHTITALIC, "0xeafff4", 0.05, 0.085),
        Look.BALLOONS: Lettering(ttf_opensans.OPENSANS_SEMIBOLDITALIC, "0xffffff", 0.05, 0.08),
        Look.DEEP: Lettering(ttf_opensans.OPENSANS_BOLD, "0xdffcff", 0.06, 0.08),
        Look.ORBIT: Lettering(ttf_opensans.OPENSANS_REGULAR, "0xffe3c2", 0.06, 0.08),
        Look.CIRCLES: Lettering(ttf_opensans.OPENSANS_EXTRABOLDITALIC, "0x171412", 0.03, 0.09),
        Look.MEADOW_BY_DAY: Lettering(ttf_opensans.OPENSANS_EXTRABOLD, "0xffffff", 0.79, 0.07),
        Look.MEADOW_BY_NIGHT: Lettering(ttf_opensans.OPENSANS_EXTRABOLD, "0xf6efd0", 0.82, 0.062),
        Look.MEADOW_IN_WINTER: Lettering(
            ttf_opensans.OPENSANS_EXTRABOLD, "0x35588c", 0.77, 0.062, small="0x35588c@0.8"
        ),
    }
)


@dataclass(frozen=True, slots=True)
class FilmSpec:
    """What to make. `card` are the lines of the title, `slate` the small print at the bottom."""

    card: tuple[str, ...]
    slate: str
    look: Look
    tune: Tune
    duration_s: int
    width: int
    height: int


async def synthesize(
    spec: FilmSpec, destination: Path, on_progress: Callable[[float], None]
) -> None:
    """Writes an MP4 of 24 pictures a second; `on_progress` hears 0 to 1.

    The same on every run of the same ffmpeg. Raises ToolFailed.
    """

    def listen(line: str) -> None:
        key, _, value = line.partition("=")
        if key == "frame":
            on_progress(min(1.0, int(value) / (spec.duration_s * FPS)))

    await run(_command(spec, destination), deadline_s=DEADLINE_S, on_line=listen)


def _command(spec: FilmSpec, destination: Path) -> list[str]:
    canvas = Canvas(spec.width, spec.height, spec.duration_s)
    picture = _between_curtains(_lettered(PAINTERS[spec.look](canvas), spec), spec.duration_s)
    sound = PLAYERS[spec.tune]().filter("afade", d=CURTAIN_S)
    sound = sound.filter("afade", t="out", st=spec.duration_s - CURTAIN_S, d=CURTAIN_S)
    film = ffmpeg.output(
        picture,
        sound,
        f"file:{destination}",
        **{
            "format": "mp4",
            "t": spec.duration_s,
            "c:v": "libx264",
            "preset": "ultrafast",  # a source for the encoder, read once: time matters, size not
            "crf": 16,  # below what an eye sees; the rungs are made from it
            "g": 2 * FPS,
            "c:a": "aac",
            "b:a": "192k",
        },
    ).global_args(
        "-hide_banner", "-nostdin", "-loglevel", "error", "-y",
        "-nostats", "-progress", "pipe:1", "-stats_period", "0.25",
    )  # fmt: skip
    return [str(tools.ffmpeg()), *cast(list[str], film.get_args())]


def titled(picture: Stream, spec: FilmSpec, height: int, **shown: str) -> Stream:
    """The title large on a picture of `height` pixels; `shown` says when."""
    lettering = LETTERINGS[spec.look]
    size = height * min(lettering.size, CARD_WIDTH / LETTER_WIDTH / max(map(len, spec.card)))
    for number, line in enumerate(spec.card):
        picture = picture.filter(
            "drawtext",
            text=line,
            **_type(lettering.font, size, lettering.colour),
            x="(w-text_w)/2",
            y=round(height * lettering.top + LINE_HEIGHT * size * number),
            **shown,
        )
    return picture


def _lettered(picture: Stream, spec: FilmSpec) -> Stream:
    """The title large while the film opens; its name and the time small, all the time."""
    lettering = LETTERINGS[spec.look]
    shown = f"min(t-{TITLE_FROM_S},{TITLE_UNTIL_S}-t)"
    picture = titled(
        picture,
        spec,
        spec.height,
        alpha=f"clip({shown}/{TITLE_FADE_S},0,1)",
        enable=f"between(t,{TITLE_FROM_S},{TITLE_UNTIL_S})",
    )
    small = _type(ttf_opensans.OPENSANS_SEMIBOLD, spec.height * SMALL_PRINT, lettering.small)
    margin = round(spec.height * MARGIN)
    picture = picture.filter("drawtext", text=spec.slate, **small, x=margin, y=f"h-{margin}-th")
    return picture.filter(
        "drawtext",
        timecode="00:00:00:00",
        timecode_rate=FPS,
        **small,
        x=f"w-{margin}-tw",
        y=f"h-{margin}-th",
    )


def _type(font: ttf_opensans.TTFFont, size: float, colour: str) -> dict[str, object]:
    """`size` in pixels."""
    return {
        "fontfile": font.path,
        "fontsize": round(size),
        "fontcolor": colour,
        "expansion": "none",  # a per cent sign is one
        "shadowcolor": "black@0.35",  # a word must be read on any picture
        "shadowx": max(1, round(size / 24)),
        "shadowy": max(1, round(size / 24)),
    }


def _between_curtains(picture: Stream, duration_s: int) -> Stream:
    picture = picture.filter("fade", d=CURTAIN_S)
    picture = picture.filter("fade", t="out", st=duration_s - CURTAIN_S, d=CURTAIN_S)
    # Every scene is mixed by ffmpeg's default matrix; said aloud, players need not guess.
    return picture.filter("format", "yuv420p").filter(
        "setparams",
        range="tv",
        colorspace="smpte170m",
        color_primaries="bt709",
        color_trc="bt709",
    )
