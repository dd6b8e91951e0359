"""Which moments of a film become its pictures, how they are cut, and what is laid over them."""

import asyncio
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import pairwise
from math import sqrt
from pathlib import Path

from domain.catalog import Artwork, ArtworkRole
from domain.encoding import Source, Step, Tiles, tiles_for
from domain.ids import ArtworkId, TitleId
from domain.ingest import picture_path
from workers.media import ffmpeg
from workers.media.cards import DESIGNS, Design, Logo, logo_of, words_for
from workers.media.run import run

DEADLINE_S = 60.0  # one picture is decoded from the key frame before it: a second, at most
MAX_CANDIDATES = 48  # looked at in Python, at about 10 ms each
EDGE_PART = 0.05  # of a film at either end is black, or letters
PLACES = 7  # where a crop may lie: left to right, or top to bottom
SAMPLE_EVERY = 2  # pixels of a tile in both directions: a quarter tells as much

# What a channel (0 to 255) has in a picture that people like; more is not better.
GOOD_LIGHT = 110
GOOD_CONTRAST = 64
GOOD_COLOUR = 96
GOOD_DETAIL = 16

OFF_CENTRE_COST = 0.3  # of the score, a picture away: films and their titles are framed centrally

COLOUR_BITS = 4  # a channel; 4096 shades are few enough that a sky is one of them


@dataclass(frozen=True, slots=True)
class Shape:
    """Width to height, and the size above which more pixels only cost."""

    aspect: Fraction
    width: int
    height: int


SHAPES = {
    ArtworkRole.HERO: Shape(Fraction(16, 9), 1920, 1080),  # the whole screen
    ArtworkRole.POSTER_2_3: Shape(Fraction(2, 3), 600, 900),  # a sixth of it, on a 4K panel
    ArtworkRole.CARD_16_9: Shape(Fraction(16, 9), 960, 540),
    ArtworkRole.BACKDROP: Shape(Fraction(16, 9), 1920, 1080),
    ArtworkRole.TV_LAUNCHER: Shape(Fraction(16, 9), 640, 360),  # what launchers scale down
}
MOMENTS = (ArtworkRole.HERO, ArtworkRole.POSTER_2_3, ArtworkRole.CARD_16_9)
MOMENT_OF = {  # the others show the same moment as these
    ArtworkRole.BACKDROP: ArtworkRole.HERO,
    ArtworkRole.TV_LAUNCHER: ArtworkRole.CARD_16_9,
}


@dataclass(frozen=True, slots=True)
class Still:
    """A picture of the film: a JPEG file, or a PNG. `dominant_color` is #rrggbb."""

    role: ArtworkRole
    file: Path
    width: int
    height: int
    dominant_color: str


def hanging(picture: Still, title_id: TitleId, artwork_id: ArtworkId) -> Artwork:
    """The picture as it hangs on a title."""
    return Artwork(
        id=artwork_id,
        title_id=title_id,
        role=picture.role,
        object_path=picture_path(title_id, artwork_id, picture.role),
        width=picture.width,
        height=picture.height,
        dominant_color=picture.dominant_color,
    )


@dataclass(frozen=True, slots=True)
class Tile:
    """One small frame: rows of RGB pixels, and its place in the row of tiles."""

    index: int
    width: int
    height: int
    rgb: bytes


@dataclass(frozen=True, slots=True)
class Window:
    """A part of a picture, as fractions of its width and height."""

    left: float
    top: float
    width: float
    height: float


@dataclass(frozen=True, slots=True)
class Pictures:
    """What was made of a film: one still without letters, and all roles of a title, if it has a
    name to be lettered with."""

    still: Still
    of_title: list[Still]


async def make_pictures(
    encoded: Path, source: Source, best: Step, out: Path, *, name: str | None
) -> Pictures:
    """From the rung `best` in the folder `encoded`, into the folder `out`. A name in letters that
    we do not have is left to the apps, which write it: then there is no LOGO."""
    tiles = tiles_for(source)
    raw = (encoded / "tiles.rgb").read_bytes()
    chosen = await asyncio.to_thread(choose, raw, tiles)
    film = encoded / f"{best.name}.mp4"

    async def cut(role: ArtworkRole, stem: str, design: Design, name: str) -> Still:
        tile, window = chosen[MOMENT_OF.get(role, role)]
        crop, size = crop_of(best, window, SHAPES[role])
        colour = dominant_color(tile, window)
        words = words_for(name, design, size, out / f"{stem}.txt")
        shade = None if design.shade is None else (colour, design.shade)
        at_s = tiles.at_s(tile.index, source.frame_rate)
        file = out / f"{stem}.jpg"
        command = ffmpeg.still(film, at_s, crop, size, file, shade=shade, words=words)
        await run(command, deadline_s=DEADLINE_S)
        return Still(role, file, *size, colour)

    still = await cut(ArtworkRole.CARD_16_9, "still", Design(), "")
    if name is None:
        return Pictures(still, [])
    of_title = [await cut(role, role, DESIGNS[role], name) for role in SHAPES]
    logo = logo_of(name)
    return Pictures(still, of_title if logo is None else [*of_title, await write(logo, out)])


