"""What Prometheus asks for: everything that was counted, and how much work waits."""

import asyncio
import os
from collections.abc import Iterator
from pathlib import Path

from prometheus_client import CONTENT_TYPE_LATEST, REGISTRY, CollectorRegistry, generate_latest
from prometheus_client.core import GaugeMetricFamily, Metric
from prometheus_client.multiprocess import MultiProcessCollector, mark_process_dead
from prometheus_client.registry import Collector
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.http.problems import NO_STORE
from domain.errors import Unavailable
from stores import Stores

SHARED = "PROMETHEUS_MULTIPROC_DIR"  # the folder in which processes of one port count together


def routes(stores: Stores) -> list[Route]:
    """`/metrics`, for scrapers inside; a proxy in front keeps it from the rest of the world."""

    async def metrics(_request: Request) -> Response:
        asked = await asyncio.gather(_jobs(stores), _leases(stores))
        seen = CollectorRegistry()
        seen.register(_Seen([metric for metric in asked if metric is not None]))
        text = await asyncio.to_thread(lambda: generate_latest(_counted()) + generate_latest(seen))
        return Response(text, media_type=CONTENT_TYPE_LATEST, headers=dict(NO_STORE))

    return [Route("/metrics", metrics)]


class _Seen(Collector):
    """What was just looked up, and is counted by nobody."""

    def __init__(self, metrics: list[Metric]) -> None:
        self._metrics = metrics

    def collect(self) -> Iterator[Metric]:
        return iter(self._metrics)


def _counted() -> CollectorRegistry:
    """Of this process, or of all that share its port."""
    if SHARED not in os.environ:
        return REGISTRY
    for file in Path(os.environ[SHARED]).glob("gauge_live*_*.db"):
        pid = int(file.stem.rpartition("_")[2])
        if not Path("/proc", str(pid)).exists():
            mark_process_dead(pid)  # type: ignore[no-untyped-call]
    together = CollectorRegistry()
    MultiProcessCollector(together)  # type: ignore[no-untyped-call]
    return together


async def _jobs(stores: Stores) -> Metric | None:
    """None when Postgres does not answer: an old number would look like news."""
    metric = GaugeMetricFamily("marquee_jobs", "Jobs that wait or run.", labels=("queue", "state"))
    try:
        async with stores.begin() as tx:
            counted = await stores.jobs.count(tx)
    except Unavailable:
        return None
    for labels, number in counted.items():
        metric.add_metric(labels, number)
    return metric


async def _leases(stores: Stores) -> Metric | None:
    try:
        living = await stores.leases.count()
    except Unavailable:
        return None
    return GaugeMetricFamily("marquee_leases", "Playback sessions that live.", value=living)
