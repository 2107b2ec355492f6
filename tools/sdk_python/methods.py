"""The table of operations, and the sync and async classes of methods over it."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tools.sdk_python.naming import BY_HAND, GROUPS, METHODS, Method
from tools.sdk_python.schemas import Types, attribute, may_be_unset, model_name, sentence, widened

LEFT_OUT = ("fields",)
"""Parameters without an argument: rows without their members are no models. `client.request` takes them."""
HEADERS = {"If-Match": "if_match", "Prefer": "prefer_wait"}
NOTICE = "Made from the OpenAPI document by tools.gen_sdk: do not edit."


class UnknownOperation(Exception):
    """The document has an operation that tools/sdk_python/naming.py does not name, or the other way round."""


@dataclass(frozen=True)
class Operation:
    """One operation of the document."""

    id: str
    method: str
    path: str
    described: dict[str, Any]

    @property
    def constant(self) -> str:
        return re.sub(r"(?<=[a-z])(?=[A-Z])", "_", self.id).upper()

    def kind(self, types: Types, status: str) -> str:
        """The annotation of what a success answers; "" where it is no JSON."""
        for code, answer in self.described["responses"].items():
            content = answer.get("content", {}).get("application/json")
            if content and (code == status or (not status and code < "300")):
                found = types.type_of(content["schema"])
                return "dict[str, Any]" if found.startswith("Mapping") else found
        return ""

    def page_item(self, types: Types, status: str) -> str:
        """The type of a list's members; "" where the answer is no list."""
        for code, answer in self.described["responses"].items():
            schema = answer.get("content", {}).get("application/json", {}).get("schema", {})
            named = types.schemas.get(schema.get("$ref", "").rpartition("/")[2], {})
            if (
                code < "300"
                and (not status or code == status)
                and "next_cursor" in named.get("properties", {})
            ):
                return types.type_of(named["properties"]["data"]["items"])
        return ""

    def body(self, types: Types) -> tuple[dict[str, Any], str]:
        """(schema, its name) of what is sent, or ({}, "")."""
        content = self.described.get("requestBody", {}).get("content", {}).get("application/json")
        if not content:
            return {}, ""
        name = content["schema"]["$ref"].rpartition("/")[2]
        return types.schemas[name], name


def operations(document: dict[str, Any]) -> dict[str, Operation]:
    """By id; raise UnknownOperation where the table of names differs."""
    found = {
        described["operationId"]: Operation(described["operationId"], method.upper(), path, described)
        for path, methods in document["paths"].items()
        for method, described in methods.items()
    }
    named = {method.operation for method in METHODS} | set(BY_HAND)
    if named != found.keys():
        raise UnknownOperation(
            f"tools/sdk_python/naming.py and the document differ in {named ^ found.keys()}"
        )
    return found


def operations_text(document: dict[str, Any]) -> str:
    """_operations.py."""
    lines = [
        f'"""The operations of the API. {NOTICE}"""',
        "",
        "from cyberai_sdk._requests import Operation",
        "",
    ]
    lines += [
        f"{operation.constant} = Operation({operation.id!r}, {operation.method!r}, {operation.path!r})"
        for operation in operations(document).values()
    ]
    table = {method.operation: f"{method.group}.{method.name}" for method in reversed(METHODS)} | BY_HAND
    lines += [
        "",
        f"METHODS = {dict(sorted(table.items()))!r}",
        '"""Operation -> the method of the client."""',
        "",
    ]
    return "\n".join(lines)


def resources_text(document: dict[str, Any], types: Types, *, is_async: bool) -> str:
    """_resources.py or _async_resources.py."""
    known = operations(document)
    prefix = "Async" if is_async else ""
    parts = [_head(types, is_async)]
    for group, name in GROUPS.items():
        lines = [
            f"class {prefix}{name}:",
            f'    """`client.{group}`."""',
            "",
            f"    def __init__(self, caller: {prefix}Caller) -> None:",
            "        self._caller = caller",
        ]
        for method in METHODS:
            if method.group == group:
                lines += ["", *_method(known[method.operation], method, types, is_async)]
        parts.append("\n".join(lines))
    return "\n\n\n".join(parts) + "\n"


def _head(types: Types, is_async: bool) -> str:
    prefix, module = ("Async", "_async") if is_async else ("", "_sync")
    names = sorted({*types.enums, *(model_name(name) for name in types.schemas)})
    return "\n".join(
        [
            f'"""The methods of the {"async " if is_async else ""}client. {NOTICE}"""',
            "",
            "from __future__ import annotations",
            "",
            "import builtins",
            "from collections.abc import Mapping, Sequence",
            "from datetime import datetime",
            "from typing import Any",
            "",
            "from msgspec import UNSET, UnsetType",
            "",
            "from cyberai_sdk import _operations as ops",
            f"from cyberai_sdk.{module}_caller import {prefix}Caller, {prefix}Pages",
            "from cyberai_sdk._requests import Arguments, prefer",
            f"from cyberai_sdk.models import {', '.join(names)}",
            "from cyberai_sdk.options import CallOptions, RawResponse",
        ]
    )


