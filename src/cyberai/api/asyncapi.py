"""`/asyncapi.json`: AsyncAPI 3.1, the WebSocket and the same stream as server-sent events, built from the event types, the
Structs of the frames and the close codes."""

import msgspec

from cyberai import __version__
from cyberai.api.handshake import PARAMETERS, PATH
from cyberai.api.interest import MOST_CHARACTERS, MOST_SCANS
from cyberai.api.member_texts import member_texts
from cyberai.api.openapi_examples import example_of
from cyberai.api.openapi_schemas import Schema, named_schemas
from cyberai.api.watch import KEY_GONE
from cyberai.app.resources import ReportResource, ScanResource, VulnerabilityResource
from cyberai.domain.errors import ErrorCode
from cyberai.domain.event import EventType

_REF = "#/components/schemas/{name}"
_KINDS = {"scan": ScanResource, "vulnerability": VulnerabilityResource, "report": ReportResource}
CLOSE_CODES = {
    1000: "The client closed the connection.",
    1001: "The server is going down: connect again with the last `seq` as `since`.",
    1009: "The client sent a message of more than 64 KiB.",
    1011: "The server failed: connect again with the last `seq` as `since`.",
    KEY_GONE: "The key was revoked or has expired: connecting again is refused with 401.",
    4408: "The reader is too slow: connect again with the last `seq` as `since`.",
}
"""WebSocket close code -> what it means and what to do; server-sent events tell them in an event `close`."""

_DESCRIPTION = (
    "Everything that happens in a workspace, in one order. Connect with `?token=YOUR_API_KEY`, with a ticket of POST "
    "/v1/ws/tickets in its place (good for one handshake within 60 s, so that no key stands in an address), or with the "
    "`Authorization` header; a bad one is refused with exactly 401 and the error envelope of the REST API. One handshake costs "
    "one request of the rate limit, frames cost none. `Origin` is never a reason to refuse.\n\n"
    "`seq` has no holes within a workspace for a key that may read everything. `since=SEQ` replays what came after it, then goes "
    "live; where events are not kept any more, a frame `resync` comes first: read the state again. Control frames (`subscribed`, "
    "`error`, `resync`) carry the number at which the reader stands and may be kept like any other.\n\n"
    "Liveness is the protocol's: the server pings every 20 s. A slow reader gets no `scan.progress` in between, then is closed "
    "with 4408. Types and members may be added: pass over what you do not know."
)


def asyncapi_document() -> bytes:
    """The document as JSON; the same code gives the same bytes."""
    _, schemas = named_schemas(tuple(_KINDS.values()), _REF)
    schemas |= _control_schemas()
    messages = _messages(schemas)
    document = {
        "asyncapi": "3.1.0",
        "info": {
            "title": "Cyber AI events",
            "version": __version__,
            "description": _DESCRIPTION,
            "license": {"name": "Apache-2.0", "url": "https://www.apache.org/licenses/LICENSE-2.0"},
        },
        "defaultContentType": "application/json",
        "servers": {
            "local": {
                "host": "127.0.0.1:8080",
                "protocol": "ws",
                "description": "The server that serves this document, by default; `wss` where it has a certificate.",
                "security": [
                    {"$ref": f"#/components/securitySchemes/{name}"} for name in ("token", "bearer")
                ],
            }
        },
        "channels": {"events": _websocket(messages), "stream": _stream()},
        "operations": _operations(messages),
        "components": {"schemas": schemas, "messages": messages, "securitySchemes": _SECURITY},
        "x-close-codes": {str(code): text for code, text in CLOSE_CODES.items()},
    }
    return msgspec.json.encode(document)


_SECURITY: Schema = {
    "token": {
        "type": "httpApiKey",
        "in": "query",
        "name": "token",
        "description": "Your API key, or a ticket of POST /v1/ws/tickets.",
    },
    "bearer": {"type": "http", "scheme": "bearer", "description": "Your API key."},
}


def _websocket(messages: dict[str, Schema]) -> Schema:
    return {
        "address": PATH,
        "title": "WebSocket",
        "description": "One JSON text frame per event. Clients have nothing to send, and may narrow what they get.",
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in messages},
        "bindings": {
            "ws": {
                "method": "GET",
                "query": {
                    "type": "object",
                    "properties": {
                        param.name: {
                            "type": "integer" if param.kind == "integer" else "string",
                            "description": param.description,
                        }
                        for param in PARAMETERS.values()
                    },
                },
                "bindingVersion": "0.1.0",
            }
        },
    }


def _stream() -> Schema:
    names = [_name(kind.value) for kind in EventType] + ["resync"]
    return {
        "address": "/v1/events/stream",
        "title": "Server-sent events",
        "description": (
            "The same frames as server-sent events: `id` is the `seq`, `event` the type, `data` the frame. `Last-Event-ID` or "
            "`after_seq` take it up again; an event `close` holds code and reason when the server ends it."
        ),
        "messages": {name: {"$ref": f"#/components/messages/{name}"} for name in names},
    }


