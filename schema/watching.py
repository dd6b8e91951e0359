"""Where viewers are in what they watch, as clients see it."""

from datetime import datetime
from typing import TYPE_CHECKING, Annotated

import strawberry

from domain import watching as domain
from domain.scalars import EventCursor
from domain.watching import WatchStatus
from resolvers import watching
from schema.bind import attribute, field, shape
from schema.connections import PageInfo

if TYPE_CHECKING:
    from schema.accounts import Device
    from schema.catalog import Episode, Playable

strawberry.enum(WatchStatus, description="How far a viewer got.")


@shape(
    domain.WatchState,
    "Where the viewer is. `revision` grows with every change and is the same on every device.",
)
class WatchState:
    playable: Annotated["Playable", strawberry.lazy("schema.catalog")] = field(
        watching.playable, "What it is the state of."
    )
    position_ms: int = attribute("From the first frame.")
    progress: float = field(watching.progress, "How much is watched, from 0 to 1.")
    status: WatchStatus = attribute("How far that is.")
    revision: int = attribute("Grows with every change of this state.")
    updated_at: datetime = attribute("When it last changed.")
    on_device: Annotated["Device", strawberry.lazy("schema.accounts")] | None = field(
        watching.on_device, "Where it was watched last."
    )
    next: Annotated["Episode", strawberry.lazy("schema.catalog")] | None = field(
        watching.next_in_series, "The episode that follows."
    )


@strawberry.type(description="One thing to resume, and its place in the list.")
class ResumeEdge:
    cursor: str = attribute("Opaque; go on after it.")
    node: WatchState = attribute("Where the viewer is in it.")


@strawberry.type(description="A part of what there is to resume.")
class ResumeConnection:
    edges: list[ResumeEdge] = attribute("Latest first.")
    page_info: PageInfo = attribute("Whether there is more.")


@strawberry.interface(description="An entry in the profile's log. Skip kinds you do not know.")
class ProfileEvent:
    cursor: EventCursor = attribute("Pass the last one to resume without a gap.")
    at: datetime = attribute("When it happened.")


@shape(domain.ContinueWatchingChanged, "A state joined the row, moved to its front, or left it.")
class ContinueWatchingChanged(ProfileEvent):
    state: WatchState = attribute("As it is now.")
    removed: bool = attribute("Whether it left the row: finished, or not begun after all.")
