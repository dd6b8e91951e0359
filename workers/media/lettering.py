"""How a name is set on a picture: whether we have its letters, where its lines break, how large."""

from dataclasses import dataclass
from functools import cache
from pathlib import Path

import ttf_opensans
from fontTools.ttLib import TTFont

LINE_HEIGHT = 1.16  # letter sizes, from one line to the next: tight, as titles are set
SMALLER = 0.92  # from one size tried to the next
SMALLEST = 0.15  # of the largest: below that a name is too long to be lettering
TIGHTER = 0.97  # from one width tried to the next, when lines are evened out


@dataclass(frozen=True, slots=True)
class Setting:
    """Lines of letters `size` pixels high, the widest of them `width` pixels."""

    lines: tuple[str, ...]
    size: int
    width: int

    @property
    def height(self) -> int:
        """Of all lines, in pixels."""
        return round(self.size * LINE_HEIGHT * len(self.lines))


@dataclass(frozen=True, slots=True)
class Face:
    """A font: its file, and how wide each of its letters is, in letter sizes, by code point."""

    file: str
    advances: dict[int, float]

    def has(self, text: str) -> bool:
        """Whether every letter of `text` is there to be drawn."""
        return all(ord(letter) in self.advances for letter in text)

    def width(self, text: str) -> float:
        """In letter sizes."""
        return sum(self.advances[ord(letter)] for letter in text)


@cache
def face_of(font: ttf_opensans.TTFFont) -> Face:
    """Reads the font's tables: a few hundredths of a second, once a process."""
    with TTFont(Path(str(font.path)), lazy=True) as opened:
        units = opened["head"].unitsPerEm
        widths = opened["hmtx"].metrics
        letters = opened.getBestCmap()
        return Face(
            str(font.path), {code: widths[glyph][0] / units for code, glyph in letters.items()}
        )


def set_name(face: Face, name: str, *, width: int, height: int, largest: int) -> Setting | None:
    """`name` as large as it fits into `width` by `height` pixels, at most `largest`, on even lines.

    None when the font lacks its letters, or it is too long: then it is not drawn at all, and apps
    show it as text.
    """
    words = name.split()
    if not words or not face.has(" ".join(words)):
        return None
    size = float(largest)
    while size >= largest * SMALLEST:
        lines = _wrapped(face, words, width / size)
        if lines is not None and len(lines) * LINE_HEIGHT * size <= height:
            even = _evened(face, words, width / size, len(lines))
            widest = max(face.width(line) for line in even)
            return Setting(tuple(even), int(size), round(widest * int(size)))
        size *= SMALLER
    return None


def _evened(face: Face, words: list[str], most: float, count: int) -> list[str]:
    """As many lines, in the least width."""
    lines = _wrapped(face, words, most)
    while True:
        most *= TIGHTER
        narrower = _wrapped(face, words, most)
        if narrower is None or len(narrower) > count:
            return lines or []
        lines = narrower


def _wrapped(face: Face, words: list[str], most: float) -> list[str] | None:
    """Lines of at most `most` letter sizes; None when a word is wider."""
    lines: list[str] = []
    for word in words:
        if face.width(word) > most:
            return None
        if lines and face.width(f"{lines[-1]} {word}") <= most:
            lines[-1] = f"{lines[-1]} {word}"
        else:
            lines.append(word)
    return lines
