"""Which parts of the world a house leans on, and what stands in for each that is closed.

Each field of the API says which parts it needs; which of them are closed decides what becomes of
it, never how many.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from enum import StrEnum
from types import MappingProxyType

from domain.load import PriorityClass


class Dependency(StrEnum):
    """A part outside the process that can fail by itself."""

    POSTGRES = "postgres"
    REDIS = "redis"
    OBJECTS = "objects"


class BreakerState(StrEnum):
    """Whether calls to a dependency are let through."""

    CLOSED = "CLOSED"  # all is well: every call goes through
    OPEN = "OPEN"  # it failed again and again: calls are refused without being tried
    HALF_OPEN = "HALF_OPEN"  # one call tries whether it is back; its outcome decides


class Field(StrEnum):
    """What a client asks for, grouped by the parts it leans on."""

    CATALOGUE = "catalogue"  # pages, rows, titles and their details
    VIEWER = "viewer"  # who is calling, and the household's profiles
    WATCHING = "watching"  # watch states, Continue Watching, the one button
    PICTURES = "pictures"
    MEDIA = "media"  # manifests and segments
    SIGN_IN = "sign-in"  # also a refreshed token, and choosing a profile
    START = "start"
    PROGRESS = "progress"  # heartbeats and stopping
    LICENSE = "license"
    LIVE = "live"  # what comes by subscription


class StandIn(StrEnum):
    """What a field does without a part it leans on; the later, the worse."""

    LATE = "LATE"  # goes on, and news may come some seconds late
    COPY = "COPY"  # the last good copy, and says so
    REFUSED = "REFUSED"  # UNAVAILABLE, and when to try again


class DegradationLevel(StrEnum):
    """How a house does, in one word for its operator. See `summary`."""

    FULL = "FULL"
    PARTIAL = "PARTIAL"
    MINIMAL = "MINIMAL"
    EMERGENCY = "EMERGENCY"


# What a field does without each part it leans on. Parts that are not named it does not need.
WITHOUT: Mapping[Field, Mapping[Dependency, StandIn]] = MappingProxyType(
    {
        Field.CATALOGUE: {Dependency.POSTGRES: StandIn.COPY},
        Field.VIEWER: {Dependency.POSTGRES: StandIn.COPY},
        Field.WATCHING: {Dependency.POSTGRES: StandIn.COPY},
        Field.PICTURES: {Dependency.OBJECTS: StandIn.REFUSED},
        Field.MEDIA: {Dependency.OBJECTS: StandIn.REFUSED},
        Field.SIGN_IN: {Dependency.POSTGRES: StandIn.REFUSED},
        Field.START: dict.fromkeys(Dependency, StandIn.REFUSED),  # rather than a film that hangs
        Field.PROGRESS: {
            Dependency.POSTGRES: StandIn.REFUSED,
            Dependency.REDIS: StandIn.LATE,  # the lease is taken anew by the next heartbeat
        },
        Field.LICENSE: {
            Dependency.POSTGRES: StandIn.REFUSED,
            Dependency.REDIS: StandIn.REFUSED,  # no keys to a session nobody can tell is alive
        },
        Field.LIVE: {Dependency.POSTGRES: StandIn.LATE, Dependency.REDIS: StandIn.LATE},
    }
)

# Where copies of what is a viewer's own outlive the process that made them.
COPIES_OUTLIVE_IN = Dependency.REDIS

# The parts a drill of each level closes. `summary` of them is that level.
DRILLS: Mapping[DegradationLevel, frozenset[Dependency]] = MappingProxyType(
    {
        DegradationLevel.FULL: frozenset(),
        DegradationLevel.PARTIAL: frozenset({Dependency.REDIS}),
        DegradationLevel.MINIMAL: frozenset({Dependency.POSTGRES}),
        DegradationLevel.EMERGENCY: frozenset(Dependency),
    }
)


def stand_in(field: Field, closed: Collection[Dependency]) -> StandIn | None:
    """The worst that `field` has to do while these parts are closed; None when it is live."""
    severity = list(StandIn).index
    return max(
        (w for part, w in WITHOUT[field].items() if part in closed), key=severity, default=None
    )


def refusing(field: Field, closed: Collection[Dependency]) -> Dependency | None:
    """The closed part for which `field` is refused, if there is one."""
    needed = (part for part, without in WITHOUT[field].items() if without is StandIn.REFUSED)
    return next((part for part in needed if part in closed), None)


def summary(closed: Collection[Dependency]) -> DegradationLevel:
    """FULL: every field is live. PARTIAL: what is shown is live, and something else is refused or
    late. MINIMAL: what is shown is the last good copy, and nothing can be changed. EMERGENCY: a
    copy too, and each process has only what it remembers itself."""
    if all(stand_in(field, closed) is None for field in Field):
        return DegradationLevel.FULL
    if stand_in(Field.CATALOGUE, closed) is None:
        return DegradationLevel.PARTIAL
    if COPIES_OUTLIVE_IN not in closed:
        return DegradationLevel.MINIMAL
    return DegradationLevel.EMERGENCY


@dataclass(frozen=True, slots=True)
class DependencyHealth:
    """How one part does. `p99_ms` of its latest calls; None before the first."""

    name: Dependency
    breaker: BreakerState
    p99_ms: float | None


@dataclass(frozen=True, slots=True)
class Health:
    """How one process and the parts it leans on do. `shedding` is the best class it refuses."""

    degradation: DegradationLevel
    health: tuple[DependencyHealth, ...]
    shedding: PriorityClass | None
