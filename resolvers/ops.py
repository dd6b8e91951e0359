"""How the house does, for those who run it."""

from domain.degradation import DependencyHealth, Health, summary
from resolvers.context import Info


async def ops(info: Info) -> Health:
    """As this process sees it, drills included."""
    parts = (
        DependencyHealth(part, guard.state, guard.p99_ms)
        for part, guard in info.context.stores.guards.items()
    )
    return Health(summary(info.context.closed()), tuple(parts), info.context.shedding())
