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

Note = tuple[float, int]  # seconds from the start of the bar, semitones from concert A


class Tune(StrEnum):
    """One for each film."""

    SURF = "SURF"
    CORRIDOR = "CORRIDOR"
    RAIN = "RAIN"
    MUSIC_BOX = "MUSIC_BOX"
    LULLABY = "LULLABY"


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


PLAYERS: Mapping[Tune, Callable[[], Stream]] = MappingProxyType(
    {
        Tune.SURF: surf,
        Tune.CORRIDOR: corridor,
        Tune.RAIN: rain,
        Tune.MUSIC_BOX: music_box,
        Tune.LULLABY: lullaby,
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
