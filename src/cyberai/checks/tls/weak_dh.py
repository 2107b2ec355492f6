"""The server exchanges keys by Diffie-Hellman in a group of fewer than 2,048 bits.

## Impact
A group of 1,024 bits is within reach of those who can spend some hundred million on it, once for all servers that use
the same prime (many servers have theirs from an RFC or from their web server's source); 768 and 512 bits are within reach
of a university (Logjam). Whoever has done that work reads all connections of that group, recorded ones as well.

## Remediation
Take the suites that begin with `DHE` out and leave `ECDHE`, or make a group of one's own of at least 2,048 bits
(`openssl dhparam -out dh.pem 2048`; `ssl_dhparam` in nginx, `SSLOpenSSLConfCmd DHParameters` in Apache), or use the groups of
RFC 7919. Java 8 and later: `-Djdk.tls.ephemeralDHKeySize=2048`.

## How it is proven
The assessment has seen the group. Asked for `DHE` suites alone (not for those of export strength or without a certificate,
which are findings of their own), the server shows its prime once more, in a signed message.
"""

from collections.abc import AsyncIterator
from hashlib import sha256

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, TlsAsset, check, replace
from cyberai.checkkit.tls_offers import (
    A_LITTLE,
    OPTIONS,
    READ_AND_CHANGE,
    answered,
    asking,
    kind_of,
    observed,
    s_client,
    spoken,
)
from cyberai.domain.tls.key_exchange import KeyExchange
from cyberai.domain.tls.suites import Suite, suite
from cyberai.domain.tls.version import TlsVersion

_STRONG, _BROKEN = 2048, 1024
_SHARED = {
    "b52ba6a3026520a6c49d37e4587601801bee500123b3259b6bf03e7cecc3e63d": "the first group of RFC 2409",
    "3f35a3f5f6c4376a744acad409bb22f8d897f949d2311d885adaa890981b67a0": "the second group of RFC 2409",
    "44c55cfee5c075927cf682da5b681bdecbd5c3eb0784c14f5dce7610f0ef133d": "the first group of RFC 5114",
    "bf910d9df4e0b2e76cda7443f592aa118e33ba2c224ebc27fb8978d873c8c2e3": "the one in the source of Apache 2.2",
    "db01e702899166da28c9bc7896af62bcdf0c96d0fb341950ba80e68bd51a57ef": "the one of 512 bits in the source of Apache 2.2",
}
"""Primes that many servers share, by the SHA-256 of their bytes."""


@check(
    id="tls.weak-dh",
    title="Diffie-Hellman in a small group",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGE,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=1,
    judges_profile=True,
    references=(
        "https://weakdh.org/",
        "https://datatracker.ietf.org/doc/html/rfc9325#section-4.1",
    ),
    tags=("tls", "cryptography"),
)
async def weak_dh(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The group of the newest version that has such suites."""
    profile = endpoint.profile
    if profile is None or profile.dh_bits is None or profile.dh_bits >= _STRONG:
        return
    for offer in spoken(profile):
        suites = tuple(found.code for found in map(suite, offer.suites) if _is_meant(found))
        if not suites:
            continue
        flight = await answered(endpoint, probe, asking(endpoint, offer.version, suites))
        exchange = flight.exchange if flight is not None else None
        if flight is not None and exchange is not None and 0 < exchange.dh_bits < _STRONG:
            yield _hit(endpoint, offer.version, suite(flight.suite), exchange)
        return


def _is_meant(found: Suite) -> bool:
    return found.exchange == "DHE" and kind_of(found) not in ("export", "anonymous")


def _hit(endpoint: TlsAsset, version: TlsVersion, selected: Suite, exchange: KeyExchange) -> Hit:
    shared = _SHARED.get(sha256(exchange.dh_prime).hexdigest(), "")
    facts = (
        ("protocol", version.value),
        ("selected", selected.name),
        ("bits of the prime", str(exchange.dh_bits)),
        ("prime", exchange.dh_prime.hex()),
        ("shared prime", shared or "not a known one"),
    )
    command = s_client(endpoint, f"{OPTIONS[version]} -cipher DHE:@SECLEVEL=0")
    detail = f"A prime of {exchange.dh_bits} bits" + (f", {shared}, as many servers have" if shared else "")
    hit = observed(endpoint, facts, command, detail)
    title = f"Diffie-Hellman in a group of {exchange.dh_bits} bits"
    if exchange.dh_bits <= _BROKEN:
        return replace(hit, title=title)
    return replace(hit, title=title, severity=Severity.LOW, cvss=A_LITTLE)
