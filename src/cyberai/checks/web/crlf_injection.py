"""A value from the request reaches a header field of the answer with its line breaks, so that who wrote the value
adds header fields of his own, or a whole answer.

## Impact
A link sets cookies in the visitor's browser, switches protective headers off, or makes a page of the attacker
appear under this site's address; caches in between keep it for everyone.

## Remediation
Take line breaks (CR and LF, and after every decoding step) out of values that go into headers, or refuse the
request. Current versions of frameworks do so; headers written by hand, proxies' rewriting rules (`$uri` in a
redirect of nginx) and old libraries do not.

## How it is proven
A field of random name and value, which stands in the payload only behind a line break, arrives as a field of its
own, twice with fresh names. The same payload with blanks in place of the line breaks adds no field. The value
showing up within another field's text, or in the page, is not taken for it.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    InsertionPoint,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    check,
)


class _Break(Struct, frozen=True):
    """A way to write a line break: what is sent, and what the same length without a break looks like."""

    name: str
    text: str
    blank: str


# What is sent is encoded once for its place; the later ones are for targets that decode twice, or cut characters
# to their lowest byte (U+560D, U+560A and U+010D, U+010A end in 0D and 0A).
_BREAKS = (
    _Break("CR LF", "\r\n", "  "),
    _Break("LF", "\n", " "),
    _Break("CR LF, encoded twice", "%0d%0a", "%20%20"),
    _Break("characters cut to a byte", "\u560d\u560a", "\u5620\u5620"),
    _Break("characters cut to a byte", "\u010d\u010a", "\u0120\u0120"),
)


@check(
    id="web.crlf-injection",
    title="Header injection by line breaks",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:R/S:C/C:L/I:L/A:N",
    cwe=("CWE-113",),
    owasp=("A03:2021",),
    scope=Scope.INSERTION,
    grain=Grain.PARAMETER,
    max_requests=11,
    references=(
        "https://cwe.mitre.org/data/definitions/113.html",
        "https://owasp.org/www-community/attacks/HTTP_Response_Splitting",
    ),
    tags=("injection", "headers", "splitting"),
)
async def crlf_injection(point: InsertionPoint, probe: Probe) -> AsyncIterator[Hit]:
    """One word shows whether the value reaches a header at all; only there the line breaks are tried."""
    word = probe.token(10)
    plain = await probe.inject(point, word, append=True)
    if not _reaches_a_header(plain, word):
        return
    for way in _BREAKS:
        line, _ = await _attempt(point, probe, way.text)
        if not line:
            continue
        again, shown = await _attempt(point, probe, way.text)
        added, control = await _attempt(point, probe, way.blank)
        if again and not added:
            yield _hit(point, shown, control, again, way)
            return


def _reaches_a_header(exchange: Exchange, word: str) -> bool:
    return any(word in value.lower() for _, value in exchange.response.headers)


async def _attempt(point: InsertionPoint, probe: Probe, line_break: str) -> tuple[str, Exchange]:
    """Our field as it arrived, empty where it did not; and the answer."""
    name, value = f"x-{probe.token(8)}", probe.token(8)
    exchange = await probe.inject(point, f"{probe.token(4)}{line_break}{name}: {value}", append=True)
    for field, content in exchange.response.headers:
        # What the target puts behind our value may stand in the same line.
        if field.strip().lower() == name and content.strip().lower().startswith(value):
            return f"{field}: {content}", exchange
    return "", exchange


def _hit(point: InsertionPoint, shown: Exchange, control: Exchange, line: str, way: _Break) -> Hit:
    name = line.partition(":")[0]
    return Hit(
        proof=Proof(Oracle.STRUCTURE, repeats=2, control_silent=True),
        evidence=(
            HttpEvidence(
                shown, control, line[:500], f"The answer has a field {name} that only our value asked for."
            ),
        ),
        url=shown.request.url,
        point=point,
        detail=f"Line break: {way.name}.",
    )
