"""How much of the evidence a report shows: nothing cut, secrets cut as in the API, or no traffic at all."""

from msgspec import structs

from cyberai.app.evidence_view import EvidenceResource, ExchangeResource, evidence_resource
from cyberai.domain.finding import Evidence, HttpEvidence
from cyberai.domain.http import Exchange
from cyberai.domain.report import Redaction
from cyberai.domain.vulnerability import Vulnerability

REMOVED = "Requests and answers are left out of this report."


def shown_evidence(evidence: Evidence, redaction: Redaction) -> EvidenceResource:
    """A piece of evidence as far as the report may show it."""
    shown = evidence_resource(evidence)
    if redaction is Redaction.FULL:
        return EvidenceResource(
            kind=shown.kind, match="", note=REMOVED, reproduce="", host=shown.host, port=shown.port
        )
    if redaction is Redaction.SECRETS or not isinstance(evidence, HttpEvidence):
        return shown
    assert shown.exchange is not None
    control = shown.control and evidence.control and _uncut(shown.control, evidence.control)
    return structs.replace(shown, exchange=_uncut(shown.exchange, evidence.exchange), control=control)


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
