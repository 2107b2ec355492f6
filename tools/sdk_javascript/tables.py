"""operations.js: the operations, and what must be in their answers, each as a short text so that the SDK stays small."""

from __future__ import annotations

import itertools
from collections.abc import Iterator

from tools.sdk_javascript.document import Operation, Schema, model_name, page_item, reference
from tools.sdk_javascript.naming import BY_HAND

NOTICE = "Made from the OpenAPI document by tools.gen_sdk_javascript: do not edit."
KINDS = {"string": "", "object": "o", "array": "a"}
UNCHECKED = "?"
"""What may be null, and plain numbers and flags: to look for them all would cost a sixth of the size of the SDK."""
HEAD = f"""// {NOTICE}

/**
 * A group on a line of its own, then its operations: name, HTTP method and path, which arguments follow the id (`b`ody,
 * `q`uery), and the shape of the answer: `*Scan` is a page of scans, `+Diff` a page with more members of its own, `o` any object and `.` no
 * JSON; the shape of a 200 beside a 201 follows after `|`.
 */
"""
SHAPES_HEAD = """
/**
 * One line per shape: its name and the members that are looked for, as `name:kind`. No kind is a string, `o` an object, `a` an
 * array, and a name another shape.
 */
"""


def operations_text(document: Schema, operations: list[Operation]) -> str:
    """operations.js."""
    lines = [_line(document, operation) for operation in operations if operation.id != "connectWebSocket"]
    answers = [line.split(" ")[-1] for line in lines]
    shapes = _shapes(document, [name.lstrip("*+") for answer in answers for name in answer.split("|")])
    table = "\n".join(_sections(lines))
    return f"{HEAD}export const OPERATIONS = `{table}`;\n{SHAPES_HEAD}export const SHAPES = `{shapes}`;\n"


def _sections(lines: list[str]) -> Iterator[str]:
    """The lines by their groups, whose name stands before them."""
    groups: dict[str, list[str]] = {}
    for line in lines:
        group, _, rest = line.partition(".")
        groups.setdefault(group, [group]).append(rest)
    yield from itertools.chain(*groups.values())


def _line(document: Schema, operation: Operation) -> str:
    takes = ("b" if operation.body else "") + ("q" if operation.query else "") or "-"
    shapes = [_answer(document, schema) for schema in operation.answers.values()]
    shape = "." if operation.id in BY_HAND or not operation.is_json else "|".join(shapes)
    return f"{operation.group}.{operation.name} {operation.method} {operation.path} {takes} {shape}"


def _answer(document: Schema, schema: Schema) -> str:
    item = page_item(document, schema)
    if item is not None and reference(schema).startswith("ListPage_"):
        return "*" + model_name(reference(item))
    return ("+" if item is not None else "") + (model_name(reference(schema)) or "o")


def _shapes(document: Schema, answered: list[str]) -> str:
    """Those of the answers, and what they refer to."""
    schemas = {model_name(name): schema for name, schema in document["components"]["schemas"].items()}
    waiting, known = [name for name in answered if name in schemas], {}
    while waiting:
        name = waiting.pop()
        members = _members(schemas[name], schemas)
        known[name] = " ".join([name, *(f"{member}:{kind}".rstrip(":") for member, kind in members.items())])
        waiting += [kind for kind in members.values() if kind in schemas and kind not in known]
    return "\n".join(text for _, text in sorted(known.items()))


def _members(schema: Schema, schemas: dict[str, Schema]) -> dict[str, str]:
    kinds = {member: _kind(schema["properties"][member], schemas) for member in schema.get("required", ())}
    return {member: kind for member, kind in kinds.items() if kind != UNCHECKED}


def _kind(schema: Schema, schemas: dict[str, Schema]) -> str:
    if "anyOf" in schema or isinstance(schema.get("type"), list):
        return UNCHECKED
    named = model_name(reference(schema))
    if named:
        return named if schemas[named].get("required") else _kind(schemas[named], schemas)
    if "enum" in schema:
        return "" if isinstance(schema["enum"][0], str) else UNCHECKED
    return KINDS.get(str(schema.get("type")), UNCHECKED)
