"""The methods over the operations, and the table of operations."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.sdk_go.naming import BY_HAND, METHODS, SERVICES, Method, exported
from tools.sdk_go.schemas import NOTICE, Types, aligned, comment

LEFT_OUT = ("fields",)
"""Parameters without a place: rows without their members are no models. `Client.Do` takes them."""


class UnknownOperation(Exception):
    """The document has an operation that tools/sdk_go/naming.py does not name, or the other way round."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    described: dict[str, Any]

    def answer(self, status: str) -> dict[str, Any]:
        """The JSON schema of what a success answers; {} where it is no JSON."""
        for code, answer in self.described["responses"].items():
            if code == status or (not status and code < "300"):
                schema: dict[str, Any] = (
                    answer.get("content", {}).get("application/json", {}).get("schema", {})
                )
                return schema
        return {}

    def body(self, types: Types) -> str:
        """The Go type of what is sent, or ""."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json")
        return types.type_of(content["schema"]) if content else ""

    def query(self, method: Method) -> list[dict[str, Any]]:
        """The parameters that a caller may give."""
        return [
            given
            for given in self.described.get("parameters", ())
            if given["in"] == "query" and given["name"] not in LEFT_OUT + method.without
        ]


def operations(document: dict[str, Any]) -> dict[str, Operation]:
    """By id; raise UnknownOperation where the table of names differs."""
    found = {
        described["operationId"]: Operation(described["operationId"], method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    named = {method.operation for method in METHODS} | set(BY_HAND)
    if named != found.keys():
        raise UnknownOperation(f"tools/sdk_go/naming.py and the document differ in {named ^ found.keys()}")
    return found


@dataclass(frozen=True)
class Shape:
    """How the Go method of an operation looks."""

    method: Method
    operation: Operation
    kind: str
    """What it returns: a type, `Page[T]`, or "" where the answer is no JSON."""
    body: str
    has_id: bool
    has_query: bool
    cursor_item: str = ""
    """The type of the members, where a page says more than its members."""

    @property
    def item(self) -> str:
        """The type of a list's members."""
        return self.kind[5:-1] if self.kind.startswith("Page[") else ""

    def arguments(self) -> list[str]:
        """The parameters between the context and the options."""
        found = ["id string"] if self.has_id else []
        found += [f"body *{self.body}"] if self.body else []
        return found + ([f"params *{self.method.params}"] if self.has_query else [])


def shapes(document: dict[str, Any], types: Types) -> list[Shape]:
    known = operations(document)
    found = []
    for method in METHODS:
        operation = known[method.operation]
        schema = operation.answer(method.status)
        kind = types.type_of(schema) if schema else ""
        has_id = "{id}" in operation.path
        has_query = bool(operation.query(method))
        body, item = operation.body(types), _cursor_item(types, schema)
        found.append(Shape(method, operation, kind, body, has_id, has_query, item))
    return found


def _cursor_item(types: Types, schema: dict[str, Any]) -> str:
    name = schema.get("$ref", "").rpartition("/")[2]
    members = types.schemas.get(name, {}).get("properties", {})
    if "next_cursor" not in members or name.startswith("ListPage_"):
        return ""
    return types.type_of(members["data"]["items"])


def services_text(document: dict[str, Any], types: Types) -> str:
    """services.go."""
    every = shapes(document, types)
    parts = [f'{NOTICE}\n\npackage cyberai\n\nimport (\n\t"context"\n\t"time"\n)']
    for service in SERVICES:
        parts.append(
            f"// {service}Service is Client.{service}.\ntype {service}Service struct{{ client *Client }}"
        )
        parts += ["\n".join(_method(shape)) for shape in every if shape.method.service == service]
    known = operations(document)
    stream = Method("streamEvents", "Events", "Stream")
    streamed = Shape(stream, known["streamEvents"], "", "", has_id=False, has_query=True)
    with_query = {shape.method.params: shape for shape in [*every, streamed] if shape.has_query}
    parts += ["\n".join(_params(shape, types)) for shape in with_query.values()]
    return "\n\n".join(parts) + "\n"


def _params(shape: Shape, types: Types) -> Iterator[str]:
    rows = []
    for given in shape.operation.query(shape.method):
        kind = _query_type(given["schema"], given["name"], types)
        text = given.get("description", "")
        if shape.item and given["name"] == "limit":
            text = "How many one page holds; all pages are read one after the other."
        rows.append((exported(given["name"]), kind, f'`query:"{given["name"]}"`', comment(text, "\t")))
    name = shape.method.params
    yield f"// {name} are the parameters of {shape.method.service}.{shape.method.name}; what is zero is left out."
    yield f"type {name} struct {{"
    yield from aligned(rows)
    yield "}"


