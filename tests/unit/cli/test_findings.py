"""Findings and reports of a store that real scans filled."""

import csv
import json
from pathlib import Path
from typing import Any

import pytest

from cyberai.cli.main import run

ALL = 7


def told(capsys, *words: str) -> Any:
    assert run([*words, "--json"]) == 0, capsys.readouterr().err
    return json.loads(capsys.readouterr().out)


def listed(capsys, folder: Path, *flags: str) -> list[dict[str, Any]]:
    rows: list[dict[str, Any]] = told(capsys, "findings", "list", "--data-dir", str(folder), *flags)
    return rows


def test_every_filter_narrows(recorded: Path, capsys) -> None:
    rows = listed(capsys, recorded)
    assert len(rows) == ALL
    for flag, key in (
        ("--severity", "severity"),
        ("--status", "status"),
        ("--check", "check_id"),
        ("--target", "target"),
    ):
        value = rows[-1][key]
        assert listed(capsys, recorded, flag, value) == [row for row in rows if row[key] == value], flag
    scan = rows[0]["scan_id"]
    assert {row["scan_id"] for row in listed(capsys, recorded, "--scan", scan)} == {scan}
    assert len(listed(capsys, recorded, "--limit", "2")) == 2
    assert listed(capsys, recorded, "--workspace", "blue") == []


def test_the_filters_are_those_of_the_api(recorded: Path, capsys) -> None:
    rows = listed(capsys, recorded)
    severities = sorted({row["severity"] for row in rows})[:2]
    both = listed(capsys, recorded, "--severity", ",".join(severities))
    assert both == [row for row in rows if row["severity"] in severities]
    assert both == listed(capsys, recorded, "--severity", severities[0], "--severity", severities[1])
    worst = listed(capsys, recorded, "--sort", "-risk_score")
    assert [row["risk_score"] for row in worst] == sorted((row["risk_score"] for row in rows), reverse=True)
    one = rows[-1]
    assert one in listed(
        capsys, recorded, "--search", one["title"].split()[0], "--detection", one["detection"]
    )
    assert one in listed(capsys, recorded, "--type", one["type"], "--cwe", f"CWE-1,{one['cwe'][0]}")
    assert listed(capsys, recorded, "--created-after", "2999-01-31") == []
    assert listed(capsys, recorded, "--created-before", "2999-01-31") == rows
    for flags in (
        ("--severity", "high,worst"),
        ("--detection", ""),
        ("--created-after", "yesterday"),
        ("--search", "--- ---"),
        ("--type", "a,,b"),
        ("--sort", "title"),
    ):
        assert run(["findings", "list", "--data-dir", str(recorded), *flags]) == 2, flags
        assert "Traceback" not in capsys.readouterr().err


def test_for_people_every_line_fits_the_terminal(recorded: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["findings", "list", "--data-dir", str(recorded)]) == 0
    shown = capsys.readouterr().out
    assert shown.count("vuln_") == ALL
    assert "accepted_risk, last seen " in shown
    assert max(map(len, shown.splitlines())) <= 80


def test_a_finding_is_shown_with_its_proof_and_a_command_to_copy(recorded: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "60")
    row = listed(capsys, recorded, "--check", "web.sql-injection")[0]
    whole = told(capsys, "findings", "show", row["id"], "--data-dir", str(recorded))
    assert run(["findings", "show", row["id"], "--data-dir", str(recorded)]) == 0
    shown = capsys.readouterr().out
    for text in (row["title"], row["fingerprint"], "How to mend it", whole["evidence"][0]["reproduce"]):
        assert text in shown


def test_a_decision_is_kept_and_a_dash_clears_it(recorded: Path, capsys) -> None:
    folder = ("--data-dir", str(recorded))
    first, second = [row["id"] for row in listed(capsys, recorded, "--status", "open")][:2]
    words = (
        "--status",
        "accepted_risk",
        "--reason",
        "Behind VPN",
        "--until",
        "2999-01-31",
        "--assignee",
        "kim",
    )
    rows = told(capsys, "findings", "set", first, second, *words, "--severity", "low", "--tag", "a", *folder)
    assert [row["accept_until"] for row in rows] == ["2999-01-31T23:59:59Z"] * 2
    kept = told(capsys, "findings", "show", first, *folder)
    assert (kept["status"], kept["status_reason"], kept["assignee"]) == ("accepted_risk", "Behind VPN", "kim")
    assert (kept["severity"], kept["tags"]) == ("low", ["a"])
    (row,) = told(
        capsys, "findings", "set", first, "--assignee", "-", "--severity", "-", "--tag", "-", *folder
    )
    assert (row["assignee"], row["severity"], row["tags"]) == (None, row["original_severity"], [])


