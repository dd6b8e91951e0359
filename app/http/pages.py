"""What a browser opens: the TV page, GraphiQL, and the files both are made of."""

from pathlib import Path
from urllib.parse import quote

import orjson
from starlette.requests import Request
from starlette.responses import HTMLResponse, RedirectResponse, Response
from starlette.routing import BaseRoute, Mount, Route
from starlette.staticfiles import StaticFiles

from app.demo.households import EMAIL, PASSWORD
from domain.house import House
from stores import Stores
from stores.sql import accounts as accounts_sql

WEB = Path(__file__).parents[2] / "web"
DEMO_PLACE = "{{demo}}"  # where graphiql.html takes the demo viewer's credentials


def routes(house: House) -> list[BaseRoute]:
    """`/` is the TV page, `/link` where it lets a TV in; `/web/…` are the files of all pages."""

    async def tv(_request: Request) -> Response:
        return _page((WEB / "index.html").read_text(), house)

    async def link(request: Request) -> Response:
        code = quote(request.query_params.get("code", ""), safe="")
        return RedirectResponse(f"/#/link/{code}" if code else "/#/link")

    return [Route("/", tv), Route("/link", link), Mount("/web", StaticFiles(directory=WEB))]


async def graphiql(stores: Stores, house: House) -> Response:
    """GraphiQL, signed in as the demo viewer where there is one."""
    async with stores.begin() as tx:
        demo = await accounts_sql.credentials(tx, EMAIL)
    credentials = None if demo is None else {"email": EMAIL, "password": PASSWORD}
    html = (WEB / "graphiql.html").read_text()
    return _page(html.replace(DEMO_PLACE, orjson.dumps(credentials).decode()), house)


def _page(html: str, house: House) -> Response:
    """Everything comes from this house: from the address the browser used, or the public one,
    when that is another. Players put media together as blobs; editors style themselves inline."""
    own = f"'self' {house.public_url}"
    policy = {
        "default-src": "'self'",
        "connect-src": own,
        "img-src": f"{own} data: blob:",
        "media-src": f"{own} blob:",
        "style-src": "'self' 'unsafe-inline'",
        "font-src": "'self' data:",
        "worker-src": "'self' blob:",
        "object-src": "'none'",
        "base-uri": "'none'",
        "frame-ancestors": "'none'",
    }
    headers = {
        "Content-Security-Policy": "; ".join(f"{name} {value}" for name, value in policy.items()),
        "Cache-Control": "no-cache",
        "Referrer-Policy": "no-referrer",
        "X-Content-Type-Options": "nosniff",
    }
    return HTMLResponse(html, headers=headers)