def _query_type(schema: dict[str, Any], name: str, types: Types) -> str:
    kind = types.type_of(schema, member=name)
    # Where 0 is a value of its own, it can be told from nothing.
    return "*int" if kind == "int" and schema.get("minimum", 0) < 1 else kind


def _method(shape: Shape) -> Iterator[str]:
    described = shape.operation.described
    summary = described.get("summary", shape.operation.id).strip().rstrip(".")
    yield from comment(f"{shape.method.name}: {summary}. {described.get('description') or ''}")
    signature = ", ".join(["ctx context.Context", *shape.arguments(), "options ...CallOption"])
    returned = f"*Pager[{shape.item}]" if shape.item else f"(*{shape.kind or 'RawResponse'}, error)"
    if shape.kind.startswith("map["):
        returned = f"({shape.kind}, error)"
    yield f"func (s *{shape.method.service}Service) {shape.method.name}({signature}) {returned} {{"
    yield from _call(shape)
    yield "}"
    if shape.cursor_item:
        yield ""
        yield from _all_pages(shape)


def _all_pages(shape: Shape) -> Iterator[str]:
    """An iterator beside a method whose page says more than its members."""
    name, item = shape.method.name, shape.cursor_item
    arguments = ", ".join(["ctx context.Context", *shape.arguments(), "options ...CallOption"])
    given = ", ".join(["ctx", *(["id"] if shape.has_id else []), "&own", "options..."])
    yield f"// {name}All: the members of all pages of {name}."
    yield f"func (s *{shape.method.service}Service) {name}All({arguments}) *Pager[{item}] {{"
    yield from _own_params(shape)
    yield f"\treturn newPager(ctx, own.Cursor, func(ctx context.Context, cursor string) (*Page[{item}], error) {{"
    yield "\t\town.Cursor = cursor"
    yield f"\t\tpage, err := s.{name}({given})"
    yield "\t\tif err != nil {"
    yield "\t\t\treturn nil, err"
    yield "\t\t}"
    yield f"\t\treturn &Page[{item}]{{Data: page.Data, HasMore: page.HasMore, NextCursor: page.NextCursor}}, nil"
    yield "\t})"
    yield "}"


def _own_params(shape: Shape) -> Iterator[str]:
    yield "\tvar own " + shape.method.params
    yield "\tif params != nil {"
    yield "\t\town = *params"
    yield "\t}"


def _call(shape: Shape) -> Iterator[str]:
    request = f'"{shape.operation.method}", "{shape.operation.path}", {"id" if shape.has_id else chr(34) * 2}'
    query = "queryOf(params)" if shape.has_query else f'"{shape.method.query}"'
    body = "body" if shape.body else "nil"
    if shape.item:
        yield from _own_params(shape)
        yield f"\treturn newPager(ctx, own.Cursor, func(ctx context.Context, cursor string) (*{shape.kind}, error) {{"
        yield "\t\town.Cursor = cursor"
        yield f"\t\treturn value[{shape.kind}](ctx, s.client, {request}, queryOf(&own), nil, options)"
        yield "\t})"
    elif shape.kind.startswith("map["):
        yield f"\tfound, err := value[{shape.kind}](ctx, s.client, {request}, {query}, nil, options)"
        yield "\tif err != nil {"
        yield "\t\treturn nil, err"
        yield "\t}"
        yield "\treturn *found, nil"
    elif shape.kind:
        yield f"\treturn value[{shape.kind}](ctx, s.client, {request}, {query}, {body}, options)"
    else:
        yield f"\treturn plain(ctx, s.client, {request}, {query}, options)"


def operations_text(document: dict[str, Any]) -> str:
    """operations.go."""
    table = {method.operation: f"{method.service}.{method.name}" for method in reversed(METHODS)} | BY_HAND
    lines = [
        NOTICE,
        "",
        "package cyberai",
        "",
        "// Operation is one operation of the API and the method that calls it.",
        "type Operation struct{ ID, HTTPMethod, Path, GoMethod string }",
        "",
        "// Operations are all that the SDK knows, which is all there are.",
        "var Operations = []Operation{",
        *(
            f'\t{{"{operation.id}", "{operation.method}", "{operation.path}", "{table[operation.id]}"}},'
            for operation in operations(document).values()
        ),
        "}",
    ]
    return "\n".join(lines) + "\n"
