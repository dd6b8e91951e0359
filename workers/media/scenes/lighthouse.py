"""What A Quiet Word with the Sea looks like: a lamp that turns, over waves that do not listen."""

from workers.media.scenes.brush import (
    Canvas,
    Stream,
    clouds,
    cut_out,
    enlarged,
    even,
    forever,
    over,
    sky,
)

TOWER_X = "W*0.5+H*0.17"  # beside the middle, where the letters are
LAMP_0_TO_1 = 0.40  # heights of the picture; what turns, turns about it
TURNS = 0.55  # radians a second: a lamp of the second order

# Where the crest lies, how high it is, how far the next, and how fast: heights, and a second.
WAVES = (
    ("0x2f7f86", 0.66, 0.016, 0.16, -0.020),
    ("0x1f6470", 0.72, 0.024, 0.23, 0.032),
    ("0x144c5b", 0.79, 0.032, 0.31, -0.046),
    ("0x0a3040", 0.87, 0.040, 0.42, 0.064),
)
FOAM = "0xd5f0e4"


def lighthouse(canvas: Canvas) -> Stream:
    """Two waves break behind the rock and two before it."""
    height = canvas.height
    picture = _night(canvas)
    for wave in WAVES[:2]:
        picture = _with_wave(picture, canvas, *wave)
    picture = over(picture, _rock(height), f"{TOWER_X}-w/2", "H*0.80-h")
    for part in _tower(height):
        picture = over(picture, part, f"{TOWER_X}-w/2", f"H*{LAMP_0_TO_1}-h*0.19")
    picture = over(picture, _lamp(height), f"{TOWER_X}-w/2", f"H*{LAMP_0_TO_1}-h/2")
    for wave in WAVES[2:]:
        picture = _with_wave(picture, canvas, *wave)
    return picture


def _night(canvas: Canvas) -> Stream:
    """Soft, so a quarter of the size is enough."""
    soft = canvas.scaled(0.25)
    side = even(soft.height * 3.3)  # where the beam has faded
    x, y = f"(X-{side / 2})", f"(Y-{side / 2})"
    angle = f"abs(atan2({y},abs({x})))"
    fading = f"clip(1.1-hypot({x},{y})/{soft.height * 1.5},0,1)"
    beam = cut_out("0xfff3c4", side, side, f"190*clip(1-{angle}/0.115,0,1)*{fading}")
    turning = forever(beam.filter("format", "yuva420p")).filter("rotate", a=f"{TURNS}*t", c="none")
    colours = ("0x04131f", "0x0b3345", "0x2a6f78", "0x6fb3a0")
    air = sky(soft.width, soft.height, *colours).filter("format", "yuv420p")
    air = over(air, _clouds(soft))
    x = TOWER_X.replace("W*0.5", f"{soft.width / 2}")
    return enlarged(over(air, turning, f"{x}-w/2", f"H*{LAMP_0_TO_1}-h/2"), canvas)


def _clouds(soft: Canvas) -> Stream:
    width, height = soft.width, even(soft.height * 0.62)
    return clouds(
        sky(width, height, "0x02090f", "0x103a47"),
        width,
        height,
        coarse=(2, 2),
        scales=(2.6, 5, 0.12),
        seed=21,
        opacity="clip((val-118)*4,0,190)",
    )


def _with_wave(
    picture: Stream,
    canvas: Canvas,
    colour: str,
    base: float,
    swell: float,
    every: float,
    speed: float,
) -> Stream:
    """Crests like scales of a fish. One wave is repeated, so that it can roll for ever."""
    height = canvas.height
    step = even(every * height)
    width = even(canvas.width + 2 * step)
    top = even(height * (base - 3 * swell))
    crest = f"{height * swell}*(1-2.4*pow(abs(sin(PI*X/{step})),0.8))"
    for shade, lower in ((FOAM, 0.0), (colour, 0.007)):
        line = f"{height * (base + lower)}+{crest}"
        deep = even(height * 1.02) - top  # it bobs, and must not show its lower edge
        wave = cut_out(shade, width, deep, f"255*clip(Y+{top}-({line}),0,1)")
        x = f"mod({speed * height}*t+{10 * step},{step})-{step}"
        picture = over(picture, wave, x, f"{top}+{height * 0.006}*sin(t*1.3+{base * 40:.2f})")
    return picture


def _rock(height: int) -> Stream:
    width, depth = even(height * 0.46), even(height * 0.13)
    x = f"(X/{width}-0.5)"
    top = f"{depth}*(0.05+3.2*pow(abs({x}),1.7)+0.05*sin(X/{height}*60)+0.04*sin(X/{height}*131))"
    return cut_out("0x06202c", width, depth, f"255*clip(Y-{top},0,1)")


def _tower(height: int) -> list[Stream]:
    """Its colours from the back to the front, each as large as the tower."""
    width, tall = even(height * 0.16), even(height * 0.42)
    x, y = f"abs(X/{height}-{width / height / 2})", f"(Y/{tall})"
    body = f"lt({x},0.026+0.024*{y})*gt({y},0.27)"
    bands = f"{body}*between(mod({y}*5.2,2),0.55,1.45)"
    gallery = f"lt({x},0.042)*between({y},0.255,0.285)"
    roof = f"lt({x},0.034*({y}-0.03)/0.09)*between({y},0.03,0.12)"
    bars = f"lt({x},0.028)*between({y},0.12,0.255)*(gt({x},0.024)+lt({x},0.002))"
    door = f"lt({x},0.011)*gt({y},0.90)"
    window = f"lt({x},0.006)*(between({y},0.44,0.48)+between({y},0.64,0.68))"
    return [
        cut_out(colour, width, tall, f"255*clip({shape},0,1)")
        for colour, shape in (
            ("0xf3efdf", body),
            ("0xc8403a", bands),
            ("0x0a1c26", f"{gallery}+{roof}+{bars}+{door}"),
            ("0xffd98a", window),
        )
    ]


def _lamp(height: int) -> Stream:
    side = even(height * 0.34)
    away = f"hypot(X-{side / 2},Y-{side / 2})"
    return cut_out("0xfff2b8", side, side, f"255*clip(1.5*exp(-{away}/{height * 0.028})-0.01,0,1)")
