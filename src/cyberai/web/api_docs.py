"""`/docs`: the API reference, made of the OpenAPI document that this server serves. Nothing of it is anybody's."""

import json
import re
from functools import cache
from typing import Any

from msgspec import Struct

from cyberai.api.app import all_routes
from cyberai.api.openapi import openapi_document
from cyberai.api.reply import Reply
from cyberai.web.render import page
from cyberai.web.visit import Visit

Json = dict[str, Any]

_HOST = re.compile(rb"[A-Za-z0-9.\[\]:-]{1,255}")
_DEEPEST = 3


class Field(Struct, frozen=True):
    """A parameter or a member: its name, kind, whether it must be there, and what it means."""

    name: str
    kind: str
    required: bool
    text: str


class Failure(Struct, frozen=True):
    """A status that is no success, with its codes."""

    status: str
    codes: tuple[str, ...]


class Success(Struct, frozen=True):
    """A successful answer: an example and the members of its object."""

    status: str
    text: str
    media_types: tuple[str, ...]
    example: str
    members: tuple[Field, ...]


class Body(Struct, frozen=True):
    """What is sent."""

    media_types: tuple[str, ...]
    example: str
    members: tuple[Field, ...]


class Operation(Struct, frozen=True, kw_only=True):
    """One operation as the page shows it. `curl` is what follows the server's origin and precedes it."""

    id: str
    method: str
    path: str
    summary: str
    text: str
    scope: str
    open: bool
    parameters: tuple[Field, ...]
    headers: tuple[Field, ...]
    body: Body | None
    successes: tuple[Success, ...]
    failures: tuple[Failure, ...]
    flags: tuple[str, ...]
    address: str


class Group(Struct, frozen=True):
    """The operations of a tag."""

    name: str
    operations: tuple[Operation, ...]

    @property
    def anchor(self) -> str:
        """Its place in the page."""
        return "group-" + self.name.lower().replace(" ", "-")


async def show(visit: Visit) -> Reply:
    """GET /docs."""
    host = visit.call.headers.get(b"host", b"")
    origin = host.decode() if _HOST.fullmatch(host) else "127.0.0.1:8080"
    scheme = "https" if visit.secure else "http"
    return page(visit, "api_docs", groups=groups(), origin=f"{scheme}://{origin}")


@cache
def groups() -> tuple[Group, ...]:
    """The reference by tag, in the order of the document."""
    document = json.loads(openapi_document(all_routes()))
    found: dict[str, list[Operation]] = {tag["name"]: [] for tag in document["tags"]}
    for path, methods in document["paths"].items():
        for method, operation in methods.items():
            found[operation["tags"][0]].append(_operation(document, path, method.upper(), operation))
    return tuple(Group(name, tuple(operations)) for name, operations in found.items())


def _operation(document: Json, path: str, method: str, found: Json) -> Operation:
    parameters = found.get("parameters", ())
    responses = {status: _resolved(document, response) for status, response in found["responses"].items()}
    is_open = {} in found.get("security", ()) or found.get("security") == []
    body = _body(document, found)
    return Operation(
        id=found["operationId"],
        method=method,
        path=path,
        summary=found["summary"],
        text=found.get("description", ""),
        scope=found.get("x-required-scope", ""),
        open=is_open,
        parameters=tuple(_parameter(p) for p in parameters if p["in"] != "header"),
        headers=tuple(_parameter(p) for p in parameters if p["in"] == "header"),
        body=body,
        successes=tuple(_success(document, s, r) for s, r in responses.items() if s < "300"),
        failures=tuple(
            Failure(s, tuple(r["x-error-codes"])) for s, r in responses.items() if "x-error-codes" in r
        ),
        flags=_flags(method, body, is_open=is_open),
        address=path.replace("{id}", _example_id(path)),
    )


