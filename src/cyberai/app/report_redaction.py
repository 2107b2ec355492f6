"""How much of the evidence a report shows: nothing cut, secrets cut as in the API, or no traffic at all."""

from msgspec import structs

from cyberai.app.evidence_view import (
    EvidenceResource,
    ExchangeResource,
    evidence_resource,
    redact,
    reproduce,
)
from cyberai.domain.finding import Evidence, HttpEvidence
from cyberai.domain.http import Exchange, HttpRequest
from cyberai.domain.report import Redaction
from cyberai.domain.vulnerability import Vulnerability

REMOVED = "Requests and answers are left out of this report."


def shown_evidence(evidence: Evidence, redaction: Redaction, place: str | None = None) -> EvidenceResource:
    """A piece of evidence as far as the report may show it; `place` is the parameter it is about (`cookie:theme`)."""
    shown = evidence_resource(evidence)
    if redaction is Redaction.FULL:
        return EvidenceResource(
            kind=shown.kind, match="", note=REMOVED, reproduce="", host=shown.host, port=shown.port
        )
    if not isinstance(evidence, HttpEvidence):
        return shown
    if redaction is Redaction.SECRETS:
        return structs.replace(shown, reproduce=reproduce(_command(evidence, place)))
    assert shown.exchange is not None
    control = shown.control and evidence.control and _uncut(shown.control, evidence.control)
    return structs.replace(shown, exchange=_uncut(shown.exchange, evidence.exchange), control=control)


def _command(evidence: HttpEvidence, place: str | None) -> HttpEvidence:
    """The evidence as its command line is made of: without secrets, which whoever repeats it has of their own. A value
    that is itself the proof stays."""
    kind, _, name = (place or "").partition(":")
    if kind in ("cookie", "header"):
        kept = "cookie" if kind == "cookie" else name.lower()
    else:
        kept = ""

    def cut(request: HttpRequest) -> HttpRequest:
        headers = ((n, v) if n.lower() == kept else redact(((n, v),))[0] for n, v in request.headers)
        return structs.replace(request, headers=tuple(headers))

    return structs.replace(
        evidence,
        exchange=structs.replace(evidence.exchange, request=cut(evidence.exchange.request)),
        delivered=evidence.delivered and cut(evidence.delivered),
    )


def shown_row(row: Vulnerability, redaction: Redaction) -> Vulnerability:
    """A vulnerability as far as the report may show it: addresses without their query when nothing is to be seen."""
    if redaction is not Redaction.FULL:
        return row
    url = row.location.url
    return row.replace(
        location=structs.replace(row.location, url=url and url.partition("?")[0]),
        affected_component=row.affected_component.partition("?")[0],
    )


def _uncut(shown: ExchangeResource, exchange: Exchange) -> ExchangeResource:
    request, response = exchange.request, exchange.response
    return structs.replace(
        shown,
        request=structs.replace(shown.request, headers=(("Host", request.url.authority), *request.headers)),
        response=structs.replace(shown.response, headers=response.headers),
    )
