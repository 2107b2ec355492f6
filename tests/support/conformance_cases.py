"""The cases of sdks/conformance as a driver in another language is handed them, and whether what came of one is right."""

import json
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from support.conformance_matching import mismatches

FOLDER = Path(__file__).parents[2] / "sdks" / "conformance"


def cases_for(language: str) -> dict[str, dict[str, Any]]:
    """By id, in the order of the files."""
    return {
        case["id"]: case
        for path in sorted(FOLDER.glob("*.json"))
        for case in json.loads(path.read_text())["cases"]
        if language in case.get("only", [language])
    }


def filled(node: Any, values: dict[str, Any]) -> Any:
    """With `${NAME}` replaced."""
    if isinstance(node, dict):
        return {key: filled(value, values) for key, value in node.items()}
    if isinstance(node, list):
        return [filled(value, values) for value in node]
    if isinstance(node, str):
        for name, value in values.items():
            if node == f"${{{name}}}":
                return value
            node = node.replace(f"${{{name}}}", str(value))
    return node


def prepared(case: dict[str, Any], world: dict[str, Any], run: str) -> dict[str, Any]:
    """The case with its values, and with the address and the key of its client."""
    found: dict[str, Any] = filled(case, {**world, "run": run})
    found["run"] = run
    found["base_url"] = f"{world['origin']}/_chaos/{run}/{found.get('chaos', 'pass')}/v1"
    found["client"] = {"api_key": world["key"], **found.get("client", {})}
    return found


def problems(case: dict[str, Any], outcome: dict[str, Any], origin: str) -> list[str]:
    """What was not as expected of a prepared case: nothing when all was."""
    return [*_judged(case["expect"], outcome), *_judged_server(case, origin)]


def _judged(expect: dict[str, Any], outcome: dict[str, Any]) -> Iterator[str]:
    error = outcome["error"]
    if "error" in expect:
        if error is None:
            yield f"no error, but {outcome['result']!r}"[:500]
        else:
            yield from _judged_error(error, expect["error"])
    elif error is not None:
        yield f"error: {error}"
    if "result" in expect:
        yield from mismatches(outcome["result"], expect["result"])
    if "seconds" in expect:
        yield from mismatches(outcome["seconds"], expect["seconds"], "seconds")
    progress = outcome["progress"] or []
    if "progress" in expect and progress != sorted(progress):
        yield f"progress went back: {progress}"
    if "progress" in expect and progress[-1:] != [expect["progress"]["last"]]:
        yield f"progress ended with {progress[-1:]}"


def _judged_error(error: dict[str, Any], expected: dict[str, Any]) -> Iterator[str]:
    # An SDK may make a timeout a kind of connection error.
    if not (expected["type"] == "connection" and error["type"] == "timeout"):
        yield from mismatches(error["type"], expected["type"], "error.type")
    for member in expected.keys() - {"type"}:
        yield from mismatches(error.get(member), expected[member], f"error.{member}")


def _judged_server(case: dict[str, Any], origin: str) -> Iterator[str]:
    expected = case.get("server")
    if expected is None:
        return
    with urllib.request.urlopen(f"{origin}/_chaos/{case['run']}", timeout=30) as reply:
        requests = json.load(reply)["requests"]
    if "requests" in expected:
        yield from mismatches(len(requests), expected["requests"], "requests")
    for index, request in enumerate(requests):
        yield from mismatches(request, expected.get("each", {}), f"request {index}")
    for place, matcher in expected.get("at", {}).items():
        yield from mismatches(requests[int(place)], matcher, f"request {place}")
    for names, count in ((expected.get("same", ()), 1), (expected.get("distinct", ()), len(requests))):
        for name in names:
            if len({request["headers"].get(name) for request in requests}) != count:
                yield f"{name} has not {count} values over {len(requests)} requests"
    if len(requests) > 1 and ("gap_min" in expected or "gap_max" in expected):
        gap = requests[1]["at"] - requests[0]["at"]
        if not expected.get("gap_min", 0) <= gap <= expected.get("gap_max", 1e9):
            yield f"the requests were {gap:.3f} s apart"
