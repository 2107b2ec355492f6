"""The server takes EXPORT cipher suites: keys of 40 bits and key exchanges of 512 bits, made weak on purpose for the export
laws of the 1990s.

## Impact
Someone in between makes client and server agree on 512 bits although both can do better, computes the key within hours
(for a prime that many servers share, within minutes), and reads and changes the connection: FREAK (CVE-2015-0204) with
RSA keys, Logjam (CVE-2015-4000) with Diffie-Hellman. Clients that were never updated fall for it.

## Remediation
Take the suites out of the server's settings: `ssl_ciphers` of nginx and `SSLCipherSuite` of Apache without `EXPORT` and
`EXP` (`HIGH:!aNULL` has none), or update the server: no supported library has them any more.

## How it is proven
The assessment has listed the suites that the server takes. Asked for those of one kind alone, the server selects one of
them again and shows a key of the size that they prescribe; asked for suites that nobody has (RFC 8701), it refuses.
"""

from collections.abc import AsyncIterator
from functools import partial

from cyberai.checkkit import Grain, Hit, Probe, Scope, Severity, Struct, TlsAsset, check
from cyberai.checkkit.tls_offers import READ_AND_CHANGE, WeakSuites, kind_of, suites_hit, weak_suites
from cyberai.domain.tls.suites import Suite


class _Attack(Struct, frozen=True):
    cause: str
    title: str
    cve: str
    exchanges: tuple[str, ...]


_ATTACKS = (
    _Attack("rsa", "RSA keys of export strength (FREAK)", "CVE-2015-0204", ("RSA",)),
    _Attack("dhe", "Diffie-Hellman of export strength (Logjam)", "CVE-2015-4000", ("DHE",)),
    _Attack("other", "Keys of export strength", "", ("DH", "KRB5", "PSK", "ECDH", "GOST", "SRP")),
)


@check(
    id="tls.export-suites",
    title="TLS with keys of export strength",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGE,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=12,
    judges_profile=True,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2015-0204",
        "https://nvd.nist.gov/vuln/detail/CVE-2015-4000",
        "https://weakdh.org/imperfect-forward-secrecy-ccs15.pdf",
    ),
    tags=("tls", "cryptography"),
)
async def export_suites(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One finding for each of the two attacks."""
    for attack in _ATTACKS:
        found = await weak_suites(endpoint, probe, partial(_is_of, attack))
        if found is not None:
            cve = (attack.cve,) if attack.cve else ()
            yield suites_hit(endpoint, found, cause=attack.cause, title=attack.title + _size(found), cve=cve)


def _is_of(attack: _Attack, suite: Suite) -> bool:
    return kind_of(suite) == "export" and suite.exchange in attack.exchanges


def _size(found: WeakSuites) -> str:
    exchange = found.flight.exchange
    bits = (exchange.rsa_bits or exchange.dh_bits) if exchange is not None else 0
    return f": {bits} bits" if bits else ""
