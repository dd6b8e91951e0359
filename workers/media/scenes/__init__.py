"""What the demo's films look like: each look a picture painted by ffmpeg alone."""

from collections.abc import Callable, Mapping
from enum import StrEnum
from types import MappingProxyType

from workers.media.scenes.brush import Canvas, Stream
from workers.media.scenes.doors import doors
from workers.media.scenes.meadow import meadow_by_day, meadow_by_night
from workers.media.scenes.street import street
from workers.media.scenes.sunset import sunset


class Look(StrEnum):
    """One for each film, so that no two can be confused."""

    SUNSET = "SUNSET"
    DOORS = "DOORS"
    STREET = "STREET"
    MEADOW_BY_DAY = "MEADOW_BY_DAY"
    MEADOW_BY_NIGHT = "MEADOW_BY_NIGHT"


PAINTERS: Mapping[Look, Callable[[Canvas], Stream]] = MappingProxyType(
    {
        Look.SUNSET: sunset,
        Look.DOORS: doors,
        Look.STREET: street,
        Look.MEADOW_BY_DAY: meadow_by_day,
        Look.MEADOW_BY_NIGHT: meadow_by_night,
    }
)
