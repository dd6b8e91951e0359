"""What Minutes of the Moon Committee looks like: a striped planet, its ring, and who attends."""

import ffmpeg

from workers.media.scenes.brush import (
    Canvas,
    Stream,
    cut_out,
    enlarged,
    even,
    mask,
    over,
    scattered,
    sky,
    tinted,
)

PLANET = 0.235  # its radius, heights of the picture
PLANET_Y = 0.61
TILT = 0.30  # radians, of the ring and the stripes
RING = (1.30, 2.05)  # planets' radii, from where to where
FLAT = 0.24  # how much of a circle the ring shows

# A moon: its radius and its orbit's in heights, its turns in radians a second, and its colour.
MOONS = (
    (0.034, 0.40, 0.30, 0.4, "0xffd9a0"),
    (0.022, 0.50, -0.21, 2.6, "0x9fe3e0"),
    (0.046, 0.60, 0.15, 4.4, "0xf2a7c3"),
)


def orbit(canvas: Canvas) -> Stream:
    """The back of the ring, the planet, and the front of the ring; the moons pass before."""
    height = canvas.height
    soft = canvas.scaled(0.25)
    colours = ("0x0a0620", "0x1c0f45", "0x3a1a66", "0x5b2a6e")
    picture = enlarged(sky(soft.width, soft.height, *colours).filter("format", "yuv420p"), canvas)
    for square, speed in ((0.045, 0.004), (0.085, 0.009)):
        drift = f"-mod({height * speed}*t,{even(height * square) * 8})"
        picture = over(picture, _stars(canvas, even(height * square)), drift)
    middle = ("(W-w)/2", f"H*{PLANET_Y}-h/2")
    picture = over(picture, _ring(height, behind=True), *middle)
    picture = over(picture, _planet(height), *middle)
    picture = over(picture, _ring(height, behind=False), *middle)
    for radius, away, turns, start, colour in MOONS:
        angle = f"({turns}*t+{start})"
        x = f"{height * away}*cos({angle})"
        y = f"{height * away}*({FLAT}*sin({angle})-{TILT * 0.6:.3f}*cos({angle}))"
        at = (f"(W-w)/2+{x}", f"H*{PLANET_Y}-h/2+{y}")
        for part in _moon(height * radius, colour):
            picture = over(picture, part, *at)
    return _with_rocket(picture, height)


def _stars(canvas: Canvas, square: float) -> Stream:
    """Wider than the picture by what repeats, eight squares of `square` pixels. Painted at half the
    size, as every pixel is dear."""
    width, square = even(canvas.width + 8 * square), square / 2
    column, row = f"mod(floor(X/{square}),8)", f"floor(Y/{square})"
    x = f"(X/{square}-floor(X/{square})-0.2-0.6*{scattered(column, row)})"
    y = f"(Y/{square}-{row}-0.2-0.6*{scattered(row, column)})"
    size = f"(0.02+0.055*pow({scattered(f'{column}+5', row)},3))"
    star = f"clip({square}*({size}-hypot({x},{y})),0,1)"
    stars = cut_out("0xfff6e6", even(width / 2), even(canvas.height / 2), f"235*{star}")
    return stars.filter("scale", width, canvas.height)


def _turned(side: int) -> tuple[str, str]:
    """X and Y from the middle of a square, leaning as the planet does."""
    x, y = f"(X-{side / 2}+0.5)", f"(Y-{side / 2}+0.5)"
    return f"({x}*{_COS}-{y}*{_SIN})", f"({x}*{_SIN}+{y}*{_COS})"


_COS, _SIN = 0.95534, 0.29552  # of TILT


