"""What the demo's films look like: each look a picture painted by ffmpeg alone."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from workers.media.scenes.balloons import balloons
from workers.media.scenes.brush import Canvas, Stream
from workers.media.scenes.circles import circles
from workers.media.scenes.deep import deep
from workers.media.scenes.doors import doors
from workers.media.scenes.lighthouse import lighthouse
from workers.media.scenes.meadow import meadow_by_day, meadow_by_night, meadow_in_winter
from workers.media.scenes.orbit import orbit
from workers.media.scenes.street import street
from workers.media.scenes.sunset import sunset


class Look(StrEnum):
    """One for each film, so that no two can be confused."""

    SUNSET = "SUNSET"
    DOORS = "DOORS"
    STREET = "STREET"
    LIGHTHOUSE = "LIGHTHOUSE"
    BALLOONS = "BALLOONS"
    DEEP = "DEEP"
    ORBIT = "ORBIT"
    CIRCLES = "CIRCLES"
    MEADOW_BY_DAY = "MEADOW_BY_DAY"
    MEADOW_BY_NIGHT = "MEADOW_BY_NIGHT"
    MEADOW_IN_WINTER = "MEADOW_IN_WINTER"


PAINTERS: Mapping[Look, Callable[[Canvas], Stream]] = MappingProxyType(
    {
        Look.SUNSET: sunset,
        Look.DOORS: doors,
        Look.STREET: street,
        Look.LIGHTHOUSE: lighthouse,
        Look.BALLOONS: balloons,
        Look.DEEP: deep,
        Look.ORBIT: orbit,
        Look.CIRCLES: circles,
        Look.MEADOW_BY_DAY: meadow_by_day,
        Look.MEADOW_BY_NIGHT: meadow_by_night,
        Look.MEADOW_IN_WINTER: meadow_in_winter,
    }
)
