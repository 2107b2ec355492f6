"""`/openapi.json`: OpenAPI 3.1, built from the table of routes and the Structs that are decoded and encoded, so
that it cannot promise what the server does not do."""

from collections.abc import Iterable
from typing import Any

import msgspec

from cyberai import __version__
from cyberai.api.accept import PROBLEM
from cyberai.api.envelope import ErrorEnvelope, Problem
from cyberai.api.examples import ERROR
from cyberai.api.openapi_schemas import Schema, named_schemas
from cyberai.api.query import FIELDS, Param
from cyberai.api.routes import Answer, Route
from cyberai.api.selection import members
from cyberai.domain.errors import STATUS, ErrorCode

_REF = "#/components/schemas/{name}"
_V1 = (ErrorCode.UNAUTHORIZED, ErrorCode.KEY_EXPIRED, ErrorCode.RATE_LIMITED)
_RATE = (
    "X-RateLimit-Limit",
    "X-RateLimit-Remaining",
    "X-RateLimit-Reset",
    "RateLimit-Policy",
    "RateLimit",
)
_HEADERS: dict[str, tuple[str, str]] = {
    "X-RateLimit-Limit": ("integer", "Requests per minute of this key."),
    "X-RateLimit-Remaining": ("integer", "Requests left in this minute."),
    "X-RateLimit-Reset": ("integer", "Unix second at which the next minute starts."),
    "RateLimit-Policy": ("string", 'The same limit as the IETF draft writes it: `"minute";q=1000;w=60`.'),
    "RateLimit": ("string", 'Requests left and seconds until the next minute: `"minute";r=999;t=42`.'),
    "Link": ("string", "RFC 8288: `first`, and `next` where there is a next page."),
    "Idempotency-Replayed": (
        "string",
        "`true` where a POST was answered before under its `Idempotency-Key`.",
    ),
    "X-Request-Id": ("string", "The id you sent, or one made for this request; errors and the log carry it."),
    "Location": ("string", "Path of the new resource."),
    "Retry-After": ("integer", "Seconds to wait before trying again."),
    "WWW-Authenticate": ("string", "`Bearer`."),
    "Allow": ("string", "Methods this path knows."),
    "Content-Disposition": ("string", "`attachment` with the file's name."),
    "ETag": ("string", "Identifies the state of the resource, or a file's bytes."),
    "Preference-Applied": ("string", "`wait=N` when the answer waited for a change of state."),
    "Accept-Ranges": ("string", "`bytes`."),
}
_ERROR_HEADERS: dict[int, tuple[str, ...]] = {
    401: ("WWW-Authenticate",),
    405: ("Allow",),
    429: ("Retry-After",),
    503: ("Retry-After",),
}
_DESCRIPTIONS = {
    400: "Bad request",
    401: "Unauthorized",
    403: "Forbidden",
    404: "Not found",
    406: "Not acceptable",
    409: "Conflict",
    412: "Precondition failed",
    413: "Body too large",
    415: "Unsupported media type",
    429: "Too many requests",
    500: "Internal server error",
    503: "Unavailable",
}


def openapi_document(routes: Iterable[Route]) -> bytes:
    """The document as JSON; the same routes give the same bytes."""
    routes = tuple(routes)
    kinds = [route.answer.kind for route in routes if route.answer.kind is not None]
    kinds += [answer.kind for route in routes for answer in route.also if answer.kind is not None]
    kinds += [route.body.kind for route in routes if route.body is not None]
    refs, schemas = named_schemas((*dict.fromkeys(kinds), ErrorEnvelope, Problem), _REF)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs)
    document = {
        "openapi": "3.1.0",
        "info": {
            "title": "Cyber AI",
            "version": __version__,
            "description": (
                "Security scanning over HTTP. Every reply that is no success is an error envelope, or problem details "
                "(RFC 9457) where `Accept` names application/problem+json; every reply below /v1 carries the "
                "X-RateLimit and RateLimit headers. Every GET answers HEAD, every path OPTIONS. Replies from 1 KiB on "
                "are compressed (zstd, gzip) as `Accept-Encoding` allows, except those that hold a secret. "
                "Enumerations may grow."
            ),
            "license": {"name": "Apache-2.0", "identifier": "Apache-2.0"},
        },
        "servers": [{"url": "/"}],
        "security": [{"bearer": []}],
        "tags": [{"name": tag} for tag in dict.fromkeys(route.tag for route in routes)],
        "paths": paths,
        "components": {
            "schemas": schemas,
            "headers": {name: _header(name) for name in _HEADERS},
            "securitySchemes": {
                "bearer": {"type": "http", "scheme": "bearer", "description": "Your API key."},
                "token": {
                    "type": "apiKey",
                    "in": "query",
                    "name": "token",
                    "description": "The same key, for the WebSocket only.",
                },
            },
        },
    }
    return msgspec.json.encode(document)


