"""Report models in which every field that a target (or a user) controls holds the same text."""

from msgspec import structs

from cyberai.domain.finding import Evidence, HttpEvidence, ServiceEvidence, TlsEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.ids import ScanId, make_id
from cyberai.domain.report import (
    CoverageRow,
    Delta,
    DeltaEntry,
    NotComparedCheck,
    ReportFormat,
    ReportModel,
    ReportType,
    TlsPort,
)
from cyberai.domain.scan import ScanSpec, Verdict, VerdictResult
from cyberai.domain.tls.grade import Letter
from cyberai.domain.vulnerability import Location
from unit.reports import sample


def encodable(text: str) -> str:
    """As the product has it: whatever came from a socket was decoded with replacement."""
    return text.encode("utf-8", "replace").decode("utf-8")


def evidence(text: str) -> tuple[Evidence, ...]:
    """All three kinds, the text in each of their fields."""
    url = Url("http", text, 80, "/" + text)
    exchange = Exchange(
        HttpRequest("GET", url, ((text, text),), text.encode()),
        HttpResponse(200, ((text, text), ("Set-Cookie", text)), f"before {text} after".encode(), reason=text),
    )
    return (
        HttpEvidence(exchange, exchange, text, text),
        ServiceEvidence(text, 6379, text.encode(), text.encode(), text, text, text),
        TlsEvidence(text, 443, ((text, text), ("Issuer", text)), text, text),
    )


def model(raw: str, *, type: ReportType, format: ReportFormat = ReportFormat.HTML) -> ReportModel:
    """One finding with a URL, one without, two scans, a ledger: the text everywhere."""
    text = encodable(raw)
    web = sample.vulnerability(
        0,
        title=text,
        description=text,
        remediation=text,
        host=text,
        target=text,
        affected_component=text,
        location=Location(url=text, method=text, parameter=f"query:{text}", service=text),
        cve=(text,),
        tags=(text,),
        assignee=text,
        notes=text,
        references=(text, f"https://{text}"),
        status_reason=text,
    )
    service = sample.vulnerability(2, title=text, host=text, location=Location(port=1, service=text))
    scans = tuple(
        sample.scan(
            VerdictResult.INCONCLUSIVE,
            id=ScanId(make_id("scan", 1, number)),
            spec=ScanSpec(targets=(text, text), name=text, tags=(text,)),
            status_detail=text,
            verdict=Verdict(result=VerdictResult.INCONCLUSIVE, reasons=(text,), coverage_percent=1.0),
        )
        for number in range(2)
    )
    rows = tuple(
        CoverageRow(host=host, check_id="web.sql-injection", clean=1, skipped={text: 1}, errored={text: 2})
        for host in (text, "127.0.0.1")
    )
    items = (sample.item(web, evidence(text)), sample.item(service, evidence(text)))
    made = sample.model(type=type, format=format, items=items, scans=scans, rows=rows, title=text)
    port = TlsPort(host=text, port=443, letter=Letter.B, versions=("TLSv1.2",), reasons=(text, text))
    made = structs.replace(made, tls=(port,))
    if type is ReportType.EXECUTIVE:
        return structs.replace(made, trends=(sample.trend(text),))
    if type is not ReportType.DELTA:
        return made
    entries = tuple(
        DeltaEntry(change=change, vulnerability=row, was=service, untested_before=True)
        for change, row in (("new", web), ("moved", service))
    )
    other = NotComparedCheck(host=text, check_id=text, only_in="scan")
    delta = Delta(baseline=scans[0], entries=entries, not_compared=(other,), notes=(text,))
    return structs.replace(made, delta=delta)
