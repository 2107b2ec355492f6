"""The SARIF report is valid by the OASIS schema whatever the target says, and holds what code scanning pages need."""

import json
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import jsonschema_rs
import pytest

from cyberai.domain.report import ReportFormat, ReportModel, ReportType
from cyberai.domain.scan import VerdictResult
from cyberai.domain.vulnerability import Detection, VulnerabilityStatus
from cyberai.reports import sarif_report
from cyberai.reports.sarif_report import MAX_RESULTS, escaped, render
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short

SCHEMA = Path(__file__).parents[2] / "fixtures" / "schemas" / "sarif-2.1.0.json"
"""The schema of the OASIS committee without its descriptions."""


@cache
def validator() -> Any:
    return jsonschema_rs.validator_for(json.loads(SCHEMA.read_text("utf-8")), validate_formats=True)


def document(model: ReportModel) -> dict[str, Any]:
    """The report, after the schema has nothing to say against it."""
    parsed: dict[str, Any] = json.loads(render(model).content)
    assert [
        f"{error.instance_path}: {error.message[:200]}" for error in validator().iter_errors(parsed)
    ] == []
    return parsed


def run_of(model: ReportModel) -> dict[str, Any]:
    [run] = document(model)["runs"]
    return dict(run)


@pytest.mark.parametrize("hostile", [text for text in HOSTILE if len(text) < 100_000], ids=short)
def test_it_is_valid_whatever_the_target_says(hostile: str) -> None:
    run = run_of(poisoned.model(hostile, type=ReportType.TECHNICAL, format=ReportFormat.SARIF))
    assert len(run["results"]) == 2
    for result in run["results"]:
        place = result["locations"][0]["physicalLocation"]["artifactLocation"]
        base = run["originalUriBaseIds"][place["uriBaseId"]]["uri"]
        assert place["uri"].isascii()
        assert urlsplit(base).scheme in ("http", "https", "tcp")
        assert urlsplit(place["uri"]).scheme == ""


def test_an_empty_scan_is_valid() -> None:
    run = run_of(sample.model(0))
    assert (run["results"], run["tool"]["driver"]["rules"]) == ([], [])


def test_every_vulnerability_is_a_result_with_its_rule() -> None:
    model = sample.model(40)
    run = run_of(model)
    rules = run["tool"]["driver"]["rules"]
    assert [result["properties"]["id"] for result in run["results"]] == [
        i.vulnerability.id for i in model.items
    ]
    for result, item in zip(run["results"], model.items, strict=True):
        row = item.vulnerability
        rule = rules[result["ruleIndex"]]
        assert rule["id"] == result["ruleId"] == row.check_id
        assert float(rule["properties"]["security-severity"]) >= row.cvss_score
        assert result["partialFingerprints"] == {"cyberaiFingerprint/v1": row.fingerprint}
        assert [f"CWE-{taxon['id']}" for taxon in result["taxa"]] == list(row.cwe)


def test_levels_follow_the_severity_that_counts() -> None:
    run = run_of(sample.model(40))
    levels = {result["properties"]["severity"]: result["level"] for result in run["results"]}
    assert levels["critical"] == levels["high"] == "error"
    assert levels["medium"] == "warning"
    assert {levels.get("low", "note"), levels.get("info", "note")} == {"note"}


def test_base_and_path_make_the_address() -> None:
    run = run_of(sample.model(1))
    [result] = run["results"]
    place = result["locations"][0]["physicalLocation"]["artifactLocation"]
    base = run["originalUriBaseIds"][place["uriBaseId"]]["uri"]
    assert base + place["uri"] == "http://127.0.0.1:8088/shop"
    assert result["webRequest"]["target"] == "http://127.0.0.1:8088/shop?id=7"
    assert result["webRequest"]["headers"]["Cookie"] != "session=8f14e45fceea167a"
    assert result["webResponse"]["statusCode"] == 200


@pytest.mark.parametrize("status", [VulnerabilityStatus.ACCEPTED_RISK, VulnerabilityStatus.FALSE_POSITIVE])
def test_what_people_judged_is_suppressed_with_the_reason(status: VulnerabilityStatus) -> None:
    row = sample.vulnerability(0, status=status, status_reason="Behind the VPN", detection=Detection.PRESENT)
    [result] = run_of(sample.model(items=(sample.item(row, ()),)))["results"]
    [suppression] = result["suppressions"]
    assert suppression["justification"] == "Behind the VPN"
    assert result["baselineState"] == "unchanged"


def test_what_is_beyond_the_limit_is_left_out_and_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(sarif_report, "MAX_RESULTS", 5)
    run = run_of(sample.model(8))
    assert len(run["results"]) == 5
    notes = [note["message"]["text"] for note in run["invocations"][0]["toolExecutionNotifications"]]
    assert any("3 results are left out" in note for note in notes)
    assert MAX_RESULTS == 5_000


def test_an_inconclusive_scan_says_why() -> None:
    run = run_of(sample.model(0, scans=(sample.scan(VerdictResult.INCONCLUSIVE),)))
    notes = run["invocations"][0]["toolExecutionNotifications"]
    assert "71.4 %" in notes[0]["message"]["text"]


@pytest.mark.parametrize(
    ("text", "uri"),
    [
        ("a b", "a%20b"),
        ("%41%zz", "%41%25zz"),
        ("ü[1]", "%C3%BC%5B1%5D"),
        ("a?b=c&d=/", "a?b=c&d=/"),
        ("\ud800", "%EF%BF%BD"),
    ],
)
def test_what_may_not_stand_in_an_address_is_escaped(text: str, uri: str) -> None:
    assert escaped(text) == uri