def _operation(route: Route, refs: dict[Any, Schema]) -> Schema:
    operation: Schema = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.tag],
        "responses": _responses(route, refs),
    }
    if route.description:
        operation["description"] = route.description
    parameters = [_parameter(param, route.answer.kind) for param in route.query if param.carried]
    if "{id}" in route.path:
        parameters.insert(0, _path_parameter())
    parameters += [_header_parameter(name, text, {"type": "string"}) for name, text in route.headers]
    parameters += [_header_parameter(*header) for header in _request_headers(route)]
    if parameters:
        operation["parameters"] = parameters
    if route.body is not None:
        content: Schema = {"schema": refs[route.body.kind]}
        if route.body.example is not None:
            content["example"] = route.body.example
        operation["requestBody"] = {
            "required": True,
            "content": dict.fromkeys(route.body.media_types, content),
        }
    if not route.path.startswith("/v1/"):
        operation["security"] = []
    elif route.answer.status == 101:
        operation["security"] = [{"token": []}, {"bearer": []}]
    if route.scope is not None:
        operation["x-required-scope"] = route.scope.value
    return operation


def _request_headers(route: Route) -> list[tuple[str, str, Schema]]:
    """Name, meaning and schema of the headers that a route's method makes sense of."""
    text: Schema = {"type": "string", "minLength": 1}
    if route.method == "POST":
        meaning = (
            "A new UUID for a new request: repeated with the same key within 24 hours, it has its effect once and "
            "answers the same. Where the answer holds a secret, repeat it with the same API key."
        )
        return [("Idempotency-Key", meaning, {**text, "maxLength": 255})]
    if route.method == "PATCH":
        return [("If-Match", "The `ETag` of the state that may be changed, or `*`; else 412.", text)]
    if is_tagged(route):
        return [("If-None-Match", "The `ETag` you have: 304 when it is still so, which costs nothing.", text)]
    return []


def is_tagged(route: Route) -> bool:
    """True where the answer carries an entity tag."""
    return "ETag" in route.answer.headers and route.method == "GET"


def _header_parameter(name: str, description: str, schema: Schema) -> Schema:
    return {"name": name, "in": "header", "required": False, "description": description, "schema": schema}


def _path_parameter() -> Schema:
    return {
        "name": "id",
        "in": "path",
        "required": True,
        "description": "Opaque. Unknown, malformed and foreign ids answer the same 404.",
        "schema": {"type": "string", "minLength": 1},
    }


def _parameter(param: Param, kind: Any) -> Schema:
    schema: Schema = {"type": "string", "minLength": 1}
    if param is FIELDS:
        schema = {"type": "string", "enum": list(members(kind))}
    elif param.choices is not None:
        schema = {"type": "string", "enum": [member.value for member in param.choices]}
    elif param.values:
        schema = {"type": "string", "enum": list(param.values)}
    elif param.kind == "integer":
        schema = {"type": "integer", "minimum": 0}
    elif param.kind == "boolean":
        schema = {"type": "boolean", "default": False}
    elif param.kind == "time":
        schema = {"type": "string", "format": "date-time"}
    if param.name == "limit":
        schema = {"type": "integer", "minimum": 1, "maximum": 200, "default": 50}
    parameter: Schema = {"name": param.name, "in": "query", "description": param.description}
    if param.several:
        schema = {"type": "array", "items": schema, "minItems": 1}
        parameter |= {"style": "form", "explode": False}
    return parameter | {"schema": schema}


