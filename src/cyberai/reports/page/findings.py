"""A vulnerability as the page shows it."""

from msgspec import Struct

from cyberai.domain.cvss import cvss_version
from cyberai.domain.finding import Tier
from cyberai.domain.ids import is_id
from cyberai.domain.report import ReportItem, ReportModel, ReportType
from cyberai.domain.risk import terms_of
from cyberai.domain.risk_words import epss_in_words, risk_in_words, threat_in_words
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Vulnerability
from cyberai.reports.page.exchange import EvidenceView, evidence_views, has_control
from cyberai.reports.page.prose import Block, blocks
from cyberai.reports.plain_text import capped, one_line, rfc3339, visible

_WITH_EVIDENCE = (ReportType.TECHNICAL, ReportType.DELTA, ReportType.RAW)
_MAX_TITLE = 160
_MAX_PLACE = 400
_MAX_FACT = 1_000
_MAX_NAME = 200
_MAX_REFERENCES = 20
_AUTHORITY = 3
"""Parts of an address before its path: scheme, nothing, host."""

_WHY = {
    (Tier.CONFIRMED, True): "the proof appeared every time, and a harmless control request stayed silent",
    (Tier.CONFIRMED, False): "observed directly, and once more on a second request",
    (Tier.STRONG, True): "one clear proof with a silent control, not repeated",
    (Tier.STRONG, False): "one clear proof, without a control that stayed silent",
    (Tier.LEAD, True): "a sign worth a look, no proof; it does not count in the risk score",
    (Tier.LEAD, False): "a sign worth a look, no proof; it does not count in the risk score",
}


class Reference(Struct, frozen=True):
    """Further reading; `link` is set only for a plain https address."""

    text: str
    link: str = ""


class FindingView(Struct, frozen=True, kw_only=True):
    """Everything of one finding, ready to be escaped."""

    number: int
    anchor: str
    id: str
    severity: str
    title: str
    full_title: str
    where: str
    tier: str
    confidence: int
    why: str
    facts: tuple[tuple[str, str], ...]
    description: tuple[Block, ...]
    impact: tuple[Block, ...]
    remediation: tuple[Block, ...]
    references: tuple[Reference, ...]
    evidence: tuple[EvidenceView, ...]


def finding_views(model: ReportModel) -> tuple[FindingView, ...]:
    """The findings in the model's order, numbered from 1."""
    return tuple(_view(number, item, model) for number, item in enumerate(model.items, 1))


def _view(number: int, item: ReportItem, model: ReportModel) -> FindingView:
    row, kind = item.vulnerability, model.report.type
    prose = kind is not ReportType.RAW
    description, impact = _told(row.description, model.check_impacts.get(row.check_id, ""))
    return FindingView(
        number=number,
        anchor=row.id if is_id("vuln", row.id) else f"finding-{number}",
        id=visible(row.id),
        severity=row.effective_severity.value,
        title=capped(one_line(row.title), _MAX_TITLE),
        full_title=capped(one_line(row.title), _MAX_FACT) if len(row.title) > _MAX_TITLE else "",
        where=short_place(row),
        tier=row.tier.value,
        confidence=row.confidence,
        why=why_trusted(row.tier, control=has_control(item.resource)),
        facts=_facts(row, model.check_titles),
        description=blocks(description) if prose else (),
        impact=blocks(impact) if prose else (),
        remediation=blocks(row.remediation) if prose else (),
        references=tuple(_reference(text) for text in row.references[:_MAX_REFERENCES]) if prose else (),
        evidence=evidence_views(item.resource) if kind in _WITH_EVIDENCE else (),
    )


def _told(text: str, impact: str) -> tuple[str, str]:
    """Description and impact: the API's description ends with the impact, which has a heading of its own here. Where
    it is not the check's, the flaw has one of its own, which is the last paragraph."""
    if not impact or text.endswith(impact):
        return text.removesuffix(impact), impact
    description, gap, own = text.rpartition("\n\n")
    return (description, own) if gap else (text, impact)


def why_trusted(tier: Tier, *, control: bool) -> str:
    """Why a finding of this tier, with or without a control request, is to be believed: half a sentence."""
    return _WHY[tier, control]


def place(row: Vulnerability) -> str:
    """Where it is, in one line: the URL, else host:port, else the component."""
    location = row.location
    if location.url:
        return one_line(capped(location.url, _MAX_PLACE))
    if location.port is not None:
        return one_line(f"{row.host}:{location.port}")
    return one_line(capped(row.affected_component, _MAX_PLACE))


def short_place(row: Vulnerability) -> str:
    """`place`, without the query where the parameter says it: it holds our payload, which is evidence."""
    location = row.location
    if not (location.url and location.parameter):
        return place(row)
    address = without_segment(location.url.partition("?")[0], location.parameter)
    url = one_line(capped(address, _MAX_PLACE))
    return f"{url} ({_parameter(location.parameter)})"


def without_segment(url: str, parameter: str) -> str:
    """The address with an ellipsis for the segment that the parameter `path:N` (counted from 0) names: it holds our
    payload. Another parameter changes nothing."""
    kind, _, number = parameter.partition(":")
    parts = url.split("/")
    at = int(number) + _AUTHORITY if number.isascii() and number.isdigit() and len(number) < 4 else 0
    if kind != "path" or not _AUTHORITY <= at < len(parts):
        return url
    # A payload may bring slashes of its own: what follows the segment may be its as well.
    return "/".join([*parts[:at], "\u2026"])


def _facts(row: Vulnerability, check_titles: dict[str, str]) -> tuple[tuple[str, str], ...]:
    location = row.location
    overridden = row.severity_override not in (None, row.severity)
    facts = (
        ("Location", place(row)),
        ("Method", location.method or ""),
        ("Parameter", _parameter(location.parameter or "")),
        ("Service", location.service or ""),
        ("Component", row.affected_component if row.affected_component != location.url else ""),
        ("Check", f"{row.check_id} ({check_titles.get(row.check_id, row.title)})"),
        ("Risk", risk_in_words(terms_of(row).score, terms_of(row), with_cve=bool(row.cve))),
        ("EPSS", epss_in_words(row.threat.epss) if row.threat and row.threat.epss else ""),
        ("KEV", threat_in_words(row.threat)),
        (f"CVSS {cvss_version(row.cvss_vector) or ''}".strip(), f"{row.cvss_score:.1f}  {row.cvss_vector}"),
        ("Weakness", ", ".join((*row.cwe, *row.cve))),
        ("OWASP", ", ".join(row.owasp)),
        ("Status", f"{row.status.value}, {row.detection.value}".replace("_", " ")),
        (
            "Severity",
            f"set to {row.effective_severity} by people; {row.severity} found" if overridden else "",
        ),
        ("First seen", rfc3339(row.first_seen)),
        ("Last seen", rfc3339(row.last_seen) if row.last_seen != row.first_seen else ""),
        ("Places", f"{row.occurrences:,} with the same cause" if row.occurrences > 1 else ""),
        ("Notes", row.notes or ""),
    )
    return tuple((name, capped(one_line(text), _MAX_FACT)) for name, text in facts if text)


def _parameter(parameter: str) -> str:
    kind, colon, name = one_line(capped(parameter, _MAX_NAME)).partition(":")
    return f"{kind} {name}" if colon and name else kind


def _reference(text: str) -> Reference:
    plain = text.isascii() and text.isprintable() and not any(c in text for c in " \"'<>\\`")
    return Reference(one_line(text), text if plain and text.startswith("https://") else "")


SEVERITIES = tuple(severity.value for severity in Severity)
"""Worst first."""
