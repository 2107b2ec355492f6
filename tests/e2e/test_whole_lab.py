"""The whole practice target through the real API: everything on it is found, and nothing on its fixed twin."""

from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.processes import Server, running_lab, running_server

pytestmark = pytest.mark.e2e

MINUTES = 10 * 60


def scan_all(server: Server, lab: dict[str, Any]) -> tuple[dict[str, Any], list[dict[str, Any]]]:
    targets = [target["target"] for target in lab["targets"] if not target["auth"]]
    # Most of the time would go by waiting: for services that stay silent, and for the usual rate.
    pace = {"options": {"concurrent": 8}, "policies": {"max_requests_per_second": 1000}}
    body = {"targets": targets, **pace}
    status, _, scan = server.call("POST", "/v1/scans", body)
    assert status == 201, scan
    return server.wait_for_end(scan["id"], MINUTES), server.vulnerabilities(scan["id"])


def places(row: dict[str, Any]) -> tuple[str, str]:
    """(origin or host:port, path) of a vulnerability."""
    location = row["location"]
    if location["url"] is None:
        return row["affected_component"], ""
    parts = urlsplit(location["url"])
    return f"{parts.scheme}://{parts.netloc}", parts.path


def proves(row: dict[str, Any], flaw: dict[str, Any]) -> bool:
    """True when this finding is that flaw: the same check, at its path (below it for a path segment)."""
    if row["check_id"] != flaw["check"]:
        return False
    origin, path = places(row)
    target = urlsplit(flaw["target"])
    if origin not in (f"{target.scheme}://{target.netloc}", target.netloc, flaw["target"]):
        return False
    wanted = (flaw["path"] or "").partition("?")[0]
    if flaw["insertion"] == "path":
        return path.startswith(wanted)
    if flaw["check"] == "web.host-header":
        return flaw["parameter"] in row["title"]
    return flaw["check"].startswith(("passive.", "tls.", "network.")) or path == wanted


def test_every_flaw_is_found_and_proven(tmp_path: Path) -> None:
    with (
        running_lab(home=tmp_path) as lab,
        running_server(
            tmp_path / "data", *(["--ca-file", lab["ca_file"]] if lab["ca_file"] else [])
        ) as server,
    ):
        assert len([flaw for flaw in lab["flaws"] if flaw["target"].startswith("http:")]) >= 20
        scan, found = scan_all(server, lab)
    assert scan["status"] == "completed", scan
    inside = {target["target"] for target in lab["targets"] if target["auth"]}
    provable = [flaw for flaw in lab["flaws"] if not flaw["intrusive"] and flaw["target"] not in inside]
    missing = [flaw for flaw in provable if not any(proves(row, flaw) for row in found)]
    assert missing == []
    assert {row["tier"] for row in found} <= {"confirmed", "strong"}
    assert scan["verdict"]["result"] == "fail"
    assert scan["verdict"]["coverage_percent"] == 100.0
    assert len({row["fingerprint"] for row in found}) == len(found)


def test_nothing_is_found_on_the_fixed_twin(tmp_path: Path) -> None:
    with (
        running_lab("--fixed", home=tmp_path) as lab,
        running_server(tmp_path / "data", "--ca-file", lab["ca_file"]) as server,
    ):
        scan, found = scan_all(server, lab)
    assert [(row["check_id"], row["affected_component"], row["title"]) for row in found] == []
    assert scan["status"] == "completed", scan
    assert scan["verdict"]["result"] == "pass", scan["verdict"]
