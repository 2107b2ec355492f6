"""Pages are sent without the headers by which a browser protects them, or with values that switch the
protection off.

## Impact
The browser does not hold back what these headers would: scripts that an attacker managed to place
(Content-Security-Policy), framing of the page under a stranger's buttons (X-Frame-Options, frame-ancestors),
files taken for another type (X-Content-Type-Options), addresses with their parameters told to other sites
(Referrer-Policy), and a first visit without TLS (Strict-Transport-Security).

## Remediation
Send on every page, best in the server's or framework's configuration: a `Content-Security-Policy` without
`unsafe-inline` for scripts and with `frame-ancestors`, `X-Content-Type-Options: nosniff`,
`Referrer-Policy: strict-origin-when-cross-origin`, and over TLS
`Strict-Transport-Security: max-age=31536000; includeSubDomains`.

## How it is proven
The header is missing or weak in the answer of an HTML page with status 200, and again in a second answer. One
finding per header and site. Framing counts as held back by either of its two headers. A policy that allows
inline scripts without nonces or hashes is named as a remark (info), since many sites cannot change it at once.
"""

from collections.abc import AsyncIterator, Callable

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    HttpResponse,
    Oracle,
    PageAsset,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)
from cyberai.checkkit.markup import elements
from cyberai.checkkit.observation import again, is_document

_INFO = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:N"
_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N"
_LOW_READ = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
_HALF_YEAR = 15_552_000
_SAFE_REFERRER = frozenset(
    {
        "no-referrer",
        "same-origin",
        "strict-origin",
        "strict-origin-when-cross-origin",
        "origin",
        "no-referrer-when-downgrade",
    }
    | {"origin-when-cross-origin"}
)


class _Rule(Struct, frozen=True):
    """One header: `fault` gives what is wrong in a response (empty when nothing), with the matched text."""

    header: str
    fault: Callable[[Exchange], tuple[str, str]]
    severity: Severity
    cvss: str
    cwe: str


