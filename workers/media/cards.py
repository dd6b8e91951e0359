"""What is laid over a picture of a film: shade where words will stand, and the name itself."""

from dataclasses import dataclass
from pathlib import Path
from types import MappingProxyType

import ttf_opensans

from domain.catalog import ArtworkRole
from workers.media.lettering import LINE_HEIGHT, Face, Setting, face_of, set_name
from workers.media.scenes.brush import Stream, cut_out, even, over

FACE = ttf_opensans.OPENSANS_EXTRABOLD
WHITE = "0xffffff"
OWN_LINE_HEIGHT = 1.362  # letter sizes; what Open Sans itself asks for, and drawtext gives
DARKNESS = 0.2  # of the film's own colour: dark enough for white letters, and still its colour
SHADE_SCALE = 4  # shades are soft, and painted so much smaller
LOGO_BOX = (800, 320)  # pixels; a third of a 4K hero's width
LOGO_LETTERS = 120  # pixels, at most
LOGO_MARGIN = 0.12  # letter sizes; what a letter may reach beyond its width, and no more

# Opacities, 0 to 255, by the place in the picture: x and y from 0 to 1.
BELOW = "245*pow(clip(({y}-0.38)/0.55,0,1),1.2)"
LEFT = "225*pow(clip(1-{x}/0.66,0,1),0.9)"


@dataclass(frozen=True, slots=True)
class Design:
    """How a role is finished. The name has `box` (parts of width and height) and letters of at most
    `letters` heights; it stands at the bottom, in the middle or at the left."""

    shade: str | None = None
    box: tuple[float, float] | None = None
    letters: float = 0.0
    centred: bool = False
    margin: float = 0.07  # heights; inside what televisions cut off


DESIGNS = MappingProxyType(
    {
        ArtworkRole.HERO: Design(LEFT),  # calm at the left, where the page writes
        ArtworkRole.BACKDROP: Design(),
        ArtworkRole.POSTER_2_3: Design(BELOW, (0.86, 0.34), 0.085, centred=True, margin=0.055),
        ArtworkRole.CARD_16_9: Design(BELOW, (0.82, 0.46), 0.115),
        ArtworkRole.TV_LAUNCHER: Design(BELOW, (0.86, 0.60), 0.16),  # seen from afar, and small
    }
)


@dataclass(frozen=True, slots=True)
class Words:
    """Lines of a name in a file: text of an operator is never an argument of a tool."""

    file: Path
    size: int
    centred: bool
    margin: int


def words_for(name: str, design: Design, size: tuple[int, int], file: Path) -> Words | None:
    """`name` set for a picture of `size` pixels, written to `file`; None when it cannot be."""
    width, height = size
    if design.box is None:
        return None
    setting = set_name(
        face_of(FACE),
        name,
        width=round(width * design.box[0]),
        height=round(height * design.box[1]),
        largest=round(height * design.letters),
    )
    if setting is None:
        return None
    file.write_text("\n".join(setting.lines))
    return Words(file, setting.size, design.centred, round(height * design.margin))


@dataclass(frozen=True, slots=True)
class Logo:
    """A name alone: how its lines are set, in which font, and in which colour (0xrrggbb)."""

    setting: Setting
    face: Face
    colour: str = WHITE

    @property
    def size(self) -> tuple[int, int]:
        """Width and height in pixels: its letters, and hardly more."""
        margin = 2 * LOGO_MARGIN * self.setting.size
        return even(self.setting.width + margin), even(self.setting.height + margin)


def logo_of(name: str) -> Logo | None:
    """`name` as a logo; None when it cannot be."""
    width, height = LOGO_BOX
    setting = set_name(face_of(FACE), name, width=width, height=height, largest=LOGO_LETTERS)
    return None if setting is None else Logo(setting, face_of(FACE))


def shaded(picture: Stream, size: tuple[int, int], colour: str, opacity: str) -> Stream:
    """`picture` of `size` pixels, dark in a dark `colour` (#rrggbb) where `opacity` says."""
    width, height = (even(side / SHADE_SCALE) for side in size)
    channels = (round(int(colour[at : at + 2], 16) * DARKNESS) for at in (1, 3, 5))
    dark = "0x" + "".join(f"{channel:02x}" for channel in channels)
    shade = cut_out(dark, width, height, opacity.format(x=f"(X/{width})", y=f"(Y/{height})"))
    return over(picture, shade.filter("scale", *size, flags="bicubic"))


def named(picture: Stream, words: Words) -> Stream:
    """`picture` with the name on it."""
    return picture.filter(
        "drawtext",
        textfile=str(words.file),
        **typeset(face_of(FACE), words.size, WHITE),
        shadowcolor="black@0.4",
        shadowx=max(1, words.size // 24),
        shadowy=max(1, words.size // 24),
        text_align="C" if words.centred else "L",
        x="(w-text_w)/2" if words.centred else words.margin,
        y=f"h-text_h-{words.margin}",
    )


def typeset(face: Face, size: int, colour: str) -> dict[str, object]:
    """How drawtext sets lines of letters `size` pixels high."""
    return {
        "fontfile": face.file,
        "fontsize": size,
        "fontcolor": colour,
        "expansion": "none",  # a per cent sign is one
        "line_spacing": round((LINE_HEIGHT - OWN_LINE_HEIGHT) * size),
    }
