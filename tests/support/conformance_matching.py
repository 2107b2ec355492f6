"""The matchers of sdks/conformance/README.md: does a value do what a case expects?"""

import re
from collections.abc import Callable, Iterator
from typing import Any

MISSING = object()
TYPES: dict[str, tuple[type, ...]] = {
    "string": (str,),
    "number": (int, float),
    "integer": (int,),
    "boolean": (bool,),
    "array": (list,),
    "object": (dict,),
    "null": (type(None),),
}


def mismatches(value: Any, matcher: Any, place: str = "result") -> Iterator[str]:
    """What differs, in words; nothing where all is as expected."""
    if not isinstance(matcher, dict):
        if value is MISSING or value != matcher or isinstance(value, bool) != isinstance(matcher, bool):
            yield f"{place}: {shown(value)} instead of {matcher!r}"
        return
    for key, wanted in matcher.items():
        if key.startswith("$"):
            yield from special(value, key, wanted, place)
        else:
            yield from mismatches(found_at(value, key), wanted, f"{place}.{key}")


def shown(value: Any) -> str:
    return "nothing" if value is MISSING else repr(value)[:300]


def found_at(value: Any, path: str) -> Any:
    """What stands at `progress.current` or `-1.id`; MISSING where nothing does."""
    for part in path.split("."):
        if isinstance(value, dict):
            value = value.get(part, MISSING)
        elif isinstance(value, list) and re.fullmatch(r"-?\d+", part):
            value = value[int(part)] if -len(value) <= int(part) < len(value) else MISSING
        else:
            return MISSING
    return value


def special(value: Any, key: str, wanted: Any, place: str) -> Iterator[str]:
    if key == "$each":
        for index, item in enumerate(value if isinstance(value, list) else ()):
            yield from mismatches(item, wanted, f"{place}.{index}")
    elif key == "$not":
        if not list(mismatches(value, wanted)):
            yield f"{place}: {shown(value)} is what it must not be"
    elif key in OF_LISTS and not isinstance(value, list):
        yield f"{place}: {shown(value)} is no list"
    elif not SPECIAL[key](value, wanted):
        yield f"{place}: {shown(value)} does not fit {key} {wanted!r}"


def is_type(value: Any, wanted: str) -> bool:
    return isinstance(value, TYPES[wanted]) and (wanted == "boolean" or not isinstance(value, bool))


def size(value: Any) -> float:
    """NaN, which is neither less nor more than anything, of what has no size."""
    if isinstance(value, list | str):
        return len(value)
    return float(value) if isinstance(value, int | float) else float("nan")


def column(value: Any, member: str) -> list[Any]:
    return [found_at(item, member) for item in value]


OF_LISTS = ("$len", "$unique", "$ascending")
SPECIAL: dict[str, Callable[[Any, Any], bool]] = {
    "$any": lambda value, _: value is not MISSING,
    "$absent": lambda value, _: value is MISSING,
    "$type": is_type,
    "$match": lambda value, wanted: isinstance(value, str) and bool(re.search(wanted, value)),
    "$len": lambda value, wanted: len(value) == wanted,
    "$min": lambda value, wanted: size(value) >= wanted,
    "$max": lambda value, wanted: size(value) <= wanted,
    "$one_of": lambda value, wanted: any(not list(mismatches(value, each)) for each in wanted),
    "$unique": lambda value, wanted: len(set(column(value, wanted))) == len(value),
    "$ascending": lambda value, wanted: column(value, wanted) == sorted(column(value, wanted)),
}
