"""What The Deep End of Tuesday looks like: a diving bell, among what glows down there."""

from workers.media.scenes.brush import (
    Canvas,
    Stream,
    cut_out,
    enlarged,
    even,
    over,
    scattered,
    sky,
)

BELL = 0.21  # heights of the picture, across
BELL_Y = 0.52  # where its middle hangs at first
SINKS = 0.004  # heights a second

# Where one floats (parts of the width, heights), how large, and in which colour it glows.
JELLYFISH = (
    (0.14, 0.40, 0.15, "0x7ff0e0"),
    (0.86, 0.58, 0.19, "0xff9ad5"),
    (0.30, 0.74, 0.10, "0xb7a6ff"),
    (0.72, 0.30, 0.09, "0x9ff5c9"),
)


def deep(canvas: Canvas) -> Stream:
    """The light comes from above, from the lamp, and from those who live here."""
    height = canvas.height
    soft = canvas.scaled(0.25)
    colours = ("0x2aa7b8", "0x12709a", "0x0a3f74", "0x06204a", "0x040f28")
    water = sky(soft.width, soft.height, *colours).filter("format", "yuv420p")
    for tilt, sway in ((0.35, 0.05), (-0.22, -0.04)):
        water = over(water, _shafts(soft, tilt), x=f"(W-w)/2+W*{sway}*sin(t*0.4)")
    picture = enlarged(water, canvas)
    picture = over(picture, _weed(canvas, "0x06294d", 0.30, 5.0), y="H-h")
    for number, (x, y, size, colour) in enumerate(JELLYFISH):
        picture = over(
            picture,
            _jellyfish(even(height * size), colour),
            x=f"W*{x}-w/2+{height * 0.015}*sin(t*0.6+{number})",
            y=f"H*{y}-h/2-{height * 0.022}*abs(sin(t*1.1+{number * 1.4}))-{height * 0.002}*t",
        )
    picture = _with_bell(picture, height)
    picture = over(picture, _bubbles(canvas), y=f"-mod({height * 0.11}*t,{height})")
    return over(picture, _weed(canvas, "0x020a1c", 0.20, 8.0), y="H-h")


def _shafts(soft: Canvas, tilt: float) -> Stream:
    """Sunlight that the surface breaks up."""
    width, depth = even(soft.width * 1.3), even(soft.height * 0.85)
    x = f"((X-{tilt}*Y)/{soft.height})"
    rays = f"clip(0.4*sin({x}*9)+0.5*sin({x}*21+1)+0.25*sin({x}*37+2),0,1)"
    return cut_out("0xd9fff2", width, depth, f"95*{rays}*pow(1-Y/{depth},1.3)")


def _weed(canvas: Canvas, colour: str, tall: float, across: float) -> Stream:
    """Ribbons from the bottom of the picture, each a little bent."""
    height, depth = canvas.height, even(canvas.height * tall)
    up = f"(1-Y/{depth})"
    bent = f"(X/{height}*{across}+0.35*sin({up}*4+X/{height}*3)*{up})"
    blade = f"floor({bent})"
    reach = f"(0.25+0.75*{scattered(blade, str(tall))})"
    middle = f"abs({bent}-{blade}-0.5)"
    ground = f"lt({up},0.10+0.05*sin(X/{height}*7))"
    ribbon = f"lt({middle},0.17*(1-{up}/{reach})+0.02)*lt({up},{reach})"
    return cut_out(colour, canvas.width, depth, f"255*clip({ribbon}+{ground},0,1)")


