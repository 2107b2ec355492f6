"""Report models made the way the product makes them: domain values, shown through the app's resources."""

from itertools import cycle

import msgspec

from cyberai.app.evidence_view import evidence_resource
from cyberai.app.resources import scan_resource, vulnerability_resource
from cyberai.domain.finding import Evidence, HttpEvidence, ServiceEvidence, Tier, TlsEvidence
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse, Url
from cyberai.domain.ids import ReportId, ScanId, VulnerabilityId, WorkspaceId, make_id
from cyberai.domain.report import (
    CoverageRow,
    Report,
    ReportFormat,
    ReportItem,
    ReportModel,
    ReportStatus,
    ReportType,
)
from cyberai.domain.scan import (
    Phase,
    Progress,
    Scan,
    ScanSpec,
    ScanStatus,
    Statistics,
    Verdict,
    VerdictResult,
)
from cyberai.domain.severity import Severity
from cyberai.domain.trend import Trend, TrendPoint
from cyberai.domain.vulnerability import Location, Vulnerability

AT = 1_760_000_000_000_000
WORKSPACE = WorkspaceId("default")
SCAN = ScanId(make_id("scan", AT // 1000, 7))
ORIGIN = "http://127.0.0.1:8088"

FLAWS = (
    # check, title, severity, score, vector, cwe, path, parameter
    (
        "web.sql-injection",
        "SQL injection",
        Severity.CRITICAL,
        9.8,
        "C:H/I:H/A:H",
        "CWE-89",
        "/shop?id=7",
        "query:id",
    ),
    (
        "web.command-injection",
        "Command injection",
        Severity.CRITICAL,
        9.8,
        "C:H/I:H/A:H",
        "CWE-78",
        "/ping",
        "form:host",
    ),
    (
        "network.redis",
        "Redis answers without a password",
        Severity.HIGH,
        8.6,
        "C:H/I:L/A:L",
        "CWE-306",
        "",
        "",
    ),
    (
        "web.reflected-xss",
        "Reflected cross-site scripting",
        Severity.MEDIUM,
        6.1,
        "C:L/I:L/A:N",
        "CWE-79",
        "/search?q=tea",
        "query:q",
    ),
    ("tls.versions", "TLS 1.0 is still offered", Severity.MEDIUM, 5.9, "C:H/I:N/A:N", "CWE-327", "", ""),
    (
        "web.open-redirect",
        "Open redirect",
        Severity.MEDIUM,
        4.7,
        "C:N/I:L/A:N",
        "CWE-601",
        "/go?to=/home",
        "query:to",
    ),
    (
        "web.cookies",
        "Session cookie without HttpOnly",
        Severity.LOW,
        3.1,
        "C:L/I:N/A:N",
        "CWE-1004",
        "/login",
        "",
    ),
    (
        "web.security-headers",
        "Content-Security-Policy is missing",
        Severity.INFO,
        0.0,
        "C:N/I:N/A:N",
        "CWE-693",
        "/",
        "",
    ),
)
DESCRIPTION = """The value of a parameter becomes part of an SQL statement. Whoever sends `'` and a condition \
changes what the statement means.

The database answered with another row set for `1=1` than for `1=2`:
- three times in a row, with fresh random numbers
- in the reverse order too"""
IMPACT = "Read, change or delete everything the application's database account may reach."
REMEDIATION = (
    'Use bound parameters, such as `cursor.execute("... WHERE id = ?", (id,))`; never build SQL from text.'
)


def exchange(path: str, body: str, *, status: int = 200, method: str = "GET") -> Exchange:
    url = Url.parse(ORIGIN + (path or "/"))
    return Exchange(
        HttpRequest(method, url, (("User-Agent", "CyberAI/0.1.0"), ("Cookie", "session=8f14e45fceea167a"))),
        HttpResponse(
            status,
            (("Content-Type", "text/html; charset=utf-8"), ("Server", "lab")),
            body.encode(),
            elapsed=0.012,
            reason="OK",
        ),
    )


def evidence(
    number: int, path: str, match: str = "SQLSTATE[42000]: syntax error near"
) -> tuple[Evidence, ...]:
    if path:
        page = "<!doctype html>\n<title>Shop</title>\n" + "<p>row</p>\n" * 12
        answer = exchange(path, f"{page}<p class=error>{match} '{number}'</p>\n" + "<p>row</p>\n" * 20)
        return (
            HttpEvidence(answer, exchange(path, page), match, "Appears with the quote, vanishes without."),
        )
    if number % 2:
        return (
            ServiceEvidence(
                "127.0.0.1",
                6379,
                b"INFO\r\n",
                b"# Server\r\nredis_version:7.2.4\r\n",
                "redis-cli INFO",
                "redis_version",
            ),
        )
    facts = (("Version", "TLSv1.0"), ("Cipher", "ECDHE-RSA-AES128-SHA"))
    return (TlsEvidence("127.0.0.1", 8443, facts, "openssl s_client -tls1 -connect 127.0.0.1:8443"),)


def vulnerability(number: int, **changes: object) -> Vulnerability:
    check, title, severity, score, impact, cwe, path, parameter = FLAWS[number % len(FLAWS)]
    tiers = cycle((Tier.CONFIRMED, Tier.CONFIRMED, Tier.STRONG, Tier.CONFIRMED, Tier.LEAD))
    tier = [next(tiers) for _ in range(number % 5 + 1)][-1]
    service = {} if path else {"port": 6379, "service": "redis"}
    location = (
        Location(url=ORIGIN + path, method="GET", parameter=parameter or None)
        if path
        else Location(**service)
    )
    row = Vulnerability(
        id=VulnerabilityId(make_id("vuln", AT // 1000, number)),
        workspace=WORKSPACE,
        fingerprint=f"{number:064x}",
        scan_id=SCAN,
        first_scan_id=SCAN,
        check_id=check,
        type=check.partition(".")[2].replace("-", "_"),
        title=title,
        description=f"{DESCRIPTION}\n\n{IMPACT}",
        remediation=REMEDIATION,
        severity=severity,
        cvss_score=score,
        cvss_vector=f"CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/{impact}",
        cwe=(cwe,),
        owasp=("A03:2021",),
        references=("https://owasp.org/www-community/attacks/SQL_Injection", "CWE-89"),
        tier=tier,
        confidence={"confirmed": 96, "strong": 72, "lead": 30}[tier.value],
        host="127.0.0.1",
        target=ORIGIN,
        affected_component=ORIGIN + path,
        location=location,
        first_seen=AT,
        last_seen=AT,
        created_at=AT,
        updated_at=AT,
    )
    return row.replace(**changes)


def item(row: Vulnerability, proof: tuple[Evidence, ...]) -> ReportItem:
    resource = vulnerability_resource(row, tuple(evidence_resource(piece) for piece in proof))
    return ReportItem(vulnerability=row, evidence=proof, resource=msgspec.to_builtins(resource))


def scan(result: VerdictResult = VerdictResult.FAIL, **changes: object) -> Scan:
    reasons = {
        VerdictResult.FAIL: ("9 proven findings at or above high; the worst is critical",),
        VerdictResult.INCONCLUSIVE: (
            "Only 71.4 % of what applies was tested (timeout 14, connection_refused 3)",
        ),
        VerdictResult.PASS: (),
    }[result]
    made = Scan(
        id=SCAN,
        workspace=WORKSPACE,
        spec=ScanSpec(targets=(ORIGIN, "127.0.0.1:8443", "127.0.0.1:6379"), name=None),
        status=ScanStatus.COMPLETED,
        created_at=AT,
        estimated_completion=AT + 21_000_000,
        updated_at=AT + 21_000_000,
        started_at=AT,
        finished_at=AT + 21_000_000,
        progress=Progress(current=100, status="Finished", phase=Phase.FINISHED),
        statistics=Statistics(
            total_urls_scanned=64, total_vulnerabilities=12, scan_duration=21.34, requests_made=2841
        ),
        counts_by_severity={"critical": 2, "high": 1, "medium": 3, "low": 1, "info": 1},
        risk_score=74.2,
        verdict=Verdict(result=result, reasons=reasons, coverage_percent=98.6),
    )
    return made.replace(**changes)


def coverage(*, failing: bool = False) -> tuple[CoverageRow, ...]:
    rows = [
        CoverageRow(
            host="127.0.0.1",
            check_id=check,
            clean=41 + 3 * index,
            found=1 + index % 2,
            skipped={"not_applicable": 12, "no_influence": 30 + index} if index % 3 == 0 else {},
            errored={"timeout": 7, "connection_refused": 2} if failing and index % 2 else {},
        )
        for index, (check, *_) in enumerate(FLAWS)
    ]
    return tuple(rows)


def model(
    count: int = 3,
    *,
    type: ReportType = ReportType.TECHNICAL,
    format: ReportFormat = ReportFormat.HTML,
    items: tuple[ReportItem, ...] | None = None,
    scans: tuple[Scan, ...] | None = None,
    rows: tuple[CoverageRow, ...] | None = None,
    title: str = "Security report for http://127.0.0.1:8088",
) -> ReportModel:
    if items is None:
        made = sorted((vulnerability(n) for n in range(count)), key=lambda row: -row.severity.rank)
        flaw_paths = {check: path for check, _, _, _, _, _, path, _ in FLAWS}
        items = tuple(item(row, evidence(n, flaw_paths[row.check_id])) for n, row in enumerate(made))
    scans = (scan(VerdictResult.FAIL if items else VerdictResult.PASS),) if scans is None else scans
    return ReportModel(
        report=Report(
            id=ReportId(make_id("report", AT // 1000, 9)),
            workspace=WORKSPACE,
            type=type,
            format=format,
            scan_ids=tuple(s.id for s in scans),
            status=ReportStatus.GENERATING,
            created_at=AT,
            updated_at=AT,
        ),
        title=title,
        generated_at=AT + 30_000_000,
        version="0.1.0",
        scans=scans,
        scan_resources=tuple(msgspec.to_builtins(scan_resource(s)) for s in scans),
        items=items,
        coverage=coverage() if rows is None else rows,
        check_titles={check: title for check, title, *_ in FLAWS},
        check_impacts={check: IMPACT for check, *_ in FLAWS},
        trends=(trend(),) if type is ReportType.EXECUTIVE else (),
    )


def trend(target: str = ORIGIN) -> Trend:
    """Three scans in as many weeks, of which the second kept no score."""
    week = 7 * 86_400_000_000
    counts = (
        {"critical": 4, "high": 2},
        {"high": 3, "low": 9},
        {"critical": 2, "high": 1, "medium": 3, "info": 2},
    )
    bands = [band.value for band in Severity]
    points = [
        TrendPoint(
            scan_id=ScanId(make_id("scan", AT // 1000, 20 + n)),
            at=AT - (2 - n) * week,
            risk=risk,
            counts={band: counts[n].get(band, 0) for band in bands},
        )
        for n, risk in enumerate((93.5, None, 74.2))
    ]
    return Trend(target=target, points=tuple(points))
