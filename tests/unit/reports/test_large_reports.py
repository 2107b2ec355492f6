"""Reports of very many findings end: what has no room is counted, and CSV and JSON name all of it."""

import re

import pytest
from msgspec import structs

from cyberai.app.report_model import MAX_ITEMS
from cyberai.domain.report import FORMATS_OF, ReportFormat, ReportModel, ReportType
from cyberai.reports.catalogue import renderer
from unit.reports import sample
from unit.reports.pdf_reader import read

FORMATS = FORMATS_OF[ReportType.TECHNICAL]
COMPLETE = (ReportFormat.CSV, ReportFormat.JSON)


def model(format: ReportFormat, shown: int, beyond: int) -> ReportModel:
    rest = tuple(sample.vulnerability(number) for number in range(shown, shown + beyond))
    return structs.replace(sample.model(shown, format=format), rest=rest)


def check(format: ReportFormat, shown: int, beyond: int) -> None:
    made = model(format, shown, beyond)
    content = renderer(format)(made).content
    if format is ReportFormat.PDF:
        assert len(read(content).pages) > 100
        return
    text = content.decode()
    if format in COMPLETE:
        assert {row.id for row in made.rest} <= set(re.findall(r"vuln_[0-9a-z]+", text))
    elif format is ReportFormat.SARIF:
        assert f"{shown + beyond - 5_000:,} results are left out" in text
    else:
        assert f"{beyond:,} more findings, the least severe, have no room here" in text


@pytest.mark.slow
@pytest.mark.parametrize("format", [f for f in FORMATS if f is not ReportFormat.SARIF])
def test_two_thousand_and_more(format: ReportFormat) -> None:
    check(format, 2_000, 500)


@pytest.mark.long
@pytest.mark.parametrize("format", FORMATS)
def test_a_hundred_thousand(format: ReportFormat) -> None:
    check(format, MAX_ITEMS, 100_000 - MAX_ITEMS)
