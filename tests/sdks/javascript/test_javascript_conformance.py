"""The JavaScript SDK does what sdks/conformance says, and what its README says works."""

import json
import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from javascript_runs import PACKAGE, run_driver, run_script

from support.node import OLDEST, WITH_WEBSOCKET, major, node, programs
from tools.sdk_javascript.naming import METHODS

FOLDER = Path(__file__).parents[3] / "sdks" / "conformance"
CASES = {
    case["id"]: case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text())["cases"]
    if "javascript" in case.get("only", ["javascript"])
}
ON_WEBSOCKET = {id for id, case in CASES.items() if "websocket" in case["do"].get("events", {}).values()}
"""The SDK reads the event stream, which carries the same frames: these cases go through the WebSocket of Node itself."""
EXAMPLES = re.findall(r"```js\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)


Worlds = Callable[[str], dict[str, Any]]


@pytest.fixture(scope="module")
def own_world(world_of: Worlds) -> dict[str, Any]:
    return {**world_of("javascript"), "methods": METHODS}


@pytest.fixture(scope="module")
def outcomes(
    own_world: dict[str, Any], heard: dict[str, str], tmp_path_factory: pytest.TempPathFactory
) -> dict[str, list[str]]:
    """What each case came to: one Node runs them all, several at a time."""
    has_websocket = major(node()) >= WITH_WEBSOCKET
    cases = [case for id, case in CASES.items() if has_websocket or id not in ON_WEBSOCKET]
    heard["javascript"] = f"{cases[0]['id']}-javascript"
    return run_driver(own_world, cases, tmp_path_factory.mktemp("javascript"))


@pytest.mark.parametrize("id", CASES)
def test_case(outcomes: dict[str, list[str]], id: str) -> None:
    node(WITH_WEBSOCKET if id in ON_WEBSOCKET else OLDEST)
    assert outcomes[id] == [], CASES[id]["about"]


def test_the_minified_file_does_the_same(world_of: Worlds, tmp_path: Path) -> None:
    """A case of each point and action, in the oldest Node that is here: both files are made of the same sources."""
    node()
    chosen = {(case["point"], *case["do"]): case for id, case in CASES.items() if id not in ON_WEBSOCKET}
    # Names of its own on the server, which counts the requests under each.
    cases = [{**case, "id": f"{case['id']}-min"} for case in chosen.values()]
    given = {**world_of("javascript-min"), "methods": METHODS}
    oldest = [program for program in programs() if major(program) >= OLDEST][-1]
    found = run_driver(given, cases, tmp_path, "index.min.js", oldest)
    assert found == {case["id"]: [] for case in cases}


def test_there_are_enough_cases() -> None:
    assert len(CASES) >= 150
    assert len(ON_WEBSOCKET) >= 2


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_readme(own_world: dict[str, Any], tmp_path: Path, number: int) -> None:
    script = EXAMPLES[number].replace("http://127.0.0.1:8081/", own_world["target"])
    printed = run_script(tmp_path, script, own_world)
    assert printed or "export async function" in script


def test_a_program_of_ten_lines(own_world: dict[str, Any], tmp_path: Path) -> None:
    """Written from the README alone."""
    script = Path(__file__).with_name("ten_lines.mjs").read_text()
    assert len(script.strip().splitlines()) == 10
    found = json.loads(run_script(tmp_path, script, own_world, own_world["target"]))
    assert found["status"] == "completed"
    assert sum(found["counts"].values()) >= 3


def test_what_no_case_can_say(own_world: dict[str, Any], tmp_path: Path) -> None:
    script = Path(__file__).with_name("beyond_the_cases.mjs").read_text()
    assert json.loads(run_script(tmp_path, script, own_world, own_world["target"])) == []


def test_a_driver_that_finds_nothing_wrong_would_find_something(
    own_world: dict[str, Any], tmp_path: Path
) -> None:
    """Three cases whose expectation is false."""
    real = CASES["model-scan"]
    false = [
        {**real, "id": "false-result", "expect": {"result": {"status": "running"}}},
        {**real, "id": "false-error", "expect": {"error": {"type": "not_found"}}},
        {**real, "id": "false-count", "server": {"requests": 2}},
    ]
    found = run_driver(own_world, false, tmp_path)
    assert all(found[case["id"]] for case in false), found
