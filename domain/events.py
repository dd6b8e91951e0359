"""Facts: what happened, written with what it changed, for whoever wants to know later."""

from collections.abc import Mapping
from dataclasses import dataclass

from domain.ids import MediaId, TitleId
from domain.playback import PlaybackSession


@dataclass(frozen=True, slots=True)
class Fact:
    """One thing that is true from now on. `kind` names the shape of `payload`."""

    kind: str
    payload: Mapping[str, str]


def video_start(session: PlaybackSession) -> Fact:
    """Somebody started to watch."""
    return Fact(
        "video_start",
        {
            "session": session.id,
            "profile": session.profile_id,
            "content": session.playable_id,
            "device": session.device_id,
        },
    )


def title_published(title_id: TitleId, media_id: MediaId) -> Fact:
    """A title can be played."""
    return Fact("title_published", {"content": title_id, "media": media_id})