def _planet(height: int) -> Stream:
    radius = height * PLANET
    side = even(2 * radius + 4)
    x, y = _turned(side)
    across, down = f"({x}/{radius})", f"({y}/{radius})"
    swirl = f"({down}+0.03*sin({across}*7+{down}*9)+0.015*sin({across}*17+4))"
    band = f"(0.5+0.5*sin({swirl}*11+1.3*sin({swirl}*5)))"
    lit = f"clip(1.12-0.55*hypot({across}+0.45,{down}+0.45),0.16,1)"
    spot = f"clip(4*(1-hypot(({across}-0.25)/0.26,({down}-0.32)/0.11)),0,1)"
    paint = tinted(
        side,
        side,
        red=f"{lit}*(255-40*{band}-30*{spot})",
        green=f"{lit}*(196-92*{band}-70*{spot})",
        blue=f"{lit}*(122+10*{band}-40*{spot})",
    )
    round_ = mask(side, side, f"255*clip({radius}-hypot({x},{y}),0,1)")
    return ffmpeg.filter([paint.filter("format", "yuv444p"), round_], "alphamerge")


def _ring(height: int, *, behind: bool) -> Stream:
    radius = height * PLANET
    side = even(2 * radius * RING[1] + 4)
    x, y = _turned(side)
    away = f"(hypot({x},{y}/{FLAT})/{radius})"
    grooves = f"(0.55+0.45*sin({away}*46)*sin({away}*17))"
    gap = f"(1-between({away},1.70,1.77))"
    edge = f"clip(({away}-{RING[0]})*40,0,1)*clip(({RING[1]}-{away})*40,0,1)"
    half = f"lt({y},0)" if behind else f"gte({y},0)"
    return cut_out("0xf7dcc0", side, side, f"225*{edge}*{grooves}*{gap}*{half}")


def _moon(radius: float, colour: str) -> list[Stream]:
    """With a face, since it has come to vote."""
    side = even(2 * radius + 4)
    x, y = f"((X-{side / 2}+0.5)/{radius})", f"((Y-{side / 2}+0.5)/{radius})"
    whole = f"clip({radius}*(1-hypot({x},{y})),0,1)"
    night = f"{whole}*clip(1.6*(hypot({x}+0.5,{y}+0.5)-0.95),0,0.55)"
    eyes = f"lt(hypot(abs({x})-0.32,{y}+0.12),0.11)"
    mouth = f"between({y},0.26,0.36)*lt(abs({x}),0.26)"
    return [
        cut_out(shade, side, side, f"255*({shape})")
        for shade, shape in ((colour, whole), ("0x1c0f45", f"clip({night}+{eyes}+{mouth},0,1)"))
    ]


def _with_rocket(picture: Stream, height: int) -> Stream:
    """Comes from the lower left, and takes its time."""
    side = even(height * 0.13)
    u, v = f"((X+0.5)/{side}-0.5)", f"((Y+0.5)/{side}-0.5)"
    nose = f"({u}*0.7071-{v}*0.7071)"
    off = f"({u}*0.7071+{v}*0.7071)"
    hull = f"lt(abs({off}),0.085*sqrt(max(0,1-pow(({nose}-0.02)/0.36,2))))*gt({nose},-0.26)"
    fins = f"between({nose},-0.34,-0.10)*lt(abs({off}),0.17*(0.0-{nose})/0.3)*gt(abs({off}),0.05)"
    tip = f"{hull}*gt({nose},0.20)"
    window = f"lt(hypot({nose}-0.06,{off}),0.042)"
    flame = f"between({nose},-0.48,-0.26)*lt(abs({off}),0.06*({nose}+0.50)/0.24)"
    at = (
        f"W*0.5-H*0.40+{height * 0.011}*t-w/2",
        f"H*0.84-{height * 0.009}*t-h/2+{height * 0.004}*sin(t*5)",
    )
    for colour, shape in (
        ("0xffb347", flame),
        ("0xe2493f", fins),
        ("0xf5f2ea", hull),
        ("0xe2493f", tip),
        ("0x2b9bb3", window),
    ):
        picture = over(picture, cut_out(colour, side, side, f"255*({shape})"), *at)
    return picture