def _responses(route: Route, refs: dict[Any, Schema]) -> Schema:
    responses: Schema = {str(route.answer.status): _answer(route, route.answer, refs)}
    responses |= {str(answer.status): _answer(route, answer, refs) for answer in route.also}
    for status, codes in sorted(_errors(route).items()):
        names = ", ".join(f"`{code.value}`" for code in codes)
        headers = [*_ERROR_HEADERS.get(status, ()), *_common_headers(route)]
        responses[str(status)] = {
            "description": f"{_DESCRIPTIONS[status]}: {names}",
            "headers": _header_refs(headers),
            "content": {
                "application/json": {"schema": refs[ErrorEnvelope], "example": _example(codes[0])},
                PROBLEM: {"schema": refs[Problem]},
            },
        }
    if route.path.endswith("/download"):
        responses["206"] = {**responses["200"], "description": "The part asked for by Range"}
    if is_tagged(route):
        responses["304"] = {
            "description": "Not modified; does not count against the rate limit",
            "headers": _header_refs(["ETag", *_common_headers(route)]),
        }
    return dict(sorted(responses.items()))


def _errors(route: Route) -> dict[int, list[ErrorCode]]:
    codes = [ErrorCode.INVALID_REQUEST, ErrorCode.UNKNOWN_PARAMETER, *route.errors]
    if route.path.startswith("/v1/"):
        codes += _V1
    if route.scope is not None:
        codes.append(ErrorCode.FORBIDDEN)
    if "{id}" in route.path:
        codes.append(ErrorCode.NOT_FOUND)
    if route.answer.media_type:
        codes.append(ErrorCode.NOT_ACCEPTABLE)
    if route.method == "POST":
        codes += (ErrorCode.IDEMPOTENCY_IN_PROGRESS, ErrorCode.IDEMPOTENCY_MISMATCH)
    if route.method == "PATCH":
        codes.append(ErrorCode.PRECONDITION_FAILED)
    if route.body is not None:
        codes += (ErrorCode.PAYLOAD_TOO_LARGE, ErrorCode.UNSUPPORTED_MEDIA_TYPE)
    codes += (ErrorCode.INTERNAL_ERROR, ErrorCode.UNAVAILABLE)
    grouped: dict[int, list[ErrorCode]] = {}
    for code in dict.fromkeys(codes):
        grouped.setdefault(STATUS[code], []).append(code)
    return grouped


def _answer(route: Route, answer: Answer, refs: dict[Any, Schema]) -> Schema:
    response: Schema = {
        "description": answer.description,
        "headers": _header_refs([*answer.headers, *_own_headers(route), *_common_headers(route)]),
    }
    if answer.media_type:
        content: Schema = {}
        if answer.kind is not None:
            content["schema"] = refs[answer.kind]
        elif answer.media_type == "application/json":
            content["schema"] = {"type": "object"}
        if answer.example is not None:
            content["example"] = answer.example
        response["content"] = {answer.media_type: content}
    return response


def _example(code: ErrorCode) -> Schema:
    if code is ErrorCode.INVALID_REQUEST:
        return ERROR
    return {"error": {"code": code.value, "message": "...", "details": {"field": None, "reason": "..."}}}


def _own_headers(route: Route) -> tuple[str, ...]:
    return ("Idempotency-Replayed",) if route.method == "POST" else ()


def _common_headers(route: Route) -> tuple[str, ...]:
    return ("X-Request-Id", *(_RATE if route.path.startswith("/v1/") else ()))


def _header_refs(names: Iterable[str]) -> Schema:
    return {name: {"$ref": f"#/components/headers/{name}"} for name in names}


def _header(name: str) -> Schema:
    kind, description = _HEADERS[name]
    return {"description": description, "schema": {"type": kind}}
