"""The JavaScript SDK does what sdks/conformance says, and what its README says works."""

import json
import re
import urllib.request
from pathlib import Path
from typing import Any

import pytest
from javascript_runs import PACKAGE, run_driver, run_script

from tools.sdk_javascript.naming import METHODS

FOLDER = Path(__file__).parents[3] / "sdks" / "conformance"
CASES = {
    case["id"]: case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text())["cases"]
    if "javascript" in case.get("only", ["javascript"])
}
NOT_HERE = {
    "events-websocket": "the JavaScript SDK reads the event stream, which carries the same frames",
    "events-websocket-leave": "the same",
}
EXAMPLES = re.findall(r"```js\n(.*?)```", (PACKAGE / "README.md").read_text(), re.DOTALL)


def new_key(world: dict[str, Any]) -> str:
    request = urllib.request.Request(f"{world['origin']}/v1/api-keys", method="POST")
    request.add_header("Authorization", f"Bearer {world['key']}")
    request.add_header("Content-Type", "application/json")
    request.data = json.dumps({"name": "javascript", "plan": "enterprise"}).encode()
    with urllib.request.urlopen(request, timeout=30) as reply:
        return str(json.load(reply)["key"])


@pytest.fixture(scope="module")
def outcomes(world: dict[str, Any], tmp_path_factory: pytest.TempPathFactory) -> dict[str, list[str]]:
    """What each case came to: one Node runs them all, several at a time."""
    cases = [case for id, case in CASES.items() if id not in NOT_HERE]
    folder = tmp_path_factory.mktemp("javascript")
    # Other SDKs spend the rate limit of the world's key in the same minute.
    return run_driver({**world, "key": new_key(world), "methods": METHODS}, cases, folder)


@pytest.mark.parametrize("id", [id for id in CASES if id not in NOT_HERE])
def test_case(outcomes: dict[str, list[str]], id: str) -> None:
    assert outcomes[id] == [], CASES[id]["about"]


def test_the_minified_file_does_the_same(world: dict[str, Any], tmp_path: Path) -> None:
    """A case of each point and action: both are made of the same sources."""
    chosen = {(case["point"], *case["do"]): case for id, case in CASES.items() if id not in NOT_HERE}
    # Names of its own on the server, which counts the requests under each.
    cases = [{**case, "id": f"{case['id']}-min"} for case in chosen.values()]
    given = {**world, "key": new_key(world), "methods": METHODS}
    found = run_driver(given, cases, tmp_path, "index.min.js")
    assert found == {case["id"]: [] for case in cases}


def test_every_case_runs_or_is_named_with_its_reason() -> None:
    assert CASES.keys() >= NOT_HERE.keys()
    assert len(CASES) >= 150


@pytest.mark.parametrize("number", range(len(EXAMPLES)))
def test_the_examples_of_the_readme(world: dict[str, Any], tmp_path: Path, number: int) -> None:
    script = EXAMPLES[number].replace("http://127.0.0.1:8081/", world["target"])
    printed = run_script(tmp_path, script, world)
    assert printed or "export async function" in script


def test_a_program_of_ten_lines(world: dict[str, Any], tmp_path: Path) -> None:
    """Written from the README alone."""
    script = Path(__file__).with_name("ten_lines.mjs").read_text()
    assert len(script.strip().splitlines()) == 10
    found = json.loads(run_script(tmp_path, script, world, world["target"]))
    assert found["status"] == "completed"
    assert sum(found["counts"].values()) >= 3


def test_what_no_case_can_say(world: dict[str, Any], tmp_path: Path) -> None:
    script = Path(__file__).with_name("beyond_the_cases.mjs").read_text()
    assert json.loads(run_script(tmp_path, script, world, world["target"])) == []


def test_a_driver_that_finds_nothing_wrong_would_find_something(
    world: dict[str, Any], tmp_path: Path
) -> None:
    """Three cases whose expectation is false."""
    real = CASES["model-scan"]
    false = [
        {**real, "id": "false-result", "expect": {"result": {"status": "running"}}},
        {**real, "id": "false-error", "expect": {"error": {"type": "not_found"}}},
        {**real, "id": "false-count", "server": {"requests": 2}},
    ]
    found = run_driver({**world, "methods": METHODS}, false, tmp_path)
    assert all(found[case["id"]] for case in false), found
