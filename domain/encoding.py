"""How a film becomes what players play: its rungs, its keys, its stages, and why one is refused."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from enum import Enum, StrEnum
from fractions import Fraction
from math import ceil
from types import MappingProxyType
from typing import ClassVar

from domain.errors import DomainError, ProblemCode
from domain.ids import JobId, MediaId

HD_LINES = 720  # from here on the picture has the HD key: what "HD" means on every box
KEY_FRAME_EVERY_S = 2  # a seek lands within two seconds; each key frame costs about ten deltas
GOPS_IN_A_SEGMENT = 2  # four seconds: few enough requests, and quick enough to change rungs
AUDIO_KBPS = 128  # stereo AAC that few can tell from the source

MIN_DURATION_S = 1.0  # shorter than that is a picture, or what is left of a film
MIN_SIDE = 32  # pixels; two macroblocks, below which encoders and scalers misbehave
MAX_SIDE = 8192  # pixels; 8K, beyond which one decoded frame is a burden of its own
MAX_ASPECT = 4  # the widest film ever shown is 4:1 (Napoléon, 1927)
SLOWEST = Fraction(5)  # pictures a second; fewer is a slide show with a clock of its own
FASTEST = Fraction(60)  # pictures a second; televisions decode no more

TILE_WIDTH, TILE_HEIGHT = 160, 90  # of a storyboard: readable from the sofa above the scrub bar
TILE_COLUMNS = 10  # a sprite 1600 pixels wide
MAX_TILES = 300  # 30 rows, 2700 pixels high: older televisions stop at textures of 4096

# What films and cameras are made at; a rate that varies becomes the nearest of these.
STANDARD_RATES = (
    Fraction(24000, 1001),
    Fraction(24),
    Fraction(25),
    Fraction(30000, 1001),
    Fraction(30),
    Fraction(50),
    Fraction(60000, 1001),
    Fraction(60),
)


class IngestCode(StrEnum):
    """Why a file did not become a film. An operator's script may branch on them."""

    FILE_MISSING = "FILE_MISSING"
    NOT_A_FILE = "NOT_A_FILE"
    FILE_UNREADABLE = "FILE_UNREADABLE"
    EMPTY_FILE = "EMPTY_FILE"
    NOT_A_FILM = "NOT_A_FILM"
    NO_VIDEO = "NO_VIDEO"
    TRUNCATED = "TRUNCATED"
    TOO_SHORT = "TOO_SHORT"
    UNSUPPORTED_SIZE = "UNSUPPORTED_SIZE"
    UNSUPPORTED_CODEC = "UNSUPPORTED_CODEC"
    PROBE_TIMEOUT = "PROBE_TIMEOUT"
    ENCODING_FAILED = "ENCODING_FAILED"


class FilmRefused(DomainError):
    """A file that Marquee will not make a film of; `reason` says why in one word."""

    code = ProblemCode.INVALID_INPUT

    def __init__(self, reason: IngestCode, message: str) -> None:
        """`message` is a sentence for the operator, without paths of the machine."""
        super().__init__(message, field=["file"])
        self.reason = reason


class TrackClass(StrEnum):
    """What shares one content key: a device refused HD still plays the rest."""

    AUDIO = "AUDIO"
    SD = "SD"
    HD = "HD"


class JobState(StrEnum):
    """How far an order has come."""

    QUEUED = "QUEUED"
    RUNNING = "RUNNING"
    SUCCEEDED = "SUCCEEDED"
    FAILED = "FAILED"
    CANCELLED = "CANCELLED"


class Stage(StrEnum):
    """What is being done to a film, in this order."""

    PROBE = "PROBE"
    ENCODE = "ENCODE"
    PACKAGE = "PACKAGE"
    ARTWORK = "ARTWORK"
    UPLOAD = "UPLOAD"
    PUBLISH = "PUBLISH"


# The part of the whole that each stage takes, as measured on a minute of 1080p.
STAGE_SHARE: Mapping[Stage, float] = MappingProxyType(
    {
        Stage.PROBE: 0.01,
        Stage.ENCODE: 0.88,
        Stage.PACKAGE: 0.02,
        Stage.ARTWORK: 0.06,
        Stage.UPLOAD: 0.02,
        Stage.PUBLISH: 0.01,
    }
)


class Rung(Enum):
    """A screen to encode for: its width and lines, and the most a second may cost.

    The rates are peaks under constant quality; most films stay well below.
    """

    P360 = (640, 360, 600)
    P480 = (854, 480, 1000)
    P720 = (1280, 720, 2500)
    P1080 = (1920, 1080, 5000)

    def __init__(self, width: int, height: int, max_kbps: int) -> None:
        self.width = width
        self.height = height
        self.max_kbps = max_kbps


@dataclass(frozen=True, slots=True)
class Source:
    """What a probe found, as a viewer would see it: upright, with square pixels.

    `frame_rate` is exact, in pictures a second. The track numbers are the container's;
    `audio_track` is None for a film without sound.
    """

    width: int
    height: int
    duration_s: float
    frame_rate: Fraction
    video_track: int
    audio_track: int | None


