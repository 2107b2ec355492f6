"""What is old goes, and only that."""

import json
from pathlib import Path
from typing import Any

from cyberai.bootstrap.clock import SystemClock
from cyberai.cli.main import run

DAY = 86_400_000_000
EVERYTHING = ("--keep-events", "1", "--keep-work", "1", "--keep-reports", "1", "--keep-evidence", "1")


def told(capsys, *words: str) -> dict[str, Any]:
    assert run([*words, "--json"]) == 0, capsys.readouterr().err
    answer: dict[str, Any] = json.loads(capsys.readouterr().out)
    return answer


def later(monkeypatch, days: int) -> None:
    at = SystemClock().now() + days * DAY
    monkeypatch.setattr(SystemClock, "now", lambda self: at)


def rows(freed: dict[str, Any]) -> dict[str, int]:
    return {name: freed[name]["rows"] for name in ("events", "work", "reports", "evidence")}


def test_a_dry_run_says_what_the_run_then_removes(recorded: Path, capsys, monkeypatch) -> None:
    later(monkeypatch, 20_000)
    words = ("gc", *EVERYTHING, "--data-dir", str(recorded))
    planned = told(capsys, *words, "--dry-run")
    assert min(rows(planned).values()) > 0
    assert told(capsys, *words, "--dry-run") == planned
    freed = told(capsys, *words, "--compact")
    assert rows(freed) == rows(planned)
    assert freed["bytes"] == planned["bytes"] > 0
    before, after = freed["file_bytes"]
    assert after < before
    assert set(rows(told(capsys, *words)).values()) == {0}


def test_findings_stay_without_their_evidence_and_scans_with_their_results(
    recorded: Path, capsys, monkeypatch
) -> None:
    folder = ("--data-dir", str(recorded))
    before = told(capsys, "findings", "list", *folder)
    later(monkeypatch, 20_000)
    told(capsys, "gc", *EVERYTHING, *folder)
    assert told(capsys, "findings", "list", *folder) == before
    assert run(["findings", "show", before[0]["id"], *folder]) == 0
    assert "Its evidence is no longer kept" in capsys.readouterr().out
    assert run(["report", before[0]["scan_id"], *folder]) == 0
    assert before[0]["id"] in capsys.readouterr().out


def test_what_is_young_or_kept_for_ever_stays(recorded: Path, capsys, monkeypatch) -> None:
    folder = ("--data-dir", str(recorded))
    assert set(
        rows(
            told(capsys, "gc", *EVERYTHING[:4], "--keep-events", "36500", "--keep-work", "36500", *folder)
        ).values()
    ) == {0}
    later(monkeypatch, 20_000)
    for_ever = [word if word != "1" else "0" for word in EVERYTHING]
    assert set(rows(told(capsys, "gc", *for_ever, *folder)).values()) == {0}
    freed = rows(told(capsys, "gc", *folder))
    assert freed["reports"] == freed["evidence"] == 0
    assert freed["events"] > 0


def test_the_days_come_from_the_settings(recorded: Path, capsys, monkeypatch) -> None:
    later(monkeypatch, 100)
    monkeypatch.setenv("CYBERAI_KEEP_EVENTS", "0")
    monkeypatch.setenv("CYBERAI_KEEP_REPORTS", "7")
    freed = rows(told(capsys, "gc", "--data-dir", str(recorded), "--dry-run"))
    assert freed["events"] == 0
    assert freed["reports"] == 3


def test_a_scan_whose_work_is_gone_cannot_go_on(recorded: Path, capsys, monkeypatch) -> None:
    cancelled = told(capsys, "findings", "list", "--data-dir", str(recorded))
    assert cancelled
    later(monkeypatch, 100)
    told(capsys, "gc", "--keep-work", "1", "--data-dir", str(recorded))
    words = [
        "scan",
        "--resume",
        _cancelled(recorded),
        "--allow",
        "127.0.0.0/8",
        "--data-dir",
        str(recorded),
        "-q",
    ]
    assert run(words) == 2
    assert "no longer kept" in capsys.readouterr().err


def _cancelled(folder: Path) -> str:
    import apsw

    connection = apsw.Connection(str(folder / "cyberai.db"))
    (row,) = connection.execute("SELECT id FROM scan WHERE status = 12").fetchall()
    connection.close()
    return str(row[0])


def test_for_people_it_says_what_was_freed(recorded: Path, capsys, monkeypatch) -> None:
    later(monkeypatch, 100)
    assert run(["gc", "--data-dir", str(recorded)]) == 0
    shown = capsys.readouterr()
    assert "Freed" in shown.out
    assert "--compact" in shown.err
