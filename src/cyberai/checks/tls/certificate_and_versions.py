"""The certificate of a TLS port is one that clients refuse or should refuse, or the port still speaks protocol
versions that are given up.

## Impact
Visitors cannot tell the server from an impostor: a warning that is always there is clicked away, also when
someone is in between. Old versions and weak keys or signatures let someone on the way read or change what is
sent.

## Remediation
Use a certificate of a public or company-wide trusted authority for exactly the names that are used, renewed by
a program well before its end, with an RSA key of at least 2048 bits or an elliptic curve key of at least 256,
signed with SHA-256. Let the server send the intermediate certificates with its own. Switch off SSLv3, TLS 1.0 and
TLS 1.1 (RFC 7568, RFC 8996).

## How it is proven
The certificate is the one the port shows in a full handshake, and again in a second one; dates are compared
with the scanner's clock, names by the rules of RFC 6125. Where a host is scanned by its address, a certificate for names
alone is only noted. An old version counts only when the server answers a hello of exactly that version by selecting it,
twice.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Grain,
    Hit,
    Probe,
    Scope,
    Severity,
    TlsAsset,
    TlsEvidence,
    TlsVersion,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.certificate_faults import (
    READ,
    READ_AND_CHANGED,
    Fault,
    Texts,
    fault_hit,
    seen_twice,
    shown,
)
from cyberai.checkkit.certificate_trust import trust_faults
from cyberai.checkkit.starttls import s_client

_SOME = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"
_OLD = {TlsVersion.SSL3: "-ssl3", TlsVersion.TLS1_0: "-tls1", TlsVersion.TLS1_1: "-tls1_1"}
_VERSION = Texts(
    "The port still speaks a version of TLS that is given up.",
    "The version has known weaknesses: someone on the way who makes both sides use it can read or change parts of what "
    "is sent.",
    "Switch off SSLv3, TLS 1.0 and TLS 1.1 in the server's settings and leave TLS 1.2 and 1.3 (RFC 7568, RFC 8996).",
)


@check(
    id="tls.certificate-and-versions",
    title="TLS certificate or version fault",
    severity=Severity.MEDIUM,
    cvss=READ,
    cwe=("CWE-295",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=8,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc8996",
        "https://datatracker.ietf.org/doc/html/rfc6125",
    ),
    tags=("tls", "certificate"),
)
async def certificate_and_versions(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Faults of the certificate first, then each old version."""
    name = endpoint.server_name or endpoint.host
    first = await shown(endpoint, probe)
    async for hit in seen_twice(endpoint, probe, first, lambda seen: trust_faults(seen, name, probe.now())):
        yield hit
    shook = first is not None
    for version, option in _OLD.items():
        if not await _offers(endpoint, probe, version, shook=shook):
            continue
        repeats = 2 if await _offers(endpoint, probe, version, shook=shook) else 1
        yield _version_hit(endpoint, version, option, repeats)


async def _offers(endpoint: TlsAsset, probe: Probe, version: TlsVersion, *, shook: bool) -> bool:
    try:
        return await probe.offers(
            endpoint.host, endpoint.port, version, endpoint.server_name, starttls=endpoint.starttls
        )
    except TransportError as error:
        # OpenSSL 3 refuses old versions with internal_error, which would say nothing of a server that refuses all.
        if shook and error.reason is TransportReason.TLS_FAILED:
            return False
        raise


def _version_hit(endpoint: TlsAsset, version: TlsVersion, option: str, repeats: int) -> Hit:
    ssl3 = version is TlsVersion.SSL3
    fault = Fault(
        version.value,
        f"{version.value} offered",
        f"The server selects {version.value} when a client asks for it.",
        "CWE-326",
        READ_AND_CHANGED if ssl3 else _SOME,
        _VERSION,
    )
    command = f"openssl s_client {option} -cipher ALL:@SECLEVEL=0 {s_client(endpoint)} </dev/null"
    note = "Needs an OpenSSL built with this version." if ssl3 else ""
    evidence = TlsEvidence(endpoint.host, endpoint.port, (("protocol", version.value),), command, note)
    return fault_hit(endpoint, fault, evidence, repeats)
