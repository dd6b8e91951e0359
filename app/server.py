"""The one ASGI application: GraphQL, and the doors that are not."""

import asyncio
from collections.abc import AsyncIterator, Sequence
from contextlib import asynccontextmanager

from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from app import http
from app.documents import answered
from app.http import pages
from app.http.admission import Admission
from app.http.graphql import GraphQLDoor
from app.http.origins import only_from
from domain.house import House
from domain.tokens import TokenKey
from settings import load_settings
from stores import Stores, open_stores
from stores.tracing import tracing


def create_app() -> Starlette:
    """For the ASGI server. Raises CannotStart when a setting is missing or wrong."""
    settings = load_settings()
    house = House(
        public_url=settings.public_url,
        media_key=bytes.fromhex(settings.media_key),
        token_key=TokenKey.from_pem(settings.token_key, issuer=settings.public_url),
        documents=answered(settings),
    )
    with_graphiql = settings.marquee_env == "development"

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_stores(settings) as stores:
            doors = routes(stores, house, with_graphiql=with_graphiql, origins=settings.origins)
            app.router.routes.extend(doors)
            running = [
                asyncio.create_task(work)
                for work in (stores.nudges.run(), stores.copies.run(stores), stores.drills.run())
            ]
            with tracing(settings.otel_exporter_otlp_endpoint, service="marquee-serve"):
                yield
            for task in running:
                task.cancel()
            await asyncio.gather(*running, return_exceptions=True)

    return Starlette(lifespan=lifespan)


def routes(
    stores: Stores, house: House, *, with_graphiql: bool, origins: Sequence[str] = ()
) -> list[BaseRoute]:
    """Everything this house answers; `origins` are the other sites that may ask it."""
    admission = Admission()
    graphql = GraphQLDoor(stores, house, admission, with_graphiql=with_graphiql)
    ours = only_from(origins, house.public_url)
    return [
        Route("/graphql", graphql, middleware=ours),
        WebSocketRoute("/graphql", graphql, middleware=ours),
        *http.routes(stores, house, admission),
        *pages.routes(house),
    ]
