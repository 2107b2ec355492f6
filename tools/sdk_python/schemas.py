"""JSON schemas -> Python types: msgspec Structs, open enumerations."""

from __future__ import annotations

import keyword
import re
from collections import Counter

from tools.sdk_document import Enumerations, Schema, is_request
from tools.sdk_python.naming import ENUMS, MODELS

SIMPLE = {"string": "str", "integer": "int", "number": "float", "boolean": "bool", "null": "None"}
NULLS = ({"type": "null"},)


def pascal(text: str) -> str:
    return "".join(part[:1].upper() + part[1:] for part in re.split(r"[^0-9A-Za-z]+", text) if part)


def model_name(schema: str) -> str:
    """`ScanResource` -> `Scan`, `ListPage_ScanResource_` -> `ScanPage`."""
    listed = re.fullmatch(r"ListPage_(\w+)_", schema)
    if listed:
        return model_name(listed[1]) + "Page"
    return MODELS.get(schema) or schema.removesuffix("Resource")


def attribute(member: str) -> str:
    return member + "_" if keyword.iskeyword(member) else member


def _enumeration_name(owner: str, member: str) -> str:
    return pascal(model_name(owner)) + pascal(member)


class Types:
    """The types of one document. `enums` are name -> values."""

    def __init__(self, document: Schema) -> None:
        self.schemas: dict[str, Schema] = document["components"]["schemas"]
        self._enumerations = Enumerations(self.schemas, ENUMS, _enumeration_name)
        self.enums = self._enumerations.values

    def type_of(self, schema: Schema, owner: str = "", member: str = "") -> str:
        """The annotation for a schema at a place."""
        if "$ref" in schema:
            name = schema["$ref"].rpartition("/")[2]
            return self._enumerations.at(name) or model_name(name)
        if "anyOf" in schema:
            return " | ".join(dict.fromkeys(self.type_of(each, owner, member) for each in schema["anyOf"]))
        if "enum" in schema:
            found = self._enumerations.at(owner, member) or self._enumerations.of(member, schema["enum"])
            return found or "str"
        if "const" in schema:
            return type(schema["const"]).__name__
        kind = schema.get("type")
        if isinstance(kind, list):
            return " | ".join(self.type_of({**schema, "type": each}, owner, member) for each in kind)
        return self._plain(kind, schema, owner, member)

    def _plain(self, kind: str | None, schema: Schema, owner: str, member: str) -> str:
        if kind == "array":
            if "prefixItems" in schema:
                return f"tuple[{', '.join(self.type_of(each) for each in schema['prefixItems'])}]"
            return f"Sequence[{self.type_of(schema.get('items', {}), owner, member)}]"
        if kind == "object":
            values = schema.get("additionalProperties")
            return (
                f"Mapping[str, {self.type_of(values, owner, member) if isinstance(values, dict) else 'Any'}]"
            )
        if kind == "string" and schema.get("format") == "date-time":
            return "datetime"
        if kind is None and not set(schema) - {"description", "default"}:
            return "Any"
        if kind not in SIMPLE:
            raise ValueError(f"{owner}.{member}: no Python type for {schema}")
        return SIMPLE[kind]


def sentence(text: str) -> str:
    return re.sub(r"\s+", " ", text).strip().replace("\\", "\\\\").replace('"""', "'''")


def models_text(types: Types) -> str:
    """models.py; raise ValueError where two schemas would have one name."""
    names = Counter([*types.enums, *(model_name(name) for name in types.schemas if name not in types.enums)])
    twice = [name for name, count in names.items() if count > 1]
    if twice:
        raise ValueError(f"name these apart in tools/sdk_python/naming.py: {twice}")
    parts = [HEAD]
    parts += [enum_text(name, values) for name, values in sorted(types.enums.items())]
    parts += [
        struct_text(types, name, schema)
        for name, schema in types.schemas.items()
        if "properties" in schema and name not in ("ErrorEnvelope", "ErrorBody", "Problem")
    ]
    return "\n\n".join(parts)


HEAD = '''"""What the API sends and takes. Made from the OpenAPI document by tools.gen_sdk: do not edit.

Members that a newer server adds are ignored, and values that it adds to an enumeration are kept: see OpenEnum.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from msgspec import UNSET, Struct, UnsetType

from cyberai_sdk._open_enum import OpenEnum
'''


def enum_text(name: str, values: tuple[str, ...]) -> str:
    lines = [f"class {name}(OpenEnum):"]
    for value in values:
        member = re.sub(r"\W", "_", value).upper()
        lines.append(f"    {member} = {value!r}")
    return "\n".join(lines)


def struct_text(types: Types, name: str, schema: Schema) -> str:
    required = set(schema.get("required", ()))
    renamed = {attribute(member): member for member in schema["properties"] if attribute(member) != member}
    options = ", frozen=True, kw_only=True" + ("" if is_request(schema) else ", omit_defaults=True")
    options += f", rename={renamed!r}" if renamed else ""
    lines = [
        f"class {model_name(name)}(Struct{options}):",
        f'    """{sentence(schema.get("description", name))}"""',
        "",
    ]
    for member, inner in schema["properties"].items():
        kind = types.type_of(inner, name, member)
        text = inner.get("description") or ""
        if is_request(schema):
            kind = widened(kind, types)
            line = kind if member in required else f"{may_be_unset(kind)} = UNSET"
        elif member in required:
            line = kind
        else:
            line = f"{kind} = None" if kind.endswith("| None") else f"{kind} | None = None"
        lines.append(f"    {attribute(member)}: {line}")
        if text:
            lines.append(f'    """{sentence(text)}"""')
    return "\n".join(lines)


def may_be_unset(kind: str) -> str:
    """`str | None` -> `str | UnsetType | None`."""
    return f"{kind.removesuffix(' | None')} | UnsetType" + (" | None" if kind.endswith(" | None") else "")


def widened(kind: str, types: Types) -> str:
    """What callers may give: plain text for an enumeration, a mapping for a struct is decoded by the server."""
    for name in types.enums:
        kind = re.sub(rf"\b{name}\b", "str", kind)
    return kind