@dataclass(frozen=True)
class Parameter:
    """An argument of a method, and where it goes."""

    name: str
    annotation: str
    default: str
    place: str
    sent_as: str
    text: str


def _parameters(operation: Operation, method: Method, types: Types) -> Iterator[Parameter]:
    body, owner = operation.body(types)
    required = set(body.get("required", ()))
    for member, schema in body.get("properties", {}).items():
        kind = widened(types.type_of(schema, owner, member), types)
        for name in types.schemas:
            kind = re.sub(rf"\b{model_name(name)}\b", f"{model_name(name)} | Mapping[str, Any]", kind)
        default = "" if member in required else "UNSET"
        annotation = kind if member in required else may_be_unset(kind)
        yield Parameter(attribute(member), annotation, default, "body", member, schema.get("description", ""))
    is_list = bool(operation.page_item(types, method.status))
    for given in operation.described.get("parameters", ()):
        name = given["name"]
        text = given.get("description", "")
        if given["in"] == "header" and name in HEADERS:
            kind = "int | None" if name == "Prefer" else "str | None"
            yield Parameter(HEADERS[name], kind, "None", "header", name, text)
        if given["in"] != "query" or name in LEFT_OUT + method.without:
            continue
        kind = _query_type(given["schema"], name, types)
        if is_list and name == "limit":
            text = "How many one page holds; all pages are read one after the other."
        yield Parameter(attribute(name), f"{kind} | None", "None", "query", name, text)


def _query_type(schema: dict[str, Any], name: str, types: Types) -> str:
    if schema.get("type") == "array":
        one = _query_type(schema["items"], name, types)
        return one if one == "str" else f"{one} | Sequence[{one}]"
    kind = types.type_of(schema, member=name)
    if kind in types.enums:
        return f"{kind} | str"
    return "datetime | str" if kind == "datetime" else kind


def _method(operation: Operation, method: Method, types: Types, is_async: bool) -> Iterator[str]:
    parameters = list(_parameters(operation, method, types))
    has_id = "{id}" in operation.path
    kind, item = operation.kind(types, method.status), operation.page_item(types, method.status)
    prefix = "Async" if is_async else ""
    returned = f"{prefix}Pages[{kind}, {item}]" if item else kind or "RawResponse"
    waits = is_async and not item
    signature = ["self"] + (["id: str"] if has_id else []) + ["*"]
    signature += [
        f"{p.name}: {_unshadowed(p.annotation)}" + (f" = {p.default}" if p.default else "")
        for p in parameters
    ]
    signature.append("call: CallOptions | None = None")
    yield f"    {'async ' if waits else ''}def {method.name}({', '.join(signature)}) -> {_unshadowed(returned)}:"
    yield f'        """{_docstring(operation, parameters)}"""'
    if kind == "dict[str, Any]":
        kind = "builtins.dict[str, Any]"
    arguments = _arguments(parameters, method, has_id)
    verb = "pages" if item else "value" if kind else "raw"
    shape = f"{kind}, " if kind else ""
    yield (
        f"        return {'await ' if waits else ''}self._caller.{verb}(ops.{operation.constant}, {shape}"
        f"Arguments({arguments}), call)"
    )


def _unshadowed(annotation: str) -> str:
    """Names of methods hide the builtins of the same name inside a class."""
    return re.sub(r"\bdict\[", "builtins.dict[", annotation)


def _docstring(operation: Operation, parameters: list[Parameter]) -> str:
    described = operation.described
    lines = [sentence(described.get("summary", operation.id)).rstrip(".") + "."]
    if described.get("description"):
        lines += ["", f"        {sentence(described['description'])}"]
    told = [p for p in parameters if p.text]
    if told:
        lines += ["", *[f"        {p.name}: {sentence(p.text)}" for p in told], "        "]
    return "\n".join(lines)


def _arguments(parameters: list[Parameter], method: Method, has_id: bool) -> str:
    parts = ["id"] if has_id else []
    query = [f"{name!r}: {value!r}" for name, value in method.query.items()]
    query += [f"{p.sent_as!r}: {p.name}" for p in parameters if p.place == "query"]
    body = [f"{p.sent_as!r}: {p.name}" for p in parameters if p.place == "body"]
    headers = [
        f"{p.sent_as!r}: {'prefer(prefer_wait)' if p.name == 'prefer_wait' else p.name}"
        for p in parameters
        if p.place == "header"
    ]
    for name, members in (("query", query), ("body", body), ("headers", headers)):
        if members:
            parts.append(f"{name}={{{', '.join(members)}}}")
    if any(p.name == "prefer_wait" for p in parameters):
        parts.append("extra_seconds=prefer_wait or 0")
    return ", ".join(parts)
