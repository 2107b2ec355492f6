"""The operations of the OpenAPI document, as the JavaScript SDK sees them."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

from tools.sdk_javascript.naming import METHODS, MODELS

Schema = dict[str, Any]


class UnknownOperation(Exception):
    """The document has an operation that tools/sdk_javascript/naming.py does not name, or the other way round."""


@dataclass(frozen=True)
class Operation:
    """One operation. `answers` are status -> schema of its successes in JSON, what is created first."""

    id: str
    method: str
    path: str
    query: tuple[Schema, ...]
    body: Schema | None
    answers: dict[str, Schema]
    text: str
    is_json: bool

    @property
    def group(self) -> str:
        return METHODS[self.id].split(".")[0]

    @property
    def name(self) -> str:
        return METHODS[self.id].split(".")[1]


def operations(document: Schema) -> list[Operation]:
    """All of them; raise UnknownOperation where the table of names differs."""
    found = [
        _operation(described, method, path)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    ]
    if {operation.id for operation in found} != METHODS.keys():
        differing = {operation.id for operation in found} ^ METHODS.keys()
        raise UnknownOperation(
            f"tools/sdk_javascript/naming.py and the document differ in {sorted(differing)}"
        )
    return found


def _operation(described: dict[str, Any], method: str, path: str) -> Operation:
    answers: dict[str, Schema] = {}
    types = set()
    for status, answer in sorted(described["responses"].items(), reverse=True):
        if status < "300":
            types |= answer.get("content", {}).keys()
            schema = answer.get("content", {}).get("application/json", {}).get("schema")
            if schema and schema not in answers.values():
                answers[status] = schema
    query = tuple(
        given
        for given in described.get("parameters", ())
        if given["in"] == "query" and given["name"] != "dry_run"
    )
    body = described.get("requestBody", {}).get("content", {}).get("application/json", {}).get("schema")
    text = one_line(described["summary"])
    return Operation(
        described["operationId"],
        method.upper(),
        path,
        query,
        body,
        answers,
        text,
        "application/json" in types,
    )


def one_line(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("*/", "* /")


def reference(schema: Schema) -> str:
    """The name of the schema that is referred to; "" where it is written out."""
    return str(schema.get("$ref", "")).rpartition("/")[2]


def page_item(document: Schema, schema: Schema) -> Schema | None:
    """The schema of a list's members; None where it is no list."""
    named = document["components"]["schemas"].get(reference(schema), {}).get("properties", {})
    if "next_cursor" not in named or "data" not in named:
        return None
    return dict(named["data"]["items"])


def model_name(schema: str) -> str:
    """`ScanResource` -> `Scan`, `ListPage_ScanResource_` -> `ScanPage`."""
    listed = re.fullmatch(r"ListPage_(\w+)_", schema)
    if listed:
        return model_name(listed[1]) + "Page"
    return MODELS.get(schema) or schema.removesuffix("Resource")
