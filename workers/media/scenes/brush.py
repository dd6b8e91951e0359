"""How a picture is painted out of ffmpeg's own sources: canvases, cut-outs and layers."""

from dataclasses import dataclass
from typing import Any, TypeAlias

import ffmpeg

FPS = 24  # what films run at; every source says so, or overlays would resample
CLOUD_FPS = 8  # clouds move less than a pixel a frame, and noise is dear

Stream: TypeAlias = Any  # a node of ffmpeg-python, which carries no types


@dataclass(frozen=True, slots=True)
class Canvas:
    """What is painted on: pixels, and the seconds it lasts."""

    width: int
    height: int
    duration_s: int

    def scaled(self, factor: float) -> "Canvas":
        """For what is soft anyway: painted smaller, enlarged later."""
        return Canvas(even(self.width * factor), even(self.height * factor), self.duration_s)


def even(pixels: float) -> int:
    """The nearest even number of pixels, at least 2, as 4:2:0 needs."""
    return max(2, round(pixels / 2) * 2)


def source(name: str, **options: object) -> Stream:
    """One of ffmpeg's own sources. Quotes protect commas; a colon would end an option."""
    settings = ":".join(f"{key}='{value}'" for key, value in options.items())
    return ffmpeg.input(f"{name}={settings}", f="lavfi")


def sky(width: int, height: int, *colours: str) -> Stream:
    """A gradient that stands still, from the top down."""
    stops = {f"c{number}": colour for number, colour in enumerate(colours)}
    # A point outside the picture counts as unset and is drawn at random: the last line, not beyond.
    line = {"x0": width // 2, "y0": 0, "x1": width // 2, "y1": height - 1}
    size = {"s": f"{width}x{height}", "r": FPS, "d": 1 / FPS, "n": len(colours)}
    return forever(source("gradients", speed=0, seed=1, **size, **line, **stops))


def forever(frame: Stream) -> Stream:
    """One frame, again and again."""
    return frame.filter("loop", loop=-1, size=1)


def mask(width: int, height: int, grey: str) -> Stream:
    """One frame from a geq expression of X and Y, 0 to 255: dear a pixel, so drawn only once."""
    return _still("black", width, height, f"format=gray,geq=lum='{grey}'")


def cut_out(colour: str, width: int, height: int, opacity: str) -> Stream:
    """One frame of `colour`, as opaque as the expression says, 0 to 255. No need to repeat it:
    `over` keeps the last frame it was given."""
    unchanged = "lum='lum(X,Y)':cb='cb(X,Y)':cr='cr(X,Y)'"
    return _still(colour, width, height, f"format=yuva444p,geq={unchanged}:a='{opacity}'")


def tinted(width: int, height: int, red: str, green: str, blue: str) -> Stream:
    """One frame with a geq expression for each colour, 0 to 255."""
    return _still("black", width, height, f"format=gbrp,geq=r='{red}':g='{green}':b='{blue}'")


def over(below: Stream, above: Stream, x: str = "0", y: str = "0") -> Stream:
    """`above` laid on `below`, its corner at expressions of the time `t` and the sizes W H w h."""
    return ffmpeg.filter([below, above], "overlay", x=x, y=y, format="yuv420")


def clouds(
    colours: Stream,
    width: int,
    height: int,
    *,
    coarse: tuple[float, float],
    scales: tuple[float, float, float],
    seed: int,
    opacity: str,
) -> Stream:
    """`colours` seen through drifting noise: `coarse` times smaller than the picture, of these
    scales in x, y and time, as dense as a lut expression of `val`, 0 to 255."""
    noise = source(
        "perlin",
        s=f"{even(width / coarse[0])}x{even(height / coarse[1])}",
        r=CLOUD_FPS,
        octaves=4,
        persistence=0.6,
        xscale=scales[0],
        yscale=scales[1],
        tscale=scales[2],
        random_mode="seed",
        seed=seed,
    )
    density = noise.filter("fps", FPS).filter("format", "gray")
    density = density.filter("scale", width, height, flags="bicubic").filter("lut", y=opacity)
    return ffmpeg.filter([colours.filter("format", "yuva444p"), density], "alphamerge")


def disc(colour: str, radius: float) -> Stream:
    """One frame of a filled circle."""
    side = even(2 * radius + 2)
    centre = (side - 1) / 2
    return cut_out(colour, side, side, f"255*clip({radius}-hypot(X-{centre},Y-{centre})+0.5,0,1)")


def twice(stream: Stream) -> tuple[Stream, Stream]:
    """A stream for two readers."""
    both = stream.filter_multi_output("split")
    return both.stream(0), both.stream(1)


def enlarged(stream: Stream, canvas: Canvas) -> Stream:
    """Filling the canvas, without steps."""
    return stream.filter("scale", canvas.width, canvas.height, flags="bicubic")


def scattered(column: str, row: str) -> str:
    """An expression for a number in [0, 1) that looks random and is the same every time."""
    return f"mod(abs(sin(({column})*12.9898+({row})*78.233)*43758.5453),1)"


def _still(colour: str, width: int, height: int, drawing: str) -> Stream:
    plain = f"color=c={colour}:s={width}x{height}:r={FPS}:d={1 / FPS}"
    return ffmpeg.input(f"{plain},{drawing}", f="lavfi")