@check(
    id="passive.security-headers",
    title="Security header missing or weak",
    severity=Severity.LOW,
    cvss=_LOW,
    cwe=("CWE-693",),
    owasp=("A05:2021",),
    scope=Scope.PAGE,
    grain=Grain.ORIGIN,
    max_requests=2,
    references=("https://owasp.org/www-project-secure-headers/", "https://www.w3.org/TR/CSP3/"),
    tags=("headers", "hardening"),
)
async def security_headers(page: PageAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One hit per header that is wrong in two answers."""
    if not is_document(page.exchange) or page.exchange.request.method != "GET":
        return
    wrong = [(rule, *rule.fault(page.exchange)) for rule in _RULES]
    wrong = [entry for entry in wrong if entry[1]]
    if not wrong:
        return
    second = await again(page, probe)
    for rule, fault, match in wrong:
        if is_document(second) and rule.fault(second)[0] == fault:
            yield _hit(page, rule, fault, match)


def _hit(page: PageAsset, rule: _Rule, fault: str, match: str) -> Hit:
    weak = bool(match)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(HttpEvidence(page.exchange, None, match, fault),),
        url=page.exchange.request.url,
        cause=rule.header,
        title=f"{rule.header} {'weak' if weak else 'missing'}",
        detail=fault,
        severity=Severity.INFO if weak and rule.header == _CSP else rule.severity,
        cvss=_INFO if weak and rule.header == _CSP else rule.cvss,
        cwe=(rule.cwe,),
    )


_CSP = "Content-Security-Policy"


def _policies(response: HttpResponse) -> list[dict[str, list[str]]]:
    """Every policy of the header as directive -> sources (CSP 3, section 2.2.1)."""
    policies = []
    for value in response.header_values(_CSP):
        for text in value.split(","):
            policy: dict[str, list[str]] = {}
            for directive in text.split(";"):
                name, *sources = directive.split() or [""]
                if name:
                    policy.setdefault(name.lower(), [source.lower() for source in sources])
            if policy:
                policies.append(policy)
    return policies


def _csp(exchange: Exchange) -> tuple[str, str]:
    policies = _policies(exchange.response)
    if not policies:
        return ("", "") if _has_meta_policy(exchange) else (f"No {_CSP} header.", "")
    # Policies add up: one that forbids inline scripts is enough.
    if all(_allows_inline(policy) for policy in policies):
        line = next(f"{n}: {v}" for n, v in exchange.response.headers if n.lower() == _CSP.lower())
        return f"The {_CSP} lets inline scripts run.", line[:500]
    return "", ""


def _has_meta_policy(exchange: Exchange) -> bool:
    if b"content-security-policy" not in exchange.response.body.lower():
        return False
    return any(
        node.tag == "meta" and (node.attributes.get("http-equiv") or "").strip().lower() == _CSP.lower()
        for node in elements(exchange.response.body)
    )


def _allows_inline(policy: dict[str, list[str]]) -> bool:
    sources = policy.get("script-src", policy.get("default-src"))
    if sources is None:
        return True
    exact = any(
        s.startswith(("'nonce-", "'sha256-", "'sha384-", "'sha512-")) or s == "'strict-dynamic'"
        for s in sources
    )
    return "'unsafe-inline'" in sources and not exact


def _framing(exchange: Exchange) -> tuple[str, str]:
    if any(
        "frame-ancestors" in policy and "*" not in policy["frame-ancestors"]
        for policy in _policies(exchange.response)
    ):
        return "", ""
    values = exchange.response.header_values("x-frame-options")
    if not values:
        return "Neither X-Frame-Options nor frame-ancestors keeps other sites from framing the page.", ""
    if all(v.strip().lower() in ("deny", "sameorigin") for value in values for v in value.split(",")):
        return "", ""
    return "The X-Frame-Options value is not one that browsers know.", f"X-Frame-Options: {values[0]}"[:500]


def _sniffing(exchange: Exchange) -> tuple[str, str]:
    values = exchange.response.header_values("x-content-type-options")
    if not values:
        return "No X-Content-Type-Options header.", ""
    if values[0].split(",")[0].strip().lower() == "nosniff":
        return "", ""
    return "The X-Content-Type-Options value is not nosniff.", f"X-Content-Type-Options: {values[0]}"[:500]


def _referrer(exchange: Exchange) -> tuple[str, str]:
    policies = [
        t.strip().lower() for v in exchange.response.header_values("referrer-policy") for t in v.split(",")
    ]
    if not policies:
        return "No Referrer-Policy header; browsers fall back to their own default.", ""
    # The last token that a browser knows counts.
    known = [policy for policy in policies if policy in _SAFE_REFERRER or policy == "unsafe-url"]
    if known and known[-1] != "unsafe-url":
        return "", ""
    return "The Referrer-Policy tells other sites the whole address.", f"Referrer-Policy: {policies[-1]}"


def _transport(exchange: Exchange) -> tuple[str, str]:
    if exchange.request.url.scheme != "https":
        return "", ""
    value = exchange.response.header("strict-transport-security")
    if value is None:
        return "No Strict-Transport-Security header over TLS.", ""
    for directive in value.split(";"):
        name, _, number = directive.strip().partition("=")
        digits = number.strip().strip('"')
        if name.strip().lower() == "max-age" and digits.isdecimal() and int(digits[:12]) >= _HALF_YEAR:
            return "", ""
    return (
        "The Strict-Transport-Security time is shorter than half a year.",
        f"Strict-Transport-Security: {value}"[:500],
    )


_RULES = (
    _Rule(_CSP, _csp, Severity.LOW, _LOW, "CWE-693"),
    _Rule("X-Frame-Options", _framing, Severity.LOW, _LOW, "CWE-1021"),
    _Rule("X-Content-Type-Options", _sniffing, Severity.LOW, _LOW, "CWE-693"),
    _Rule("Referrer-Policy", _referrer, Severity.INFO, _INFO, "CWE-200"),
    _Rule("Strict-Transport-Security", _transport, Severity.LOW, _LOW_READ, "CWE-319"),
)