@dataclass(frozen=True, slots=True)
class Step:
    """One rung as this film fills it. Both sides are even, which yuv420p needs."""

    rung: Rung
    width: int
    height: int

    @property
    def name(self) -> str:
        """The name of its folder and playlist."""
        return f"v{self.height}"

    @property
    def track_class(self) -> TrackClass:
        """Which key it is encrypted with."""
        return TrackClass.HD if self.height >= HD_LINES else TrackClass.SD


@dataclass(frozen=True, slots=True)
class Tiles:
    """Small pictures of a film at equal steps: the storyboard, and what artwork is chosen from.

    One each `every_frames` frames, `width` by `height` pixels, `rows` of TILE_COLUMNS.
    """

    width: int
    height: int
    every_frames: int
    rows: int

    def at_s(self, index: int, frame_rate: Fraction) -> Fraction:
        """When in the film tile `index` is."""
        return index * self.every_frames / frame_rate


@dataclass(frozen=True, slots=True)
class EncodeTitle:
    """The order to make a film playable: its source lies in the object store, and `job_id` is
    where its progress is told."""

    queue: ClassVar[str] = "encode"

    media_id: MediaId
    job_id: JobId


def check_source(source: Source) -> Source:
    """The same source. Raises FilmRefused when no screen could show it."""
    if source.duration_s < MIN_DURATION_S:
        raise FilmRefused(
            IngestCode.TOO_SHORT,
            f"It lasts {source.duration_s:.2f} s; a film has at least {MIN_DURATION_S:.0f} s.",
        )
    small, large = sorted((source.width, source.height))
    if small < MIN_SIDE or large > MAX_SIDE or large > MAX_ASPECT * small:
        raise FilmRefused(
            IngestCode.UNSUPPORTED_SIZE,
            f"Its picture is {source.width}x{source.height}; sides have {MIN_SIDE} to {MAX_SIDE} "
            f"pixels, one at most {MAX_ASPECT} times the other.",
        )
    return source


def ladder_for(source: Source) -> list[Step]:
    """The rungs of a film, lowest first.

    A film is scaled to fit each screen, keeping its shape, and is never enlarged: a screen that it
    does not fill in either direction has no rung. The smallest screen always has one, so a film
    smaller than that keeps its own size.
    """
    lowest, *others = Rung
    filled = [r for r in others if source.width >= r.width or source.height >= r.height]
    return [_fitted(source, rung) for rung in (lowest, *filled)]


def steady_rate(nominal: Fraction, average: Fraction) -> Fraction:
    """The constant rate to encode at, in pictures a second.

    `nominal` is kept exactly when the film keeps to it; a film whose rate varies, or that no screen
    could follow, gets the standard rate nearest to its `average`.
    """
    keeps_time = abs(nominal - average) * 50 <= nominal  # 2 %: a last frame held a little longer
    if keeps_time and SLOWEST <= nominal <= FASTEST:
        return nominal.limit_denominator(1001)  # all rates there are; and timescales stay small
    return min(STANDARD_RATES, key=lambda rate: abs(rate - average))


def gop_frames(frame_rate: Fraction) -> int:
    """Frames from one key frame to the next: the same for all rungs, so that players can change."""
    return max(1, round(frame_rate * KEY_FRAME_EVERY_S))


def segment_s(frame_rate: Fraction) -> Fraction:
    """Exact length of a segment in seconds, a whole number of groups of pictures."""
    return GOPS_IN_A_SEGMENT * gop_frames(frame_rate) / frame_rate


def timescale(frame_rate: Fraction) -> int:
    """Ticks a second in which every frame begins on a tick, and never fewer than 10,000: coarser
    ones make players round."""
    ticks = frame_rate.numerator
    return ticks if ticks >= 10_000 else ticks * 1000


def track_classes(ladder: Sequence[Step]) -> list[TrackClass]:
    """The keys a film needs. Sound has one always: a silent film gets a silent track."""
    return [
        TrackClass.AUDIO,
        *sorted({step.track_class for step in ladder}, key=list(TrackClass).index),
    ]


def tiles_for(source: Source) -> Tiles:
    """A tile each second, or each few seconds when they would be more than MAX_TILES."""
    seconds = ceil(source.duration_s / MAX_TILES)
    every = max(1, round(source.frame_rate)) * seconds
    count = ceil(source.duration_s * source.frame_rate / every)
    scale = min(TILE_WIDTH / source.width, TILE_HEIGHT / source.height)
    return Tiles(
        width=max(2, 2 * round(source.width * scale / 2)),
        height=max(2, 2 * round(source.height * scale / 2)),
        every_frames=every,
        rows=max(1, min(ceil(count / TILE_COLUMNS), MAX_TILES // TILE_COLUMNS)),
    )


def progress_after(stage: Stage, done_0_to_1: float) -> float:
    """How much of the whole is done, 0 to 1, when so much of `stage` is."""
    earlier = list(Stage)[: list(Stage).index(stage)]
    before = sum(STAGE_SHARE[s] for s in earlier)
    return min(1.0, before + STAGE_SHARE[stage] * min(1.0, max(0.0, done_0_to_1)))


def _fitted(source: Source, rung: Rung) -> Step:
    scale = min(1.0, rung.width / source.width, rung.height / source.height)
    return Step(rung, _even(source.width, scale), _even(source.height, scale))


def _even(side: int, scale: float) -> int:
    """The nearest even number of pixels that is not above the source's."""
    return max(2, 2 * min(round(side * scale / 2), side // 2))
