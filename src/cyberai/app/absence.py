"""After a completed scan: what it says of the vulnerabilities of its targets that it did not see."""

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.scan_log import note
from cyberai.domain.absence import looked
from cyberai.domain.check import Clean
from cyberai.domain.history import scan_actor
from cyberai.domain.http import Url
from cyberai.domain.ids import VulnerabilityId
from cyberai.domain.scan import Scan
from cyberai.domain.scan_log import LogKind
from cyberai.domain.scope import ScanScope, scope_of
from cyberai.domain.unit import UnitResult
from cyberai.domain.vulnerability import Vulnerability
from cyberai.domain.vulnerability_moves import event_of, looked_at
from cyberai.ports.store import Tx

MOST = 5_000
"""Vulnerabilities that one scan judges: it is done in the transaction that ends the scan."""

Known = dict[str, VulnerabilityId]
"""Fingerprints of a target's vulnerabilities that a clean outcome may clear."""


def known_of(tx: Tx, scan: Scan) -> Known:
    """What earlier scans of these targets found."""
    rows = (row for target in scan.spec.targets for row in tx.vulnerabilities.of_target(target))
    return {row.fingerprint: row.id for row in rows if row.scan_id != scan.id}


def clear(tx: Tx, scan: Scan, known: Known, result: UnitResult) -> None:
    """Note which of them were tested again at their place without a finding."""
    for outcome in result.outcomes:
        if not isinstance(outcome.outcome, Clean):
            continue
        id = next((known[f] for f in (outcome.fingerprint, *outcome.former) if f in known), None)
        row = None if id is None else tx.vulnerabilities.get(id)
        if row is not None and row.scan_id != scan.id and row.cleared_by != scan.id:
            tx.vulnerabilities.update(row.replace(cleared_by=scan.id), scan_actor(scan.id))


def judge_absent(app: App, tx: Tx, scan: Scan, at: int) -> None:
    """Store what the scan says of those it did not see, with an event for each that changes."""
    ledger = tuple(tx.ledger.rows(scan.id))
    metas = {check.meta.id: check.meta for check in app.checks}
    scope = scope_of(scan.spec)
    unseen = [
        row
        for target in dict.fromkeys(scan.spec.targets)
        for row in tx.vulnerabilities.of_target(target)
        if row.scan_id != scan.id and within(scope, row)
    ]
    for row in unseen[:MOST]:
        judged = looked_at(row, looked(row, scan.id, metas.get(row.check_id), ledger), at)
        if judged is row:
            continue
        tx.vulnerabilities.update(judged, scan_actor(scan.id))
        tx.events.append(vulnerability_event(app, event_of(row, judged), judged, at))
    if len(unseen) > MOST:
        left = f"{len(unseen) - MOST:,} earlier findings were not seen and not judged: a scan judges {MOST:,}"
        note(tx, scan.id, LogKind.STATE, "not judged", at, left)


def within(scope: ScanScope, row: Vulnerability) -> bool:
    """Whether a scan of this scope could have come by the vulnerability."""
    if row.location.url is None:
        return row.location.port is None or scope.allows_port(row.host, row.location.port)
    try:
        return scope.allows_url(Url.parse(row.location.url))
    except ValueError:
        return False
