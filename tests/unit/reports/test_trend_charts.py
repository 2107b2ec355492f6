"""A target over time, in every report for those who decide."""

import json
from itertools import pairwise
from pathlib import Path

import pytest
from msgspec import structs
from pypdf import PdfReader
from selectolax.lexbor import LexborHTMLParser

from cyberai.domain.report import ReportFormat, ReportType
from cyberai.domain.trend import Trend, TrendPoint
from cyberai.reports import html_report, json_report, markdown_report, pdf_report
from cyberai.reports.page.trend import HEIGHT, WIDTH, trend_view
from unit.reports import sample

MODEL = sample.model(type=ReportType.EXECUTIVE)
WORDS = "3 scans: risk 93.5 at first, 74.2 now; findings 6 at first, 8 now"


def test_the_chart_holds_what_the_scans_ended_with() -> None:
    view = trend_view(sample.trend())
    assert view.words == WORDS
    assert view.most == 12
    assert view.first < view.last
    # The middle scan kept no score: no dot, rather than one at 0.
    assert [dot.label for dot in view.dots] == ["93.5", "74.2"]
    assert view.dots[0].y < view.dots[1].y
    assert [part.kind for part in view.parts] == [
        "critical", "high", "high", "low", "critical", "high", "medium", "info",
    ]  # fmt: skip
    heights = [part.height for part in view.parts]
    assert heights[3] == max(heights)
    assert sum(heights[2:4]) == pytest.approx(116, abs=0.1)
    for part in view.parts:
        assert 0 <= part.x < part.x + part.width <= WIDTH
        assert 0 <= part.y < part.y + part.height <= HEIGHT


def test_bars_do_not_overlap_however_many_scans_there_are() -> None:
    point = sample.trend().points[0]
    view = trend_view(Trend(target="x", points=(point,) * 24))
    lefts = sorted({part.x for part in view.parts})
    assert len(lefts) == len(view.dots) == 24
    assert all(b - a >= view.parts[0].width for a, b in pairwise(lefts))


def test_nothing_found_and_no_score_is_drawn_as_such() -> None:
    empty = TrendPoint(scan_id=sample.SCAN, at=sample.AT, risk=None, counts={"critical": 0, "high": 0})
    view = trend_view(Trend(target="x", points=(empty, empty)))
    assert (view.parts, view.dots, view.line) == ((), (), "")
    assert view.words == "2 scans: findings 0 at first, 0 now"


def test_html_shows_a_chart_and_says_what_it_shows() -> None:
    page = LexborHTMLParser(html_report.render(MODEL).content.decode())
    (chart,) = page.css("figure.trend svg")
    assert chart.attributes["aria-label"] == WORDS
    assert len(chart.css("rect")) == 8
    assert len(chart.css("circle")) == 2
    assert "Over time" in page.css_first("#summary").text()
    other = html_report.render(sample.model(type=ReportType.TECHNICAL)).content.decode()
    assert "Over time" not in other


@pytest.mark.slow
@pytest.mark.parametrize("scored", [3, 1, 0])
def test_pdf_shows_it_whatever_scores_were_kept(scored: int, tmp_path: Path) -> None:
    points = tuple(
        structs.replace(point, risk=50.0 if number < scored else None)
        for number, point in enumerate(sample.trend().points)
    )
    model = structs.replace(MODEL, trends=(Trend(target=sample.ORIGIN, points=points),))
    file = tmp_path / "report.pdf"
    file.write_bytes(pdf_report.render(model).content)
    pages = [page.extract_text() for page in PdfReader(file).pages]
    summary = next(text for text in pages if "Over time" in text)
    assert "3 scans" in summary
    assert "highest bar: 12" in summary
    assert ("50.0" in summary) == (scored > 0)


def test_markdown_and_json_hold_the_figures() -> None:
    text = markdown_report.render(structs.replace(MODEL)).content.decode()
    assert "## Over time" in text
    assert "| 93.5 | 4 | 2 | 0 | 0 | 0 |" in text
    assert "| not known | 0 | 3 | 0 | 9 | 0 |" in text
    document = json.loads(json_report.render(MODEL).content)
    (trend,) = document["trends"]
    assert [scan["risk_score"] for scan in trend["scans"]] == [93.5, None, 74.2]
    technical = json_report.render(sample.model(type=ReportType.TECHNICAL, format=ReportFormat.JSON))
    assert "trends" not in json.loads(technical.content)
