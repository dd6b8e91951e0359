"""What Clockwork Meadow looks like: flowers that are cogwheels, by day and by night."""

import math
from dataclasses import dataclass

from workers.media.scenes.brush import (
    Canvas,
    Stream,
    cut_out,
    disc,
    enlarged,
    even,
    forever,
    over,
    scattered,
    sky,
)

SUN_Y = "H*0.33"  # sun or moon, in the middle and above the hills
BLINK_HEIGHTS = 0.004  # how far the face nods, so that it lives


@dataclass(frozen=True, slots=True)
class Flower:
    """A cogwheel on a stem. Place in parts of the picture, radius in its heights."""

    x: float
    y: float
    radius: float
    teeth: int
    colour: str
    turns: float  # radians a second; neighbours turn against each other, as cogwheels do


@dataclass(frozen=True, slots=True)
class Palette:
    """The colours of a time of day. `heart` is also what the face is drawn in."""

    sky: tuple[str, ...]
    light: str
    far: str
    near: str
    tuft: str
    stem: str
    heart: str
    flowers: tuple[Flower, ...]


DAY = Palette(
    sky=("0x1774b8", "0x4fb3d4", "0xd8ecc0"),
    light="0xffd34d",
    far="0x7cc667",
    near="0x237a4c",
    tuft="0xdff5c9",
    stem="0x24704a",
    heart="0x5b3a1e",
    flowers=(
        Flower(0.10, 0.56, 0.085, 8, "0xff6f61", 0.6),
        Flower(0.245, 0.63, 0.065, 7, "0xffffff", -0.8),
        Flower(0.365, 0.66, 0.045, 6, "0xff9f1c", 1.1),
        Flower(0.635, 0.65, 0.050, 6, "0xffffff", -1.0),
        Flower(0.76, 0.60, 0.070, 7, "0xff9f1c", 0.8),
        Flower(0.90, 0.55, 0.090, 8, "0xf25f8a", -0.5),
    ),
)
NIGHT = Palette(
    sky=("0x0a0f38", "0x202a70", "0x7a5aa6"),
    light="0xf6efd0",
    far="0x2c5a78",
    near="0x16324f",
    tuft="0x4f86a0",
    stem="0x10243a",
    heart="0x57507c",
    flowers=(
        Flower(0.08, 0.60, 0.070, 7, "0x7fd1c7", -0.4),
        Flower(0.22, 0.55, 0.090, 8, "0xb892ff", 0.3),
        Flower(0.36, 0.65, 0.045, 6, "0x7fd1c7", 0.6),
        Flower(0.64, 0.65, 0.050, 6, "0xff9fc0", -0.6),
        Flower(0.79, 0.57, 0.080, 8, "0x7fd1c7", 0.3),
        Flower(0.93, 0.62, 0.060, 7, "0xb892ff", -0.4),
    ),
)
WINTER = Palette(
    sky=("0x6f93b5", "0xb9cfe0", "0xf3e6ea"),
    light="0xffe08a",
    far="0xdfeaf4",
    near="0xffffff",
    tuft="0xb4cbe0",
    stem="0x5d7f96",
    heart="0x4a5570",
    flowers=(
        Flower(0.09, 0.58, 0.075, 8, "0x7db4e6", 0.10),
        Flower(0.23, 0.62, 0.060, 7, "0xe05a5a", -0.12),
        Flower(0.36, 0.66, 0.045, 6, "0x7db4e6", 0.14),
        Flower(0.64, 0.65, 0.050, 6, "0x5b7fc0", -0.12),
        Flower(0.77, 0.60, 0.070, 7, "0xe05a5a", 0.10),
        Flower(0.91, 0.56, 0.085, 8, "0x7db4e6", -0.08),
    ),
)


def meadow_by_day(canvas: Canvas) -> Stream:
    """Two bees, each on a round of its own."""
    open_eyes = "lt(hypot(abs({x})-0.15,{y}+0.06),0.035)"
    picture = _meadow(_heaven(canvas, DAY), canvas, DAY, open_eyes)
    rounds = (
        ("W*(0.5+0.34*sin(t*0.55))-w/2", "H*(0.47+0.09*sin(t*1.4))"),
        ("W*(0.5-0.28*sin(t*0.7+1))-w/2", "H*(0.56+0.06*sin(t*1.9+2))"),
    )
    for x, y in rounds:
        picture = _with_bee(picture, canvas.height, x, y)
    return picture


def meadow_by_night(canvas: Canvas) -> Stream:
    """Stars, fireflies, and a blanket laid out for a guest who is asleep."""
    shut_eyes = "between(hypot(abs({x})-0.15,{y}+0.08),0.05,0.072)*gt({y},-0.07)"
    heaven = over(_heaven(canvas, NIGHT), _stars(canvas))
    picture = _meadow(heaven, canvas, NIGHT, shut_eyes)
    picture = over(picture, _blanket(canvas.height), x="(W-w)/2", y="H*0.72")
    for number in range(7):
        middle_x, middle_y = 0.12 + 0.125 * number, 0.60 + 0.09 * math.sin(number * 2.1)
        picture = over(
            picture,
            _firefly(canvas.height),
            x=f"W*({middle_x}+0.05*sin(t*{0.5 + 0.13 * number}+{number * 1.7}))",
            y=f"H*({middle_y}+0.06*sin(t*{0.8 + 0.11 * number}+{number}))",
        )
    return picture


