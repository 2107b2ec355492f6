"""The server exchanges keys on an elliptic curve of fewer than 224 bits.

## Impact
Curves of 160 to 192 bits give 80 to 96 bits of strength, less than what has been asked for since 2010 (NIST SP 800-131A). A
client that takes them has a connection that a rich attacker may decrypt later.

## Remediation
Name the curves that the server may use: `ssl_ecdh_curve X25519:prime256v1:secp384r1;` in nginx, `SSLOpenSSLConfCmd Curves
X25519:prime256v1:secp384r1` in Apache, `Groups = X25519:P-256:P-384` in OpenSSL's configuration.

## How it is proven
The assessment has listed the groups that the server takes. Asked for the small ones alone, the server shows a key on one
of them; asked for a group that nobody has (RFC 8701), it does not show one on that.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, TlsVersion, check, replace
from cyberai.checkkit.tls_offers import A_LITTLE, OPTIONS, answered, asking, observed, s_client, spoken
from cyberai.domain.tls.groups import group
from cyberai.domain.tls.suites import suite

_NOBODYS_GROUP = 0x2A2A
_STRENGTH = 112
"""Bits of strength of a curve of 224 bits."""
_OPENSSL = {"secp192r1": "prime192v1"}


@check(
    id="tls.weak-groups",
    title="Key exchange on a small elliptic curve",
    severity=Severity.LOW,
    cvss=A_LITTLE,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    judges_profile=True,
    references=(
        "https://datatracker.ietf.org/doc/html/rfc8422#section-5.1.1",
        "https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",
    ),
    tags=("tls", "cryptography"),
)
async def weak_groups(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Small curves, in the newest version before 1.3 that has suites for them."""
    profile = endpoint.profile
    small = tuple(g for g in profile.groups if 0 < group(g).bits < _STRENGTH) if profile is not None else ()
    if profile is None or not small:
        return
    for offer in spoken(profile):
        suites = tuple(code for code in offer.suites if suite(code).exchange == "ECDHE")
        if offer.version is TlsVersion.TLS1_3 or not suites:
            continue
        asked = replace(asking(endpoint, offer.version, suites), groups=small)
        flight = await answered(endpoint, probe, asked)
        shown = flight.exchange.group if flight is not None and flight.exchange is not None else 0
        if shown not in small:
            return
        control = await answered(endpoint, probe, replace(asked, groups=(_NOBODYS_GROUP,)))
        if control is not None and control.exchange is not None and control.exchange.group == _NOBODYS_GROUP:
            return
        yield _hit(endpoint, offer.version, shown, small)
        return


def _hit(endpoint: TlsAsset, version: TlsVersion, shown: int, small: tuple[int, ...]) -> Hit:
    name = group(shown).name
    names = ", ".join(group(code).name for code in small)
    facts = (("protocol", version.value), ("selected", name), ("small curves", names))
    options = f"{OPTIONS[version]} -cipher ECDHE:@SECLEVEL=0 -groups {_OPENSSL.get(name, name)}"
    return observed(endpoint, facts, s_client(endpoint, options), f"Takes {names}", control=True)