def _jellyfish(side: int, colour: str) -> Stream:
    """Twice as tall as it is wide: half of it is what it trails."""
    x, y = f"((X+0.5)/{side}*2-1)", f"((Y+0.5)/{side}*2-1)"
    round_ = f"hypot({x}/0.62,({y}+0.30)/0.60)"
    dome = f"lt({y},-0.18+0.05*cos({x}*22))*clip((1-{round_})*9,0,1)*(0.42+0.58*pow({round_},3))"
    wave = f"0.05*sin({y}*9)*(1+{y})"
    threads = f"lt(abs(mod({x}+{wave}+2,0.22)-0.11),0.018)*lt(abs({x}),0.46)"
    trailing = f"{threads}*between({y},-0.18,2.4)*clip((2.2-{y}-1.2*abs({x}))/2.2,0,1)*0.7"
    glow = f"0.45*clip(1-1.45*hypot({x},{y}+0.3),0,1)"
    return cut_out(colour, side, even(side * 1.8), f"255*clip({dome}+{trailing}+{glow},0,1)")


def _with_bell(picture: Stream, height: int) -> Stream:
    y = f"H*{BELL_Y}+{height * SINKS}*t"
    sway = f"{height * 0.010}*sin(t*0.7)"
    cable = cut_out("0x03101f", even(height * 0.006), even(height * 1.3), "255")
    picture = over(picture, cable, f"(W-w)/2+{sway}", f"{y}-h")
    side = even(height * 0.9)
    across, down = f"abs(X-{side / 2})", f"(Y/{side})"
    beam = f"clip((0.07+0.42*{down})*{side}-{across},0,{height * 0.05})/{height * 0.05}"
    light = cut_out(
        "0xffe9a8", side, even(side * 0.6), f"135*{beam}*pow(clip(1-{down}/0.6,0,1),1.4)"
    )
    picture = over(picture, light, f"(W-w)/2+{sway}", f"{y}+{height * BELL * 0.2}")
    size = even(height * BELL)
    x, v = f"((X+0.5)/{size}*2-1)", f"((Y+0.5)/{size}*2-1)"
    hull = f"clip({size / 2}*(0.82-hypot({x},{v})),0,1)"
    feet = f"between({v},0.70,0.98)*lt(abs(abs({x})-0.46-0.25*({v}-0.7)),0.06)"
    ring = f"between({v},-1,-0.74)*between(hypot({x},{v}+0.86),0.07,0.14)"
    rim = f"clip({size / 2}*(0.46-hypot({x},{v})),0,1)"
    rivets = f"{hull}*lt(hypot(mod(atan2({v},{x})+7,0.524)-0.262,(hypot({x},{v})-0.66)*1.6),0.05)"
    glass = f"clip({size / 2}*(0.36-hypot({x},{v})),0,1)"
    diver = f"{glass}*clip(lt(hypot({x},{v}+0.02),0.13)+lt(hypot({x}/0.24,({v}-0.36)/0.22),1),0,1)"
    for colour, shape in (
        ("0x0b2233", f"clip({hull}+{feet}+{ring},0,1)"),
        ("0xc98a4b", f"clip({rim}+{rivets},0,1)"),
        ("0xffe7a0", glass),
        ("0x3b2417", diver),
    ):
        part = cut_out(colour, size, size, f"255*({shape})")
        picture = over(picture, part, f"(W-w)/2+{sway}", f"{y}-h/2")
    return picture


def _bubbles(canvas: Canvas) -> Stream:
    """Twice as high as the picture, both halves the same, so that they can rise for ever. Painted
    at half the size, as every pixel is dear."""
    half = canvas.scaled(0.5)
    square = half.height / 9  # a whole number of them, or there would be a seam
    column, row = f"floor(X/{square})", f"mod(floor(Y/{square}),9)"
    x = f"(X/{square}-{column}-0.2-0.6*{scattered(column, row)})"
    y = f"(Y/{square}-floor(Y/{square})-0.2-0.6*{scattered(row, column)})"
    size = f"(0.03+0.07*{scattered(f'{column}+5', row)})"
    away = f"hypot({x},{y})"
    bubble = f"lt({away},{size})*(0.35+0.65*gt({away},{size}*0.72))"
    some = f"gt({scattered(f'{column}+9', row)},0.72)"
    bubbles = cut_out("0xd8fbff", half.width, 2 * half.height, f"170*{some}*{bubble}")
    return bubbles.filter("scale", canvas.width, 2 * canvas.height)
