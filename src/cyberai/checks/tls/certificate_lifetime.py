"""The certificate ends within days without having been renewed, or is valid for longer than clients accept.

## Impact
When a certificate ends, clients refuse the server: what depends on it stands still until somebody renews it by hand. Clients
that keep to the limits of the CA/Browser Forum refuse a public certificate that is valid for longer from the start.

## Remediation
Let a program renew the certificate (ACME), a month before its end, and reload the server afterwards: often the renewed
certificate is there, and only the server still shows the old one. Have certificates of public authorities issued within the limit
in force.

## How it is proven
The dates are those of the certificate that two handshakes show, compared with the scanner's clock. A certificate ends soon when
less than 14 days are left, of one that is made for few days less than a quarter of them: programs renew well before. The limits
on validity are judged by the day of issue, and only of certificates that name a policy of the CA/Browser Forum.
"""

from collections.abc import AsyncIterator, Iterator
from datetime import UTC, datetime

from cyberai.checkkit import Grain, Handshake, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.certificate_faults import LITTLE, Fault, seen_twice, shown, when
from cyberai.checkkit.certificates import Certificate, read_certificate
from cyberai.domain.inventory import expires_soon_from

_DAY = 86_400_000_000
_ROUNDED = 60 * 60 * 1_000_000
_LIMITS = (
    (datetime(2029, 3, 15, tzinfo=UTC), 47),
    (datetime(2027, 3, 15, tzinfo=UTC), 100),
    (datetime(2026, 3, 15, tzinfo=UTC), 200),
    (datetime(2020, 9, 1, tzinfo=UTC), 398),
    (datetime(2018, 3, 1, tzinfo=UTC), 825),
    (datetime(2015, 4, 1, tzinfo=UTC), 39 * 31),
)
"""Issued from then on, at most so many days (CA/Browser Forum, Baseline Requirements, 6.3.2); the newest first."""


@check(
    id="tls.certificate-lifetime",
    title="Certificate about to end, or valid for too long",
    severity=Severity.LOW,
    cvss=LITTLE,
    cwe=("CWE-298",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://cabforum.org/working-groups/server/baseline-requirements/requirements/",),
    tags=("tls", "certificate"),
)
async def certificate_lifetime(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """How long is left, and how long it was made for."""
    first = await shown(endpoint, probe)
    async for hit in seen_twice(endpoint, probe, first, lambda seen: lifetime_faults(seen, probe.now())):
        yield hit


def lifetime_faults(handshake: Handshake, now: int) -> Iterator[Fault]:
    """What is wrong with the dates of a certificate that is valid now."""
    certificate = read_certificate(handshake.chain[0])
    lifetime = certificate.not_after - certificate.not_before
    left = certificate.not_after - now
    if left >= 0 and now > expires_soon_from(certificate.not_before, certificate.not_after):
        days = left // _DAY
        unit = "day" if days == 1 else "days"
        detail = f"Valid until {when(certificate.not_after)}: {days or 'less than one'} {unit if days else 'day'} left."
        yield Fault("expiring", "Certificate about to expire", detail, "CWE-298")
    limit = _limit(certificate)
    if limit and lifetime > limit * _DAY + _ROUNDED:
        detail = f"Valid for {lifetime // _DAY} days; at its issue on {when(certificate.not_before)[:10]} {limit} were allowed."
        yield Fault("too-long", "Public certificate valid for too long", detail, "CWE-298", LITTLE)


def _limit(certificate: Certificate) -> int:
    """Days for which it might be valid at most, 0 without a limit."""
    if certificate.extensions is None or not certificate.extensions.public:
        return 0
    for since, days in _LIMITS:
        if certificate.not_before >= int(since.timestamp()) * 1_000_000:
            return days
    return 0
