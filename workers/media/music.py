"""What the demo's films sound like: chords, rhythm and weather out of ffmpeg's own generators."""

from collections.abc import Callable, Mapping, Sequence
from enum import StrEnum
from types import MappingProxyType

import ffmpeg

from workers.media.scenes.brush import Stream, source

SAMPLE_RATE = 48_000  # what films use
CONCERT_A_HZ = 440.0  # semitones are counted from it

# What one note of an instrument is, of its frequency `f` and the seconds `n` since it was struck.
BELL = "0.20*(sin(2*PI*{f}*{n})+0.35*sin(6*PI*{f}*{n})*exp(-4*{n}))"
BASS = "0.30*(sin(2*PI*{f}*{n})+0.30*sin(4*PI*{f}*{n}))*(1-exp(-90*{n}))"

REED = "0.11*(sin(2*PI*{f}*{n})+0.5*sin(4*PI*{f}*{n})+0.33*sin(6*PI*{f}*{n}))*(1-exp(-25*{n}))"

Note = tuple[float, int]  # seconds from the start of the bar, semitones from concert A


class Tune(StrEnum):
    """One for each film."""

    SURF = "SURF"
    CORRIDOR = "CORRIDOR"
    RAIN = "RAIN"
    MUSIC_BOX = "MUSIC_BOX"
    LULLABY = "LULLABY"
    SHANTY = "SHANTY"
    LIFT = "LIFT"
    SONAR = "SONAR"
    MINUTES = "MINUTES"
    HEIST = "HEIST"
    SLEIGH = "SLEIGH"


def surf() -> Stream:
    """Two slow chords that give way to each other, over waves."""
    first, second = _chord(-12, -5, 0, 4, 11), _chord(-15, -8, -3, 4, 7)
    tide = "(0.5+0.5*cos(2*PI*t/10))"
    chords = _played(f"0.09*({tide}*{first}+(1-{tide})*{second})")
    waves = source("anoisesrc", r=SAMPLE_RATE, c="brown", seed=3, a=0.5)
    waves = waves.filter("lowpass", f=900).filter("tremolo", f=0.14, d=0.8)
    return _together(chords.filter("aecho", 0.8, 0.6, "180|320", "0.3|0.2"), waves)


def corridor() -> Stream:
    """A beating drone, and a few notes that echo for a long time."""
    drone = "0.16*sin(2*PI*55*t)+0.12*sin(2*PI*55.7*t)+0.07*sin(2*PI*82.5*t)*(0.6+0.4*sin(t))"
    notes = [(0.0, 3), (1.5, 4), (2.5, 10), (4.5, 8), (5.5, 3), (7.0, -2)]
    bells = _bar(8, BELL, notes, fading=2.2)
    return _together(_played(drone), bells.filter("aecho", 0.8, 0.7, "420|760", "0.5|0.35"))


def rain() -> Stream:
    """A walking bass with brushes, in a minor key, and the weather."""
    walk = [-24, -21, -17, -14, -12, -14, -16, -18, -19, -16, -12, -9, -7, -9, -12, -17]
    bass = _bar(9.6, BASS, [(0.6 * beat, note) for beat, note in enumerate(walk)], fading=3.5)
    vibes = _bar(9.6, BELL, [(1.2, 3), (1.6, 7), (3.8, 10), (6.0, 2), (6.4, 5), (8.6, 8)], fading=2)
    hiss = source("anoisesrc", r=SAMPLE_RATE, c="white", seed=4, a=0.12).filter("highpass", f=3000)
    brushes = hiss.filter("volume", "exp(-mod(t,0.6)*9)", eval="frame")
    drops = source("anoisesrc", r=SAMPLE_RATE, c="pink", seed=9, a=0.1).filter("highpass", f=1200)
    return _together(bass, vibes, brushes, drops)


