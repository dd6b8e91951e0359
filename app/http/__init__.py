"""The doors that are not GraphQL: media, licenses, a household's data, keys, health, metrics."""

from starlette.routing import Route

from app.http import health, jwks, license, media, metrics, my_data
from app.http.admission import Admission
from domain.house import House
from stores import Stores


def routes(stores: Stores, house: House, admission: Admission) -> list[Route]:
    """All of them, for the one ASGI application."""
    return [
        *media.routes(stores.objects, house),
        *license.routes(stores, house, admission),
        *my_data.routes(stores, house),
        *jwks.routes(house),
        *health.routes(stores),
        *metrics.routes(stores),
    ]
