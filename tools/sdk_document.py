"""The OpenAPI document as the generators of the SDKs read it."""

from __future__ import annotations

import json
from collections.abc import Callable, Iterator, Mapping
from typing import Any

from cyberai.api.app import all_routes
from cyberai.api.openapi import openapi_document

Schema = dict[str, Any]


def document() -> Schema:
    """The OpenAPI document of this source."""
    decoded: Schema = json.loads(openapi_document(all_routes()))
    return decoded


def is_request(schema: Schema) -> bool:
    """A body that we send: the server refuses members it does not know."""
    return schema.get("additionalProperties") is False


class Enumerations:
    """The enumerations of one document. `values` are name -> values; equal ones, and parts of one under the same member's
    name, are the same. `given` are names by (schema, member); the others are made by `named`."""

    def __init__(
        self,
        schemas: Mapping[str, Schema],
        given: Mapping[tuple[str, str], str],
        named: Callable[[str, str], str],
    ) -> None:
        self.values: dict[str, tuple[str, ...]] = {}
        self._known: dict[tuple[str, str], str] = {}
        self._members: dict[str, set[str]] = {}
        for owner, member, values in sorted(
            _places(schemas), key=lambda place: (-len(place[2]), place[:2] not in given)
        ):
            name = self._same(member, values)
            if name is None:
                name = given.get((owner, member)) or named(owner, member)
                self.values[name] = values
                self._members.setdefault(name, set())
            self._members[name].add(member)
            self._known[owner, member] = name

    def at(self, owner: str, member: str = "") -> str | None:
        """The name of the enumeration that stands at that member of a schema, or is the schema."""
        return self._known.get((owner, member))

    def of(self, member: str, values: list[str]) -> str | None:
        """The name of the enumeration that has these values, for a parameter."""
        for name, known in self.values.items():
            if set(values) <= set(known) and (member in self._members[name] or set(values) == set(known)):
                return name
        return None

    def _same(self, member: str, values: tuple[str, ...]) -> str | None:
        for name, known in self.values.items():
            is_part = member in self._members[name] and set(values) < set(known)
            if set(known) == set(values) or is_part:
                return name
        return None


def _places(schemas: Mapping[str, Schema]) -> Iterator[tuple[str, str, tuple[str, ...]]]:
    """(schema, member, values) of each enumeration."""
    for owner, schema in schemas.items():
        if "enum" in schema:
            yield owner, "", tuple(schema["enum"])
        for member, inner in schema.get("properties", {}).items():
            for found in _inside(inner):
                yield owner, member, found


def _inside(schema: Schema) -> Iterator[tuple[str, ...]]:
    if "enum" in schema and all(isinstance(value, str) for value in schema["enum"]):
        yield tuple(schema["enum"])
    for inner in (*schema.get("anyOf", ()), schema.get("items")):
        if isinstance(inner, dict):
            yield from _inside(inner)
