"""How the pictures of a demo film are drawn: its look, on a canvas of each picture's shape."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from domain.catalog import ArtworkRole
from workers.media import ffmpeg
from workers.media.artwork import Still, Tile, Window, dominant_color, write
from workers.media.cards import LOGO_LETTERS, Logo
from workers.media.lettering import Setting, face_of
from workers.media.run import run
from workers.media.scenes import PAINTERS
from workers.media.scenes.brush import Canvas, even
from workers.media.synthesize import LETTERINGS, FilmSpec, titled

DEADLINE_S = 120.0  # the dearest takes 5 s on an idle core
POSE_S = 0.5  # the moment drawn: early, since every frame before it has to be painted
HERO_MIDDLE = 0.70  # parts of the width where the subject stands; left of it is room for words
WHOLE = Window(0.0, 0.0, 1.0, 1.0)
TILE = (160, 90)  # pixels, looked at for the dominant colour


@dataclass(frozen=True, slots=True)
class Cut:
    """One picture out of a painting: its role and size in pixels, and whether it has the title."""

    role: ArtworkRole
    width: int
    height: int
    has_title: bool = False


# Painted as large as the films of the demo; these soft shapes stay soft on larger screens.
HERO = Cut(ArtworkRole.HERO, 1280, 720)
POSTER = Cut(ArtworkRole.POSTER_2_3, 600, 900, has_title=True)
WIDE = (
    Cut(ArtworkRole.BACKDROP, 1280, 720),
    Cut(ArtworkRole.CARD_16_9, 960, 540, has_title=True),
    Cut(ArtworkRole.TV_LAUNCHER, 640, 360, has_title=True),
)
STILL = Cut(ArtworkRole.CARD_16_9, 960, 540)


async def draw_title(spec: FilmSpec, out: Path) -> list[Still]:
    """All roles of a title that looks like `spec`, into the folder `out`. Raises ToolFailed."""
    wide = await _painted(spec, Canvas(1280, 720, 1), WIDE, out)
    poster = await _painted(spec, Canvas(POSTER.width, POSTER.height, 1), [POSTER], out)
    # What stands in the middle of a wider canvas is right of the middle, when its right is cut off.
    beside = Canvas(even(2 * HERO_MIDDLE * HERO.width), HERO.height, 1)
    hero = await _painted(spec, beside, [HERO], out)
    return [*wide, *poster, *hero, await write(_logo(spec), out)]


async def draw_still(spec: FilmSpec, out: Path) -> list[Still]:
    """The one picture of an episode, into the folder `out`. Raises ToolFailed."""
    return await _painted(spec, Canvas(STILL.width, STILL.height, 1), [STILL], out)


async def _painted(spec: FilmSpec, canvas: Canvas, cuts: Sequence[Cut], out: Path) -> list[Still]:
    branches = PAINTERS[spec.look](canvas).filter_multi_output("split", len(cuts) + 1)
    pictures = []
    for number, cut in enumerate(cuts):
        picture = branches.stream(number)
        if canvas.width * cut.height > canvas.height * cut.width:
            picture = picture.filter(
                "crop", cut.width * canvas.height // cut.height, canvas.height, 0, 0
            )
        picture = picture.filter("scale", cut.width, cut.height, flags="lanczos")
        if cut.has_title:
            picture = titled(picture, spec, cut.height)
        pictures.append((picture, out / f"{cut.role}.jpg"))
    small = branches.stream(len(cuts)).filter("scale", *TILE)
    raw = out / "tile.rgb"
    await run(ffmpeg.painted(pictures, (small, raw), at_s=POSE_S), deadline_s=DEADLINE_S)
    colour = dominant_color(Tile(0, *TILE, raw.read_bytes()), WHOLE)
    return [
        Still(cut.role, file, cut.width, cut.height, colour)
        for cut, (_, file) in zip(cuts, pictures, strict=True)
    ]


def _logo(spec: FilmSpec) -> Logo:
    """The letters of its title card."""
    lettering = LETTERINGS[spec.look]
    face = face_of(lettering.font)
    widest = max(face.width(line) for line in spec.card)
    return Logo(
        Setting(spec.card, LOGO_LETTERS, round(widest * LOGO_LETTERS)), face, lettering.colour
    )
