"""Paths outside /v1: no key, not counted."""

from cyberai import __version__
from cyberai.api.call import Call
from cyberai.api.reply import JSON, Reply, json_reply
from cyberai.api.routes import Answer, Handler, Route
from cyberai.domain.errors import ErrorCode, Unavailable
from cyberai.domain.ids import SYSTEM

_TAG = "Operation"


async def health(_call: Call) -> Reply:
    """GET /health: the process lives and answers."""
    return json_reply({"status": "ok"})


async def ready(call: Call) -> Reply:
    """GET /ready: the store takes scans, not only answers, and a worker waits for them."""
    if call.live.stopping.is_set():
        raise Unavailable(
            "The server is not ready", reason="It is going down; ask another", headers={"Retry-After": "5"}
        )
    await call.app.store.require_writable()
    now = call.app.clock.now()
    slots = await call.app.store.read(SYSTEM, lambda tx: tx.workers.live_slots(now))
    if slots < 1:
        raise Unavailable(
            "The server is not ready",
            reason="No worker is running yet; try again in a moment",
            headers={"Retry-After": "1"},
        )
    return json_reply({"status": "ready", "worker_slots": slots})


async def version(_call: Call) -> Reply:
    """GET /version."""
    return json_reply({"name": "Cyber AI", "version": __version__, "api": "v1"})


def document(content: bytes) -> Handler:
    """The handler that serves a fixed JSON document."""

    async def serve(_call: Call) -> Reply:
        return Reply(200, content, JSON)

    return serve


def routes(openapi: Handler) -> tuple[Route, ...]:
    """The routes, with the document of all routes."""

    def route(path: str, handler: Handler, operation: str, summary: str, *errors: ErrorCode) -> Route:
        return Route(
            method="GET",
            path=path,
            handler=handler,
            operation=operation,
            summary=summary,
            tag=_TAG,
            answer=Answer(),
            errors=errors,
        )

    return (
        route("/health", health, "getHealth", "Whether the process lives"),
        route(
            "/ready",
            ready,
            "getReady",
            "Whether scans can be taken",
            ErrorCode.UNAVAILABLE,
            ErrorCode.STORAGE_FULL,
        ),
        route("/version", version, "getVersion", "Version of the server"),
        route("/openapi.json", openapi, "getOpenApi", "This document"),
    )
