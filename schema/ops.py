"""How the house does, as its operators see it."""

import strawberry

from domain import degradation as domain
from domain.degradation import BreakerState, DegradationLevel
from domain.load import PriorityClass
from schema.bind import attribute, shape

strawberry.enum(BreakerState, description="Whether calls to a part are let through.")
strawberry.enum(
    DegradationLevel,
    description="FULL: all is live. PARTIAL: what is shown is live, something else is refused or"
    " late. MINIMAL: what is shown is the last good copy, and nothing can be changed. EMERGENCY:"
    " a copy too, and each process shows only what it remembers itself.",
)


@shape(domain.DependencyHealth, "How one part of the house does.")
class DependencyHealth:
    name: str = attribute("postgres, redis or objects.")
    breaker: BreakerState = attribute("OPEN while it is not called, also during a drill.")
    p99_ms: float | None = attribute("Of its latest calls; null before the first.")


@shape(domain.Health, "The house as the process that answers sees it.")
class Ops:
    degradation: DegradationLevel = attribute("In one word.")
    health: list[DependencyHealth] = attribute("Part by part.")
    shedding: PriorityClass | None = attribute(
        "The best class of operations it refuses for overload; null while it refuses none."
    )
