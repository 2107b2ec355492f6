"""Scans that log in, through the real server: the lab's areas for members; secrets that show nowhere and outlive a
`kill -9`; logins that fail."""

import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest

from support.processes import Server, running_lab, running_server

pytestmark = pytest.mark.e2e


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[dict[str, Any]]:
    with running_lab(home=tmp_path_factory.mktemp("lab")) as description:
        yield description


def areas(lab: dict[str, Any]) -> list[dict[str, Any]]:
    return [target for target in lab["targets"] if target["kind"] == "members"]


def start(server: Server, area: dict[str, Any], **changes: Any) -> str:
    body = {"target": area["target"], "auth": {**area["auth"], **changes}}
    status, _, scan = server.call("POST", "/v1/scans", body)
    assert status == 201, scan
    assert scan["auth"] == {"type": area["auth"]["type"], "login_url": area["auth"].get("login_url")}
    return str(scan["id"])


def found(server: Server, scan_id: str) -> set[tuple[str, str]]:
    rows = server.vulnerabilities(scan_id)
    return {
        (row["check_id"], urlsplit(row["location"]["url"]).path) for row in rows if row["severity"] != "low"
    }


def flaws(lab: dict[str, Any], area: dict[str, Any]) -> set[tuple[str, str]]:
    return {(flaw["check"], flaw["path"]) for flaw in lab["flaws"] if flaw["target"] == area["target"]}


def test_every_flaw_behind_every_login_is_found(tmp_path: Path, lab: dict[str, Any]) -> None:
    with running_server(tmp_path / "data") as server:
        scans = {start(server, area): area for area in areas(lab)}
        for scan_id, area in scans.items():
            scan = server.wait_for_end(scan_id)
            assert (scan["status"], scan["status_reason"]) == ("completed", None), scan
            assert found(server, scan_id) == flaws(lab, area), area
            assert scan["verdict"]["result"] == ("fail" if flaws(lab, area) else "pass")
            assert scan["verdict"]["coverage_percent"] == 100.0


def test_nothing_is_found_behind_the_logins_of_the_fixed_twin(tmp_path: Path) -> None:
    with running_lab("--fixed", home=tmp_path) as fixed, running_server(tmp_path / "data") as server:
        for scan_id in [start(server, area) for area in areas(fixed)]:
            scan = server.wait_for_end(scan_id)
            assert server.vulnerabilities(scan_id) == []
            assert (scan["status"], scan["verdict"]["result"]) == ("completed", "pass"), scan


def test_wrong_credentials_fail_the_scan(tmp_path: Path, lab: dict[str, Any]) -> None:
    with running_server(tmp_path / "data") as server:
        for area in areas(lab):
            wrong: dict[str, Any] = (
                {"password": "wrong"} if "password" in area["auth"] else {"headers": {"X-Mooring-Key": "no"}}
            )
            scan = server.wait_for_end(start(server, area, **wrong))
            assert (scan["status"], scan["status_reason"]) == ("failed", "auth_failed"), scan
            assert scan["verdict"]["result"] == "inconclusive"
            assert area["target"] in scan["status_detail"]
            assert 0 < scan["statistics"]["requests_made"] < 30


def test_a_secret_shows_nowhere_and_goes_with_its_scan(tmp_path: Path, lab: dict[str, Any]) -> None:
    form = next(area for area in areas(lab) if area["auth"]["type"] == "form")
    basic = next(area for area in areas(lab) if area["auth"]["type"] == "basic")
    secret = form["auth"]["password"]
    data = tmp_path / "data"
    shown: list[str] = []
    with running_server(data, "--log-level", "debug") as server:
        server.patient = True
        for area in (form, basic):
            scan_id = start(server, area)
            server.wait_for_end(scan_id)
            status, _, again = server.call("POST", f"/v1/scans/{scan_id}/retry")
            assert status == 201, again
            retried = server.wait_for_end(again["id"])
            assert (retried["status"], found(server, again["id"])) == ("completed", flaws(lab, area))
            ways = ("", "/log", "/events", "/coverage", "/vulnerabilities")
            shown += [repr(server.call("GET", f"/v1/scans/{scan_id}{way}")) for way in ways]
            shown += [
                repr(server.call("GET", f"/v1/vulnerabilities/{row['id']}"))
                for row in server.vulnerabilities(scan_id)
            ]
            shown += reports(server, scan_id)
        assert "***" in "".join(shown)
        files = [path for path in data.iterdir() if path.is_file()]
        assert not [path.name for path in files if secret.encode() in path.read_bytes()]
        kept = len(files_with_scan(data, scan_id))
        assert kept
        for gone in (scan_id, again["id"]):
            assert server.call("POST", f"/v1/scans/{gone}/purge")[0] == 200
        assert server.call("POST", f"/v1/scans/{gone}/retry")[0] == 404
    told = "".join(shown) + server.log.read_text()
    assert secret not in told
    assert "crew_session=***" in told
    assert (data / "seal.key").stat().st_mode & 0o777 == 0o600


def files_with_scan(data: Path, scan_id: str) -> list[Path]:
    return [path for path in data.iterdir() if path.is_file() and scan_id.encode() in path.read_bytes()]


def reports(server: Server, scan_id: str) -> list[str]:
    texts = []
    for form in ("json", "html", "csv"):
        status, _, report = server.call("POST", "/v1/reports", {"scan_id": scan_id, "format": form})
        assert status == 201, report
        deadline = time.monotonic() + 30
        while time.monotonic() < deadline:
            status, _, text = server.call("GET", f"/v1/reports/{report['id']}/download")
            if status == 200:
                break
            time.sleep(0.1)
        assert status == 200
        texts.append(text.decode() if isinstance(text, bytes) else repr(text))
    return texts


def test_a_killed_server_logs_in_again_and_finds_the_same(tmp_path: Path, lab: dict[str, Any]) -> None:
    area = areas(lab)[0]
    data = tmp_path / "data"
    with running_server(data) as server:
        scan_id = start(server, area)
        deadline = time.monotonic() + 60
        while time.monotonic() < deadline:
            _, _, scan = server.call("GET", f"/v1/scans/{scan_id}")
            assert scan["status"] == "running", "the scan ended before the kill"
            if scan["progress"]["requests_sent"] >= 40:
                break
            time.sleep(0.02)
        server.kill_everything()
    with running_server(data) as server:
        scan = server.wait_for_end(scan_id)
        assert (scan["status"], scan["status_reason"]) == ("completed", None), scan
        assert scan["resumed_count"] >= 1
        assert found(server, scan_id) == flaws(lab, area)


def test_without_the_key_a_waiting_scan_says_what_is_missing(tmp_path: Path, lab: dict[str, Any]) -> None:
    data = tmp_path / "data"
    with running_server(data) as server:
        scan_id = start(server, areas(lab)[0])
        server.wait_for_end(scan_id)
    (data / "seal.key").unlink()
    with running_server(data) as server:
        status, _, again = server.call("POST", f"/v1/scans/{scan_id}/retry")
        assert status == 201
        scan = server.wait_for_end(again["id"])
        assert (scan["status"], scan["status_reason"]) == ("failed", "auth_failed"), scan
        assert "seal.key" in scan["status_detail"]