def music_box() -> Stream:
    """Sixteen turns of a handle."""
    tune = [15, 19, 22, 19, 24, 22, 19, 15, 17, 20, 24, 20, 27, 24, 22, 19]
    melody = _bar(4.8, BELL, [(0.3 * turn, note) for turn, note in enumerate(tune)], fading=5)
    bass = _bar(4.8, BASS, [(0.0, -9), (1.2, -2), (2.4, -4), (3.6, -2)], fading=3)
    return _together(melody.filter("aecho", 0.8, 0.5, "90", "0.25"), bass)


def lullaby() -> Stream:
    """The same box, run down: three to the bar, and crickets."""
    tune = [(0.0, 10), (1.4, 7), (2.1, 3), (3.5, 8), (4.2, 5), (5.6, 7), (6.3, 3), (7.0, -2)]
    melody = _bar(8.4, BELL, tune, fading=1.8)
    waltz = [-21, -14, -9, -16, -9, -4, -14, -7, -2, -21, -14, -9]
    bass = _bar(8.4, BASS, [(0.7 * beat, note) for beat, note in enumerate(waltz)], fading=2.2)
    chirp = "0.012*sin(2*PI*4200*t)*gt(sin(2*PI*17*t),0)*gt(sin(2*PI*0.7*t),0.2)"
    return _together(melody.filter("aecho", 0.8, 0.6, "250|500", "0.3|0.2"), bass, _played(chirp))


def shanty() -> Stream:
    """A squeezebox in three, over weather that has heard it before."""
    tune = [(0.0, -5), (1.0, -2), (1.5, 0), (2.0, 2), (3.0, -2), (3.5, -5), (4.0, -7), (5.0, -3)]
    melody = _bar(6.0, REED, tune, fading=1.6)
    waltz = [-29, -17, -14, -29, -17, -14, -31, -19, -15, -31, -19, -15]
    bass = _bar(6.0, REED, [(0.5 * beat, note) for beat, note in enumerate(waltz)], fading=5)
    gale = source("anoisesrc", r=SAMPLE_RATE, c="brown", seed=17, a=0.45)
    gale = gale.filter("bandpass", f=420, width_type="o", w=1.5).filter("tremolo", f=0.11, d=0.9)
    return _together(melody, bass, gale)


def lift() -> Stream:
    """Broken chords that climb, and never quite arrive."""
    climb = [-9, -5, -2, 3, 7, 3, -2, -5, -7, -4, 0, 5, 8, 5, 0, -4]
    harp = _bar(6.4, BELL, [(0.4 * step, note) for step, note in enumerate(climb)], fading=2.4)
    bass = _bar(6.4, BASS, [(0.0, -21), (3.2, -19)], fading=0.9)
    high = _bar(6.4, BELL, [(1.6, 15), (4.8, 17)], fading=1.5)
    return _together(harp.filter("aecho", 0.8, 0.6, "200|400", "0.3|0.2"), bass, high)


def sonar() -> Stream:
    """A ping, its answer, and a great deal of water in between."""
    ping = _bar(5.0, BELL, [(0.0, 17), (2.6, 12)], fading=3)
    low = "0.15*sin(2*PI*49*t)*(0.7+0.3*sin(0.9*t))+0.10*sin(2*PI*73.4*t)*(0.5+0.5*sin(0.37*t))"
    water = source("anoisesrc", r=SAMPLE_RATE, c="brown", seed=29, a=0.4).filter("lowpass", f=260)
    motif = _bar(10.0, BASS, [(1.0, -14), (2.5, -11), (6.0, -16), (7.5, -9)], fading=0.8)
    echo = ping.filter("aecho", 0.8, 0.7, "600|1200", "0.45|0.25")
    return _together(echo, _played(low), water, motif)


def minutes() -> Stream:
    """A glass organ over a slow tick: somebody is keeping the time of the meeting."""
    tune = [(0.0, 3), (1.0, 7), (2.0, 10), (3.0, 14), (4.5, 12), (5.0, 8), (6.0, 5), (7.0, 2)]
    glass = _bar(8.0, BELL, tune, fading=0.9)
    bass = _bar(8.0, BASS, [(0.0, -21), (2.0, -14), (4.0, -16), (6.0, -19)], fading=1.1)
    tick = _bar(1.0, BELL, [(0.0, 36), (0.5, 31)], fading=40)
    return _together(glass.filter("vibrato", f=4.5, d=0.25), bass, tick)


