"""What a check says of a certificate, and how it looks a second time before it says so."""

from collections.abc import AsyncIterator, Callable, Iterable
from datetime import UTC, datetime

from msgspec import Struct

from cyberai.checkkit.certificates import Certificate, read_certificate
from cyberai.checkkit.probe import Probe
from cyberai.checkkit.starttls import s_client
from cyberai.domain.asset import TlsAsset
from cyberai.domain.cvss import base_score
from cyberai.domain.finding import Hit, Oracle, Proof, TlsEvidence
from cyberai.domain.severity import Severity
from cyberai.ports.network import Handshake, TransportError, TransportReason

NOTHING = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:N/A:N"
LITTLE = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:L/I:N/A:N"
READ = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:H/I:N/A:N"
READ_AND_CHANGED = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:H/I:H/A:N"

_MICROS = 1_000_000
_LEAST_DATE, _LATEST_DATE = -62_135_596_800, 253_402_300_799


class Texts(Struct, frozen=True):
    """What a fault means, for people."""

    description: str
    impact: str
    remediation: str


class Fault(Struct, frozen=True):
    """One fault of a certificate or of the way it is served; the band of `cvss` is its severity. Without `texts` those of
    the check are said."""

    cause: str
    title: str
    detail: str
    cwe: str
    cvss: str = READ
    texts: Texts | None = None


Judge = Callable[[Handshake], Iterable[Fault]]


async def shown(endpoint: TlsAsset, probe: Probe) -> Handshake | None:
    """What the port shows in a full handshake, perhaps one that an earlier check has made; None when it makes none with
    us: a server that speaks only what our library has given up. Raise TransportError."""
    try:
        return await probe.handshake(
            endpoint.host, endpoint.port, endpoint.server_name, starttls=endpoint.starttls, known=True
        )
    except TransportError as error:
        if error.reason is TransportReason.TLS_FAILED:
            return None
        raise


async def seen_twice(
    endpoint: TlsAsset, probe: Probe, first: Handshake | None, judge: Judge
) -> AsyncIterator[Hit]:
    """The faults that a first handshake shows; those are confirmed that a second one shows as well."""
    faults = judged(first, judge) if first is not None else {}
    if first is None or not faults:
        return
    second = await probe.handshake(
        endpoint.host, endpoint.port, endpoint.server_name, starttls=endpoint.starttls
    )
    again = judged(second, judge)
    for cause, fault in faults.items():
        yield certificate_hit(endpoint, first, fault, 2 if cause in again else 1)


def judged(handshake: Handshake, judge: Judge) -> dict[str, Fault]:
    """The faults by their cause; none where no certificate was shown or what was shown is none."""
    try:
        return {fault.cause: fault for fault in judge(handshake)} if handshake.chain else {}
    except ValueError:
        return {}


def certificate_hit(endpoint: TlsAsset, handshake: Handshake, fault: Fault, repeats: int) -> Hit:
    """The finding of a fault."""
    command = (
        f"openssl s_client {s_client(endpoint)} -showcerts </dev/null 2>/dev/null | openssl x509 -noout -text "
        "-certopt no_sigdump,no_extensions -ext subjectAltName"
    )
    facts = certificate_facts(read_certificate(handshake.chain[0]), handshake)
    evidence = TlsEvidence(endpoint.host, endpoint.port, facts, command, fault.detail)
    return fault_hit(endpoint, fault, evidence, repeats)


def fault_hit(endpoint: TlsAsset, fault: Fault, evidence: TlsEvidence, repeats: int) -> Hit:
    """The finding of a fault that this evidence shows."""
    texts = fault.texts
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=repeats),
        evidence=(evidence,),
        description=texts.description if texts is not None else None,
        impact=texts.impact if texts is not None else None,
        remediation=texts.remediation if texts is not None else None,
        host=endpoint.host,
        port=endpoint.port,
        cause=fault.cause,
        title=fault.title,
        detail=fault.detail,
        severity=Severity.of_score(base_score(fault.cvss)),
        cvss=fault.cvss,
        cwe=(fault.cwe,),
    )


def certificate_facts(certificate: Certificate, handshake: Handshake) -> tuple[tuple[str, str], ...]:
    """What a certificate says, by name."""
    extensions = certificate.extensions
    facts = [
        ("subject", certificate.subject),
        ("issuer", certificate.issuer),
        ("valid from", when(certificate.not_before)),
        ("valid until", when(certificate.not_after)),
        ("names", ", ".join(certificate.names[:20])),
        ("key", certificate.key),
        ("signature", certificate.signature),
        ("certificates sent", str(len(handshake.chain))),
        ("verification", handshake.trust_error or "trusted"),
        ("protocol", handshake.version),
    ]
    if extensions is not None:
        asked = [word for word, found in (("OCSP", extensions.ocsp), ("CRL", extensions.crl)) if found]
        facts.append(("revocation", " and ".join(asked) or "no address where to ask"))
        facts.append(("log timestamps", str(extensions.timestamps)))
    return tuple(facts)


def when(micros: int) -> str:
    """A time for people."""
    seconds = min(max(micros // _MICROS, _LEAST_DATE), _LATEST_DATE)
    return datetime.fromtimestamp(seconds, UTC).strftime("%Y-%m-%d %H:%M UTC")
