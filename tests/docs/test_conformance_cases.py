"""The cases of sdks/conformance are well-formed: they speak of operations, parameters and faults that there are."""

import json
import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from cyberai.api.app import all_routes
from cyberai.api.chaos.plan import PARAMETERS, parse_plan
from cyberai.domain.errors import ErrorCode

FOLDER = Path(__file__).resolve().parents[2] / "sdks" / "conformance"
README = (FOLDER / "README.md").read_text()
FILES = sorted(FOLDER.glob("*.json"))
CASES = [case for path in FILES for case in json.loads(path.read_text())["cases"]]
OPERATIONS = {route.operation: route for route in all_routes()}
CALLS = ("call", "raw", "all", "page")
ACTIONS = (
    *CALLS,
    "create_and_wait",
    "wait",
    "one_liner",
    "events",
    "download",
    "webhook",
    "config",
    "logged",
    "faked",
)
MEMBERS = {"id", "point", "about", "chaos", "client", "do", "expect", "server", "only"}


def first_cells(text: str) -> set[str]:
    """What stands in the first column of the README's tables."""
    return set(re.findall(r"^\| (?:On streams: )?`([^`]+)`", text, re.MULTILINE))


def values(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for value in node.values():
            yield from values(value)
    elif isinstance(node, list):
        for value in node:
            yield from values(value)
    elif isinstance(node, str):
        yield node


def keys(node: Any) -> Iterator[str]:
    if isinstance(node, dict):
        for key, value in node.items():
            yield key
            yield from keys(value)
    elif isinstance(node, list):
        for value in node:
            yield from keys(value)


def calls(action: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for name in CALLS:
        if name in action:
            yield action[name], action
    if "logged" in action:
        yield from calls(action["logged"])
    if "faked" in action:
        yield from calls(action["faked"]["then"])


def test_there_are_enough_and_each_has_its_own_name() -> None:
    names = [case["id"] for case in CASES]
    assert len(names) == len(set(names)) >= 150
    assert {case["point"] for case in CASES} == set(range(1, 18))


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_the_cases_of_a_file_are_well_formed(path: Path) -> None:
    for case in json.loads(path.read_text())["cases"]:
        name = case["id"]
        assert set(case) <= MEMBERS, name
        assert re.fullmatch(r"[a-z0-9-]+", name), name
        assert case["about"].endswith("."), name
        assert set(case.get("only", ())) <= {"python", "javascript", "go"}, name
        assert len(set(case["do"]) & set(ACTIONS)) == 1, name
        assert {"result", "error"} & set(case["expect"]), name
        assert set(case["expect"]) <= {"result", "error", "seconds", "progress"}, name
        plan = case.get("chaos", "pass")
        assert re.fullmatch(r"[A-Za-z0-9;=,.+%_-]+", plan), name
        parse_plan(plan)
        for operation, action in calls(case["do"]):
            route = OPERATIONS[operation]
            assert ("{id}" in route.path) == ("path" in action), name
            assert (route.body is not None) == ("body" in action), name
            known = {param.name for param in route.query} | {"colour"}
            assert set(action.get("query", ())) <= known, name


def test_words_of_the_cases_stand_in_the_readme() -> None:
    cells = first_cells(README)
    assert set(PARAMETERS) <= cells
    known_values = {
        cell
        for row in re.findall(r"^\| (`[a-z_]+`(?:, `[a-z_0-9]+`)*) \|", README, re.MULTILINE)
        for cell in re.findall(r"`([^`]+)`", row)
    }
    for case in CASES:
        for text in values(case):
            for name in re.findall(r"\$\{(\w+)\}", text):
                assert name == "run" or name in known_values | set(re.findall(r"`(\w+)`", README)), (
                    case["id"],
                    name,
                )
        matchers = {key for key in keys(case["expect"]) if key.startswith("$")}
        assert all(f'"{key}"' in README for key in matchers), (case["id"], matchers)
        error = case["expect"].get("error", {})
        kinds = error.get("type", ())
        for kind in kinds["$one_of"] if isinstance(kinds, dict) else [kinds] if kinds else []:
            assert kind in cells, (case["id"], kind)
        if isinstance(error.get("code"), str):
            assert error["code"] in list(ErrorCode), case["id"]
