"""A TLS server begins a new handshake whenever a client asks for one within a connection.

## Impact
Handshakes cost a server far more than a client: few clients that ask for one after the other over connections that stay open
keep it busy, and limits on new connections do not help. Where the server does not bind the new handshake to the old one
(RFC 5746), someone on the way puts a request of their own in front of a visitor's.

## Remediation
Refuse renegotiation by clients: OpenSSL 3 and 1.1.1 with `SSL_OP_NO_RENEGOTIATION`, nginx and Apache httpd in every
supported version; or speak TLS 1.3 only, which has none. Update a library that does not know RFC 5746.

## How it is proven
A handshake of TLS 1.2 or older is finished, and a second ClientHello is sent under its protection. The server answers with a
ServerHello, under protection as well; on a second connection too. Each is left at that: two renegotiations are begun, none
is finished. A server that refuses sends the alert no_renegotiation, hangs up or stays silent. The second hello is bound to
the first handshake where the server knows RFC 5746; where it does not and still agrees, the renegotiation is insecure.
"""

from collections.abc import AsyncIterator
from enum import StrEnum

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    TlsAsset,
    TransportError,
    TransportReason,
    check,
    replace,
)
from cyberai.checkkit.tls_client import establish
from cyberai.checkkit.tls_dialogue import SERVER_HELLO, TlsDialogue, offer_of
from cyberai.checkkit.tls_visit import by_openssl, seen, visit
from cyberai.domain.tls.hello import RENEGOTIATION_INFO
from cyberai.domain.tls.records import ALERT, HANDSHAKE

_PREFIXED = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"
_ROUNDS = 4


class _Outcome(StrEnum):
    REFUSED = "refused"
    SECURE = "client-initiated"
    INSECURE = "insecure"


@check(
    id="tls.renegotiation",
    title="TLS server renegotiates whenever a client asks",
    severity=Severity.LOW,
    cvss="CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:N/I:N/A:L",
    cwe=("CWE-400", "CWE-300"),
    owasp=("A05:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=6,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc5746",
        "https://nvd.nist.gov/vuln/detail/CVE-2011-1473",
        "https://nvd.nist.gov/vuln/detail/CVE-2009-3555",
    ),
    tags=("tls",),
)
async def renegotiation(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Ask twice, on two connections."""
    outcome = await visit(endpoint, probe, lambda dialogue: _renegotiate(endpoint, dialogue))
    if outcome in (None, _Outcome.REFUSED):
        return
    if await visit(endpoint, probe, lambda dialogue: _renegotiate(endpoint, dialogue)) is outcome:
        yield _hit(endpoint, outcome is _Outcome.INSECURE)


async def _renegotiate(endpoint: TlsAsset, dialogue: TlsDialogue) -> _Outcome:
    offer = offer_of(endpoint.server_name)
    greeting = await dialogue.greet(offer)
    knows = RENEGOTIATION_INFO in greeting.extensions
    proof = (await establish(dialogue, greeting)).client_proof
    bound = ((RENEGOTIATION_INFO, bytes([len(proof)]) + proof),) if knows else ()
    await dialogue.hello(replace(offer, secure_renegotiation=False, extra=bound))
    try:
        for _ in range(_ROUNDS):
            found = await dialogue.hear()
            if found is None or found.kind == ALERT:
                break
            # What the application says meanwhile may come first.
            if found.kind == HANDSHAKE and found.payload[:1] == bytes([SERVER_HELLO]):
                return _Outcome.SECURE if knows else _Outcome.INSECURE
    except TransportError as error:
        if error.reason is not TransportReason.TIMEOUT:
            raise
    return _Outcome.REFUSED


def _hit(endpoint: TlsAsset, insecure: bool) -> Hit:
    facts = (
        ("second ClientHello within the connection", "answered with a ServerHello"),
        ("bound to the first handshake (RFC 5746)", "no" if insecure else "yes"),
    )
    common = (endpoint, Proof(Oracle.OBSERVATION, repeats=2), facts, _command(endpoint))
    if not insecure:
        return seen(
            *common,
            note="The server began a new handshake on two connections.",
            detail="The server agrees to renegotiate when a client asks",
            cause=_Outcome.SECURE.value,
            cwe=("CWE-400",),
        )
    return seen(
        *common,
        note="The server began a new handshake on two connections, without a link to the one before.",
        detail="The server agrees to renegotiate and does not bind the new handshake to the old one",
        cause=_Outcome.INSECURE.value,
        title="TLS server renegotiates insecurely",
        severity=Severity.MEDIUM,
        cvss=_PREFIXED,
        cwe=("CWE-300",),
        cve=("CVE-2009-3555",),
    )


def _command(endpoint: TlsAsset) -> str:
    return f"(sleep 1; echo R; sleep 1) | {by_openssl(endpoint, '-tls1_2 -legacy_renegotiation -legacy_server_connect')}"
