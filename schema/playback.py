"""Playing, as clients see it."""

from datetime import datetime
from typing import Annotated

import strawberry

from domain import playback as domain
from domain.playback import DrmSystem, PlayerState, ResumeReason, SessionState, StreamProtocol
from domain.scalars import Base64, Url
from resolvers import playback
from schema.accounts import Device
from schema.bind import attribute, field, lend, shape
from schema.catalog import Episode, Playable, Rendition
from schema.nodes import Node
from schema.problems import GenericProblem, NotPlayable, SessionLost
from schema.profiles import Profile
from schema.watching import WatchState

strawberry.enum(StreamProtocol, description="Which manifest a player reads.")
strawberry.enum(DrmSystem, description="Which key system a player decrypts with.")
strawberry.enum(SessionState, description="Whether a session still plays.")
strawberry.enum(PlayerState, description="What a player is doing.")
strawberry.enum(ResumeReason, description="Why playback begins where it does.")

lend(
    domain.CapabilitiesInput,
    "What this device can decode, now; it decides the rungs in the manifest.",
    codecs="As in RFC 6381, or just their names: avc1, mp4a.",
    max_height="Lines of its screen.",
    drm="Key systems it has.",
    protocols="What it plays, the preferred one first.",
)
lend(
    domain.StartPlaybackInput,
    "What to play, and on what.",
    playable_id="A movie or an episode.",
    capabilities="What this device can decode.",
    idempotency_key="Safe to retry: the same key returns the same session.",
    start_ms="Leave it out to go on where the profile stopped.",
)
lend(
    domain.HeartbeatInput,
    "What a player reports, every `heartbeatSeconds` and when it pauses, seeks or ends.",
    session_id="Whose report it is.",
    sequence="Grows by one a report; one that comes late or twice changes nothing.",
    position_ms="What is on the screen, from the first frame.",
    state="What the player is doing.",
    buffer_ms="How much is loaded ahead of that.",
    throughput_kbps="How fast the last segments came.",
    rendition_kbps="The rate of the rung being shown.",
    dropped_frames="Since the last report.",
)


@shape(domain.PlaybackSession, "One player playing one title; it lives while it reports.")
class PlaybackSession(Node):
    state: SessionState = attribute("Whether it still plays.")
    playable: Playable = field(playback.session_playable, "What it plays.")
    device: Device = field(playback.session_device, "Where.")
    profile: Profile = field(playback.session_profile, "For whom.")
    started_at: datetime = attribute("When it began.")
    lease_expires_at: datetime = field(
        playback.lease_expires_at,
        "When it is lost without another heartbeat; now, when nobody can tell.",
    )
    position_ms: int = attribute("What the player last reported.")
    current_rendition: Rendition | None = field(
        playback.current_rendition, "The rung the player last said it is showing."
    )


@shape(domain.Manifest, "Signed for this session, without the rungs it cannot use.")
class Manifest:
    url: Url = attribute("Where the player begins.")
    protocol: StreamProtocol = attribute("What is there.")
    expires_at: datetime = attribute("When the address stops working.")
    ladder: list[Rendition] = attribute("The rungs in it, lowest first.")


@shape(domain.DrmEndpoints, "Where each key system asks, and the bearer token it sends.")
class DrmEndpoints:
    clear_key_url: Url | None = attribute("The W3C ClearKey license server.")
    token: str = attribute("For this session only; it works while the lease lives.")


@shape(domain.ResumePoint, "Where playback begins, and why there.")
class ResumePoint:
    position_ms: int = attribute("From the first frame.")
    reason: ResumeReason = attribute("Why there.")


@shape(domain.PlaybackStarted, "Everything for the first frame but the keys.")
class PlaybackStarted:
    session: PlaybackSession = attribute("What to report to.")
    manifest: Manifest = attribute("What to play.")
    drm: DrmEndpoints = attribute("Where to get the keys.")
    resume: ResumePoint = attribute("Where to begin.")
    next_up: Episode | None = field(playback.session_next_up, "What plays after it.")
    heartbeat_seconds: int = attribute("How often to report.")


@shape(domain.HeartbeatAccepted, "The progress in it is durable.")
class HeartbeatAccepted:
    session: PlaybackSession = attribute("As it is now.")
    next_in_seconds: int = attribute("When to report again.")
    watch_state: WatchState = attribute("Where the profile is.")


@shape(domain.PlaybackStopped, "The session has ended.")
class PlaybackStopped:
    watch_state: WatchState = attribute("Where the profile stopped.")


@shape(domain.License, "An answer to a license challenge.")
class License(Node):
    system: DrmSystem = attribute("Whose message it is.")
    body: Base64 = attribute("The message, for the key system to read.")
    key_ids: list[str] = attribute("The keys in it, in hexadecimal.")
    expires_at: datetime = attribute("When they must be asked for again.")


StartPlaybackResult = Annotated[
    PlaybackStarted | NotPlayable | GenericProblem,
    strawberry.union("StartPlaybackResult", description="Of `startPlayback`."),
]
HeartbeatResult = Annotated[
    HeartbeatAccepted | SessionLost | GenericProblem,
    strawberry.union("HeartbeatResult", description="Of `heartbeat`."),
]
StopPlaybackResult = Annotated[
    PlaybackStopped | GenericProblem,
    strawberry.union("StopPlaybackResult", description="Of `stopPlayback`."),
]
AcquireLicenseResult = Annotated[
    License | SessionLost | NotPlayable | GenericProblem,
    strawberry.union("AcquireLicenseResult", description="Of `acquireLicense`."),
]
