"""Which parts of the world a house leans on, and whether they may be called."""

from enum import StrEnum


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
