"""From a check's hit to the vulnerability it means: texts, identity, location, component."""

from msgspec import structs

from cyberai.app.context import App
from cyberai.app.evidence_view import window
from cyberai.domain.check import CheckMeta
from cyberai.domain.cvss import base_score
from cyberai.domain.finding import MAX_CVES, Evidence, Hit, HttpEvidence
from cyberai.domain.fingerprint import fingerprint, former_fingerprints
from cyberai.domain.http import Exchange
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.scan import Scan
from cyberai.domain.scope import ScanScope
from cyberai.domain.severity import Severity
from cyberai.domain.target import TargetError, parse_target
from cyberai.domain.threat import Exposure, is_cve
from cyberai.domain.vulnerability import Location, Sighting, Vulnerability
from cyberai.ports.store import Tx

MAX_TEXT = 10_000
MAX_LINE = 500
KEPT_BODY = 64 * 1024
"""Bytes of a response body that evidence keeps."""


def sighting_of(
    app: App, meta: CheckMeta, hit: Hit, scan: Scan, at: int, exposure: Exposure | None = None
) -> Sighting:
    """The row to insert or merge, with its evidence. What is known of its CVEs is the store's to add (`with_threat`)."""
    vector = hit.cvss or meta.cvss
    score = base_score(vector)
    severity = hit.severity or (Severity.of_score(score) if hit.cvss else meta.severity)
    host, port = (hit.url.host, hit.url.port) if hit.url else (hit.host, hit.port)
    vulnerability = Vulnerability(
        id=VulnerabilityId(app.ids.new("vuln")),
        workspace=scan.workspace,
        fingerprint=fingerprint(meta, hit),
        scan_id=scan.id,
        first_scan_id=scan.id,
        check_id=meta.id,
        type=meta.id.rpartition(".")[2].replace("-", "_"),
        title=_line(hit.title or meta.title),
        description=_description(meta, hit),
        remediation=hit.remediation or meta.remediation,
        severity=severity,
        cvss_score=score,
        cvss_vector=vector,
        cwe=hit.cwe or meta.cwe,
        cve=tuple(sorted(filter(is_cve, set(hit.cve))))[:MAX_CVES],
        owasp=meta.owasp,
        references=meta.references,
        tier=hit.proof.tier,
        confidence=hit.proof.confidence,
        proof=hit.proof,
        host=host,
        target=_target(scan, hit),
        affected_component=_component(hit),
        location=_location(hit, port),
        first_seen=at,
        last_seen=at,
        created_at=at,
        updated_at=at,
        tags=(),
        criticality=scan.spec.criticality,
        exposure=exposure,
    )
    evidence = tuple(_capped(piece) for piece in hit.evidence)
    return Sighting(
        vulnerability=vulnerability,
        evidence=evidence,
        place=_place(hit),
        former=former_fingerprints(meta, hit),
    )


def with_threat(tx: Tx, sighting: Sighting) -> Sighting:
    """The sighting with what the imported feeds say of its CVEs now."""
    row = sighting.vulnerability
    if not row.cve:
        return sighting
    return structs.replace(sighting, vulnerability=row.replace(threat=tx.feeds.threat(row.cve)))


def _capped(evidence: Evidence) -> Evidence:
    """Evidence fit to be kept for years: bodies cut around what proves the flaw."""
    if not isinstance(evidence, HttpEvidence):
        return evidence
    match = evidence.match.encode()
    control = cut(evidence.control, b"") if evidence.control else None
    return structs.replace(evidence, exchange=cut(evidence.exchange, match), control=control)


def cut(exchange: Exchange, match: bytes) -> Exchange:
    """An exchange fit to be kept: its answer's body cut around the match."""
    body = window(exchange.response.body, match, KEPT_BODY)
    if body is exchange.response.body:
        return exchange
    return Exchange(exchange.request, structs.replace(exchange.response, body=body, truncated=True))


def _line(text: str) -> str:
    return " ".join(text.split())[:MAX_LINE]


def _description(meta: CheckMeta, hit: Hit) -> str:
    parts = [hit.description or meta.description, hit.detail, hit.impact or meta.impact]
    return "\n\n".join(part for part in parts if part)[:MAX_TEXT]


def _parameter(hit: Hit) -> str | None:
    return f"{hit.point.kind.value}:{hit.point.name}" if hit.point else None


def _method(hit: Hit) -> str | None:
    if hit.point:
        return hit.point.request.method
    return "GET" if hit.url else None


def _component(hit: Hit) -> str:
    if hit.url is None:
        host = f"[{hit.host}]" if ":" in hit.host else hit.host
        return f"{host}:{hit.port}" if hit.port else host
    if hit.point is None:
        return _line(str(hit.url))
    where = hit.point.request.url
    name = f"{hit.point.kind.value} {hit.point.name}".strip()
    return _line(f"{hit.point.request.method} {where.origin}{where.path} ({name})")


def _location(hit: Hit, port: int) -> Location:
    """Where it is; what a domain's records show has no port."""
    url = _line(str(hit.url)) if hit.url else None
    service = hit.url.scheme if hit.url else None
    return Location(
        url=url, method=_method(hit), parameter=_parameter(hit), port=port or None, service=service
    )


def _place(hit: Hit) -> str:
    if hit.url is None:
        return f"{hit.host}:{hit.port}" if hit.port else hit.host
    return _line(f"{_method(hit)} {hit.url.origin}{hit.url.path} {_parameter(hit) or ''}").strip()


def _target(scan: Scan, hit: Hit) -> str:
    """The scan's own target that covers the place; the first one when several could."""
    for text in scan.spec.targets:
        try:
            scope = ScanScope((parse_target(text),))
        except TargetError:
            continue
        covered = scope.allows_url(hit.url) if hit.url else scope.allows_port(hit.host, hit.port)
        if covered:
            return text
    return scan.target
