"""Paths outside /v1: no key, not counted."""

from typing import Any

from msgspec import Struct

from cyberai import __version__
from cyberai.api.call import Call
from cyberai.api.reply import JSON, Reply, json_reply
from cyberai.api.routes import Answer, Handler, Route
from cyberai.domain.errors import ErrorCode, Unavailable
from cyberai.domain.ids import SYSTEM

_TAG = "Operation"


class HealthResource(Struct):
    """The process lives."""

    status: str


class ReadyResource(Struct):
    """Scans can be taken, by so many at a time."""

    status: str
    worker_slots: int


class VersionResource(Struct):
    """What answers."""

    name: str
    version: str
    api: str


async def health(_call: Call) -> Reply:
    """GET /health: the process lives and answers."""
    return json_reply(HealthResource("ok"))


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
    return json_reply(ReadyResource("ready", slots))


async def version(_call: Call) -> Reply:
    """GET /version."""
    return json_reply(VersionResource("Cyber AI", __version__, "v1"))


def document(content: bytes) -> Handler:
    """The handler that serves a fixed JSON document."""

    async def serve(_call: Call) -> Reply:
        return Reply(200, content, JSON)

    return serve


def routes(openapi: Handler, asyncapi: Handler) -> tuple[Route, ...]:
    """The routes, with the documents of all routes and of the events."""

    def route(
        path: str,
        handler: Handler,
        operation: str,
        summary: str,
        kind: Any,
        *errors: ErrorCode,
        example: Any = None,
    ) -> Route:
        return Route(
            method="GET",
            path=path,
            handler=handler,
            operation=operation,
            summary=summary,
            tag=_TAG,
            answer=Answer(kind=kind, example=example),
            errors=errors,
        )

    return (
        route(
            "/health",
            health,
            "getHealth",
            "Whether the process lives",
            HealthResource,
            example={"status": "ok"},
        ),
        route(
            "/ready",
            ready,
            "getReady",
            "Whether scans can be taken",
            ReadyResource,
            ErrorCode.UNAVAILABLE,
            ErrorCode.STORAGE_FULL,
            example={"status": "ready", "worker_slots": 2},
        ),
        route(
            "/version",
            version,
            "getVersion",
            "Version of the server",
            VersionResource,
            example={"name": "Cyber AI", "version": __version__, "api": "v1"},
        ),
        route("/openapi.json", openapi, "getOpenApi", "This document", None),
        route(
            "/asyncapi.json",
            asyncapi,
            "getAsyncApi",
            "The WebSocket and its frames as an AsyncAPI document",
            None,
        ),
    )