def meadow_in_winter(canvas: Canvas) -> Stream:
    """Snow, wheels that hardly turn, and a sun that has dressed for it."""
    open_eyes = "lt(hypot(abs({x})-0.15,{y}+0.02),0.035)"
    picture = _meadow(_heaven(canvas, WINTER), canvas, WINTER, open_eyes)
    for part in _hat(canvas.height):
        picture = over(picture, part, "(W-w)/2", f"{SUN_Y}-{canvas.height * 0.29}")
    for square, falls in ((0.050, 0.05), (0.083, 0.09)):
        snow = _snow(canvas, square)
        picture = over(picture, snow, y=f"mod({canvas.height * falls}*t,{canvas.height})-H")
    return picture


def _heaven(canvas: Canvas, palette: Palette) -> Stream:
    """Sky and rays are soft: painted at a quarter of the size."""
    soft = canvas.scaled(0.25)
    side = even(math.hypot(soft.width, soft.height) * 1.12)
    x, y = f"(X-{side / 2})", f"(Y-{side / 2})"
    fading = f"clip(1-hypot({x},{y})/{side * 0.52},0,1)"
    rays = cut_out(palette.light, side, side, f"90*clip(0.5+6*sin(atan2({y},{x})*9),0,1)*{fading}")
    turning = forever(rays.filter("format", "yuva420p")).filter("rotate", a="0.06*t", c="none")
    air = sky(soft.width, soft.height, *palette.sky).filter("format", "yuv420p")
    return enlarged(over(air, turning, x="(W-w)/2", y=f"{SUN_Y}-h/2"), canvas)


def _meadow(heaven: Stream, canvas: Canvas, palette: Palette, eyes: str) -> Stream:
    height = canvas.height
    picture = over(
        heaven, _cogwheel(height, 0.225, 14, palette.light, 0.15), "(W-w)/2", f"{SUN_Y}-h/2"
    )
    nod = f"{height * BLINK_HEIGHTS}*sin(t*2)"
    picture = over(picture, _face(height, palette.heart, eyes), "(W-w)/2", f"{SUN_Y}-h/2+{nod}")
    picture = over(picture, *_hill(canvas, palette.far, 0.64, 0.035, 2.2, 0.4))
    for flower in palette.flowers:
        picture = _with_flower(picture, height, flower, palette)
    picture = over(picture, *_hill(canvas, palette.near, 0.75, 0.035, 2.0, 1.2))
    return over(picture, _tufts(canvas, palette.tuft), y="H*0.78")


def _with_flower(picture: Stream, height: int, flower: Flower, palette: Palette) -> Stream:
    x, y = f"W*{flower.x}-w/2", f"H*{flower.y}"
    stem = cut_out(palette.stem, even(height * 0.012), even(height * (0.85 - flower.y)), "255")
    picture = over(picture, stem, x, y)
    wheel = _cogwheel(height, flower.radius, flower.teeth, flower.colour, flower.turns)
    picture = over(picture, wheel, x, f"{y}-h/2")
    return over(picture, disc(palette.heart, height * flower.radius * 0.34), x, f"{y}-h/2")


def _cogwheel(height: int, radius: float, teeth: int, colour: str, turns: float) -> Stream:
    side = even(height * radius * 2.3)
    x, y = f"(X-{(side - 1) / 2})", f"(Y-{(side - 1) / 2})"
    rim = f"{height * radius}*(0.94+0.06*clip(3*sin(atan2({y},{x})*{teeth}),-1,1))"
    wheel = cut_out(colour, side, side, f"255*clip({rim}-hypot({x},{y}),0,1)")
    return forever(wheel.filter("format", "yuva420p")).filter("rotate", a=f"{turns}*t", c="none")


def _face(height: int, colour: str, eyes: str) -> Stream:
    side = even(height * 0.3)
    x, y = f"(X/{side}-0.5)", f"(Y/{side}-0.5)"
    smile = f"between(hypot({x},{y}),0.195,0.23)*gt({y},0.1)"
    return cut_out(colour, side, side, f"255*clip({eyes.format(x=x, y=y)}+{smile},0,1)")


def _hill(
    canvas: Canvas, colour: str, base: float, rise: float, waves: float, phase: float
) -> tuple[Stream, str, str]:
    """A hill and where it lies, in heights of the picture."""
    height = canvas.height
    top = even(height * (base - rise * 1.1))
    line = f"{height}*({base}-{rise}*sin(X/{height}*{waves}+{phase}))"
    hill = cut_out(colour, canvas.width, height - top, f"255*clip(Y+{top}-{line},0,1)")
    return hill, "0", str(top)


