"""What the page of one vulnerability shows, and what its form changes."""

from typing import Any

import msgspec
from msgspec import UNSET

from cyberai.app.requests import VulnerabilityPatch
from cyberai.app.resources import VulnerabilityResource
from cyberai.domain.finding import Tier
from cyberai.domain.risk_words import epss_in_words, kev_in_words, risk_in_words
from cyberai.domain.vulnerability import VulnerabilityStatus
from cyberai.domain.vulnerability_moves import allowed_moves
from cyberai.reports.page.exchange import evidence_views, has_control
from cyberai.reports.page.findings import why_trusted
from cyberai.reports.page.prose import blocks
from cyberai.web.visit import Form, Visit

_MAX_REFERENCES = 20
_HOST = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.")


def finding_view(visit: Visit, row: VulnerabilityResource, form: Form) -> dict[str, Any]:
    """The values of the template; `form` holds what was entered before, if anything was."""
    resource: dict[str, Any] = msgspec.to_builtins(row)
    impact = next((check.meta.impact for check in visit.app.checks if check.meta.id == row.check_id), "")
    current = VulnerabilityStatus(row.status)
    kept = {
        "status": row.status,
        "reason": row.status_reason or "",
        "accept_until": (row.accept_until or "").partition("T")[0],
        "comment": row.notes or "",
    }
    return {
        "row": row,
        # The API's description ends with the impact, which has a heading of its own here.
        "description": blocks(row.description.removesuffix(impact)),
        "impact": blocks(impact),
        "remediation": blocks(row.remediation),
        "evidence": evidence_views(resource),
        "why": why_trusted(Tier(row.tier), control=has_control(resource)),
        "risk": _risk(row),
        "references": [(text, _is_link(text)) for text in row.references[:_MAX_REFERENCES]],
        "choices": [current.value, *(status.value for status in allowed_moves(current))],
        "values": (dict.fromkeys(kept, "") | form) if form else kept,
    }


def _risk(row: VulnerabilityResource) -> list[tuple[str, str]]:
    """What is known of the risk, by name."""
    kev = row.kev
    listed = kev_in_words(kev.cve, kev.added, kev.due, ransomware=kev.ransomware) if kev else ""
    known = (
        ("Risk", risk_in_words(row.risk_score, row.risk_terms, with_cve=bool(row.cve))),
        ("EPSS", epss_in_words(row.epss) if row.epss else ""),
        ("KEV", listed),
    )
    return [(name, text) for name, text in known if text]


def patch_of(form: Form, row: VulnerabilityResource) -> VulnerabilityPatch:
    """What the form changes and nothing else; a day stands for its end."""
    until = form.get("accept_until", "").strip()
    comment = form.get("comment", "").strip()
    status = form.get("status", row.status)
    if (
        status != VulnerabilityStatus.ACCEPTED_RISK.value
        and until == (row.accept_until or "").partition("T")[0]
    ):
        until = ""  # the field still shows the end of an acceptance that is being taken back
    return VulnerabilityPatch(
        status=status,
        reason=form.get("reason", UNSET),
        accept_until=(until if "T" in until else f"{until}T23:59:59Z") if until else UNSET,
        comment=UNSET if comment == (row.notes or "") else comment or None,
    )


def _is_link(text: str) -> bool:
    """True for an https address of a plain host, without anything that could end it."""
    plain = text.isascii() and text.isprintable() and not any(c in text for c in " \"'<>\\`")
    host = text.removeprefix("https://").partition("/")[0]
    return plain and text.startswith("https://") and "." in host and set(host) <= _HOST
