"""Evidence as the API and the reports show it: redacted, capped, with the command that repeats it."""

from msgspec import Struct

from cyberai.domain.finding import Evidence, HttpEvidence, ServiceEvidence, TlsEvidence
from cyberai.domain.http import Exchange, Headers, HttpRequest, HttpResponse
from cyberai.domain.reproduce import curl

MAX_BODY = 4096
"""Bytes of a response body that are shown."""

MAX_RAW = 64 * 1024
"""Bytes of a body that are shown raw: no more is kept."""

_SECRET_HEADERS = frozenset({"authorization", "proxy-authorization", "cookie", "set-cookie", "x-api-key"})


class HttpMessage(Struct, kw_only=True):
    """One request or response for people: first line, headers in order, the start of the body."""

    start_line: str
    headers: tuple[tuple[str, str], ...]
    body: str
    body_bytes: int


class ExchangeResource(Struct, kw_only=True):
    """A request, its response and how long it took."""

    method: str
    url: str
    status: int
    elapsed_ms: int
    request: HttpMessage
    response: HttpMessage


class EvidenceResource(Struct, kw_only=True):
    """One piece of evidence. `kind` is http, service or tls; keys that do not apply are null."""

    kind: str
    match: str
    note: str
    reproduce: str
    exchange: ExchangeResource | None = None
    control: ExchangeResource | None = None
    host: str | None = None
    port: int | None = None
    sent: str | None = None
    received: str | None = None
    facts: dict[str, str] | None = None


def evidence_resource(evidence: Evidence) -> EvidenceResource:
    """The API's evidence object."""
    match evidence:
        case HttpEvidence():
            return EvidenceResource(
                kind="http",
                match=evidence.match,
                note=evidence.note,
                reproduce=reproduce(evidence),
                exchange=exchange_resource(evidence.exchange, evidence.match),
                control=exchange_resource(evidence.control, "") if evidence.control else None,
            )
        case ServiceEvidence():
            return EvidenceResource(
                kind="service",
                match=evidence.match,
                note=evidence.note,
                reproduce=evidence.command,
                host=evidence.host,
                port=evidence.port or None,
                sent=_escaped(evidence.sent),
                received=_escaped(evidence.received[:MAX_BODY]),
            )
        case TlsEvidence():
            return EvidenceResource(
                kind="tls",
                match="",
                note=evidence.note,
                reproduce=evidence.command,
                host=evidence.host,
                port=evidence.port,
                facts=dict(evidence.facts),
            )


def reproduce(evidence: HttpEvidence) -> str:
    """The command that shows it again: where something was stored first, that comes first."""
    if evidence.delivered is None:
        return curl(evidence.exchange.request)
    if evidence.followed:
        return curl(evidence.delivered, follow=True)
    return f"{curl(evidence.delivered)} && {curl(evidence.exchange.request)}"


def exchange_resource(exchange: Exchange, match: str) -> ExchangeResource:
    """Both messages; the response body is cut around `match` when it is longer than MAX_BODY."""
    request, response = exchange.request, exchange.response
    return ExchangeResource(
        method=request.method,
        url=str(request.url),
        status=response.status,
        elapsed_ms=round(response.elapsed * 1000),
        request=HttpMessage(
            start_line=f"{request.method} {request.url.target} HTTP/1.1",
            headers=redact((("Host", request.url.authority), *request.headers)),
            body=_printable(request.body[:MAX_BODY]),
            body_bytes=len(request.body),
        ),
        response=HttpMessage(
            start_line=f"HTTP/1.1 {response.status} {response.reason}".rstrip(),
            headers=redact(response.headers),
            body=_printable(window(response.body, match.encode())),
            body_bytes=len(response.body),
        ),
    )


def raw_request(request: HttpRequest) -> str:
    """The request as it was on the wire, for people: secrets out of its header, what is no text replaced."""
    start = f"{request.method} {request.url.target} HTTP/1.1"
    return _raw(start, redact((("Host", request.url.authority), *request.headers)), request.body)


def raw_response(response: HttpResponse) -> str:
    """The response in the same way."""
    start = f"HTTP/1.1 {response.status} {response.reason}".rstrip()
    return _raw(start, redact(response.headers), response.body)


def _raw(start: str, headers: Headers, body: bytes) -> str:
    lines = [start, *(f"{name}: {value}" for name, value in headers)]
    return "\n".join((*map(_line, lines), "", _printable(body[:MAX_RAW])))


def _line(text: str) -> str:
    return "".join(c if c.isprintable() else "\ufffd" for c in text)


def redact(headers: Headers) -> Headers:
    """Header values that carry secrets are cut to what identifies them; the cookie's name and flags stay."""
    return tuple((name, _redacted(name, value)) for name, value in headers)


def _redacted(name: str, value: str) -> str:
    if name.lower() not in _SECRET_HEADERS:
        return value
    if name.lower() in ("cookie", "set-cookie"):
        return _redacted_cookies(value)
    scheme, space, _ = value.partition(" ")
    return f"{scheme} ***" if space else "***"


def _redacted_cookies(value: str) -> str:
    parts = []
    for index, part in enumerate(value.split(";")):
        name, equals, secret = part.partition("=")
        attribute = index > 0 and name.strip().lower() in _COOKIE_ATTRIBUTES
        parts.append(part if attribute or not equals or len(secret) < 8 else f"{name}=***")
    return ";".join(parts)


_COOKIE_ATTRIBUTES = frozenset({"path", "domain", "expires", "max-age", "samesite", "secure", "httponly"})


def window(body: bytes, match: bytes, size: int = MAX_BODY) -> bytes:
    """At most `size` bytes of the body, around the first occurrence of `match`."""
    if len(body) <= size:
        return body
    at = body.find(match) if match else -1
    start = max(0, min(at - size // 2, len(body) - size)) if at > 0 else 0
    return body[start : start + size]


def _escaped(data: bytes) -> str:
    """Bytes of a protocol: what is no text stands as \\xNN, since those bytes are part of the proof."""
    text = data.decode("utf-8", "backslashreplace")
    return "".join(
        c if c.isprintable() or c in "\n\t" else " " if c == "\r" else c.encode("unicode_escape").decode()
        for c in text
    )


def _printable(data: bytes) -> str:
    text = data.decode("utf-8", "replace")
    return "".join(c if c.isprintable() or c in "\n\t" else " " if c == "\r" else "\ufffd" for c in text)