def _tufts(canvas: Canvas, colour: str) -> Stream:
    """Small dots, one in some of the squares of a grid."""
    square = canvas.height * 0.045
    column, row = f"floor(X/{square})", f"floor(Y/{square})"
    x = f"(X/{square}-{column}-0.3-0.4*{scattered(column, row)})"
    y = f"(Y/{square}-{row}-0.3-0.4*{scattered(row, column)})"
    some = f"gt({scattered(f'{column}+9', row)},0.72)"
    dot = f"clip({square}*(0.085-hypot({x},{y})),0,1)"
    return cut_out(colour, canvas.width, even(canvas.height * 0.15), f"190*{some}*{dot}")


def _stars(canvas: Canvas) -> Stream:
    square = canvas.height * 0.06
    column, row = f"floor(X/{square})", f"floor(Y/{square})"
    x = f"(X/{square}-{column}-0.2-0.6*{scattered(column, row)})"
    y = f"(Y/{square}-{row}-0.2-0.6*{scattered(row, column)})"
    size = f"0.05*{scattered(f'{column}+5', row)}"
    star = f"clip({square}*({size}-hypot({x},{y})),0,1)"
    return cut_out("0xfffbe6", canvas.width, even(canvas.height * 0.6), f"230*{star}")


def _hat(height: int) -> list[Stream]:
    """Wool, its rim, and the ball on top."""
    width, tall = even(height * 0.36), even(height * 0.22)
    x, y = f"((X-{width / 2})/{height})", f"(Y/{height})"
    wool = f"lt(hypot({x}/0.145,({y}-0.175)/0.135),1)*lt({y},0.165)"
    rows = f"{wool}*lt(mod({y}*1000/28,1),0.42)"
    rim = f"lt(hypot(max(0,abs({x})-0.135),{y}-0.172),0.026)"
    ball = f"lt(hypot({x},{y}-0.042),0.040)"
    return [
        cut_out(colour, width, tall, f"255*clip({shape},0,1)")
        for colour, shape in (("0xd94848", wool), ("0xb93a44", rows), ("0xfff7ee", f"{rim}+{ball}"))
    ]


def _snow(canvas: Canvas, size: float) -> Stream:
    """Twice as high as the picture, both halves the same, so that it can fall for ever. Flakes are
    soft: painted at half the size, as every pixel is dear."""
    half = canvas.scaled(0.5)
    rows = round(1 / size)
    square = half.height / rows
    column, row = f"floor(X/{square})", f"mod(floor(Y/{square}),{rows})"
    x = f"(X/{square}-{column}-0.2-0.6*{scattered(column, row)})"
    y = f"(Y/{square}-floor(Y/{square})-0.2-0.6*{scattered(row, column)})"
    flake = f"clip({square}*(0.05+0.06*{scattered(f'{column}+5', row)}-hypot({x},{y})),0,1)"
    some = f"gt({scattered(f'{column}+9', row)},0.45)"
    snow = cut_out("0xffffff", half.width, 2 * half.height, f"225*{some}*{flake}")
    return snow.filter("scale", canvas.width, 2 * canvas.height)


def _blanket(height: int) -> Stream:
    """Checked cloth, narrower at the far side."""
    width, depth = even(height * 0.34), even(height * 0.075)
    across = f"((X/{width}-0.5)/(0.36+0.14*Y/{depth}))"
    checks = f"mod(floor({across}*5+50)+floor(pow(Y/{depth},0.8)*4),2)"
    return cut_out("0xff8fa8", width, depth, f"lt(abs({across}),1)*(255-105*{checks})")


def _firefly(height: int) -> Stream:
    side = even(height * 0.06)
    away = f"hypot(X-{side / 2},Y-{side / 2})"
    return cut_out("0xfff3a0", side, side, f"255*clip(1.3*exp(-{away}/{side * 0.11})-0.03,0,1)")


def _with_bee(picture: Stream, height: int, x: str, y: str) -> Stream:
    side = even(height * 0.10)
    across, down = f"(X/{side}-0.5)", f"(Y/{side}-0.5)"
    front = f"lt(hypot(({across}-0.08)/0.11,({down}+0.24)/0.20),1)"
    back = f"lt(hypot(({across}+0.14)/0.11,({down}+0.22)/0.18),1)"
    body = f"lt(hypot({across}/0.40,({down}-0.1)/0.27),1)"
    stripes = f"{body}*between(mod({across}+0.5,0.26),0,0.11)*lt({across},0.14)"
    eye = f"lt(hypot({across}-0.25,{down}-0.04),0.045)"
    for colour, opacity in (
        ("0xf4fbff", f"210*clip({front}+{back},0,1)"),
        ("0xffc42e", f"255*{body}"),
        ("0x3a2412", f"255*clip({stripes}+{eye},0,1)"),
    ):
        picture = over(picture, cut_out(colour, side, side, opacity), x, y)
    return picture
