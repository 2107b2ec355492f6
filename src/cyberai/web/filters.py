"""From the parameters of a list's page to the filter of its use case; empty parameters never arrive here."""

from cyberai.api.query import Query
from cyberai.app.listing import NEWEST_FIRST, Sort
from cyberai.domain.finding import Tier
from cyberai.domain.scan import ScanStatus, ScanType
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.ports.repositories import Order, ScanFilter, VulnerabilityFilter

ORDERS = {
    "-severity": "Most severe first",
    "-risk_score": "Highest risk first",
    "-last_seen": "Last seen first",
}
"""Orders of the list of vulnerabilities besides newest first, and their names."""

_ORDERS = {value: Sort(Order(value.removeprefix("-"))) for value in ORDERS}


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
        q=query.search(),
    )


def vulnerability_order(query: Query) -> Sort:
    """Of /vulnerabilities: one of the choices of the form, newest first for anything else."""
    return _ORDERS.get(query.values.get("sort", ""), NEWEST_FIRST)


def is_filtered(where: ScanFilter | VulnerabilityFilter) -> bool:
    """True when it leaves anything out."""
    return where != type(where)()
