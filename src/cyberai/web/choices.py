"""What may be chosen in forms and filters: the values this version carries, as the API declares them."""

from cyberai.api.openapi_schemas import REFINED
from cyberai.app.report_logo import MAX_BYTES
from cyberai.domain.auth import AuthType
from cyberai.domain.finding import Tier
from cyberai.domain.report import Redaction, ReportStatus
from cyberai.domain.scan import Criticality, Mode, ScanStatus
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import VulnerabilityStatus

SCAN_TYPES: tuple[str, ...] = tuple(REFINED["ScanRequest"]["scan_type"]["enum"])
REPORT_FORMATS: tuple[str, ...] = tuple(REFINED["ReportRequest"]["format"]["enum"])
REPORT_TYPES: tuple[str, ...] = tuple(REFINED["ReportRequest"]["type"]["enum"])

SCAN_STATUSES = tuple(status.value for status in ScanStatus)
ENDED = frozenset(status.value for status in ScanStatus if status.terminal)
"""Statuses in which nothing more will happen to a scan."""
AUTH_TYPES = tuple(kind.value for kind in AuthType)
MODES = tuple(mode.value for mode in Mode)
CRITICALITIES = tuple(level.value for level in Criticality)
SEVERITIES = tuple(band.value for band in Severity)
VULNERABILITY_STATUSES = tuple(status.value for status in VulnerabilityStatus)
REDACTIONS = {
    Redaction.SECRETS.value: "All but secrets",
    Redaction.NONE.value: "Everything",
    Redaction.FULL.value: "Nothing",
}
"""What a report shows of the traffic with the target."""
TIERS = tuple(tier.value for tier in Tier)
MOST_LOGO_BYTES = MAX_BYTES
PENDING_REPORT = frozenset((ReportStatus.QUEUED.value, ReportStatus.GENERATING.value))
