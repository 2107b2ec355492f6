"""`cyberai replay` against a target that has the flaws, has them mended, and is gone."""

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from support.processes import environment, running_lab

pytestmark = pytest.mark.e2e

PAGES = ("/crew/badge", "/berth/flag", "/account/engraving?words=ahoy", "/account/visit")
CHECKS = "web.stored-xss,web.csrf,web.reflected-xss,passive.cookie-flags"


def cyberai(home: Path, *words: str) -> subprocess.CompletedProcess[str]:
    command = [sys.executable, "-m", "cyberai", *words]
    return subprocess.run(
        command, env=environment(home), cwd=home, capture_output=True, text=True, timeout=240
    )


def replayed(home: Path, finding: str) -> tuple[int, dict[str, Any]]:
    done = cyberai(home, "replay", finding, "--allow", "127.0.0.0/8", "--data-dir", "data", "--json")
    assert done.stdout, done.stderr
    return done.returncode, json.loads(done.stdout)


def test_present_fixed_and_inconclusive(tmp_path: Path) -> None:
    with running_lab(home=tmp_path) as lab:
        origin = next(t["target"] for t in lab["targets"] if t["kind"] == "http").rstrip("/")
        targets = [origin + page for page in PAGES]
        done = cyberai(
            tmp_path, "scan", *targets, "--allow", "127.0.0.0/8", "--data-dir", "data", "--checks", CHECKS,
            "-q", "-o", "found.json",
        )  # fmt: skip
        assert (tmp_path / "found.json").exists(), done.stderr
        rows = json.loads((tmp_path / "found.json").read_text())["vulnerabilities"]
        found = {row["check_id"]: row["id"] for row in rows}
        assert set(found) == set(CHECKS.split(","))
        for check, finding in found.items():
            code, said = replayed(tmp_path, finding)
            assert (code, said["result"]) == (1, "present"), (check, said)
        refused = cyberai(tmp_path, "replay", found["web.stored-xss"], "--data-dir", "data")
        assert refused.returncode == 2
        assert "--allow" in refused.stderr
    code, said = replayed(tmp_path, found["web.reflected-xss"])
    assert (code, said["result"]) == (3, "inconclusive"), said
    port = origin.rpartition(":")[2]
    with running_lab("--fixed", "--port", port, home=tmp_path):
        for check, finding in found.items():
            code, said = replayed(tmp_path, finding)
            wanted = (3, "inconclusive") if check == "web.csrf" else (0, "fixed")
            assert (code, said["result"]) == wanted, (check, said)
        done = cyberai(
            tmp_path, "findings", "retest", found["web.reflected-xss"], "--allow", "127.0.0.0/8", "--data-dir", "data",
        )  # fmt: skip
        assert (done.returncode, "fixed_confirmed" in done.stdout) == (0, True), done.stderr
    shown = cyberai(tmp_path, "findings", "show", found["web.reflected-xss"], "--data-dir", "data", "--json")
    assert json.loads(shown.stdout)["status"] == "fixed"
    refused = cyberai(tmp_path, "findings", "retest", found["web.csrf"], "--data-dir", "data")
    assert (refused.returncode, "--allow" in refused.stderr) == (2, True)
    unknown = cyberai(tmp_path, "replay", "vuln_nothing", "--data-dir", "data")
    assert unknown.returncode == 2
    assert "findings list" in unknown.stderr


def test_behind_a_login_whose_secrets_are_no_longer_kept(tmp_path: Path) -> None:
    with running_lab(home=tmp_path) as lab:
        area = next(t for t in lab["targets"] if t["kind"] == "members" and t["auth"]["type"] == "headers")
        (key,) = area["auth"]["headers"].values()
        login = tmp_path / "login.json"
        login.write_text(json.dumps(area["auth"]))
        done = cyberai(
            tmp_path, "scan", f"{area['target']}find?word=rope&key={key}", "--allow", "127.0.0.0/8", "--data-dir", "data",
            "--checks", "web.reflected-xss", "--auth", "login.json", "-q", "-o", "found.json",
        )  # fmt: skip
        assert (tmp_path / "found.json").exists(), done.stderr
        (row,) = json.loads((tmp_path / "found.json").read_text())["vulnerabilities"]
        told = json.dumps([row["evidence"], row["location"], row["affected_component"]])
        assert ("key=***" in told, key in told) == (True, False)
        code, said = replayed(tmp_path, row["id"])
        assert (code, said["result"]) == (1, "present"), said
        (tmp_path / "data" / "seal.key").unlink()
        code, said = replayed(tmp_path, row["id"])
        assert (code, "--auth" in said["why"]) == (3, True), said
        for command in ("replay", "findings retest"):
            done = cyberai(
                tmp_path, *command.split(), row["id"], "--allow", "127.0.0.0/8", "--data-dir", "data", "--auth", "login.json",
            )  # fmt: skip
            assert (done.returncode, "present" in done.stdout, key in done.stdout) == (1, True, False), done
        wrong = cyberai(
            tmp_path, "replay", row["id"], "--allow", "127.0.0.0/8", "--data-dir", "data", "--cookie", "nonsense",
        )  # fmt: skip
        assert (wrong.returncode, "NAME=VALUE" in wrong.stderr) == (2, True)
