"""What Slow Weather looks like: a sun that takes its time, over water, between hills."""

import math

import ffmpeg

from workers.media.scenes.brush import (
    FPS,
    Canvas,
    Stream,
    clouds,
    cut_out,
    enlarged,
    even,
    over,
    sky,
    source,
    twice,
)

SHORE_0_TO_1 = 0.62  # where the sky ends; the golden section, as on a postcard


def sunset(canvas: Canvas) -> Stream:
    """Sky and water are soft and painted at half size; what has an edge comes after."""
    air, water = twice(_air(canvas, canvas.scaled(0.5)))
    soft = canvas.scaled(0.5)
    shore = even(soft.height * SHORE_0_TO_1)
    reflected = _reflected(water, soft.width, shore, soft.height - shore)
    picture = ffmpeg.filter([air.filter("format", "yuv420p"), reflected], "vstack")
    picture = enlarged(picture, canvas)
    height = canvas.height
    picture = over(
        picture,
        _boat(height),
        x=f"W*0.63-{height * 0.010}*t",
        y=f"H*{SHORE_0_TO_1}-h*0.90+{height * 0.003}*sin(t*1.7)",
    )
    picture = over(picture, *_hills(canvas, "0x3a2850", 0.86, 0.10, 0.010, 0.6))
    return over(picture, *_hills(canvas, "0x120d24", 0.95, 0.16, 0.024, 2.9))


def _air(canvas: Canvas, soft: Canvas) -> Stream:
    width, shore = soft.width, even(soft.height * SHORE_0_TO_1)
    air = sky(width, shore, "0x0d1636", "0x32295c", "0x8f4370", "0xef7d69", "0xffcf92")
    setting = f"{shore * 0.56}+{shore * 0.30}*t/{canvas.duration_s}-h/2"
    air = over(air.filter("format", "yuv420p"), _sun(soft.height), x="(W-w)/2", y=setting)
    return over(air, _clouds(width, shore))


def _sun(height: int) -> Stream:
    radius, side = height * 0.105, even(height)
    away = f"max(0,hypot(X-{side / 2},Y-{side / 2})-{radius})"
    rest = math.exp(-(0.5 - 0.105) / 0.12)  # taken off, so that the glow ends before its square
    glow = f"180*max(0,exp(-{away}/{height * 0.12})-{rest})"
    return cut_out("0xffeebf", side, side, f"max(255*clip(1-{away},0,1),{glow})")


def _clouds(width: int, height: int) -> Stream:
    lit_from_below = sky(width, height, "0x40376b", "0xb3658a", "0xff9f80", "0xffe0b0")
    return clouds(
        lit_from_below,
        width,
        height,
        coarse=(2, 4),
        scales=(2.2, 5.5, 0.09),
        seed=11,
        opacity="clip((val-124)*4.2,0,205)",
    )


def _reflected(air: Stream, width: int, shore: int, depth: int) -> Stream:
    water = air.filter("vflip").filter("crop", width, even(shore * 0.8), 0, 0)
    water = water.filter("scale", width, depth, flags="bilinear")
    # Darker, less blue-green, a little redder: what evening water keeps of the sky.
    water = water.filter("lutyuv", y="16+(val-16)*0.74", u="128+(val-128)*0.95", v="val+14")
    noise = source(
        "perlin",
        s=f"{even(width / 4)}x{even(depth / 2)}",
        r=FPS,
        octaves=3,
        persistence=0.7,
        xscale=2.5,
        yscale=14,
        tscale=1.1,
        random_mode="seed",
        seed=5,
    )
    sideways = noise.filter("format", "gray").filter("scale", width, depth, flags="bilinear")
    sideways = sideways.filter("lut", y="128+(val-128)*0.55").filter("format", "yuv444p")
    level = source("color", c="0x808080", s=f"{width}x{depth}", r=FPS).filter("format", "yuv444p")
    rippled = ffmpeg.filter(
        [water.filter("format", "yuv444p"), sideways, level], "displace", edge="mirror"
    )
    return rippled.filter("format", "yuv420p")


def _boat(height: int) -> Stream:
    side = even(height * 0.085)
    x, y = f"(X/{side})", f"(Y/{side})"
    jib = f"between({y},0.05,0.78)*between({x},0.5-0.36*({y}-0.05)/0.73,0.5)"
    main = f"between({y},0.2,0.78)*between({x},0.53,0.53+0.24*({y}-0.2)/0.58)"
    mast = f"between({y},0.02,0.85)*between({x},0.505,0.52)"
    hull = f"between({y},0.82,0.97)*between({x},0.12+({y}-0.82)*0.9,0.9-({y}-0.82)*0.9)"
    return cut_out("0x160f2a", side, side, f"255*clip({jib}+{main}+{mast}+{hull},0,1)")


def _hills(
    canvas: Canvas, colour: str, base: float, rise: float, drift: float, phase: float
) -> tuple[Stream, str, str]:
    """A ridge and where it lies. All but `phase` in heights of the picture, `drift` a second.

    It rises towards both sides, and so frames what is in the middle.
    """
    height, middle = canvas.height, canvas.width / canvas.height / 2
    width = even(canvas.width + drift * height * canvas.duration_s + 2)
    x = f"(X/{height})"
    bumps = f"0.22*sin({x}*3.1+{phase})+0.06*sin({x}*11+{phase})+0.03*sin({x}*29)"
    valley = f"min(1,pow(abs({x}-{middle})/{middle},1.6))"
    top = even(height * (base - rise * 1.35))
    line = f"{height}*({base}-{rise}*({valley}+{bumps}))"
    ridge = cut_out(colour, width, height - top, f"255*clip(Y+{top}-{line},0,1)")
    return ridge, f"-{drift * height}*t", str(top)
