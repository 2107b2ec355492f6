"""The day after: a site is scanned, one flaw is mended, one made anew, one moved, and it is scanned again."""

import time
from pathlib import Path
from typing import Any

import pytest

from support.processes import Server, running_lab, running_server
from unit.reports.pdf_reader import text_of

pytestmark = pytest.mark.e2e

CHECKS = {"include": ["web.command-injection", "web.open-redirect", "web.sql-injection", "web.cors-origin"]}
MENDED, ANEW, OLD, NEW = "/tools/ping", "/go", "/product", "/item"


def scanned(server: Server, target: str) -> str:
    status, _, scan = server.call("POST", "/v1/scans", {"target": target, "options": {"checks": CHECKS}})
    assert status == 201, scan
    end = server.wait_for_end(scan["id"])
    assert end["status"] == "completed", end
    return str(scan["id"])


def report(server: Server, **body: Any) -> Any:
    status, _, made = server.call("POST", "/v1/reports", body)
    assert status == 201, made
    deadline = time.monotonic() + 60
    while made["status"] not in ("completed", "failed"):
        assert time.monotonic() < deadline, made
        time.sleep(0.1)
        _, _, made = server.call("GET", f"/v1/reports/{made['id']}")
    assert made["status"] == "completed", made
    status, _, content = server.call("GET", f"/v1/reports/{made['id']}/download")
    assert status == 200
    return content


def test_mended_made_anew_and_moved(tmp_path: Path) -> None:
    with running_server(tmp_path / "data", "--workers", "1") as server:
        with running_lab("--set", "demo", "--mend", ANEW, home=tmp_path) as lab:
            target = str(lab["targets"][0]["target"])
            first = scanned(server, target)
        port = target.rstrip("/").rpartition(":")[2]
        changed = ("--mend", MENDED, "--move", f"{OLD}={NEW}", "--port", port)
        with running_lab("--set", "demo", *changed, home=tmp_path):
            second = scanned(server, target)

        # The difference of the two scans.
        status, _, diff = server.call("GET", f"/v1/scans/{second}/diff?against={first}")
        assert status == 200, diff
        told = {
            row["location"]["url"].partition("?")[0].rpartition(f":{port}")[2]: row for row in diff["data"]
        }
        assert {path: told[path]["change"] for path in (MENDED, ANEW, NEW)} == {
            MENDED: "fixed",
            ANEW: "new",
            NEW: "moved",
        }
        assert told[NEW]["moved_from"]["location"]["url"].partition("?")[0].endswith(OLD)
        assert {row["change"] for path, row in told.items() if path not in (MENDED, ANEW, NEW)} == {
            "still_there"
        }

        # The states.
        def now(vulnerability_id: str) -> tuple[str, str]:
            _, _, row = server.call("GET", f"/v1/vulnerabilities/{vulnerability_id}")
            return row["status"], row["detection"]

        assert now(told[MENDED]["id"]) == ("fixed", "fixed_confirmed")
        assert now(told[ANEW]["id"]) == ("open", "new")
        assert now(told[NEW]["id"]) == ("open", "new")
        # Nothing says that the flaw at the old place is mended: the page is gone.
        assert now(told[NEW]["moved_from"]["id"]) == ("open", "not_observed")

        # The delta report, for programs and for people.
        body = {"scan_id": second, "type": "delta", "baseline_scan_id": first}
        changes = report(server, format="json", **body)["delta"]["changes"]
        assert sorted(row["change"] for row in changes) == sorted(row["change"] for row in diff["data"])
        pages = text_of(report(server, format="pdf", **body), tmp_path)
        for path in (MENDED, ANEW, NEW):
            assert f"127.0.0.1:{port}{path}" in pages, pages
        assert f"was at http://127.0.0.1:{port}{OLD}" in pages, pages

        # What was mended comes back.
        with running_lab("--set", "demo", "--port", port, home=tmp_path):
            third = scanned(server, target)
        _, _, back = server.call("GET", f"/v1/scans/{third}/diff")
        returned = {row["id"]: row["change"] for row in back["data"]}
        assert returned[told[MENDED]["id"]] == "regressed"
        assert now(told[MENDED]["id"]) == ("open", "regressed")
