"""The authority has revoked the certificate, as its own answer says that the server sends along; or the server does not send an
answer that its certificate demands, or an outdated one.

## Impact
A certificate is revoked when its key is known to others or was never this server's: whoever has the key passes for it. Clients that
keep to the demand in a certificate ("must-staple") refuse a server that does not send the answer.

## Remediation
For a revoked certificate: find out why, make a new key, and have a new certificate issued. Let the server fetch and send its authority's
answers (`ssl_stapling on` of nginx, `SSLUseStapling on` of Apache) and see that it reaches the authority's responder; where the authority
gives no answers any more, have a certificate without the demand issued.

## How it is proven
Two handshakes of TLS 1.2 that ask for the answer are compared with the certificate that came along: the answer names its serial number.
Nobody but the server is asked, so revocation that it does not send along itself is not seen.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsEvidence, check
from cyberai.checkkit.certificate_faults import LITTLE, READ, READ_AND_CHANGED, Fault, fault_hit, when
from cyberai.checkkit.staples import Sent, sent_along
from cyberai.checkkit.starttls import s_client

_CLOCKS_DIFFER = 60 * 60 * 1_000_000


@check(
    id="tls.certificate-status",
    title="Revoked certificate, or no proof that it is not",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGED,
    cwe=("CWE-295",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc6066#section-8",
        "https://datatracker.ietf.org/doc/html/rfc7633",
    ),
    tags=("tls", "certificate"),
)
async def certificate_status(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """What the stapled answer says."""
    first = await sent_along(endpoint, probe)
    faults = {fault.cause: fault for fault in status_faults(first, probe.now())}
    if first is None or not faults:
        return
    again = {fault.cause for fault in status_faults(await sent_along(endpoint, probe), probe.now())}
    for cause, fault in faults.items():
        facts = (
            ("subject", first.certificate.subject),
            ("issuer", first.certificate.issuer),
            ("serial number", first.certificate.serial),
            ("stapled answer", first.staple.status if first.staple is not None else "none"),
        )
        command = f"openssl s_client {s_client(endpoint)} -tls1_2 -status </dev/null 2>/dev/null"
        evidence = TlsEvidence(endpoint.host, endpoint.port, facts, command, fault.detail)
        yield fault_hit(endpoint, fault, evidence, 2 if cause in again else 1)


def status_faults(sent: Sent | None, now: int) -> Iterator[Fault]:
    """What is wrong with what the server sent along, `now` (UTC microseconds)."""
    if sent is None:
        return
    extensions, staple = sent.certificate.extensions, sent.staple
    if staple is not None and staple.status == "revoked":
        since = f" on {when(staple.revoked_at)}" if staple.revoked_at else ""
        detail = f"{sent.certificate.issuer} has revoked it{since}."
        yield Fault("revoked", "Revoked certificate", detail, "CWE-295", READ_AND_CHANGED)
    elif staple is None:
        if extensions is not None and extensions.must_staple:
            detail = "The certificate demands a stapled answer of its authority, and none is sent."
            yield Fault("no-staple", "Certificate without the answer it demands", detail, "CWE-295", READ)
    elif staple.status == "good" and 0 < staple.until < now - _CLOCKS_DIFFER:
        detail = f"The answer sent along was valid until {when(staple.until)}."
        yield Fault("old-staple", "Outdated stapled answer", detail, "CWE-298", LITTLE)
