"""The Python SDK does what sdks/conformance says, through the sync and the async client alike."""

import json
from collections.abc import Callable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor, wait
from pathlib import Path
from typing import Any

import pytest
from driver import Driver

FOLDER = Path(__file__).parents[3] / "sdks" / "conformance"
CASES = {
    case["id"]: case
    for path in sorted(FOLDER.glob("*.json"))
    for case in json.loads(path.read_text())["cases"]
    if "python" in case.get("only", ["python"])
}
NOT_HERE = {
    "events-websocket": "the Python SDK reads the event stream, which carries the same frames",
    "events-websocket-leave": "the same",
}
KINDS = ("sync", "async")
AT_A_TIME = 4
"""Most cases wait most of the time."""
TOGETHER_SECONDS = 240
ALONE = ("config", "logged")
"""They change the environment or the log level of the whole process."""

Outcomes = dict[tuple[str, str], "Future[list[str]]"]


@pytest.fixture(scope="module")
def outcomes(world_of: Callable[[str], dict[str, Any]], heard: dict[str, str]) -> Iterator[Outcomes]:
    """What each case came to: they run beside each other, each with its own name on the server."""
    world = world_of("python")
    runs = [(id, kind) for id in CASES for kind in KINDS if id not in NOT_HERE]
    heard["python"] = "-".join(runs[0])
    pool, alone = ThreadPoolExecutor(AT_A_TIME), ThreadPoolExecutor(1)
    found = {run: pool.submit(problems, run, world) for run in runs if not is_alone(run[0])}
    wait(found.values(), timeout=TOGETHER_SECONDS)
    found |= {run: alone.submit(problems, run, world) for run in runs if is_alone(run[0])}
    yield found
    # A case that hangs ends with the server.
    pool.shutdown(wait=False, cancel_futures=True)
    alone.shutdown(wait=False, cancel_futures=True)


def is_alone(id: str) -> bool:
    return bool(CASES[id]["do"].keys() & set(ALONE))


def problems(run: tuple[str, str], world: dict[str, Any]) -> list[str]:
    return Driver(CASES[run[0]], world, run[1]).problems()


@pytest.mark.parametrize("kind", KINDS)
@pytest.mark.parametrize("id", [id for id in CASES if id not in NOT_HERE])
def test_case(outcomes: Outcomes, id: str, kind: str) -> None:
    assert outcomes[id, kind].result(20) == [], CASES[id]["about"]


def test_every_case_runs_or_is_named_with_its_reason() -> None:
    assert CASES.keys() >= NOT_HERE.keys()
    assert len(CASES) >= 150
