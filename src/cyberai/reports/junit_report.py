"""The JUnit report: what was tested as test cases, for pipelines that show such results.

A finding is a failed case, a check that ran clean on a host a passed one; what did not run is skipped and what ended in
an error is an error, so that "all green" never means "nothing was tested". Findings that people accepted or rejected
are skipped cases with the reason. (The format as Jenkins' xUnit plug-in and GitLab read it.)
"""

from collections.abc import Mapping
from xml.etree import ElementTree as ET

from cyberai.domain.report import CoverageRow, RenderedReport, ReportItem, ReportModel
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.reports.page.findings import place, short_place
from cyberai.reports.page.summary import beyond
from cyberai.reports.plain_text import capped, one_line, rfc3339, visible

_MAX_NAME = 500
_MAX_TEXT = 8_000
_JUDGED = (VulnerabilityStatus.ACCEPTED_RISK, VulnerabilityStatus.FALSE_POSITIVE, VulnerabilityStatus.FIXED)


def render(model: ReportModel) -> RenderedReport:
    """One suite per host."""
    root = ET.Element("testsuites", {"name": _name(model.title)})
    for host in _hosts(model):
        _suite(root, host, model)
    if model.rest:
        _left_out(root, model)
    _count(root)
    ET.indent(root)
    content = ET.tostring(root, encoding="utf-8", xml_declaration=True) + b"\n"
    name = f"{model.report.id}.junit.xml"
    return RenderedReport(content=content, media_type="application/xml", filename=name)


def _left_out(root: ET.Element, model: ReportModel) -> None:
    """A broken case for the findings that have no room: nobody shall take silence for success."""
    at = rfc3339(model.generated_at).removesuffix("Z")
    suite = ET.SubElement(root, "testsuite", {"name": "not shown", "timestamp": at, "time": "0"})
    ET.SubElement(_case(suite, "cyberai", "findings without room"), "error", {"message": beyond(model)})
    _count(suite)


def _hosts(model: ReportModel) -> list[str]:
    return sorted({row.host for row in model.coverage} | {_host(item) for item in model.items})


def _host(item: ReportItem) -> str:
    """The host as the ledger writes it, which may have a port."""
    row = item.vulnerability
    authority = (row.location.url or "").partition("://")[2].partition("/")[0]
    return authority or row.host + (f":{row.location.port}" if row.location.port is not None else "")


def _suite(root: ET.Element, host: str, model: ReportModel) -> None:
    at = rfc3339(model.generated_at).removesuffix("Z")
    suite = ET.SubElement(
        root, "testsuite", {"name": _name(host), "hostname": _name(host), "timestamp": at, "time": "0"}
    )
    found = [item for item in model.items if _host(item) == host]
    failed = {item.vulnerability.check_id for item in found}
    for item in found:
        _finding(suite, item)
    for row in sorted((row for row in model.coverage if row.host == host), key=lambda row: row.check_id):
        # What this report's filters leave out was found all the same: no passed case.
        if row.check_id not in failed and not row.found:
            _ran(suite, row, model.check_titles)
    _count(suite)


def _finding(suite: ET.Element, item: ReportItem) -> None:
    row = item.vulnerability
    title = f"{row.title} at {short_place(row)}"
    case = _case(suite, row.check_id, title)
    if row.status in _JUDGED:
        reason = f"{row.status.value.replace('_', ' ')}: {row.status_reason or 'no reason given'}"
        ET.SubElement(case, "skipped", {"message": _name(reason)})
        return
    severity = row.effective_severity.value
    words = f"{severity} (CVSS {row.cvss_score:.1f}, {row.tier.value}): {title}"
    failure = ET.SubElement(case, "failure", {"type": severity, "message": _name(words)})
    failure.text = _told(item)


def _told(item: ReportItem) -> str:
    row = item.vulnerability
    lines = [f"Where: {place(row)}", f"What:  {row.description}", f"Mend:  {row.remediation}"]
    evidence = item.resource.get("evidence")
    if isinstance(evidence, list | tuple) and evidence:
        lines += [f"Match: {evidence[0]['match']}", f"Again: {evidence[0]['reproduce']}"]
    lines.append(f"Id:    {row.id}")
    return capped(visible("\n".join(lines)), _MAX_TEXT)


def _ran(suite: ET.Element, row: CoverageRow, titles: Mapping[str, str]) -> None:
    case = _case(suite, row.check_id, titles.get(row.check_id, row.check_id))
    if row.errored:
        ET.SubElement(case, "error", {"type": "not tested", "message": _reasons(row.errored)})
    elif not row.clean and not row.found and row.skipped:
        ET.SubElement(case, "skipped", {"message": _reasons(row.skipped)})


def _reasons(reasons: Mapping[str, int]) -> str:
    return _name(
        ", ".join(f"{reason.replace('_', ' ')} ({count})" for reason, count in sorted(reasons.items()))
    )


def _case(suite: ET.Element, check_id: str, title: str) -> ET.Element:
    return ET.SubElement(suite, "testcase", {"classname": _name(check_id), "name": _name(title), "time": "0"})


def _count(element: ET.Element) -> None:
    found = list(element.iter("testcase"))
    kinds = {"failures": "failure", "errors": "error", "skipped": "skipped"}
    element.set("tests", str(len(found)))
    for name, tag in kinds.items():
        element.set(name, str(sum(case.find(tag) is not None for case in found)))


def _name(text: str) -> str:
    return capped(one_line(text), _MAX_NAME)
