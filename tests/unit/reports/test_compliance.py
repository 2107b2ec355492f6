"""Standards are judged by the ledger and the findings, and what no check looked at is said to be untested."""

import msgspec
import pytest

from cyberai.domain.finding import Tier
from cyberai.domain.report import CoverageRow, ReportFormat, ReportModel, ReportType
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.engine.registry import all_checks
from cyberai.reports.compliance.judgement import JudgedRow, State, judged, standards
from cyberai.reports.json_report import render as render_json
from cyberai.reports.markdown_report import render as render_markdown
from unit.reports import sample

SQL = "web.sql-injection"
WEAKNESSES = {SQL: ("CWE-89", "A03:2021"), "passive.security-headers": ("CWE-693", "A05:2021")}


def model(*rows: CoverageRow, **changes: object) -> ReportModel:
    found = sample.vulnerability(0, **changes) if changes else None
    items = (sample.item(found, ()),) if found else ()
    made = sample.model(0, items=items, rows=rows, type=ReportType.COMPLIANCE, format=ReportFormat.JSON)
    return msgspec.structs.replace(made, check_weaknesses=WEAKNESSES)


def row_of(model: ReportModel, standard: str, id: str) -> JudgedRow:
    [row] = [r for s in judged(model) if s.name == standard for r in s.rows if r.id == id]
    return row


RAN = CoverageRow(host="a", check_id=SQL, clean=3)
STATES = [
    ((), {}, State.UNTESTED),
    ((RAN,), {}, State.TESTED),
    ((RAN, CoverageRow(host="b", check_id=SQL, errored={"timeout": 1})), {}, State.PARTLY),
    ((RAN, CoverageRow(host="b", check_id=SQL, skipped={"budget": 1})), {}, State.PARTLY),
    ((RAN, CoverageRow(host="b", check_id=SQL, skipped={"not_applicable": 9})), {}, State.TESTED),
    ((CoverageRow(host="a", check_id=SQL, skipped={"policy": 9}),), {}, State.UNTESTED),
    ((CoverageRow(host="a", check_id="passive.security-headers", clean=3),), {}, State.UNTESTED),
    ((RAN,), {"tier": Tier.STRONG}, State.FAILED),
    ((RAN,), {"tier": Tier.LEAD}, State.TESTED),
    ((RAN,), {"tier": Tier.STRONG, "status": VulnerabilityStatus.ACCEPTED_RISK}, State.FAILED),
    ((RAN,), {"tier": Tier.STRONG, "status": VulnerabilityStatus.FALSE_POSITIVE}, State.TESTED),
    ((RAN,), {"tier": Tier.STRONG, "status": VulnerabilityStatus.FIXED}, State.TESTED),
    ((RAN,), {"tier": Tier.STRONG, "cwe": (), "owasp": ()}, State.FAILED),
]


@pytest.mark.parametrize(("rows", "finding", "state"), STATES)
def test_a_row_is_judged(rows: tuple[CoverageRow, ...], finding: dict[str, object], state: State) -> None:
    for standard, id in (
        ("OWASP Top 10 2021", "A03"),
        ("OWASP Top 10 2025", "A05"),
        ("OWASP ASVS 5.0", "V1"),
    ):
        assert row_of(model(*rows, **finding), standard, id).state is state


def test_an_owasp_tag_counts_where_the_list_of_weaknesses_does_not_name_it() -> None:
    headers = CoverageRow(host="a", check_id="passive.security-headers", clean=3)
    assert row_of(model(headers), "OWASP Top 10 2021", "A05").state is State.TESTED


def test_a_row_names_its_checks_and_findings() -> None:
    row = row_of(model(RAN, tier=Tier.STRONG), "PCI DSS 4.0.1", "6.2.4")
    assert row.check_ids == (SQL,)
    assert row.finding_ids == (sample.vulnerability(0).id,)


def test_every_check_belongs_to_a_row_of_each_edition_of_the_owasp_top_10() -> None:
    for standard in standards()[:2]:
        labels = frozenset[str]().union(*(row.labels for row in standard.rows))
        lost = [c.meta.id for c in all_checks() if not labels.intersection((*c.meta.cwe, *c.meta.owasp))]
        assert (standard.name, lost) == (standard.name, [])


def test_the_standards_are_whole() -> None:
    counts = {standard.name: len(standard.rows) for standard in standards()}
    assert counts == {
        "OWASP Top 10 2021": 10,
        "OWASP Top 10 2025": 10,
        "OWASP API Security Top 10 2023": 10,
        "PCI DSS 4.0.1": 12,
        "OWASP ASVS 5.0": 17,
    }
    assert all(len({row.id for row in s.rows}) == len(s.rows) for s in standards())
    # The number of weaknesses that OWASP itself states for each category.
    assert [len(row.cwe) for row in standards()[0].rows] == [34, 29, 33, 40, 20, 3, 22, 10, 4, 1]
    assert [len(row.cwe) for row in standards()[1].rows] == [40, 16, 6, 32, 37, 39, 36, 14, 5, 24]


def test_json_and_markdown_carry_the_rows() -> None:
    told = msgspec.json.decode(render_json(model(RAN)).content)
    assert [s["name"] for s in told["compliance"]] == [s.name for s in standards()]
    assert told["compliance"][0]["rows"][2]["state"] == "tested"
    text = render_markdown(model(RAN)).content.decode()
    assert "| A03 | Injection | tested | 0 | 1 |" in text
