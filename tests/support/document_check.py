"""Holds replies against the OpenAPI document: status, media type, headers, codes of errors and every byte of JSON.

The clients of the test suite call `judge` with each reply they get, so that whatever any test provokes must be in the
document. Objects may have no member that their schema does not name.
"""

import json
import zlib
from functools import cache
from typing import Any

import jsonschema_rs
import zstandard

from cyberai.api.app import all_routes
from cyberai.api.asyncapi import asyncapi_document
from cyberai.api.later import LATER
from cyberai.api.openapi import openapi_document
from cyberai.api.routes import Router

Headers = list[tuple[str, str]]

OF_HTTP = frozenset({"content-type", "content-length", "date", "connection", "transfer-encoding"})
"""Headers of HTTP itself, which no document names."""

OF_CORS = "access-control-"
WEB = ("text/html", "text/css", "text/javascript", "image/svg+xml")
"""What the web page answers; it is no part of the API."""

PROBLEM = "application/problem+json"


@cache
def document() -> dict[str, Any]:
    """The document that `/openapi.json` serves."""
    return dict(json.loads(openapi_document(all_routes())))


@cache
def _router() -> Router:
    return Router(all_routes(), LATER)


@cache
def _strict() -> dict[str, Any]:
    """The schemas, with no room for members that they do not name."""
    schemas: dict[str, Any] = json.loads(json.dumps(document()["components"]["schemas"]))
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return schemas


@cache
def _validator(schema: str, *, partial: bool) -> Any:
    schemas = _strict()
    if partial:  # `fields` leaves members out
        schemas = {
            name: {key: value for key, value in of.items() if key != "required" or name == "ErrorEnvelope"}
            for name, of in schemas.items()
        }
    return jsonschema_rs.Draft202012Validator({**json.loads(schema), "components": {"schemas": schemas}})


def resolved(node: dict[str, Any]) -> dict[str, Any]:
    """What a reference points to, or the thing itself."""
    while "$ref" in node:
        target: Any = document()
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part.replace("~1", "/")]
        node = target
    return node


def judge(method: str, target: str, status: int, headers: Headers, body: bytes) -> None:
    """Raise AssertionError where the reply is not what the document says."""
    path, _, query = target.partition("?")
    where = f"{method} {target} -> {status}"
    media_type = next((v for n, v in headers if n.lower() == "content-type"), "").partition(";")[0].strip()
    node, _ = _router().resolve(path, path.encode())
    asked = "GET" if method == "HEAD" else method
    known = None if node is None or not asked.isupper() else document()["paths"].get(node.path)
    operation = None if known is None else known.get(asked.lower())
    if operation is None:
        _judge_elsewhere(where, method, path, status, media_type, body)
        return
    response = operation["responses"].get(str(status))
    assert response is not None, f"{where}: the document does not name this status"
    response = resolved(response)
    _judge_headers(where, response, headers)
    if status == 304 or method == "HEAD":
        return
    content = response.get("content", {})
    named = next((content[name] for name in (media_type, "*/*") if name in content), None)
    assert named is not None or (not content and not body), f"{where}: {media_type} is not in the document"
    if named is not None and media_type.endswith("json") and "schema" in named:
        value = json.loads(_plain(headers, body))
        _judge_value(where, named["schema"], value, partial="fields=" in query)
        if status >= 400:
            code = value["error"]["code"] if media_type != PROBLEM else value["code"]
            assert code in response["x-error-codes"], f"{where}: the document does not name the code {code}"


@cache
def _frames() -> dict[str, Any]:
    """Type of a frame -> its validator, from `/asyncapi.json`."""
    found = json.loads(asyncapi_document())["components"]
    schemas = found["schemas"]
    for schema in schemas.values():
        if "properties" in schema:
            schema.setdefault("additionalProperties", False)
    return {
        message["name"]: jsonschema_rs.Draft202012Validator(
            {**message["payload"], "additionalProperties": False, "components": {"schemas": schemas}}
        )
        for message in found["messages"].values()
    }


def judge_frame(frame: Any, name: str = "") -> None:
    """Raise AssertionError where a frame of a stream is not what `/asyncapi.json` says of its type, or of that message."""
    name = name or frame["type"]
    validator = _frames().get(name)
    assert validator is not None, f"asyncapi.json does not name the frame {name}"
    errors = [f"{list(e.instance_path)}: {e.message[:300]}" for e in validator.iter_errors(frame)]
    assert not errors, f"{name}: {errors[:3]}"


def judge_value(where: str, schema: dict[str, Any], value: Any) -> None:
    """Raise AssertionError where a value does not fit a schema of the OpenAPI document."""
    _judge_value(where, schema, value, partial=False)


def _judge_elsewhere(where: str, method: str, path: str, status: int, media_type: str, body: bytes) -> None:
    """Where the document has no operation there is nothing but an error, a list of methods, or the web page."""
    if media_type in WEB or (not path.startswith("/v1") and status < 400):
        return
    if method == "OPTIONS" and status == 204:
        return
    assert status >= 400, f"{where}: the document does not have this operation"
    if method != "HEAD":
        name = "Problem" if media_type == PROBLEM else "ErrorEnvelope"
        _judge_value(where, {"$ref": f"#/components/schemas/{name}"}, json.loads(body), partial=False)


def _judge_headers(where: str, response: dict[str, Any], headers: Headers) -> None:
    named = {name.lower(): resolved(header) for name, header in response.get("headers", {}).items()}
    sent = {name.lower(): value for name, value in headers}
    unnamed = {name for name in sent.keys() - named.keys() - OF_HTTP if not name.startswith(OF_CORS)}
    assert not unnamed, f"{where}: headers that the document does not name: {sorted(unnamed)}"
    missing = {name for name, header in named.items() if header.get("required") and name not in sent}
    assert not missing, f"{where}: headers that the document promises: {sorted(missing)}"
    for name in sent.keys() & named.keys():
        if named[name]["schema"].get("type") == "integer":
            assert sent[name].isdigit(), f"{where}: {name} is {sent[name]!r}, no number"


def _judge_value(where: str, schema: dict[str, Any], value: Any, *, partial: bool) -> None:
    validator = _validator(json.dumps(schema), partial=partial)
    errors = [f"{list(e.instance_path)}: {e.message[:300]}" for e in validator.iter_errors(value)]
    assert not errors, f"{where}: {errors[:3]}"


def _plain(headers: Headers, body: bytes) -> bytes:
    coding = next((value for name, value in headers if name.lower() == "content-encoding"), "")
    if coding == "gzip":
        return zlib.decompress(body, 31)
    return zstandard.ZstdDecompressor().decompressobj().decompress(body) if coding == "zstd" else body
