"""The proof of one vulnerability in full: its exchanges as they were on the wire, and why it is believed."""

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.evidence_view import (
    EvidenceResource,
    HttpMessage,
    evidence_resource,
    raw_request,
    raw_response,
)
from cyberai.app.vulnerabilities import require_vulnerability
from cyberai.domain.explanation import TECHNIQUES, false_if, tier_reason
from cyberai.domain.finding import Evidence, HttpEvidence, Proof, Tier
from cyberai.domain.ids import WorkspaceId
from cyberai.domain.risk import terms_of
from cyberai.domain.risk_words import FORMULA, RiskReason, risk_reasons
from cyberai.domain.vulnerability import Vulnerability
from cyberai.ports.store import Tx


class RawResource(Struct, kw_only=True):
    """The messages as text, header lines first, secrets taken out, bodies as far as they were kept. `before` are the
    requests that come first: those that lead to the form, and the one that stored what the exchange shows."""

    before: list[str]
    request: str
    response: str
    control_request: str | None
    control_response: str | None


class ProofPiece(Struct, kw_only=True):
    """One piece of evidence; `curl` is the command that shows it again (of other protocols their own), `raw` is null
    where it is no HTTP."""

    evidence: EvidenceResource
    curl: str
    raw: RawResource | None


class ProofResource(Struct, kw_only=True):
    """The evidence of the best sighting; empty where it is no longer kept."""

    vulnerability_id: str
    scan_id: str
    tier: str
    confidence: int
    evidence: list[ProofPiece]


class TermResource(Struct, kw_only=True):
    """One term of the confidence: what it is for, and its points."""

    reason: str
    points: int


class ControlResource(Struct, kw_only=True):
    """A harmless request that was compared, and what answered it."""

    request: str
    status: int
    start_of_answer: HttpMessage


class RiskResource(Struct, kw_only=True):
    """The risk score and every term of it; a factor of null is not known and left out of the product."""

    score: float
    formula: str
    terms: list[RiskReason]


class ExplanationResource(Struct, kw_only=True):
    """Why a vulnerability has its tier, confidence and risk. `confidence` is the sum of `terms`, at most 99; `oracle`,
    `technique` and `tier_reason` are null and `terms` empty where it was stored before this was kept. `match` is what
    proves it in the answer; `false_if` says what would make it false; `counts_in_risk` whether it counts in scores."""

    vulnerability_id: str
    check_id: str
    tier: str
    confidence: int
    counts_in_risk: bool
    oracle: str | None
    technique: str | None
    tier_reason: str | None
    terms: list[TermResource]
    match: str
    notes: list[str]
    controls: list[ControlResource]
    false_if: list[str]
    risk: RiskResource


async def vulnerability_evidence(app: App, workspace: WorkspaceId, vulnerability_id: str) -> ProofResource:
    """All evidence of one vulnerability; raise NotFound."""
    row, evidence = await app.store.read(workspace, lambda tx: _known(tx, vulnerability_id))
    return ProofResource(
        vulnerability_id=row.id,
        scan_id=row.scan_id,
        tier=row.tier.value,
        confidence=row.confidence,
        evidence=[_piece(piece) for piece in evidence],
    )


async def explain_vulnerability(
    app: App, workspace: WorkspaceId, vulnerability_id: str
) -> ExplanationResource:
    """Why it is believed; raise NotFound."""
    row, evidence = await app.store.read(workspace, lambda tx: _known(tx, vulnerability_id))
    proof = row.proof
    return ExplanationResource(
        vulnerability_id=row.id,
        check_id=row.check_id,
        tier=row.tier.value,
        confidence=row.confidence,
        counts_in_risk=row.tier is not Tier.LEAD,
        oracle=proof.oracle.value if proof else None,
        technique=TECHNIQUES[proof.oracle] if proof else None,
        tier_reason=tier_reason(proof) if proof else None,
        terms=_terms(proof),
        match=next(
            (piece.match for piece in evidence if isinstance(piece, HttpEvidence) and piece.match), ""
        ),
        notes=list(dict.fromkeys(piece.note for piece in evidence if piece.note)),
        controls=_controls(evidence),
        false_if=false_if(proof) if proof else [],
        risk=RiskResource(score=terms_of(row).score, formula=FORMULA, terms=risk_reasons(row)),
    )


def _known(tx: Tx, vulnerability_id: str) -> tuple[Vulnerability, tuple[Evidence, ...]]:
    row = require_vulnerability(tx, vulnerability_id)
    return row, tx.vulnerabilities.evidence(row.id)


def _terms(proof: Proof | None) -> list[TermResource]:
    return [TermResource(reason=reason, points=points) for reason, points in proof.terms] if proof else []


def _controls(evidence: tuple[Evidence, ...]) -> list[ControlResource]:
    found = []
    for piece in evidence:
        shown = evidence_resource(piece).control
        if shown is not None:
            words = f"{shown.method} {shown.url}"
            found.append(ControlResource(request=words, status=shown.status, start_of_answer=shown.response))
    return found


def _piece(evidence: Evidence) -> ProofPiece:
    shown = evidence_resource(evidence)
    raw = _raw(evidence) if isinstance(evidence, HttpEvidence) else None
    return ProofPiece(evidence=shown, curl=shown.reproduce, raw=raw)


def _raw(evidence: HttpEvidence) -> RawResource:
    before = [*evidence.via, *([evidence.delivered] if evidence.delivered is not None else [])]
    control = evidence.control
    return RawResource(
        before=[raw_request(request) for request in before],
        request=raw_request(evidence.exchange.request),
        response=raw_response(evidence.exchange.response),
        control_request=raw_request(control.request) if control is not None else None,
        control_response=raw_response(control.response) if control is not None else None,
    )