def heist() -> Stream:
    """A bass that walks on tiptoe, brushes, and a phrase that stops short."""
    walk = [-29, -29, -26, -24, -23, -24, -26, -28]
    bass = _bar(3.2, BASS, [(0.4 * step, note) for step, note in enumerate(walk)], fading=6)
    stab = _bar(6.4, REED, [(0.6, -5), (0.8, -2), (3.8, -5), (4.0, 1), (4.2, -2)], fading=7)
    hiss = source("anoisesrc", r=SAMPLE_RATE, c="white", seed=6, a=0.16).filter("highpass", f=6000)
    brushes = hiss.filter("volume", "exp(-mod(t+0.2,0.4)*22)", eval="frame")
    return _together(bass, stab, brushes)


def sleigh() -> Stream:
    """The music box in mittens: slower, lower, and with bells on."""
    tune = [3, 7, 10, 7, 12, 10, 7, 3, 5, 8, 12, 8]
    melody = _bar(6.0, BELL, [(0.5 * turn, note) for turn, note in enumerate(tune)], fading=3)
    bass = _bar(6.0, BASS, [(0.0, -21), (1.5, -14), (3.0, -19), (4.5, -14)], fading=2)
    hiss = source("anoisesrc", r=SAMPLE_RATE, c="white", seed=12, a=0.2)
    bells = hiss.filter("bandpass", f=7600, width_type="h", w=900)
    bells = bells.filter("volume", "exp(-mod(t,0.25)*18)", eval="frame")
    return _together(melody.filter("aecho", 0.8, 0.5, "120", "0.3"), bass, bells)


PLAYERS: Mapping[Tune, Callable[[], Stream]] = MappingProxyType(
    {
        Tune.SURF: surf,
        Tune.CORRIDOR: corridor,
        Tune.RAIN: rain,
        Tune.MUSIC_BOX: music_box,
        Tune.LULLABY: lullaby,
        Tune.SHANTY: shanty,
        Tune.LIFT: lift,
        Tune.SONAR: sonar,
        Tune.MINUTES: minutes,
        Tune.HEIST: heist,
        Tune.SLEIGH: sleigh,
    }
)


def _chord(*semitones: int) -> str:
    """The sum of pure tones."""
    return "(" + "+".join(f"sin({2 * _hz(note)}*PI*t)" for note in semitones) + ")"


def _bar(bar_s: float, instrument: str, notes: Sequence[Note], *, fading: float) -> Stream:
    """Notes played over and over. One bar is computed and repeated: expressions are slow.

    Each note falls by e `fading` times a second, and rings on into the next bar, so that
    the seam cannot be heard.
    """
    struck = []
    for at_s, semitones in notes:
        since = f"mod(t+{bar_s - at_s:.3f},{bar_s})"
        note = instrument.format(f=_hz(semitones), n=since)
        struck.append(f"{note}*exp(-{fading}*{since})")
    bar = source("aevalsrc", s=SAMPLE_RATE, d=bar_s, exprs="+".join(struck))
    return bar.filter("aloop", loop=-1, size=round(bar_s * SAMPLE_RATE))


def _played(expression: str) -> Stream:
    return source("aevalsrc", s=SAMPLE_RATE, exprs=expression)


def _together(*voices: Stream) -> Stream:
    """All at their own loudness, as stereo with a little width."""
    mixed = ffmpeg.filter(voices, "amix", inputs=len(voices), normalize=0)
    return mixed.filter("aformat", channel_layouts="stereo").filter("haas", side_gain=0.4)


def _hz(semitones: int) -> float:
    """Of a note in equal temperament."""
    return round(CONCERT_A_HZ * 2 ** (semitones / 12), 3)
