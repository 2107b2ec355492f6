"""Taking secrets out of what is stored and shown: a target may send back what it was sent."""

import base64
import html
import json
from collections.abc import Callable, Iterable
from urllib.parse import quote, quote_plus

from msgspec import structs

from cyberai.domain.change import Change
from cyberai.domain.check import CheckOutcome, Errored, Found, Skipped
from cyberai.domain.finding import Evidence, Hit, HttpEvidence
from cyberai.domain.http import Exchange, Headers, HttpRequest, HttpResponse, Url
from cyberai.domain.insertion import InsertionPoint
from cyberai.domain.unit import UnitResult
from cyberai.engine.cookies import request_cookies, with_cookies

SHORTEST = 4
"""Characters from which on a secret is taken out; a shorter one stands everywhere by chance."""

MASK = "***"


class Scrubber:
    """Replaces each secret, in the codings in which pages show it, by `***`."""

    def __init__(self, secrets: Iterable[str], shown: Callable[[HttpRequest], HttpRequest]) -> None:
        spelled = {s for secret in secrets if len(secret) >= SHORTEST for s in _spellings(secret)}
        self._texts = sorted(spelled, key=lambda text: (-len(text), text))
        self._bytes = [text.encode() for text in self._texts]
        self._shown = shown

    def result(self, result: UnitResult) -> UnitResult:
        """The result of a unit."""
        outcomes = tuple(map(self._outcome, result.outcomes))
        return structs.replace(
            result,
            outcomes=outcomes,
            detail=self.text(result.detail),
            changes=tuple(map(self._change, result.changes)),
        )

    def text(self, text: str) -> str:
        """A text."""
        for secret in self._texts:
            text = text.replace(secret, MASK)
        return text

    def body(self, body: bytes) -> bytes:
        """Bytes."""
        for secret in self._bytes:
            body = body.replace(secret, MASK.encode())
        return body

    def _outcome(self, outcome: CheckOutcome) -> CheckOutcome:
        what = outcome.outcome
        if isinstance(what, Found):
            what = Found(tuple(map(self._hit, what.hits)))
        elif isinstance(what, Errored | Skipped) and what.detail:
            what = structs.replace(what, detail=self.text(what.detail))
        return structs.replace(outcome, outcome=what, asset=self.text(outcome.asset))

    def _hit(self, hit: Hit) -> Hit:
        return structs.replace(
            hit,
            evidence=tuple(map(self._evidence, hit.evidence)),
            detail=self.text(hit.detail),
            url=self._url(hit.url) if hit.url is not None else None,
            mount=self._url(hit.mount) if hit.mount is not None else None,
            point=self._point(hit.point) if hit.point is not None else None,
            root=self._point(hit.root) if hit.root is not None else None,
        )

    def _url(self, url: Url) -> Url:
        return url.with_target(self.text(url.target))

    def _point(self, point: InsertionPoint) -> InsertionPoint:
        request = structs.replace(point.request, url=self._url(point.request.url))
        return structs.replace(point, request=request)

    def _evidence(self, evidence: Evidence) -> Evidence:
        if not isinstance(evidence, HttpEvidence):
            return evidence
        return structs.replace(
            evidence,
            exchange=self.exchange(evidence.exchange),
            control=self.exchange(evidence.control) if evidence.control is not None else None,
            match=self.text(evidence.match),
            note=self.text(evidence.note),
            delivered=self._request(evidence.delivered) if evidence.delivered is not None else None,
            via=tuple(map(self._request, evidence.via)),
            plain=self._request(evidence.plain) if evidence.plain is not None else None,
        )

    def _change(self, change: Change) -> Change:
        shown_at = tuple(map(self.text, change.shown_at))
        return structs.replace(change, url=self.text(change.url), shown_at=shown_at)

    def exchange(self, exchange: Exchange) -> Exchange:
        """A request and its answer."""
        return Exchange(self._request(exchange.request), self._response(exchange.response))

    def _request(self, request: HttpRequest) -> HttpRequest:
        request = self._shown(request)
        return HttpRequest(
            request.method,
            self._url(request.url),
            self._headers(request.headers),
            self.body(request.body),
        )

    def _response(self, response: HttpResponse) -> HttpResponse:
        return structs.replace(
            response, headers=self._headers(response.headers), body=self.body(response.body)
        )

    def _headers(self, headers: Headers) -> Headers:
        return tuple((name, self.text(value)) for name, value in headers)


def unmasked(evidence: Evidence) -> Evidence:
    """Evidence as it can be sent again within a session: without the header fields and cookies that were masked."""
    if not isinstance(evidence, HttpEvidence):
        return evidence
    control, delivered = evidence.control, evidence.delivered
    return structs.replace(
        evidence,
        exchange=structs.replace(evidence.exchange, request=_sendable(evidence.exchange.request)),
        control=structs.replace(control, request=_sendable(control.request)) if control is not None else None,
        delivered=_sendable(delivered) if delivered is not None else None,
        via=tuple(map(_sendable, evidence.via)),
        plain=_sendable(evidence.plain) if evidence.plain is not None else None,
    )


def _sendable(request: HttpRequest) -> HttpRequest:
    request = with_cookies(request, tuple(c for c in request_cookies(request) if c[1] != MASK))
    kept = tuple((name, value) for name, value in request.headers if not value.endswith(MASK))
    return structs.replace(request, headers=kept)


def _spellings(secret: str) -> set[str]:
    """The secret as it is, and as addresses, markup, JSON and Basic authentication write it."""
    plain = secret.encode("utf-8", "replace")
    return {
        secret,
        quote(secret, safe=""),
        quote_plus(secret),
        html.escape(secret),
        html.escape(secret, quote=False),
        json.dumps(secret)[1:-1],
        base64.b64encode(plain).decode("ascii"),
    }
