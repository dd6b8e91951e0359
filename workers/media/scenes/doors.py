"""What Nine Thousand Doors looks like: a corridor of arches without end, in a burning fractal."""

import ffmpeg

from workers.media.scenes.brush import FPS, Canvas, Stream, cut_out, enlarged, even, over, source

DOOR_EVERY_S = 4  # how often one passes through; the arches repeat exactly after that
NEXT_DOOR = 1.9  # times as large as the one behind it
FLOOR_0_TO_1 = 0.86  # where the wanderer's feet are
VANISHING_0_TO_1 = 0.60  # the height of the wanderer's eyes


def doors(canvas: Canvas) -> Stream:
    """All but the wanderer is soft and painted at half size or less."""
    soft = canvas.scaled(0.5)
    walls = _fractal(canvas, soft)
    lit = ffmpeg.filter([walls, _arches(soft)], "blend", all_mode="multiply")
    picture = enlarged(lit, canvas).filter("format", "yuv420p")
    height = canvas.height
    picture = over(picture, _light(height), x="(W-w)/2", y=f"H*{VANISHING_0_TO_1}-h/2")
    return over(picture, _wanderer(height), x="(W-w)/2", y=f"H*{FLOOR_0_TO_1}-h")


def _fractal(canvas: Canvas, soft: Canvas) -> Stream:
    """Small and blurred: at full sharpness it is all noise."""
    small = canvas.scaled(0.25)
    fractal = source(
        "mandelbrot",
        s=f"{small.width}x{small.height}",
        r=FPS,
        start_x=-0.743643887037151,  # a seahorse, at any depth
        start_y=0.131825904205330,
        start_scale=0.04,
        end_scale=0.002,
        end_pts=FPS * canvas.duration_s,
        maxiter=400,
        inner="black",
    )
    fractal = fractal.filter("format", "gray").filter("gblur", sigma=small.height / 110)
    # The middle of the palette: embers, from plum to peach, never the yellow at its end.
    fractal = enlarged(fractal, soft).filter("lut", y="clip(48+val*0.62,0,178)")
    fractal = fractal.filter("format", "yuv444p").filter("pseudocolor", preset="magma")
    return fractal.filter("format", "gbrp")


def _arches(soft: Canvas) -> Stream:
    """How much light falls on the walls. The scene grows into itself, so one door is enough."""
    small = soft.scaled(0.4)
    x = f"((X-{small.width / 2}+0.5)/{small.height})"
    y = f"((Y-{small.height * VANISHING_0_TO_1})/{small.height})"
    size = f"if(lt({y},0),hypot({x}/0.5,{y}/0.8),max(abs({x})/0.5,{y}/0.56))"
    depth = f"log(0.002+{size})/log({NEXT_DOOR})-N/{FPS * DOOR_EVERY_S}"
    # Bright at the inner edge of a wall, dark at the outer, and up again in a rim: no hard step.
    panel = "max(0.16+0.84*pow(1-ld(1),2),1.0*clip((ld(1)-0.86)/0.12,0,1))"
    light = f"st(0,{depth});st(1,ld(0)-floor(ld(0)));255*{panel}*clip(1.3-0.45*{size},0.3,1)"
    door = source("color", c="black", s=f"{small.width}x{small.height}", r=FPS, d=DOOR_EVERY_S)
    door = door.filter("format", "gray").filter("geq", lum=light)
    door = door.filter("loop", loop=-1, size=FPS * DOOR_EVERY_S)
    return enlarged(door, soft).filter("format", "gbrp")


def _light(height: int) -> Stream:
    side = even(height * 0.6)
    away = f"hypot((X-{side / 2})/0.8,Y-{side / 2})"
    return cut_out("0xffe0b0", side, side, f"255*clip(1.1*exp(-{away}/{height * 0.055})-0.01,0,1)")


def _wanderer(height: int) -> Stream:
    side = even(height * 0.27)
    x, y = f"abs(X/{side}-0.5)", f"(Y/{side})"
    head = f"lt(hypot({x},{y}-0.10),0.065)"
    shoulders = f"lt(hypot({x}/0.105,({y}-0.22)/0.06),1)"
    coat = f"between({y},0.17,0.72)*lt({x},0.07+0.13*pow(({y}-0.17)/0.55,1.3))"
    legs = f"between({y},0.7,1)*lt(abs({x}-0.045),0.032)"
    return cut_out("0x07040d", side, side, f"255*clip({head}+{shoulders}+{coat}+{legs},0,1)")
