"""`fields`: which members of a resource are wanted, of what a route answers."""

from functools import cache
from typing import Any, get_args

import msgspec
from msgspec import UNSET, Struct

from cyberai.api.query import FIELDS, Query
from cyberai.domain.errors import InvalidRequest

ONLY_ALONE = ("evidence",)
"""Members that no row of a list carries."""


@cache
def members(kind: Any) -> tuple[str, ...]:
    """The members of a resource, or of the rows of a page of resources."""
    rows = get_args(kind)
    left_out = ONLY_ALONE if rows else ()
    fields = msgspec.structs.fields(rows[0] if rows else kind)
    return tuple(field.encode_name for field in fields if field.encode_name not in left_out)


def selected(query: Query, kind: Any) -> tuple[str, ...]:
    """The members asked for, in the order of the resource; empty for all. Raise InvalidRequest."""
    asked = query.texts(FIELDS.name)
    if not asked:
        return ()
    known = members(kind)
    for name in asked:
        if name not in known:
            raise InvalidRequest(
                "Invalid query parameter",
                field=FIELDS.name,
                reason=f"{name[:100]!r} is no member here; known are: {', '.join(known)}",
            )
    return tuple(name for name in known if name in asked)


def part(value: Struct, names: tuple[str, ...]) -> dict[str, Any]:
    """These members of a resource; one that it does not carry now is absent."""
    attributes = _attributes(type(value))
    return {name: member for name in names if (member := getattr(value, attributes[name])) is not UNSET}


@cache
def _attributes(kind: type[Struct]) -> dict[str, str]:
    """Member -> attribute: members may have names that Python keeps for itself."""
    return {field.encode_name: field.name for field in msgspec.structs.fields(kind)}
