"""The grade of a TLS port, from all that its unit has seen."""

from collections.abc import Iterable

from cyberai.checkkit.certificate_names import is_address
from cyberai.checkkit.certificate_trust import trust_faults
from cyberai.checkkit.certificates import read_certificate
from cyberai.domain.asset import TlsAsset
from cyberai.domain.check import CheckOutcome, Found
from cyberai.domain.finding import Tier
from cyberai.domain.tls.assessment import TlsAssessment, assessed
from cyberai.domain.tls.grade import GradedCertificate
from cyberai.ports.network import Handshake

_DISTRUST = frozenset({"expired", "not-yet-valid", "name-mismatch", "self-signed", "untrusted-issuer"})


def graded(
    asset: TlsAsset, shown: Handshake | None, outcomes: Iterable[CheckOutcome], now: int
) -> TlsAssessment | None:
    """What is kept of the port; None where it was not assessed. `now` is UTC microseconds."""
    if asset.profile is None:
        return None
    certificate = _certificate(asset, shown, now) if shown is not None and shown.chain else None
    return assessed(asset.profile, certificate, frozenset(_found(outcomes)))


def _found(outcomes: Iterable[CheckOutcome]) -> Iterable[str]:
    """Checks that have proven something, by their id, and by id and cause."""
    for outcome in outcomes:
        if isinstance(outcome.outcome, Found):
            proven = [hit for hit in outcome.outcome.hits if hit.proof.tier is not Tier.LEAD]
            if proven:
                yield outcome.check_id
            yield from (f"{outcome.check_id}:{hit.cause}" for hit in proven)


def _certificate(asset: TlsAsset, shown: Handshake, now: int) -> GradedCertificate | None:
    try:
        certificate = read_certificate(shown.chain[0])
        faults = list(trust_faults(shown, asset.server_name or asset.host, now))
    except ValueError:
        return None
    key = certificate.public_key
    # Scanned by its address, a port is not graded by whether its certificate names that.
    by_address = not asset.server_name and is_address(asset.host)
    against = [f for f in faults if f.cause in _DISTRUST and not (by_address and f.cause == "name-mismatch")]
    distrust = "; ".join(f"{_begun(fault.title)} ({_begun(fault.detail).rstrip('.')})" for fault in against)
    if not faults and not shown.trusted:
        distrust = shown.trust_error or "no trusted root leads to it"
    return GradedCertificate(
        distrust=distrust,
        rsa_bits=key.bits if key.exponent else 0,
        weak_key=certificate.weak_key,
        signature="" if certificate.self_signed else certificate.signature,
    )


def _begun(text: str) -> str:
    """A sentence within another one."""
    return text[:1].lower() + text[1:]
