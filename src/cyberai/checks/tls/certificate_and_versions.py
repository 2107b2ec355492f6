"""The certificate of a TLS port is one that clients refuse or should refuse, or the port still speaks protocol
versions that are given up.

## Impact
Visitors cannot tell the server from an impostor: a warning that is always there is clicked away, also when
someone is in between. Old versions and weak keys or signatures let someone on the way read or change what is
sent.

## Remediation
Use a certificate of a public or company-wide trusted authority for exactly the names that are used, renewed by
a program well before its end, with an RSA key of at least 2048 bits or an elliptic curve key of at least 256,
signed with SHA-256. Switch off SSLv3, TLS 1.0 and TLS 1.1 (RFC 7568, RFC 8996).

## How it is proven
The certificate is the one the port shows in a full handshake, and again in a second one; dates are compared
with the scanner's clock, names by the rules of RFC 6125. An old version counts only when the server answers a
hello of exactly that version by selecting it, twice.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from cyberai.checkkit import (
    Grain,
    Handshake,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    Severity,
    Struct,
    TlsAsset,
    TlsEvidence,
    TlsVersion,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.certificates import Certificate, read_certificate
from cyberai.checkkit.starttls import s_client

_READ = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:N/A:N"
_BOTH = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"
_SOME = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:L/A:N"

_OLD = {TlsVersion.SSL3: "-ssl3", TlsVersion.TLS1_0: "-tls1", TlsVersion.TLS1_1: "-tls1_1"}


class _Texts(Struct, frozen=True):
    description: str
    impact: str
    remediation: str


_TRUST = _Texts(
    "The port shows a certificate that clients refuse, or that tells them nothing of whose server this is.",
    "Visitors cannot tell the server from an impostor: a warning that is always there is clicked away, also when "
    "someone is in between.",
    "Use a certificate of a public or company-wide trusted authority for exactly the names that are used, renewed by "
    "a program well before its end.",
)
_STRENGTH = _Texts(
    "The certificate rests on a key or a signature that can be broken with known means.",
    "Who computes the key, or a second certificate with the same signature, passes for this server and reads or "
    "changes what is sent.",
    "Have the certificate issued anew, with an RSA key of at least 2048 bits or an elliptic curve key of at least 256, "
    "signed with SHA-256.",
)
_VERSION = _Texts(
    "The port still speaks a version of TLS that is given up.",
    "The version has known weaknesses: someone on the way who makes both sides use it can read or change parts of what "
    "is sent.",
    "Switch off SSLv3, TLS 1.0 and TLS 1.1 in the server's settings and leave TLS 1.2 and 1.3 (RFC 7568, RFC 8996).",
)
_WEAK = frozenset({"weak-key", "weak-signature"})
_VERSIONS = frozenset(version.value for version in _OLD)


def _texts(cause: str) -> _Texts:
    if cause in _VERSIONS:
        return _VERSION
    return _STRENGTH if cause in _WEAK else _TRUST


class _Fault(Struct, frozen=True):
    cause: str
    title: str
    detail: str
    cwe: str
    cvss: str = _READ
    severity: Severity = Severity.MEDIUM


@check(
    id="tls.certificate-and-versions",
    title="TLS certificate or version fault",
    severity=Severity.MEDIUM,
    cvss=_READ,
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
    handshake = await _handshake(endpoint, probe)
    faults = _faults(handshake, endpoint, probe.now()) if handshake else {}
    if handshake and faults:
        second = await probe.handshake(
            endpoint.host, endpoint.port, endpoint.server_name, starttls=endpoint.starttls
        )
        again = _faults(second, endpoint, probe.now())
        for cause, fault in faults.items():
            yield _certificate_hit(endpoint, handshake, fault, 2 if cause in again else 1)
    for version, option in _OLD.items():
        if not await _offers(endpoint, probe, version, shook=handshake is not None):
            continue
        repeats = 2 if await _offers(endpoint, probe, version, shook=handshake is not None) else 1
        yield _version_hit(endpoint, version, option, repeats)


async def _handshake(endpoint: TlsAsset, probe: Probe) -> Handshake | None:
    try:
        return await probe.handshake(
            endpoint.host, endpoint.port, endpoint.server_name, starttls=endpoint.starttls
        )
    except TransportError as error:
        # A server that speaks only what our library has given up still answers hand-built hellos.
        if error.reason is TransportReason.TLS_FAILED:
            return None
        raise


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


def _faults(handshake: Handshake, endpoint: TlsAsset, now: int) -> dict[str, _Fault]:
    if not handshake.chain:
        return {}
    certificate = read_certificate(handshake.chain[0])
    found = list(_own_faults(certificate, endpoint.server_name or endpoint.host, now))
    if certificate.self_signed:
        found.append(
            _Fault(
                "self-signed",
                "Self-signed certificate",
                f"Signed by itself: {certificate.subject}.",
                "CWE-295",
            )
        )
    elif not handshake.trusted and (_names_issuer(handshake.trust_error) or not _explains_distrust(found)):
        detail = f"Issued by {certificate.issuer}; {handshake.trust_error or 'no trusted root leads to it'}."
        found.append(_Fault("untrusted-issuer", "Certificate of an untrusted issuer", detail, "CWE-295"))
    return {fault.cause: fault for fault in found}


def _own_faults(certificate: Certificate, name: str, now: int) -> Iterator[_Fault]:
    if now > certificate.not_after:
        yield _Fault(
            "expired", "Expired certificate", f"Valid until {_when(certificate.not_after)}.", "CWE-298"
        )
    if now < certificate.not_before:
        detail = f"Valid from {_when(certificate.not_before)}."
        yield _Fault("not-yet-valid", "Certificate not yet valid", detail, "CWE-298")
    if not certificate.covers(name):
        names = ", ".join(certificate.names[:10]) or "no name"
        yield _Fault(
            "name-mismatch",
            "Certificate for another name",
            f"Asked for {name}, valid for {names}.",
            "CWE-297",
        )
    if certificate.weak_key:
        yield _Fault(
            "weak-key", "Weak certificate key", certificate.weak_key, "CWE-326", _BOTH, Severity.HIGH
        )
    if certificate.weak_signature:
        detail = f"Signed with {certificate.weak_signature.upper()}."
        yield _Fault("weak-signature", "Weak certificate signature", detail, "CWE-328")


def _explains_distrust(found: list[_Fault]) -> bool:
    return any(fault.cause in ("expired", "not-yet-valid", "name-mismatch") for fault in found)


def _names_issuer(trust_error: str) -> bool:
    text = trust_error.lower()
    return "issuer" in text or "self-signed" in text or "self signed" in text or "unable to get" in text


def _when(micros: int) -> str:
    return datetime.fromtimestamp(micros // 1_000_000, UTC).strftime("%Y-%m-%d %H:%M UTC")


def _certificate_hit(endpoint: TlsAsset, handshake: Handshake, fault: _Fault, repeats: int) -> Hit:
    certificate = read_certificate(handshake.chain[0])
    facts = (
        ("subject", certificate.subject),
        ("issuer", certificate.issuer),
        ("valid from", _when(certificate.not_before)),
        ("valid until", _when(certificate.not_after)),
        ("names", ", ".join(certificate.names[:20])),
        ("key", certificate.key),
        ("signature", certificate.signature),
        ("verification", handshake.trust_error or "trusted"),
        ("protocol", handshake.version),
    )
    command = (
        f"openssl s_client {s_client(endpoint)} </dev/null 2>/dev/null | openssl x509 -noout -text "
        "-certopt no_sigdump,no_extensions -ext subjectAltName"
    )
    return _hit(
        endpoint, fault, TlsEvidence(endpoint.host, endpoint.port, facts, command, fault.detail), repeats
    )


def _version_hit(endpoint: TlsAsset, version: TlsVersion, option: str, repeats: int) -> Hit:
    ssl3 = version is TlsVersion.SSL3
    fault = _Fault(
        version.value,
        f"{version.value} offered",
        f"The server selects {version.value} when a client asks for it.",
        "CWE-326",
        _BOTH if ssl3 else _SOME,
        Severity.HIGH if ssl3 else Severity.MEDIUM,
    )
    command = f"openssl s_client {option} -cipher ALL:@SECLEVEL=0 {s_client(endpoint)} </dev/null"
    note = "Needs an OpenSSL built with this version." if ssl3 else ""
    evidence = TlsEvidence(endpoint.host, endpoint.port, (("protocol", version.value),), command, note)
    return _hit(endpoint, fault, evidence, repeats)


def _hit(endpoint: TlsAsset, fault: _Fault, evidence: TlsEvidence, repeats: int) -> Hit:
    texts = _texts(fault.cause)
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=repeats),
        evidence=(evidence,),
        description=texts.description,
        impact=texts.impact,
        remediation=texts.remediation,
        host=endpoint.host,
        port=endpoint.port,
        cause=fault.cause,
        title=fault.title,
        detail=fault.detail,
        severity=fault.severity,
        cvss=fault.cvss,
        cwe=(fault.cwe,),
    )
