"""Puts the interface together: every route behind the edge, the WebSocket beside them."""

from collections.abc import Sequence

from cyberai.api import health, keys_routes, reports_routes, scans_routes, vulnerabilities_routes
from cyberai.api.admission import Admission
from cyberai.api.client_address import parse_networks
from cyberai.api.edge import Edge, Pages
from cyberai.api.error_pages import ROUTE as ERROR_ROUTE
from cyberai.api.handshake import Handshakes
from cyberai.api.incoming import Arrivals, Asgi
from cyberai.api.later import LATER
from cyberai.api.openapi import openapi_document
from cyberai.api.routes import Route, Router
from cyberai.api.ws import WebSocketEndpoint
from cyberai.api.ws_route import ROUTE as WS_ROUTE
from cyberai.app.context import App
from cyberai.ports.store import RateLimiter
from cyberai.ports.stream import EventStream

_RESOURCES = (
    *scans_routes.ROUTES,
    *vulnerabilities_routes.ROUTES,
    *reports_routes.ROUTES,
    *keys_routes.ROUTES,
    WS_ROUTE,
    ERROR_ROUTE,
)


def all_routes() -> tuple[Route, ...]:
    """Every operation this version carries; /openapi.json describes exactly these."""
    document = health.document(openapi_document((*_RESOURCES, *health.routes(health.health))))
    return (*_RESOURCES, *health.routes(document))


def make_asgi(
    app: App,
    limiter: RateLimiter,
    stream: EventStream,
    *,
    trusted_proxies: Sequence[str] = (),
    pages: Pages | None = None,
) -> Asgi:
    """The ASGI application. `trusted_proxies` are networks whose X-Forwarded-For is believed; `pages` is the web
    page, without which only the API answers."""
    arrivals = Arrivals(app, parse_networks(trusted_proxies))
    admission = Admission(app, limiter)
    websocket: Asgi = WebSocketEndpoint(app, arrivals, Handshakes(admission), stream)
    if pages is not None:
        websocket = pages.sockets(arrivals, websocket)
    return Edge(app, arrivals, admission, Router(all_routes(), LATER), websocket, pages)