def _flags(method: str, body: Body | None, *, is_open: bool) -> tuple[str, ...]:
    flags = [] if method == "GET" else [f"-X {method}"]
    if not is_open:
        flags.append('-H "Authorization: Bearer $CYBERAI_API_KEY"')
    if body is not None:
        sent = json.dumps(json.loads(body.example), ensure_ascii=False).replace("'", "'\\''")
        flags += [f'-H "Content-Type: {body.media_types[0]}"', f"-d '{sent}'"]
    return tuple(flags)


def _example_id(path: str) -> str:
    if path.startswith("/docs/errors/"):
        return "not_found"
    names = {"/v1/scans/": "SCAN_ID", "/v1/vulnerabilities/": "VULNERABILITY_ID", "/v1/reports/": "REPORT_ID"}
    return next((name for start, name in names.items() if path.startswith(start)), "KEY_ID")


def _parameter(found: Json) -> Field:
    # The members of a resource stand below its answer.
    kind = "list of members" if found["name"] == "fields" else _kind(found["schema"])
    return Field(found["name"], kind, found.get("required", False), found.get("description", ""))


def _body(document: Json, found: Json) -> Body | None:
    content: Json = found.get("requestBody", {}).get("content", {})
    if not content:
        return None
    first = next(iter(content.values()))
    return Body(tuple(content), _shown(first.get("example", {})), tuple(_members(document, first["schema"])))


def _success(document: Json, status: str, response: Json) -> Success:
    content: Json = response.get("content", {})
    first: Json = next(iter(content.values()), {})
    example = first.get("example")
    return Success(
        status,
        response["description"],
        tuple(content),
        example if isinstance(example, str) else _shown(example) if example else "",
        tuple(_members(document, first.get("schema", {}))),
    )


def _shown(example: Any) -> str:
    return json.dumps(example, indent=2, ensure_ascii=False)


def _members(document: Json, schema: Json, before: str = "", depth: int = 0) -> list[Field]:
    """The members of an object and of the objects in it, by their dotted paths."""
    schema = _object_of(document, schema)
    found: list[Field] = []
    for name, part in schema.get("properties", {}).items():
        text = part.get("description") or _resolved(document, part).get("description", "")
        found.append(Field(before + name, _kind(part), name in schema.get("required", ()), text))
        inner = _object_of(document, part)
        if depth < _DEEPEST and "properties" in inner:
            found += _members(document, inner, f"{before}{name}.", depth + 1)
    return found


def _object_of(document: Json, schema: Json) -> Json:
    """The schema itself instead of a reference, the part that is not null, or what a list holds."""
    while True:
        if "$ref" in schema:
            schema = _resolved(document, schema)
        elif "anyOf" in schema:
            schema = next(part for part in schema["anyOf"] if part.get("type") != "null")
        elif schema.get("type") == "array" and isinstance(schema.get("items"), dict):
            schema = schema["items"]
        else:
            return schema


def _resolved(document: Json, node: Json) -> Json:
    while "$ref" in node:
        target: Any = document
        for part in node["$ref"].removeprefix("#/").split("/"):
            target = target[part]
        node = target
    return node


def _kind(schema: Json) -> str:
    """In words, such as `list of string` or `one of low, high`."""
    if "$ref" in schema:
        return "object"
    if "enum" in schema:
        values = [str(value) for value in schema["enum"]]
        return values[0] if len(values) == 1 else "one of " + ", ".join(values)
    if "const" in schema:
        return f"always {schema['const']}"
    if "anyOf" in schema:
        return " or ".join(dict.fromkeys(_kind(part) for part in schema["anyOf"]))
    kind = schema.get("type", "anything")
    if isinstance(kind, list):
        return " or ".join(kind)
    if kind == "array":
        inner = _kind(schema["items"]) if isinstance(schema.get("items"), dict) else ""
        return f"list of {inner.removeprefix('one of ')}" if inner else "list"
    if schema.get("format") == "date-time":
        return "time"
    low, high = schema.get("minimum"), schema.get("maximum")
    return f"{kind}, {low} to {high}" if low is not None and high is not None else str(kind)