async def write(logo: Logo, out: Path) -> Still:
    """The name as a picture of its own in the folder `out`."""
    lines, file = out / "logo.txt", out / f"{ArtworkRole.LOGO}.png"
    lines.write_text("\n".join(logo.setting.lines))
    await run(ffmpeg.lettered(logo, lines, file), deadline_s=DEADLINE_S)
    return Still(ArtworkRole.LOGO, file, *logo.size, logo.colour.replace("0x", "#"))


def choose(raw: bytes, tiles: Tiles) -> dict[ArtworkRole, tuple[Tile, Window]]:
    """The best tile and the best part of it for each of MOMENTS; a tile is used twice only when
    there are too few."""
    candidates = _candidates(raw, tiles)
    chosen: dict[ArtworkRole, tuple[Tile, Window]] = {}
    for role in MOMENTS:
        shape = SHAPES[role]
        rated = [
            (score(tile, window) * _centred(window), -tile.index, tile, window)
            for tile in candidates
            for window in windows(tile.width, tile.height, shape.aspect)
        ]
        *_, tile, window = max(rated, key=lambda each: each[:2])
        chosen[role] = (tile, window)
        if len(candidates) > 1:
            candidates.remove(tile)
    return chosen


def windows(width: int, height: int, aspect: Fraction) -> Iterator[Window]:
    """The largest parts of this aspect, from one end of the picture to the other."""
    across = min(1.0, height * float(aspect) / width)
    down = min(1.0, width / float(aspect) / height)
    for place in range(PLACES):
        part = place / (PLACES - 1)
        yield Window((1 - across) * part, (1 - down) * part, across, down)
        if across == down == 1.0:
            return


def score(tile: Tile, window: Window) -> float:
    """0 for black or white, up to 3 for a well lit, varied, colourful and sharp picture."""
    lights: list[int] = []
    colours = edges = 0
    for row in _pixels(tile, window):
        light = [(2 * red + 5 * green + blue) >> 3 for red, green, blue in row]
        lights += light
        colours += sum(max(pixel) - min(pixel) for pixel in row)
        edges += sum(abs(b - a) for a, b in pairwise(light))
    count = len(lights)
    mean = sum(lights) / count
    spread = sqrt(sum((light - mean) ** 2 for light in lights) / count)
    lit = max(0.0, 1 - abs(mean - GOOD_LIGHT) / GOOD_LIGHT)
    contrast = min(1.0, spread / GOOD_CONTRAST)
    colour = min(1.0, colours / count / GOOD_COLOUR)
    detail = min(1.0, edges / count / GOOD_DETAIL)
    return lit * (contrast + colour + detail)


def dominant_color(tile: Tile, window: Window) -> str:
    """The mean of the commonest shade, where colourful pixels count for more than grey ones."""
    shades: dict[tuple[int, ...], list[tuple[int, int, int]]] = {}
    for row in _pixels(tile, window):
        for pixel in row:
            shade = tuple(channel >> (8 - COLOUR_BITS) for channel in pixel)
            shades.setdefault(shade, []).append(pixel)
    most = max(shades.values(), key=lambda pixels: sum(1 + max(p) - min(p) for p in pixels))
    channels = (round(sum(channel) / len(most)) for channel in zip(*most, strict=True))
    return "#" + "".join(f"{channel:02x}" for channel in channels)


def crop_of(best: Step, window: Window, shape: Shape) -> tuple[ffmpeg.Crop, tuple[int, int]]:
    """`window` in pixels of the rung `best`, and the size to store it at: never enlarged."""
    width, height = _even(best.width * window.width), _even(best.height * window.height)
    left = min(_even(best.width * window.left), best.width - width)
    top = min(_even(best.height * window.top), best.height - height)
    size = (min(shape.width, width), min(shape.height, height))
    return ffmpeg.Crop(width, height, left, top), size


def _centred(window: Window) -> float:
    """1 in the middle, a little less towards an end."""
    off_x = abs(window.left + window.width / 2 - 0.5)
    off_y = abs(window.top + window.height / 2 - 0.5)
    return 1 - OFF_CENTRE_COST * max(off_x, off_y)


def _candidates(raw: bytes, tiles: Tiles) -> list[Tile]:
    size = tiles.width * tiles.height * 3
    count = len(raw) // size
    edge = int(count * EDGE_PART)
    indexes: Sequence[int] = range(edge, count - edge)
    step = max(1, -(-len(indexes) // MAX_CANDIDATES))
    return [
        Tile(i, tiles.width, tiles.height, raw[i * size : (i + 1) * size]) for i in indexes[::step]
    ]


def _pixels(tile: Tile, window: Window) -> Iterator[list[tuple[int, int, int]]]:
    """The sampled pixels inside `window`, row by row."""
    left, right = _span(tile.width, window.left, window.width)
    top, bottom = _span(tile.height, window.top, window.height)
    for y in range(top, bottom, SAMPLE_EVERY):
        row = tile.rgb[(y * tile.width + left) * 3 : (y * tile.width + right) * 3]
        channels = (row[channel :: 3 * SAMPLE_EVERY] for channel in range(3))
        yield list(zip(*channels, strict=True))


def _span(side: int, start: float, part: float) -> tuple[int, int]:
    first = round(side * start)
    return first, max(first + 1, round(side * (start + part)))


def _even(pixels: float) -> int:
    return max(2, 2 * int(pixels / 2))
