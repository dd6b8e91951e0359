"""The doors that are not GraphQL: media, licenses, health, metrics."""

from starlette.routing import Route

from app.http import health, license, media, metrics
from domain.house import House
from stores import Stores


def routes(stores: Stores, house: House) -> list[Route]:
    """All of them, for the one ASGI application."""
    return [
        *media.routes(stores.objects, house),
        *license.routes(stores, house),
        *health.routes(stores),
        *metrics.routes(stores),
    ]
