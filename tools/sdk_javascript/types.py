"""models.d.ts and resources.d.ts: the types of what is sent and received, and of the methods over it."""

from __future__ import annotations

import json
from collections.abc import Iterator

from tools.sdk_javascript.document import (
    Operation,
    Schema,
    model_name,
    one_line,
    page_item,
    reference,
)
from tools.sdk_javascript.naming import BY_HAND
from tools.sdk_javascript.tables import NOTICE

SIMPLE = {"string": "string", "integer": "number", "number": "number", "boolean": "boolean", "null": "null"}
LEFT_OUT = ("ErrorEnvelope", "Problem")
OPEN = "(string & {})"
"""Beside the known values of an enumeration: a newer server may have more, and editors still offer the known ones."""
RESOURCES_HEAD = f"""// {NOTICE}
import type * as models from "./models.js";
import type {{ CallOptions, Pages }} from "./index.js";
"""


def models_text(document: Schema) -> str:
    """models.d.ts."""
    schemas = document["components"]["schemas"]
    parts = [f"// {NOTICE}\n"]
    parts += [
        _model(name, schemas[name])
        for name in sorted(schemas, key=model_name)
        if name not in LEFT_OUT and not name.startswith("ListPage_")
    ]
    return "\n".join(parts)


def _model(name: str, schema: Schema) -> str:
    head = _comment(schema.get("description", ""), "")
    if "properties" not in schema:
        return f"{head}export type {model_name(name)} = {kind(schema)};\n"
    required = schema.get("required", ())
    lines = [f"{head}export interface {model_name(name)} {{"]
    for member, inner in schema["properties"].items():
        lines.append(
            f"{_comment(inner.get('description', ''), '  ')}  {member}{'' if member in required else '?'}: {kind(inner)};"
        )
    return "\n".join([*lines, "}", ""])


def _comment(text: str, indent: str) -> str:
    return f"{indent}/** {one_line(text)} */\n" if text else ""


def kind(schema: Schema, prefix: str = "") -> str:
    """The TypeScript type of a schema."""
    if reference(schema):
        return prefix + model_name(reference(schema))
    if "anyOf" in schema:
        return " | ".join(dict.fromkeys(kind(each, prefix) for each in schema["anyOf"]))
    if "enum" in schema:
        known = [json.dumps(value) for value in schema["enum"]]
        return " | ".join([*known, OPEN] if '"' in known[0] else known)
    if "const" in schema:
        return json.dumps(schema["const"])
    several = schema.get("type")
    if isinstance(several, list):
        return " | ".join(kind({**schema, "type": each}, prefix) for each in several)
    if schema.get("type") == "array":
        return _array(schema, prefix)
    if schema.get("type") == "object":
        values = schema.get("additionalProperties")
        return f"Record<string, {kind(values, prefix) if isinstance(values, dict) else 'unknown'}>"
    return SIMPLE.get(str(schema.get("type")), "unknown")


def _array(schema: Schema, prefix: str) -> str:
    if "prefixItems" in schema:
        return f"[{', '.join(kind(each, prefix) for each in schema['prefixItems'])}]"
    item = kind(schema.get("items", {}), prefix)
    return f"({item})[]" if " " in item else f"{item}[]"


def resources_text(document: Schema, operations: list[Operation]) -> str:
    """resources.d.ts."""
    parts = [RESOURCES_HEAD]
    parts += [_query(each) for each in operations if each.query and each.id not in BY_HAND]
    for group in dict.fromkeys(operation.group for operation in operations):
        lines = [f"/** `client.{group}`. */", f"export interface {group[0].upper()}{group[1:]} {{"]
        for operation in operations:
            if operation.group == group and operation.id not in BY_HAND:
                lines += _methods(document, operation)
        parts.append("\n".join([*lines, "}", ""]))
    names = " | ".join(f'"{operation.group}.{operation.name}"' for operation in operations)
    parts.append(f"/** `group.method` of every operation. */\nexport type OperationName = {names};\n")
    return "\n".join(parts)


def _query_name(operation: Operation) -> str:
    return f"{operation.id[0].upper()}{operation.id[1:]}Query"


def _query(operation: Operation) -> str:
    lines = [f"export interface {_query_name(operation)} {{"]
    for given in operation.query:
        comment = _comment(given.get("description", ""), "  ")
        lines += [f"{comment}  {given['name']}?: {_parameter(given['schema'])};"]
    return "\n".join([*lines, "}", ""])


def _parameter(schema: Schema) -> str:
    """Times are given as Date or text, lists as a list or a single value."""
    if schema.get("type") == "array":
        item = kind(schema.get("items", {}), "models.")
        return f"{item} | readonly ({item})[]"
    found = kind(schema, "models.")
    return found + (" | Date" if schema.get("format") == "date-time" else "")


def _methods(document: Schema, operation: Operation) -> Iterator[str]:
    given = ["id: string"] if "{id}" in operation.path else []
    if operation.body:
        given.append(f"body: {kind(operation.body, 'models.')}")
    if operation.query:
        given.append(f"query?: {_query_name(operation)}")
    given.append("options?: CallOptions")
    schemas = list(operation.answers.values())
    returned = " | ".join(kind(schema, "models.") for schema in schemas) if operation.is_json else "string"
    item = page_item(document, schemas[0]) if schemas else None
    if item is not None:
        page = "" if reference(schemas[0]).startswith("ListPage_") else f", {returned}"
        answer = f"Pages<{kind(item, 'models.')}{page}>"
    else:
        answer = f"Promise<{returned}>"
    if operation.id == "createScan":
        yield from _create_and_plan(operation, given, schemas)
        return
    yield f"  /** {operation.text}. */"
    yield f"  {operation.name}({', '.join(given)}): {answer};"


def _create_and_plan(operation: Operation, given: list[str], schemas: list[Schema]) -> Iterator[str]:
    """With `dry_run` it answers something else, which deserves a method of its own."""
    arguments = ", ".join(part for part in given if not part.startswith("query"))
    yield f"  /** {operation.text}. */"
    yield f"  create({arguments}): Promise<{kind(schemas[0], 'models.')}>;"
    yield "  /** What `create` would do, without doing it. */"
    yield f"  plan({arguments}): Promise<{kind(schemas[1], 'models.')}>;"
