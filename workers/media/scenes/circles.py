"""What Seven Red Circles looks like: cut paper in three colours, and a man who is in the way."""

from workers.media.scenes.brush import (
    FPS,
    Canvas,
    Stream,
    cut_out,
    disc,
    even,
    forever,
    over,
    source,
)

PAPER, INK, RED, OCHRE = "0xefe2c4", "0x171412", "0xd5281f", "0xd9a02b"
FLOOR = 0.86  # heights; what he stands on

# Six of them: where (heights from the middle of the picture), how large, how far and fast they go.
CIRCLES = (
    (-0.56, 0.30, 0.085, 0.030, 0.50),
    (-0.34, 0.52, 0.050, 0.045, 0.83),
    (0.36, 0.36, 0.065, 0.040, 0.61),
    (0.58, 0.55, 0.105, 0.025, 0.44),
    (-0.62, 0.70, 0.040, 0.050, 0.97),
    (0.30, 0.70, 0.030, 0.060, 1.13),
)


def circles(canvas: Canvas) -> Stream:
    """The seventh is behind him, and turns."""
    width, height = canvas.width, canvas.height
    paper = source("color", c=PAPER, s=f"{width}x{height}", r=FPS).filter("format", "yuv420p")
    picture = over(paper, _beams(canvas))
    at = ("(W-w)/2", "H*0.60-h/2")
    picture = over(picture, disc(RED, height * 0.235), *at)
    picture = over(picture, _target(height), *at)
    for number, (x, y, radius, reach, speed) in enumerate(CIRCLES):
        place = (
            f"W/2+{height * x}+{height * reach}*sin(t*{speed}+{number})-w/2",
            f"H*{y}+{height * reach}*cos(t*{speed * 1.2:.3f}+{number * 2})-h/2",
        )
        shadow = tuple(f"{where}+{height * 0.012}" for where in place)
        picture = over(picture, disc(OCHRE if number % 3 == 1 else INK, height * radius), *shadow)
        picture = over(picture, disc(RED, height * radius), *place)
    picture = over(picture, cut_out(INK, width, even(height * (1 - FLOOR)), "255"), y="H-h")
    return over(picture, _man(height), "(W-w)/2", f"H*{FLOOR}-h+{even(height * 0.004)}")


def _beams(canvas: Canvas) -> Stream:
    """Two strips that cross behind it all, torn rather than cut."""
    width, height = canvas.width, canvas.height
    x, y = f"((X-{width / 2})/{height})", f"(Y/{height}-0.6)"
    torn = "0.004*sin(X*0.05)+0.003*sin(X*0.17+Y*0.11)"
    first = f"lt(abs({y}+0.62*{x}+{torn}),0.085)"
    second = f"lt(abs({y}-0.30*{x}+{torn}),0.030)"
    return cut_out(OCHRE, width, height, f"255*clip({first}+{second},0,1)")


def _target(height: int) -> Stream:
    """Two broken rings of ink, turning."""
    side = even(height * 0.62)
    x, y = f"(X-{(side - 1) / 2})", f"(Y-{(side - 1) / 2})"
    away = f"(hypot({x},{y})/{height})"
    turn = f"(atan2({y},{x})+PI)"
    outer = f"between({away},0.268,0.292)*gt(mod({turn},2.094),0.42)"
    inner = f"between({away},0.150,0.162)*gt(mod({turn},1.571),0.30)"
    rings = cut_out(INK, side, side, f"255*clip({outer}+{inner},0,1)")
    return forever(rings.filter("format", "yuva420p")).filter("rotate", a="0.35*t", c="none")


def _man(height: int) -> Stream:
    """A hat, a long coat, and a case in one hand."""
    side = even(height * 0.46)
    x, y = f"(X/{side}-0.5)", f"(Y/{side})"
    brim = f"lt(hypot({x}/0.115,({y}-0.125)/0.016),1)"
    crown = f"between({y},0.045,0.125)*lt(abs({x}),0.066-0.10*(0.125-{y}))"
    head = f"lt(hypot({x}/0.050,({y}-0.165)/0.062),1)"
    shoulders = f"lt(hypot({x}/0.145,({y}-0.285)/0.060),1)"
    coat = f"between({y},0.27,0.76)*lt(abs({x}),0.135+0.055*pow(({y}-0.27)/0.49,2))"
    legs = f"between({y},0.74,1)*lt(abs(abs({x})-0.062),0.040)"
    case = f"between({y},0.62,0.78)*between({x},0.19,0.36)"
    handle = f"between({y},0.585,0.62)*(lt(abs({x}-0.245),0.008)+lt(abs({x}-0.305),0.008))"
    bar = f"between({y},0.58,0.595)*between({x},0.237,0.313)"
    arm = f"between({y},0.29,0.60)*lt(abs({x}-0.145-0.36*({y}-0.29)),0.035)"
    whole = "+".join((brim, crown, head, shoulders, coat, legs, case, handle, bar, arm))
    return cut_out(INK, side, side, f"255*clip({whole},0,1)")
