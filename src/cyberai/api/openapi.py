"""`/openapi.json`: OpenAPI 3.1, built from the table of routes and the Structs that are decoded and encoded, so
that it cannot promise what the server does not do."""

from collections.abc import Iterable
from typing import Any

import msgspec

from cyberai import __version__
from cyberai.api.envelope import ErrorEnvelope, Problem
from cyberai.api.openapi_headers import header_components, request_headers
from cyberai.api.openapi_responses import Responses
from cyberai.api.openapi_schemas import Schema, named_schemas
from cyberai.api.query import FIELDS, Param
from cyberai.api.routes import Route
from cyberai.api.selection import members
from cyberai.domain.errors import ErrorCode

_REF = "#/components/schemas/{name}"


def openapi_document(routes: Iterable[Route]) -> bytes:
    """The document as JSON; the same routes give the same bytes."""
    routes = tuple(routes)
    kinds = [route.answer.kind for route in routes if route.answer.kind is not None]
    kinds += [answer.kind for route in routes for answer in route.also if answer.kind is not None]
    kinds += [route.body.kind for route in routes if route.body is not None]
    refs, schemas = named_schemas((*dict.fromkeys(kinds), ErrorEnvelope, Problem), _REF)
    responses = Responses(refs, schemas)
    paths: dict[str, dict[str, Any]] = {}
    for route in routes:
        paths.setdefault(route.path, {})[route.method.lower()] = _operation(route, refs, responses)
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
            "responses": dict(sorted(responses.components.items())),
            "headers": header_components(),
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


def _operation(route: Route, refs: dict[Any, Schema], responses: Responses) -> Schema:
    operation: Schema = {
        "operationId": route.operation,
        "summary": route.summary,
        "tags": [route.tag],
        "responses": responses.of(route),
    }
    if route.description:
        operation["description"] = route.description
    parameters = [_parameter(param, route.answer.kind) for param in route.query if param.carried]
    if "{id}" in route.path:
        parameters.insert(0, _path_parameter())
    parameters += [_header_parameter(name, text, {"type": "string"}) for name, text in route.headers]
    parameters += [_header_parameter(*header) for header in request_headers(route)]
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
        operation["security"] = [{}, {"bearer": []}] if ErrorCode.UNAUTHORIZED in route.errors else []
    elif route.answer.status == 101:
        operation["security"] = [{"token": []}, {"bearer": []}]
    if route.scope is not None:
        operation["x-required-scope"] = route.scope.value
    return operation


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
