"""The JUnit report: well-formed whatever the target says, and never green where nothing was tested."""

from xml.etree import ElementTree as ET

import pytest

from cyberai.domain.report import CoverageRow, ReportModel, ReportType
from cyberai.domain.vulnerability import Location, VulnerabilityStatus
from cyberai.reports.junit_report import render
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short

HOST = "127.0.0.1:8088"


def suites(model: ReportModel) -> ET.Element:
    return ET.fromstring(render(model).content)


def rows(**changes: object) -> tuple[CoverageRow, ...]:
    return (CoverageRow(host=HOST, check_id="web.sql-injection", **changes),)  # type: ignore[arg-type]


@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_it_is_well_formed_whatever_the_target_says(hostile: str) -> None:
    root = suites(poisoned.model(hostile, type=ReportType.TECHNICAL))
    assert len(root.findall("testsuite/testcase/failure")) == 2
    assert {child.tag for case in root.iter("testcase") for child in case} <= {"failure", "error", "skipped"}


def test_every_finding_is_a_failed_case_of_its_host() -> None:
    model = sample.model(40)
    root = suites(model)
    assert int(root.attrib["failures"]) == 40 == len(root.findall("testsuite/testcase/failure"))
    assert int(root.attrib["tests"]) == len(list(root.iter("testcase")))
    texts = "\n".join(failure.text or "" for failure in root.iter("failure"))
    assert all(item.vulnerability.id in texts for item in model.items)


@pytest.mark.parametrize(
    ("changes", "outcome"),
    [
        ({"clean": 3}, None),
        ({"clean": 3, "skipped": {"no_influence": 2}}, None),
        ({"skipped": {"not_applicable": 2}}, "skipped"),
        ({"clean": 3, "errored": {"timeout": 1}}, "error"),
        ({"errored": {"timeout": 1}}, "error"),
    ],
)
def test_only_what_ran_clean_passes(changes: dict[str, object], outcome: str | None) -> None:
    root = suites(sample.model(0, rows=rows(**changes)))
    [case] = root.iter("testcase")
    assert [child.tag for child in case] == ([outcome] if outcome else [])
    assert root.attrib["failures"] == "0"
    assert root.attrib["errors"] == str(int(outcome == "error"))


def test_what_a_filter_leaves_out_does_not_pass() -> None:
    assert list(suites(sample.model(0, rows=rows(found=1, clean=3))).iter("testcase")) == []


def test_what_people_judged_fails_nothing() -> None:
    row = sample.vulnerability(0, status=VulnerabilityStatus.ACCEPTED_RISK, status_reason="Behind the VPN")
    root = suites(sample.model(items=(sample.item(row, ()),), rows=rows(found=1)))
    [case] = root.iter("testcase")
    assert [(child.tag, child.attrib["message"]) for child in case] == [
        ("skipped", "accepted risk: Behind the VPN")
    ]


def test_a_service_belongs_to_its_port() -> None:
    row = sample.vulnerability(2, location=Location(port=6379, service="redis"))
    [suite] = suites(sample.model(items=(sample.item(row, ()),), rows=()))
    assert suite.attrib["name"] == "127.0.0.1:6379"