@pytest.mark.parametrize(
    ("words", "said"),
    [
        ((), "Nothing to change"),
        (("--status", "accepted_risk"), "--reason"),
        (("--status", "accepted_risk", "--reason", "x", "--until", "2001-01-01"), "--until"),
        (("--status", "accepted_risk", "--reason", "x", "--until", "soon"), "is no date"),
        (("--status", "closed"), "is not one of"),
    ],
)
def test_a_decision_that_cannot_be_is_refused(
    recorded: Path, capsys, words: tuple[str, ...], said: str
) -> None:
    row = listed(capsys, recorded, "--status", "open")[0]
    assert run(["findings", "set", row["id"], *words, "--data-dir", str(recorded)]) == 2
    shown = capsys.readouterr().err
    assert said in shown
    assert "Next: " in shown or "Why: " in shown
    assert told(capsys, "findings", "show", row["id"], "--data-dir", str(recorded))["status"] == "open"


@pytest.mark.parametrize("words", [("list",), ("show", "vuln_1"), ("set", "vuln_1", "--status", "open")])
def test_a_mistyped_folder_makes_no_store(tmp_path: Path, capsys, words: tuple[str, ...]) -> None:
    assert run(["findings", *words, "--data-dir", str(tmp_path / "typo")]) == 2
    assert "There is no store in" in capsys.readouterr().err
    assert not (tmp_path / "typo").exists()


def test_reports_of_a_scan_in_every_format(recorded: Path, tmp_path: Path, capsys) -> None:
    scan = listed(capsys, recorded, "--check", "web.sql-injection")[0]["scan_id"]
    names = ("r.json", "r.jsonl", "r.html", "r.csv", "r.txt")
    words = [word for name in names for word in ("-o", str(tmp_path / name))]
    assert run(["report", scan, *words, "--title", "The shop", "--data-dir", str(recorded)]) == 0
    assert capsys.readouterr().out == ""
    told = json.loads((tmp_path / "r.json").read_text())
    ids = {row["id"] for row in told["vulnerabilities"]}
    assert len(ids) == 6
    with (tmp_path / "r.csv").open(newline="") as file:
        assert {row["id"] for row in csv.DictReader(file)} == ids
    for name in names:
        text = (tmp_path / name).read_text()
        assert all(id in text for id in ids), name
    assert "The shop" in (tmp_path / "r.html").read_text()


def test_without_an_id_the_newest_scan_is_shown(recorded: Path, capsys) -> None:
    assert run(["report", "--data-dir", str(recorded)]) == 0
    assert "Scan failed" in capsys.readouterr().out
    assert run(["report", "scan_unknown", "--data-dir", str(recorded)]) == 2
    assert "No such scan" in capsys.readouterr().err


def test_scans_are_listed_with_their_whole_ids(recorded: Path, capsys, monkeypatch) -> None:
    monkeypatch.setenv("COLUMNS", "80")
    assert run(["scans", "--data-dir", str(recorded), "--json"]) == 0
    scans = json.loads(capsys.readouterr().out)
    assert run(["scans", "--data-dir", str(recorded)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert [line.split()[0] for line in shown[1:] if line.startswith("scan_")] == [
        scan["id"] for scan in scans
    ]
    assert run(["scans", "--status", "completed", "--data-dir", str(recorded), "--json"]) == 0
    assert {scan["status"] for scan in json.loads(capsys.readouterr().out)} == {"completed"}
    assert run(["keys", "list", "--data-dir", str(recorded), "--json"]) == 0
    keys = [key["id"] for key in json.loads(capsys.readouterr().out)]
    assert run(["keys", "list", "--data-dir", str(recorded)]) == 0
    shown = capsys.readouterr().out.splitlines()
    assert keys
    assert [line.split()[0] for line in shown if line.startswith("key_")] == keys


def test_nothing_runs_in_a_store_at_rest(recorded: Path, capsys) -> None:
    assert run(["watch", "--data-dir", str(recorded)]) == 2
    assert "No scan is running" in capsys.readouterr().err
    done = listed(capsys, recorded)[0]["scan_id"]
    assert run(["watch", done, "--data-dir", str(recorded)]) == 0


@pytest.mark.parametrize("shell", ["bash", "zsh", "fish"])
def test_the_completion_script_asks_and_is_answered(shell: str, capsys, monkeypatch) -> None:
    assert run(["completion", shell]) == 0
    script = capsys.readouterr().out
    assert f"completion --answer {shell}" in script
    assert "_CYBERAI_COMPLETE=" not in script
    monkeypatch.setenv("COMP_WORDS", "cyberai findings set --sta")
    monkeypatch.setenv("COMP_CWORD", "--sta" if shell == "fish" else "3")
    assert run(["completion", "--answer", shell]) == 0
    assert "--status" in capsys.readouterr().out
