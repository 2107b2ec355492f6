"""After a completed scan: what it says of the vulnerabilities of its targets that it did not see."""

from collections.abc import Iterator

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.events import vulnerability_event
from cyberai.app.scan_log import note
from cyberai.domain.absence import looked
from cyberai.domain.check import CheckOutcome, Clean, Found
from cyberai.domain.finding import HttpEvidence
from cyberai.domain.fingerprint import page_place, shown_place
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


class Known(Struct, frozen=True):
    """A target's vulnerabilities that a look may clear: by fingerprint, and by check and page."""

    by_fingerprint: dict[str, VulnerabilityId]
    by_page: dict[tuple[str, str], list[VulnerabilityId]]

    def at(self, outcome: CheckOutcome) -> Iterator[VulnerabilityId]:
        """Those that the outcome is about and does not say to be there."""
        if isinstance(outcome.outcome, Clean):
            ids = (self.by_fingerprint.get(f) for f in (outcome.fingerprint, *outcome.former))
            yield from (id for id in ids if id is not None)
        if outcome.page and not outcome.fingerprint and isinstance(outcome.outcome, (Clean, Found)):
            yield from self.by_page.get((outcome.check_id, outcome.page), ())


def known_of(tx: Tx, scan: Scan) -> Known:
    """What earlier scans of these targets found."""
    known = Known({}, {})
    for target in scan.spec.targets:
        for row in tx.vulnerabilities.of_target(target):
            if row.scan_id == scan.id:
                continue
            known.by_fingerprint[row.fingerprint] = row.id
            url = _url_of(row)
            if url is not None:
                known.by_page.setdefault((row.check_id, page_place(url)), []).append(row.id)
    return known


def clear(tx: Tx, scan: Scan, known: Known, result: UnitResult) -> None:
    """Note which of them were looked for again at their place and not found; called once what the result found is
    recorded."""
    for outcome in result.outcomes:
        for id in known.at(outcome):
            row = tx.vulnerabilities.get(id)
            unseen = row is not None and row.scan_id != scan.id and row.cleared_by != scan.id
            if row is not None and unseen and _was_there(tx, row, outcome):
                tx.vulnerabilities.update(row.replace(cleared_by=scan.id), scan_actor(scan.id))


def _was_there(tx: Tx, row: Vulnerability, outcome: CheckOutcome) -> bool:
    """Whether it was shown where the outcome has looked: what is stored may stand on other pages as well."""
    if not outcome.page or not outcome.fingerprint:
        return True
    shown = [e for e in tx.vulnerabilities.evidence(row.id)[:1] if isinstance(e, HttpEvidence)]
    pages = [shown_place(None if e.followed else e.exchange.request.url) for e in shown if e.delivered]
    return outcome.page in pages


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
    url = _url_of(row)
    return url is not None and scope.allows_url(url)


def _url_of(row: Vulnerability) -> Url | None:
    try:
        return Url.parse(row.location.url) if row.location.url is not None else None
    except ValueError:
        return None
