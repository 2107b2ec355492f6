"""What an assessment would say of one of the lab's own TLS servers: read from its policy, not measured."""

from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.version import TlsVersion, version_of
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import Policy
from cyberai.lab.tls._suites import SUITES


def profile_of(policy: Policy) -> TlsProfile:
    """The profile of a server that keeps to this policy."""
    exchanges = {SUITES[code].exchange for code in policy.suites}
    prime = policy.dh_prime if exchanges & {"DHE_RSA", "DH_anon"} else 0
    elliptic = any(exchange.startswith("ECDH") or not exchange for exchange in exchanges)
    return TlsProfile(
        versions=tuple(offer for number in sorted(policy.versions) for offer in _offers(policy, number)),
        groups=policy.groups if elliptic else (),
        dh_bits=prime.bit_length() or None,
        dh_prime=f"{prime:x}" if prime else "",
        signatures=policy.signatures,
        compressions=tuple(method for method in policy.compressions if method),
        secure_renegotiation=policy.secure_renegotiation,
        fallback_scsv=policy.fallback_scsv if len(policy.versions) > 1 else None,
        heartbeat=policy.heartbeat,
    )


def _offers(policy: Policy, number: int) -> tuple[VersionOffer, ...]:
    version = version_of(number)
    assert version is not None
    if number == wire.SSL2:
        return (VersionOffer(TlsVersion.SSL2, policy.ssl2_suites),)
    suites = tuple(code for code in policy.suites if number in SUITES[code].versions)
    return (VersionOffer(version, suites, policy.server_order),)
