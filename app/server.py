"""The one ASGI application: GraphQL, and the doors that are not."""

import asyncio
import signal
from collections.abc import AsyncIterator, Coroutine, Sequence
from contextlib import asynccontextmanager, suppress
from datetime import timedelta

import structlog
from starlette.applications import Starlette
from starlette.routing import BaseRoute, Route, WebSocketRoute

from app import http
from app.documents import of_the_page
from app.http import pages
from app.http.admission import Admission
from app.http.graphql import GraphQLDoor
from app.http.origins import only_from
from domain.house import House
from domain.limits import limits_of
from domain.token_keys import TokenKeys
from settings import load_settings
from stores import Stores, open_stores
from stores.tracing import tracing

log = structlog.get_logger()

FIRST_LOOK_S = 3.0  # at what is revoked, before anybody is let in; without Postgres and Redis: none


def create_app() -> Starlette:
    """For the ASGI server. Raises CannotStart when a setting is missing or wrong."""
    settings = load_settings()
    house = House(
        public_url=settings.public_url,
        media_key=bytes.fromhex(settings.media_key),
        session_ttl=timedelta(hours=settings.session_ttl),
        token_keys=TokenKeys.from_pem(settings.token_key, issuer=settings.public_url),
        sends_mails=settings.smtp_url is not None,
        trusted_only=settings.marquee_env == "production",
        budgets=limits_of(settings.budgets),
    )
    with_graphiql = settings.marquee_env == "development"

    @asynccontextmanager
    async def lifespan(app: Starlette) -> AsyncIterator[None]:
        async with open_stores(settings) as stores:
            if (page := of_the_page()) is not None:
                stores.documents.adopt(*page)
            doors = routes(stores, house, with_graphiql=with_graphiql, origins=settings.origins)
            app.router.routes.extend(doors)
            with suppress(TimeoutError):
                async with asyncio.timeout(FIRST_LOOK_S):
                    await stores.revocations.try_to_look(stores)
            async with in_background(
                nudges=stores.nudges.run(),
                copies=stores.copies.run(stores),
                revocations=stores.revocations.run(stores),
                drills=stores.drills.run(),
                documents=stores.documents.run(stores),
            ):
                with tracing(settings.otel_exporter_otlp_endpoint, service="marquee-serve"):
                    yield

    app = Starlette(lifespan=lifespan)
    app.router.redirect_slashes = False  # its addresses would be made of what a stranger calls us
    return app


@asynccontextmanager
async def in_background(**works: Coroutine[None, None, None]) -> AsyncIterator[None]:
    """Beside what is inside, and for as long. If one of them ends before, the process does: it
    would go on without, unseen, and whoever watches it starts a well one within a second."""
    running = [asyncio.create_task(work, name=name) for name, work in works.items()]
    for task in running:
        task.add_done_callback(_give_up)
    try:
        yield
    finally:
        for task in running:
            task.remove_done_callback(_give_up)
            task.cancel()
        await asyncio.gather(*running, return_exceptions=True)


def _give_up(ended: asyncio.Task[None]) -> None:
    error = None if ended.cancelled() else ended.exception()
    log.critical("background_work_ended", work=ended.get_name(), exc_info=error)
    signal.raise_signal(signal.SIGTERM)  # what is being answered comes to its end


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
