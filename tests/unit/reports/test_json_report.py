"""The JSON report is the API's own objects, and the same bytes every time."""

import json

import msgspec
import pytest

from cyberai.domain.report import ReportFormat, ReportType
from cyberai.reports.json_report import render
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short


def as_json(value: object) -> object:
    return json.loads(msgspec.json.encode(value))


def test_one_object_with_the_documented_keys_in_order() -> None:
    document = json.loads(render(sample.model(3, format=ReportFormat.JSON)).content)
    assert list(document) == ["report", "generated_at", "version", "scans", "vulnerabilities", "coverage"]


def test_vulnerabilities_are_the_apis_objects_with_check_and_evidence() -> None:
    model = sample.model(300)
    rows = json.loads(render(model).content)["vulnerabilities"]
    assert rows == as_json([item.resource for item in model.items]) != []
    assert all(row["check_id"] and row["evidence"] for row in rows)
    assert [row["id"] for row in rows] == [item.vulnerability.id for item in model.items]


def test_scans_are_the_apis_objects() -> None:
    model = sample.model(1)
    assert json.loads(render(model).content)["scans"] == as_json(model.scan_resources)


def test_coverage_names_check_and_reasons() -> None:
    rows = json.loads(render(sample.model(1, rows=sample.coverage(failing=True))).content)["coverage"]
    assert rows[1] == {
        "host": "127.0.0.1",
        "check_id": "web.command-injection",
        "title": "Command injection",
        "clean": 44,
        "found": 2,
        "skipped": {},
        "errored": {"connection_refused": 2, "timeout": 7},
    }


def test_it_is_byte_stable() -> None:
    assert render(sample.model(20)).content == render(sample.model(20)).content


@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_whatever_a_target_sent_comes_back_as_it_was(hostile: str) -> None:
    text = poisoned.encodable(hostile)
    document = json.loads(render(poisoned.model(hostile, type=ReportType.TECHNICAL)).content)
    assert document["vulnerabilities"][0]["title"] == text
    assert document["scans"][0]["target"] == text
