"""What a scan says of a vulnerability that it did not see: nothing is closed unless its check ran at that place."""

from collections.abc import Iterable

from cyberai.domain.check import CheckMeta, Scope, SkipReason
from cyberai.domain.ids import ScanId
from cyberai.domain.report import CoverageRow
from cyberai.domain.vulnerability import Vulnerability
from cyberai.domain.vulnerability_moves import Looked

_WHOLE = frozenset({Scope.ORIGIN, Scope.TLS, Scope.SERVICE, Scope.DOMAIN, Scope.NAME, Scope.PRODUCT})
"""Scopes of checks that look at a whole origin or port at once: their clean run is about all that they know."""

_NOT_TESTED = frozenset(reason.value for reason in SkipReason if not reason.leaves_coverage)


def looked(
    row: Vulnerability, scan_id: ScanId, meta: CheckMeta | None, ledger: Iterable[CoverageRow]
) -> Looked:
    """How this scan has looked at a vulnerability that it did not see; `meta` is its check where this version and
    this scan have it, `ledger` all counters of the scan."""
    if row.cleared_by == scan_id:
        return Looked.CLEAN
    mine = [line for line in ledger if line.check_id == row.check_id and _is_of(line.host, row)]
    if meta is None or not mine:
        return Looked.NEVER
    if any(line.errored or _NOT_TESTED & line.skipped.keys() for line in mine):
        return Looked.PARTLY
    ran = any(line.clean or line.found for line in mine)
    return Looked.CLEAN if ran and meta.scope in _WHOLE else Looked.ELSEWHERE


def _is_of(label: str, row: Vulnerability) -> bool:
    """Whether a ledger's host, which may have a port, is where the vulnerability is."""
    host = f"[{row.host}]" if ":" in row.host else row.host
    return label in (row.host, host, f"{host}:{row.location.port}")
