"""--fail-on-new: what was known fails nothing, and a baseline that cannot be read is no empty one."""

import json
from pathlib import Path
from typing import Any

import pytest

from cyberai.cli.baseline import Baseline, baseline_of
from cyberai.cli.exit_codes import ExitCode
from cyberai.cli.failures import Failure
from cyberai.cli.main import run
from cyberai.cli.place import Place
from cyberai.cli.results import exit_code, failing, say_new
from cyberai.config import load
from cyberai.domain.finding import Tier
from cyberai.domain.severity import Severity
from unit.cli.test_findings import listed
from unit.cli.test_results import finding, result
from unit.reports import sample


def rows(*severities: Severity) -> Any:
    return result(
        *(
            sample.item(sample.vulnerability(n, severity=severity), ())
            for n, severity in enumerate(severities)
        )
    )


def test_only_what_the_baseline_does_not_have_fails() -> None:
    value = rows(Severity.CRITICAL, Severity.LOW, Severity.HIGH)
    by_severity = {row.severity: row for row in value.vulnerabilities}
    known = Baseline("x", frozenset({by_severity["critical"].fingerprint, by_severity["high"].id}))
    assert [row.severity for row in failing(value, None, known)] == ["low"]
    assert exit_code(value, None, known) is ExitCode.FINDINGS
    assert exit_code(value, "medium", known) is ExitCode.OK
    everything = Baseline("x", known.known | {by_severity["low"].id})
    assert exit_code(value, "info", everything) is ExitCode.OK
    assert exit_code(value, None) is ExitCode.OK


def test_a_lead_that_is_new_is_no_proof() -> None:
    lead = result(finding(Severity.CRITICAL, Tier.LEAD))
    assert exit_code(lead, None, Baseline("x", frozenset())) is ExitCode.OK


def read(text: str, folder: Path) -> Baseline:
    found = baseline_of(text, Place(), load(data_dir=folder))
    assert found is not None
    return found


def test_reports_and_scans_are_baselines(recorded: Path, tmp_path: Path, capsys, monkeypatch) -> None:
    monkeypatch.chdir(tmp_path)
    scan = listed(capsys, recorded)[0]["scan_id"]
    assert run(["report", scan, "-o", "result.json", "--data-dir", str(recorded)]) == 0
    capsys.readouterr()
    told = json.loads(Path("result.json").read_text())
    of_file = read("result.json", recorded)
    assert {row["fingerprint"] for row in told["vulnerabilities"]} < of_file.known
    of_scan = read(told["scan"]["id"], recorded)
    assert of_scan.known == {row["id"] for row in told["vulnerabilities"]}
    others = [row for row in listed(capsys, recorded) if row["id"] not in of_scan.known]
    assert others, "the store holds findings of another scan"


@pytest.mark.parametrize(
    "content",
    [b"", b"{}", b"[]", b'{"vulnerabilities":[{"id":1}]}', b"[" * 10_000, b'{"vulnerabilities":{}}', b"\xff"],
)
def test_what_is_no_report_is_refused(content: bytes, recorded: Path, tmp_path: Path) -> None:
    file = tmp_path / "base.json"
    file.write_bytes(content)
    with pytest.raises(Failure, match="cannot be used") as refused:
        read(str(file), recorded)
    assert refused.value.code is ExitCode.USAGE
    assert "no JSON report" in refused.value.why


def test_what_is_not_there_is_refused(recorded: Path, tmp_path: Path, monkeypatch) -> None:
    for name, why in (
        ("gone.json", "no such file"),
        ("scan_gone", "no such scan"),
        (str(tmp_path), "directory"),
    ):
        with pytest.raises(Failure) as refused:
            read(name, recorded)
        assert why in refused.value.why.lower()
    monkeypatch.setattr("cyberai.cli.baseline.MAX_BYTES", 3)
    (tmp_path / "big.json").write_text("{   }")
    with pytest.raises(Failure) as refused:
        read(str(tmp_path / "big.json"), recorded)
    assert "larger" in refused.value.why


def test_what_is_new_is_named_without_escapes(capsys) -> None:
    hostile = sample.item(sample.vulnerability(0, title="\x1b[31mred\u202e"), ())
    say_new(result(hostile).vulnerabilities, Baseline("\x1b]0;x\x07base", frozenset()))
    said = capsys.readouterr().err
    assert "1 finding" in said
    assert not {"\x1b", "\u202e", "\x07"} & set(said)
    say_new([], Baseline("base.json", frozenset()))
    assert capsys.readouterr().err == "Nothing that counts is new since base.json\n"
    say_new(result(*[hostile] * 30).vulnerabilities, Baseline("b", frozenset()))
    assert "and 10 more" in capsys.readouterr().err
