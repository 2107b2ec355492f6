"""Puts the interface together: every route behind the edge, the WebSocket beside them."""

from collections.abc import Sequence

from cyberai.api import (
    account_routes,
    assets_routes,
    events_routes,
    health,
    keys_routes,
    proofs_routes,
    reports_routes,
    retests_routes,
    scan_life_routes,
    scan_views_routes,
    scans_routes,
    vulnerabilities_routes,
    vulnerability_life_routes,
    vulnerability_sets_routes,
)
from cyberai.api.admission import Admission
from cyberai.api.asyncapi import asyncapi_document
from cyberai.api.client_address import parse_networks
from cyberai.api.cors import Cors
from cyberai.api.edge import Edge, Pages
from cyberai.api.error_pages import ROUTE as ERROR_ROUTE
from cyberai.api.handshake import Handshakes
from cyberai.api.incoming import Arrivals, Asgi
from cyberai.api.later import LATER
from cyberai.api.live import Live
from cyberai.api.metrics_route import ROUTE as METRICS_ROUTE
from cyberai.api.openapi import openapi_document
from cyberai.api.routes import Route, Router
from cyberai.api.sending import Sender
from cyberai.api.ws import WebSocketEndpoint
from cyberai.api.ws_route import ROUTE as WS_ROUTE
from cyberai.app.context import App
from cyberai.ports.store import RateLimiter
from cyberai.ports.stream import EventStream

_RESOURCES = (
    *scans_routes.ROUTES,
    *scan_life_routes.ROUTES,
    *scan_views_routes.ROUTES,
    *vulnerabilities_routes.ROUTES,
    *vulnerability_life_routes.ROUTES,
    *vulnerability_sets_routes.ROUTES,
    *retests_routes.ROUTES,
    *proofs_routes.ROUTES,
    *assets_routes.ROUTES,
    *reports_routes.ROUTES,
    *keys_routes.ROUTES,
    *account_routes.ROUTES,
    *events_routes.ROUTES,
    WS_ROUTE,
    ERROR_ROUTE,
    METRICS_ROUTE,
)


def all_routes() -> tuple[Route, ...]:
    """Every operation this version carries; /openapi.json describes exactly these."""
    asyncapi = health.document(asyncapi_document())
    openapi = health.document(openapi_document((*_RESOURCES, *health.routes(health.health, asyncapi))))
    return (*_RESOURCES, *health.routes(openapi, asyncapi))


def make_asgi(
    app: App,
    limiter: RateLimiter,
    stream: EventStream,
    *,
    trusted_proxies: Sequence[str] = (),
    cors_origins: Sequence[str] = (),
    live: Live | None = None,
    pages: Pages | None = None,
) -> Asgi:
    """The ASGI application. `trusted_proxies` are networks whose X-Forwarded-For is believed, `cors_origins` the
    origins whose web pages may read replies; `live` is what the caller wants to stop or close itself; `pages` is
    the web page, without which only the API answers."""
    live = live or Live(app, stream)
    arrivals = Arrivals(app, live, parse_networks(trusted_proxies))
    admission = Admission(app, limiter, live.meter)
    websocket: Asgi = WebSocketEndpoint(app, arrivals, Handshakes(admission), live)
    if pages is not None:
        websocket = pages.sockets(arrivals, websocket)
    sender = Sender(Cors(cors_origins))
    return Edge(app, arrivals, admission, Router(all_routes(), LATER), websocket, sender, pages)
