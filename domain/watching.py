"""Where a viewer is in what they watch: started, finished, and what comes next."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from domain.catalog import Episode, Playable, episode_after
from domain.ids import DeviceId, ProfileId, TitleId
from domain.scalars import EventCursor

# The rules of Android TV's Watch Next row: a title joins the row after 3 % or two minutes,
# whichever comes first, and leaves it in the last three minutes. A film shorter than an hour
# would be finished too early by that, so its last 5 % count instead.
STARTED_MS = 2 * 60_000
STARTED_0_TO_1 = 0.03
ENDING_MS = 3 * 60_000
ENDING_0_TO_1 = 0.05


class WatchStatus(StrEnum):
    """How far a viewer got."""

    UNSTARTED = "UNSTARTED"
    IN_PROGRESS = "IN_PROGRESS"
    FINISHED = "FINISHED"


@dataclass(frozen=True, slots=True)
class WatchState:
    """A profile's place in one playable. `revision` counts changes of this state and `cursor`
    those of all the profile's states, so a later cursor is always a later change."""

    profile_id: ProfileId
    playable_id: TitleId
    device_id: DeviceId | None
    position_ms: int
    status: WatchStatus
    revision: int
    cursor: int
    updated_at: datetime


class ActionKind(StrEnum):
    """What the one button of a title does."""

    PLAY = "PLAY"
    RESUME = "RESUME"
    WATCH_AGAIN = "WATCH_AGAIN"


@dataclass(frozen=True, slots=True)
class PrimaryAction:
    """The one button: what it says, what it plays, and from where (ms) when it resumes."""

    label: str
    kind: ActionKind
    target: Playable
    resume_ms: int | None = None


@dataclass(frozen=True, slots=True)
class ContinueWatchingChanged:
    """A state joined the Continue Watching row, moved to its front, or left it."""

    cursor: EventCursor
    at: datetime
    state: WatchState
    removed: bool


def status_at(position_ms: int, runtime_ms: int) -> WatchStatus:
    """Whether being at `position_ms` of `runtime_ms` counts as started or as finished."""
    ending_ms = min(ENDING_MS, runtime_ms * ENDING_0_TO_1)
    if position_ms >= runtime_ms - ending_ms:
        return WatchStatus.FINISHED
    if position_ms >= min(STARTED_MS, runtime_ms * STARTED_0_TO_1):
        return WatchStatus.IN_PROGRESS
    return WatchStatus.UNSTARTED


def next_up(episodes: Sequence[Episode], states: Mapping[TitleId, WatchState]) -> Episode | None:
    """What Play means for a series now: the episode last touched if it is unfinished, else the
    one after it, else the first. None when `episodes` (all of the series, in order) is empty."""
    touched = [episode for episode in episodes if episode.id in states]
    if not touched:
        return episodes[0] if episodes else None
    last = max(touched, key=lambda episode: states[episode.id].cursor)
    if states[last.id].status is not WatchStatus.FINISHED:
        return last
    return episode_after(last, episodes) or episodes[0]


def primary_action(target: Playable, state: WatchState | None) -> PrimaryAction:
    """What to do with `target` (a movie, or the episode that is next up) for who is in `state`."""
    if state is None or state.status is WatchStatus.UNSTARTED:
        return PrimaryAction("Play", ActionKind.PLAY, target)
    if state.status is WatchStatus.IN_PROGRESS:
        return PrimaryAction("Resume", ActionKind.RESUME, target, state.position_ms)
    return PrimaryAction("Watch again", ActionKind.WATCH_AGAIN, target)
