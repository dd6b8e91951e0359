"""What A Brief History of Up looks like: balloons over misty hills, early in the morning."""

from dataclasses import dataclass

from workers.media.scenes.brush import Canvas, Stream, cut_out, enlarged, even, over, sky

TALL = 1.42  # a balloon with its basket, of its width


@dataclass(frozen=True, slots=True)
class Balloon:
    """Where it is at first, in parts of the picture; size and rise in its heights, and a second."""

    x: float
    y: float
    size: float
    rise: float
    colour: str
    stripes: str


BALLOONS = (
    Balloon(0.13, 0.60, 0.085, 0.0030, "0xe8a33d", "0xfff1d6"),
    Balloon(0.87, 0.44, 0.100, 0.0042, "0x4f8fa8", "0xfff1d6"),
    Balloon(0.70, 0.66, 0.120, 0.0055, "0xd7655a", "0xf6c667"),
    Balloon(0.29, 0.42, 0.150, 0.0048, "0x3f7d78", "0xf7e3c0"),
    Balloon(0.50, 0.62, 0.300, 0.0070, "0xd8453e", "0xfff3dc"),  # the eleventh, with the map
)


def balloons(canvas: Canvas) -> Stream:
    """The small ones are far away: they rise more slowly, behind the nearer hills."""
    height = canvas.height
    soft = canvas.scaled(0.25)
    colours = ("0x5aa9bf", "0x9fcfcf", "0xf8e2c4", "0xffc39e")
    picture = enlarged(sky(soft.width, soft.height, *colours).filter("format", "yuv420p"), canvas)
    picture = over(picture, _sun(height), x="W*0.5+H*0.26-w/2", y=f"H*0.60-h/2-{height * 0.004}*t")
    picture = _with_hills(picture, canvas, "0xd9b7bd", 0.68, 0.05, 2.3)
    picture = _with_balloon(picture, height, BALLOONS[0])
    picture = _with_hills(picture, canvas, "0xa690b0", 0.76, 0.06, 0.4)
    for balloon in BALLOONS[1:4]:
        picture = _with_balloon(picture, height, balloon)
    picture = _with_hills(picture, canvas, "0x6a6a98", 0.86, 0.07, 4.1)
    picture = _with_balloon(picture, height, BALLOONS[4])
    return _with_hills(picture, canvas, "0x2f3d66", 0.95, 0.055, 1.3)


def _sun(height: int) -> Stream:
    side = even(height * 0.7)
    away = f"max(0,hypot(X-{side / 2},Y-{side / 2})-{height * 0.075})"
    glow = f"170*max(0,exp(-{away}/{height * 0.075})-0.026)"
    return cut_out("0xfff6d8", side, side, f"max(255*clip(1-{away},0,1),{glow})")


def _with_hills(
    picture: Stream, canvas: Canvas, colour: str, base: float, rise: float, phase: float
) -> Stream:
    """A ridge, with the mist that lies behind it."""
    height = canvas.height
    x = f"(X/{height})"
    top = even(height * (base - 2.2 * rise))
    bumps = f"sin({x}*2.7+{phase})+0.45*sin({x}*6.1+{phase * 2})+0.10*sin({x}*23)"
    line = f"{height}*({base}-{rise}*({bumps}))-{top}"
    ridge = cut_out(colour, canvas.width, height - top, f"255*clip(Y-({line}),0,1)")
    above = f"(({line}-Y)/{height * 0.10})"
    mist = cut_out("0xfff0dd", canvas.width, height - top, f"120*clip(1-{above},0,1)*gt({above},0)")
    return over(over(picture, mist, y=str(top)), ridge, y=str(top))


def _with_balloon(picture: Stream, height: int, balloon: Balloon) -> Stream:
    width = even(height * balloon.size)
    tall = even(width * TALL)
    x, y = f"((X+0.5)/{width}*2-1)", f"((Y+0.5)/{width}*2-1)"
    # Round above its waist, and drawn in to the mouth below it.
    half = f"if(lt({y},0),sqrt(max(0,1-{y}*{y})),1-0.80*pow(clip({y}/1.25,0,1),1.7))"
    silk = f"lt({y},1.25)*clip({width / 2}*({half}-abs({x})),0,1)"
    gore = f"asin(clip({x}/max(0.05,{half}),-1,1))"
    stripes = f"{silk}*clip(0.5+4*cos({gore}*6),0,1)"
    shade = f"{silk}*clip(0.9*({x}*0.75+{y}*0.35)-0.05,0,0.42)"
    ropes = f"between({y},1.2,1.56)*lt(abs(abs({x})-0.14),0.022)"
    basket = f"between({y},1.54,1.80)*lt(abs({x}),0.17)"
    bob = f"{height * 0.006}*sin(t*0.9+{balloon.x * 9:.1f})"
    at = (
        f"W*{balloon.x}-w/2+{height * 0.012}*sin(t*0.5+{balloon.x * 20:.1f})",
        f"H*{balloon.y}-h/2-{height * balloon.rise}*t+{bob}",
    )
    for colour, shape in (
        (balloon.colour, silk),
        (balloon.stripes, stripes),
        ("0x3a1f3d", f"clip({shade}+{ropes},0,1)"),
        ("0x5a3a2a", basket),
    ):
        picture = over(picture, cut_out(colour, width, tall, f"255*({shape})"), *at)
    return picture
