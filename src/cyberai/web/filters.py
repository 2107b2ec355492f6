"""From the parameters of a list's page to the filter of its use case; empty parameters never arrive here."""

from cyberai.api.query import Query
from cyberai.domain.finding import Tier
from cyberai.domain.scan import ScanStatus, ScanType
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.repositories import ScanFilter, VulnerabilityFilter


def scan_filter(query: Query) -> ScanFilter:
    """Of /scans; raise InvalidRequest."""
    target = query.values.get("target", "").strip()
    return ScanFilter(
        status=query.choices("status", ScanStatus),
        scan_type=query.choices("scan_type", ScanType),
        target=(target,) if target else (),
    )


def vulnerability_filter(query: Query) -> VulnerabilityFilter:
    """Of /vulnerabilities; raise InvalidRequest."""
    return VulnerabilityFilter(
        severity=query.choices("severity", Severity),
        status=query.choices("status", VulnerabilityStatus),
        tier=query.choices("tier", Tier),
        scan_id=query.texts("scan_id"),
    )


def is_filtered(where: ScanFilter | VulnerabilityFilter) -> bool:
    """True when it leaves anything out."""
    return where != type(where)()
