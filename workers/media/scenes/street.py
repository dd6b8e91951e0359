"""What Everyone on the Fourth Floor looks like: rain, and windows lit by Conway's Game of Life."""

import ffmpeg

from workers.media.scenes.brush import (
    FPS,
    Canvas,
    Stream,
    cut_out,
    even,
    forever,
    mask,
    over,
    scattered,
    sky,
    source,
    tinted,
    twice,
)

ROWS = 36  # rows of windows that the picture is high; a window is a cell of the game
PAVEMENT_ROW = 31  # where the houses end
FOURTH_FLOOR_ROW = 27  # counted up from the pavement
HOUSE_COLUMNS = 8  # six windows and the wall on both sides
TOWER_ROW = 11  # where the house in the middle ends, below the title
LIFE_FPS = 2  # people are slower than automata
LIFE_SEED = 8  # a game that dies down, as a street does
FOURTH_FLOOR_ORDER = (3, 0, 5, 1, 4, 2)  # which of its windows is lit first, second, …


def street(canvas: Canvas) -> Stream:
    """All but the reflection at full size: windows have edges."""
    width, height = canvas.width, canvas.height
    dusk = ("0x050818", "0x171a45", "0x5a2c66", "0xc4566a", "0xffa66b", "0xffa66b")
    picture = over(
        sky(width, height, *dusk).filter("format", "yuv420p"),
        _moon(height),
        x="W*0.605",
        y="H*0.31",
    )
    picture = over(picture, _far_houses(canvas))
    picture = over(picture, _houses(canvas))
    picture = over(picture, _windows(canvas))
    picture = _with_wet_pavement(picture, canvas)
    return over(picture, _rain(width, height), y=f"mod({height * 1.1}*t,{height})-{height}")


def _moon(height: int) -> Stream:
    side = even(height * 0.12)
    full = f"clip({height * 0.042}-hypot(X-{height * 0.06},Y-{height * 0.06}),0,1)"
    shadow = f"clip(hypot(X-{height * 0.078},Y-{height * 0.048})-{height * 0.036},0,1)"
    return cut_out("0xf3ead2", side, side, f"255*{full}*{shadow}")


def _far_houses(canvas: Canvas) -> Stream:
    house = f"floor((X/{canvas.height / ROWS}+1)/4)"
    skyline = f"{canvas.height}*(0.42+0.26*{scattered(house, '3')})"
    return cut_out("0x2a2454", canvas.width, canvas.height, f"255*gt(Y,{skyline})")


def _house_at(canvas: Canvas) -> tuple[str, str]:
    """Expressions for the column inside the house that X is in, and for the row of its roof."""
    cell = canvas.height / ROWS
    column = f"(X/{cell}-{_first_column(canvas)})"
    house = f"floor({column}/{HOUSE_COLUMNS})"
    roof = f"if(eq({house},0),{TOWER_ROW},floor(15+11*{scattered(house, '1')}))"
    return f"({column}-{HOUSE_COLUMNS}*{house})", roof


def _first_column(canvas: Canvas) -> int:
    """Of the house in the middle."""
    return round(canvas.width / canvas.height * ROWS / 2 - HOUSE_COLUMNS / 2)


def _houses(canvas: Canvas) -> Stream:
    column, roof = _house_at(canvas)
    front = f"gt(Y,{canvas.height / ROWS}*{roof})*lt({column},{HOUSE_COLUMNS - 0.14})"
    return cut_out("0x0c0f26", canvas.width, canvas.height, f"255*{front}")


def _windows(canvas: Canvas) -> Stream:
    width, height = canvas.width, canvas.height
    column, roof = _house_at(canvas)
    row = f"(Y/{height / ROWS})"
    on_the_front = f"between({column},1,7)*between({row},{roof}+1,{PAVEMENT_ROW})"
    pane = f"between(mod({column},1),0.24,0.76)*between(mod({row},1),0.22,0.76)"
    panes = forever(mask(width, height, f"255*{on_the_front}*{pane}"))
    lights = _lights(canvas).filter("scale", width, height, flags="neighbor")
    return ffmpeg.filter([lights.filter("format", "yuv444p"), panes], "alphamerge")


def _lights(canvas: Canvas) -> Stream:
    """A pixel a window: who is awake, in the colours of lamps and of television."""
    columns = even(canvas.width / canvas.height * ROWS)
    awake = source(
        "life",
        s=f"{columns}x{ROWS}",
        r=LIFE_FPS,
        ratio=0.4,
        seed=LIFE_SEED,
        life_color="white",
        death_color="black",
    )
    awake = awake.filter("fps", FPS).filter("format", "gbrp").filter("lagfun", decay=0.88)
    television = f"gt({scattered('X', 'Y')},0.8)"
    lamps = tinted(
        columns,
        ROWS,
        red=f"255-175*{television}",
        green=f"190-80*{scattered('X+50', 'Y')}",
        blue=f"110+130*{television}",
    )
    lights = ffmpeg.filter([awake, forever(lamps)], "blend", all_mode="multiply")
    for number, window in enumerate(FOURTH_FLOOR_ORDER):
        lights = lights.filter(
            "drawbox",
            x=_first_column(canvas) + 1 + window,
            y=FOURTH_FLOOR_ROW,
            w=1,
            h=1,
            color="0xff4fa0",
            t="fill",
            enable=f"gte(t,{canvas.duration_s * number / 8})",
        )
    return lights


def _with_wet_pavement(picture: Stream, canvas: Canvas) -> Stream:
    above, mirrored = twice(picture)
    width, depth = canvas.width, even(canvas.height * (1 - PAVEMENT_ROW / ROWS))
    wet = mirrored.filter("crop", width, depth * 2, 0, canvas.height - depth * 3)
    wet = wet.filter("vflip").filter("scale", even(width / 4), even(depth / 8), flags="area")
    wet = wet.filter("scale", width, depth, flags="bicubic")
    return over(above, wet.filter("lutyuv", y="16+(val-16)*0.75"), y="H-h")


def _rain(width: int, height: int) -> Stream:
    """Twice as high as the picture, both halves the same, so that it can fall for ever."""
    small_width, small_height = even(width / 1.5), even(height / 14)
    drop = f"gt({scattered('X', f'mod(Y,{small_height})')},0.985)"
    opacity = mask(small_width, small_height * 2, f"60*{drop}")
    opacity = opacity.filter("scale", width, height * 2, flags="bicubic")
    water = source("color", c="0xb9c4ff", s=f"{width}x{height * 2}", r=FPS, d=1 / FPS)
    return ffmpeg.filter([water.filter("format", "yuva444p"), opacity], "alphamerge")