def _operations(messages: dict[str, Schema]) -> Schema:
    commands = ("subscribe", "unsubscribe")
    sent = [name for name in messages if name not in commands]
    return {
        "sendEvents": {
            "action": "send",
            "channel": {"$ref": "#/channels/events"},
            "summary": "Events as they happen, and answers to commands",
            "messages": [{"$ref": f"#/channels/events/messages/{name}"} for name in sent],
        },
        "receiveCommands": {
            "action": "receive",
            "channel": {"$ref": "#/channels/events"},
            "summary": "Narrow what is sent to some scans, or widen it again",
            "messages": [{"$ref": f"#/channels/events/messages/{name}"} for name in commands],
            "reply": {
                "channel": {"$ref": "#/channels/events"},
                "messages": [
                    {"$ref": f"#/channels/events/messages/{name}"} for name in ("subscribed", "error")
                ],
            },
        },
        "streamEvents": {
            "action": "send",
            "channel": {"$ref": "#/channels/stream"},
            "summary": "The same as server-sent events",
        },
    }


def _messages(schemas: dict[str, Schema]) -> dict[str, Schema]:
    texts = member_texts(EventType)
    messages: dict[str, Schema] = {}
    for kind in EventType:
        resource = _KINDS[kind.value.partition(".")[0]].__name__
        frame = _frame({"const": kind.value}, {"$ref": f"#/components/schemas/{resource}"})
        messages[_name(kind.value)] = _message(kind.value, texts[kind.value], frame, schemas)
    for name, text in _CONTROLS.items():
        frame = _frame({"const": name}, {"$ref": f"#/components/schemas/{name.capitalize()}Data"})
        messages[name] = _message(name, text, frame, schemas)
    for action in ("subscribe", "unsubscribe"):
        messages[action] = _message(action, _COMMANDS[action], _command(action), schemas)
    return messages


_CONTROLS = {
    "resync": "The events after `since` are not all kept: read the state again, then go on from `seq`.",
    "subscribed": "What the connection is narrowed to now; an empty list: nothing, every event comes.",
    "error": "A command that was none, with the code of the REST API.",
}
_COMMANDS = {
    "subscribe": f"Only the events of these scans, at most {MOST_SCANS}; without `scan_id`: every event again.",
    "unsubscribe": "Not those of this scan any more; without `scan_id`, or with the last one: every event again.",
}


def _message(name: str, summary: str, payload: Schema, schemas: dict[str, Schema]) -> Schema:
    return {
        "name": name,
        "summary": summary,
        "contentType": "application/json",
        "payload": payload,
        "examples": [{"payload": example_of(payload, schemas)}],
    }


def _frame(kind: Schema, data: Schema) -> Schema:
    return {
        "type": "object",
        "properties": {
            "id": {"type": "string", "examples": ["evt_01hm7k2v9c0000000000000000"]},
            "type": {"type": "string", **kind},
            "timestamp": {"type": "string", "format": "date-time", "examples": ["2024-01-20T10:00:00.120Z"]},
            "seq": {"type": "integer", "minimum": 0, "description": "No holes within a workspace."},
            "data": data,
        },
        "required": ["id", "type", "timestamp", "seq", "data"],
    }


def _command(action: str) -> Schema:
    return {
        "type": "object",
        "description": f"At most {MOST_CHARACTERS} characters.",
        "properties": {
            "action": {"type": "string", "const": action},
            "scan_id": {"type": "string", "examples": ["scan_01hm7k2v9c0000000000000000"]},
        },
        "required": ["action"],
    }


def _control_schemas() -> dict[str, Schema]:
    number: Schema = {"type": ["integer", "null"]}
    return {
        "ResyncData": {
            "type": "object",
            "properties": {"reason": {"type": "string"}, "since": number, "oldest": number, "head": number},
            "required": ["reason", "since", "oldest", "head"],
        },
        "SubscribedData": {
            "type": "object",
            "properties": {"scan_ids": {"type": "array", "items": {"type": "string"}}},
            "required": ["scan_ids"],
        },
        "ErrorData": {
            "type": "object",
            "properties": {
                "code": {"type": "string", "enum": [code.value for code in ErrorCode]},
                "message": {"type": "string"},
                "details": {"type": "object"},
            },
            "required": ["code", "message", "details"],
        },
    }


def _name(kind: str) -> str:
    """Such as `scanPhaseChanged`: keys of AsyncAPI hold no dots."""
    first, *rest = kind.replace(".", "_").split("_")
    return first + "".join(word.capitalize() for word in rest)
