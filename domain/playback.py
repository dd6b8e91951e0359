"""Who may start watching, from where, and what a player reports while it plays."""

from dataclasses import dataclass, field
from datetime import datetime, timedelta
from enum import StrEnum

from domain.catalog import Media, Rendition
from domain.errors import InvalidInput, UnsupportedDevice
from domain.ids import AccountId, DeviceId, MediaId, ProfileId, SessionId, TitleId
from domain.scalars import Base64, Url
from domain.watching import WatchState, WatchStatus

HEARTBEAT_S = 30  # a resume point at most half a minute old, at 120 small requests an hour
LEASE = timedelta(seconds=3 * HEARTBEAT_S)  # three missed heartbeats, and no keys until the next
MANIFEST_TTL = timedelta(hours=12)  # the longest film, an evening's pauses, and then start anew
MAX_KEY_CHARACTERS = 200  # an idempotency key is a UUID or a hash, never a document
MAX_POSITION_MS = 2**31 - 1  # what GraphQL's Int and Postgres' integer hold: 24 days


class StreamProtocol(StrEnum):
    """Which manifest a player reads."""

    HLS = "HLS"
    DASH = "DASH"


class DrmSystem(StrEnum):
    """Which key system a player decrypts with."""

    CLEARKEY = "CLEARKEY"


class SessionState(StrEnum):
    """Whether a session still plays."""

    ACTIVE = "ACTIVE"
    ENDED = "ENDED"


class PlayerState(StrEnum):
    """What a player is doing when it reports."""

    PLAYING = "PLAYING"
    PAUSED = "PAUSED"
    BUFFERING = "BUFFERING"
    SEEKING = "SEEKING"
    BACKGROUND = "BACKGROUND"


class ResumeReason(StrEnum):
    """Why playback begins where it does."""

    START = "START"
    SAVED = "SAVED"
    EXPLICIT = "EXPLICIT"


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class CapabilitiesInput:
    """What a device can decode, now. `max_height` in lines."""

    codecs: list[str]
    max_height: int
    drm: list[DrmSystem]
    protocols: list[StreamProtocol] = field(default_factory=lambda: [StreamProtocol.HLS])


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class StartPlaybackInput:
    """What to play. Without `start_ms` it goes on where the profile stopped. The same
    `idempotency_key` from the same profile and device returns the same session."""

    playable_id: TitleId
    capabilities: CapabilitiesInput
    idempotency_key: str
    start_ms: int | None = None


@dataclass(frozen=True)  # no slots: lent to GraphQL as an input
class HeartbeatInput:
    """One report of a player. `sequence` grows by one a report, so that one that arrives late or
    twice changes nothing."""

    session_id: SessionId
    sequence: int
    position_ms: int
    state: PlayerState
    buffer_ms: int | None = None
    throughput_kbps: int | None = None
    rendition_kbps: int | None = None
    dropped_frames: int | None = None


@dataclass(frozen=True, slots=True)
class PlaybackSession:
    """One player playing one title. `sequence` is that of the last heartbeat, -1 before the first;
    `rendition_kbps` what the player then said it was showing; `runtime_ms` that of the playable."""

    id: SessionId
    account_id: AccountId
    profile_id: ProfileId
    device_id: DeviceId
    playable_id: TitleId
    media_id: MediaId
    max_height: int
    position_ms: int
    sequence: int
    rendition_kbps: int | None
    started_at: datetime
    ended_at: datetime | None
    runtime_ms: int

    @property
    def state(self) -> SessionState:
        """ACTIVE until it is stopped."""
        return SessionState.ENDED if self.ended_at else SessionState.ACTIVE


@dataclass(frozen=True, slots=True)
class ResumePoint:
    """Where playback begins, and why there."""

    position_ms: int
    reason: ResumeReason


@dataclass(frozen=True, slots=True)
class Manifest:
    """Where the player reads its manifest; rungs this device cannot use are not in it."""

    url: Url
    protocol: StreamProtocol
    expires_at: datetime
    ladder: tuple[Rendition, ...]


@dataclass(frozen=True, slots=True)
class DrmEndpoints:
    """Where each key system asks, and the bearer token it sends."""

    clear_key_url: Url
    token: str


@dataclass(frozen=True, slots=True)
class PlaybackStarted:
    """Everything a player needs for its first frame but the keys."""

    session: PlaybackSession
    manifest: Manifest
    drm: DrmEndpoints
    resume: ResumePoint
    heartbeat_seconds: int = HEARTBEAT_S


@dataclass(frozen=True, slots=True)
class HeartbeatAccepted:
    """The progress in `watch_state` is durable."""

    session: PlaybackSession
    watch_state: WatchState
    next_in_seconds: int = HEARTBEAT_S


@dataclass(frozen=True, slots=True)
class PlaybackStopped:
    """The session has ended, at `watch_state`."""

    watch_state: WatchState


@dataclass(frozen=True, slots=True)
class License:
    """An answer to a license challenge: `body` is the key system's own message, in base64."""

    id: str
    system: DrmSystem
    body: Base64
    key_ids: list[str]
    expires_at: datetime


def ceiling(media: Media, capabilities: CapabilitiesInput) -> int:
    """The height (lines) of the best rung this device can show. Raises UnsupportedDevice."""
    if DrmSystem.CLEARKEY not in capabilities.drm:
        raise UnsupportedDevice("This house protects its films with ClearKey only.")
    codecs = {codec.split(".")[0].lower() for codec in capabilities.codecs}
    if not codecs & {"avc1", "avc3", "h264"}:
        raise UnsupportedDevice("This device plays no H.264, and there is nothing else yet.")
    heights = [r.height for r in media.ladder if r.height <= capabilities.max_height]
    if not heights:
        raise UnsupportedDevice("The smallest picture there is does not fit this device.")
    return max(heights)


def protocol_for(capabilities: CapabilitiesInput) -> StreamProtocol:
    """The protocol the device named first. Raises UnsupportedDevice when it named none."""
    if not capabilities.protocols:
        raise UnsupportedDevice("A device plays HLS or DASH.")
    return capabilities.protocols[0]


def check_start(asked: StartPlaybackInput) -> None:
    """Raises InvalidInput for what no player can mean."""
    if not 0 < len(asked.idempotency_key) <= MAX_KEY_CHARACTERS:
        raise InvalidInput(
            f"A key has 1 to {MAX_KEY_CHARACTERS} characters.", field=["input", "idempotencyKey"]
        )
    if asked.start_ms is not None:
        check_position(asked.start_ms, "input", "startMs")


def check_position(position_ms: int, *path: str) -> None:
    """Raises InvalidInput for a place before the beginning."""
    if not 0 <= position_ms <= MAX_POSITION_MS:
        raise InvalidInput("A position is a number of milliseconds from 0.", field=list(path))


def check_heartbeat(beat: HeartbeatInput) -> None:
    """Raises InvalidInput for what no player can mean."""
    check_position(beat.position_ms, "input", "positionMs")
    if beat.sequence < 0:
        raise InvalidInput("A sequence number counts from 0.", field=["input", "sequence"])


def resume_point(start_ms: int | None, state: WatchState | None, runtime_ms: int) -> ResumePoint:
    """Where to begin: as asked, else where the profile stopped, else at the start."""
    if start_ms is not None:
        return ResumePoint(min(start_ms, runtime_ms), ResumeReason.EXPLICIT)
    if state is not None and state.status is WatchStatus.IN_PROGRESS:
        return ResumePoint(state.position_ms, ResumeReason.SAVED)
    return ResumePoint(0, ResumeReason.START)
