"""The command line of every proven finding, pasted into a shell, shows what the finding says."""

import shutil
import subprocess
from pathlib import Path

import pytest

from support.processes import running_lab, running_server

pytestmark = pytest.mark.e2e


def run(command: str) -> bytes:
    """What the command prints, both streams."""
    done = subprocess.run(
        ["bash", "-c", command], stdin=subprocess.DEVNULL, capture_output=True, timeout=40, check=False
    )
    return done.stdout + done.stderr


def plain(text: str) -> bytes:
    """Text as it may stand in any output: white space folded."""
    return b" ".join(text.encode().split())


def test_every_confirmed_finding_can_be_repeated_by_hand(tmp_path: Path) -> None:
    wrong: list[str] = []
    absent: set[str] = set()
    with running_lab("--set", "demo", home=tmp_path) as lab, running_server(tmp_path / "data") as server:
        targets = [target["target"] for target in lab["targets"] if not target["auth"]]
        _, _, scan = server.call("POST", "/v1/scans", {"targets": targets})
        server.wait_for_end(scan["id"])
        rows = [row for row in server.vulnerabilities(scan["id"]) if row["tier"] == "confirmed"]
        assert len(rows) >= 15
        for row in rows:
            _, _, whole = server.call("GET", f"/v1/vulnerabilities/{row['id']}")
            for piece in whole["evidence"]:
                tool = piece["reproduce"].split()[0]
                if shutil.which(tool) is None:
                    absent.add(tool)
                    continue
                shown = plain(run(piece["reproduce"]).decode("utf-8", "replace"))
                expected = plain(piece["match"]) if piece["match"] else b""
                if not shown or expected not in shown:
                    wrong.append(
                        f"{row['title']}: {piece['reproduce']}\n  lacks {expected!r}: {shown[:300]!r}"
                    )
    assert not wrong, "\n".join(wrong)
    if absent:
        pytest.skip(f"not installed, so not executed: {', '.join(sorted(absent))}")
