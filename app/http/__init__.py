"""The doors that are not GraphQL: media, licenses, health, metrics."""

from starlette.routing import Route

from app.http import health, license, media, metrics
from app.http.admission import Admission
from domain.house import House
from stores import Stores


def routes(stores: Stores, house: House, admission: Admission) -> list[Route]:
    """All of them, for the one ASGI application."""
    return [
        *media.routes(stores.objects, house),
        *license.routes(stores, house, admission),
        *health.routes(stores),
        *metrics.routes(stores),
    ]
