"""What Prometheus asks for: everything this process counted, and how much work waits."""

import asyncio

from prometheus_client import CONTENT_TYPE_LATEST, Gauge, generate_latest
from starlette.requests import Request
from starlette.responses import Response
from starlette.routing import Route

from app.http.problems import NO_STORE
from domain.errors import Unavailable
from stores import Stores

JOBS = Gauge("marquee_jobs", "Jobs that wait or run.", ("queue", "state"))
LEASES = Gauge("marquee_leases", "Playback sessions that live.")


def routes(stores: Stores) -> list[Route]:
    """`/metrics`, for scrapers inside; a proxy in front keeps it from the rest of the world."""

    async def metrics(_request: Request) -> Response:
        await asyncio.gather(_count_jobs(stores), _count_leases(stores))
        return Response(generate_latest(), media_type=CONTENT_TYPE_LATEST, headers=dict(NO_STORE))

    return [Route("/metrics", metrics)]


async def _count_jobs(stores: Stores) -> None:
    """Forgets what it knew when Postgres does not answer: an old number would look like news."""
    JOBS.clear()
    try:
        async with stores.begin() as tx:
            counted = await stores.jobs.count(tx)
    except Unavailable:
        return
    for (queue, state), number in counted.items():
        JOBS.labels(queue, state).set(number)


async def _count_leases(stores: Stores) -> None:
    try:
        LEASES.set(await stores.leases.count())
    except Unavailable:
        LEASES.set(float("nan"))
