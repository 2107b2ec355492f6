"""Why a vulnerability has its risk, in words: for /explain, reports, the command line and the web page."""

from msgspec import Struct

from cyberai.domain.risk import RiskTerms, terms_of
from cyberai.domain.threat import Epss, Threat
from cyberai.domain.vulnerability import Vulnerability

FORMULA = "severity x proof x status x criticality x exposure x epss x kev, at most 100; a term that is not known is left out"

_NAMES = {"epss": "EPSS", "kev": "KEV"}


class RiskReason(Struct, frozen=True, kw_only=True):
    """One term of a risk: its factor (null: not known, and left out) and where it comes from."""

    name: str
    factor: float | None
    reason: str


def risk_reasons(row: Vulnerability) -> list[RiskReason]:
    """Every term of the vulnerability as it stands, in the order of the formula."""
    terms = terms_of(row)
    people = row.severity_override not in (None, row.severity)
    words = {
        "severity": row.effective_severity.value + (", set by people" if people else ""),
        "proof": row.tier.value,
        "status": row.status.value.replace("_", " "),
        "criticality": f"{row.criticality.value}, as the scan that saw it last says of its target",
        "exposure": row.exposure.value if row.exposure else "not known: not looked at since it is kept",
        "epss": _epss_reason(row),
        "kev": _kev_reason(row),
    }
    return [
        RiskReason(name=name, factor=getattr(terms, name), reason=reason) for name, reason in words.items()
    ]


def _epss_reason(row: Vulnerability) -> str:
    if not row.cve:
        return "no CVE"
    epss = row.threat.epss if row.threat else None
    return epss_in_words(epss) if epss else "not known: no imported EPSS file names it"


def _kev_reason(row: Vulnerability) -> str:
    if not row.cve:
        return "no CVE"
    return threat_in_words(row.threat) or "not known: no KEV catalogue was imported"


def risk_in_words(score: float, terms: RiskTerms, *, with_cve: bool) -> str:
    """The whole product in a line, and what of it is not known."""
    names = [name for name in terms.__struct_fields__ if with_cve or name not in _NAMES]
    known = [name for name in names if getattr(terms, name) is not None]
    product = " x ".join(f"{_NAMES.get(name, name)} {getattr(terms, name):g}" for name in known)
    missing = [_NAMES.get(name, name) for name in names if name not in known]
    return f"{score:.1f} of 100: {product}" + (f"; not known: {', '.join(missing)}" if missing else "")


def epss_in_words(epss: Epss) -> str:
    """What EPSS says."""
    return (
        f"{epss.score:.1%} chance that it is exploited within 30 days, more than {epss.percentile:.1%} of all "
        f"({epss.cve}, {epss.date})"
    )


def threat_in_words(threat: Threat | None) -> str:
    """What the KEV catalogue says; empty where there is none to look into."""
    if threat is None or not threat.kev_known:
        return ""
    kev = threat.kev
    return kev_in_words(kev.cve, kev.added, kev.due, ransomware=kev.ransomware) if kev else kev_in_words()


def kev_in_words(
    cve: str | None = None, added: str | None = None, due: str | None = None, *, ransomware: bool = False
) -> str:
    """An entry of the KEV catalogue; without a CVE that there is none."""
    if cve is None:
        return "not known to be exploited"
    parts = [f"known to be exploited, listed since {added}"]
    if ransomware:
        parts.append("used by ransomware")
    if due:
        parts.append(f"to be mended by {due}")
    return f"{', '.join(parts)} ({cve})"
