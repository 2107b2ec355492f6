"""The CSV report opens in a spreadsheet without doing anything there."""

import csv
import io
import unicodedata

import pytest

from cyberai.domain.report import ReportFormat, ReportModel, ReportType
from cyberai.reports.csv_report import COLUMNS, guarded, render
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE, short

FORMULA = set("=+-@\u2212")
csv.field_size_limit(10_000_000)


def cells(model: ReportModel, delimiter: str = ",") -> list[list[str]]:
    text = render(model).content.decode("utf-8")
    return list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))


def starts_a_formula(cell: str) -> bool:
    bare = cell.lstrip(' "\t\r\n\u00a0\u3000\ufeff\u200b')
    return bool(bare) and unicodedata.normalize("NFKC", bare[0])[0] in FORMULA


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_no_cell_is_a_formula_however_it_is_split(hostile: str, delimiter: str) -> None:
    rows = cells(poisoned.model(hostile, type=ReportType.TECHNICAL, format=ReportFormat.CSV), delimiter)
    assert [cell for row in rows for cell in row if starts_a_formula(cell)] == []


@pytest.mark.parametrize("hostile", HOSTILE, ids=short)
def test_a_row_stays_one_line_of_visible_characters(hostile: str) -> None:
    text = render(poisoned.model(hostile, type=ReportType.TECHNICAL)).content.decode("utf-8")
    lines = text.split("\r\n")
    assert len(lines) == 1 + 2 + 1
    assert lines[-1] == ""
    assert all(c.isprintable() for line in lines for c in line)
    assert all(len(row) == len(COLUMNS) for row in cells(poisoned.model(hostile, type=ReportType.TECHNICAL)))


def test_the_header_comes_first_and_id_first_in_it() -> None:
    content = render(sample.model(3)).content
    assert content.startswith(b'"id","severity","title"')


def test_every_vulnerability_is_a_row() -> None:
    model = sample.model(300)
    header, *rows = cells(model)
    assert tuple(header) == COLUMNS
    assert [row[0] for row in rows] == [item.vulnerability.id for item in model.items]


def test_values_are_those_of_the_vulnerability() -> None:
    row = dict(zip(*cells(sample.model(1)), strict=True))
    assert row["severity"] == "critical"
    assert row["url"] == "http://127.0.0.1:8088/shop?id=7"
    assert row["parameter"] == "query:id"
    assert row["cwe"] == "CWE-89"
    assert row["first_seen"] == "2025-10-09T08:53:20Z"


def test_no_vulnerability_gives_the_header_alone() -> None:
    assert len(cells(sample.model(0))) == 1


@pytest.mark.parametrize(
    ("cell", "safe"),
    [
        ("plain", "plain"),
        ("", ""),
        ("=1", "'=1"),
        ("  =1", "'=1"),
        ("a=1", "a=1"),
        ("a;=1", "a;'=1"),
        ("a;b=1", "a;b=1"),
        ("\uff1d1", "'\uff1d1"),
    ],
)
def test_the_guard(cell: str, safe: str) -> None:
    assert guarded(cell) == safe


def test_a_cell_fits_a_spreadsheet() -> None:
    assert len(guarded("x" * 100_000)) <= 32_767
