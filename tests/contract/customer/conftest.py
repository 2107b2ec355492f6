from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.processes import Server, running_lab, running_server


@pytest.fixture(scope="package")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return tmp_path_factory.mktemp("contract")


@pytest.fixture(scope="package")
def server(folder: Path) -> Iterator[Server]:
    """A real server; the page's example.com is this machine."""
    with running_server(folder / "data", "--resolve", "example.com=127.0.0.1") as server:
        yield server


@pytest.fixture(scope="package")
def practice_target(folder: Path) -> Iterator[str]:
    """The address of a practice web server."""
    with running_lab("--set", "demo", home=folder) as lab:
        yield next(entry["target"] for entry in lab["targets"] if entry["kind"] == "http")


@pytest.fixture(scope="package")
def finished(server: Server, practice_target: str) -> dict[str, Any]:
    """A scan of the practice target that has found something."""
    options = {"depth": 1, "checks": {"include": ["passive."]}}
    status, _, scan = server.call("POST", "/v1/scans", {"target": practice_target, "options": options})
    assert status == 201, scan
    return server.wait_for_end(scan["id"])


@pytest.fixture
def scan(server: Server, practice_target: str) -> Iterator[dict[str, Any]]:
    """A scan that lasts, at one request a second; cancelled in the end."""
    body = {"target": practice_target, "policies": {"max_requests_per_second": 1}}
    status, _, made = server.call("POST", "/v1/scans", body)
    assert status == 201, made
    yield made
    server.call("DELETE", f"/v1/scans/{made['id']}")
