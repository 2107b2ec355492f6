"""The key of the certificate was made by a generator with a known flaw, or is of a kind that is given up.

## Impact
A key of the flawed library of CVE-2017-15361 (ROCA) can be computed from the certificate with rented machines: whoever does
passes for this server, and reads what clients without forward secrecy have sent. With a very small exponent, a fault in how
a client verifies signatures becomes a forged one. Current clients refuse keys of DSA altogether.

## Remediation
Make a new key with current software, an elliptic curve key of 256 bits or an RSA key of at least 2048 bits with the exponent
65537, and have a new certificate issued for it. Update the firmware of the card, TPM or module that made the old key.

## How it is proven
The key is read from the certificate of two handshakes. For ROCA the modulus is compared with the shape of all keys of that
generator: it is a power of 65537 modulo each of the 39 smallest primes (Nemec and others, "The Return of Coppersmith's
Attack", CCS 2017), which another key is by chance once in 200 million times. No key is computed.
"""

from collections.abc import AsyncIterator, Iterator

from cyberai.checkkit import Grain, Handshake, Hit, Probe, Scope, Severity, TlsAsset, check
from cyberai.checkkit.certificate_faults import LITTLE, READ_AND_CHANGED, Fault, seen_twice, shown
from cyberai.checkkit.certificates import read_certificate

_COMMON_EXPONENT = 65_537


@check(
    id="tls.certificate-key",
    title="Certificate with a key of a flawed or given up kind",
    severity=Severity.HIGH,
    cvss=READ_AND_CHANGED,
    cwe=("CWE-326",),
    owasp=("A02:2021",),
    scope=Scope.TLS,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://nvd.nist.gov/vuln/detail/CVE-2017-15361",
        "https://crocs.fi.muni.cz/public/papers/rsa_ccs17",
    ),
    tags=("tls", "certificate", "cve-2017-15361"),
)
async def certificate_key(endpoint: TlsAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The key of the certificate."""
    first = await shown(endpoint, probe)
    async for hit in seen_twice(endpoint, probe, first, key_faults):
        yield hit


def key_faults(handshake: Handshake) -> Iterator[Fault]:
    """What is wrong with the key beside its size, which tls.certificate-and-versions judges."""
    key = read_certificate(handshake.chain[0]).public_key
    if key.roca:
        detail = f"{key.text}, of the shape of CVE-2017-15361."
        yield Fault("roca", "Key of the ROCA generator", detail, "CWE-338", READ_AND_CHANGED)
    if 3 <= key.exponent < _COMMON_EXPONENT and not key.weak:
        detail = f"{key.text} with the exponent {key.exponent}."
        yield Fault("small-exponent", "RSA key with a small exponent", detail, "CWE-326", LITTLE)
    if key.dsa:
        yield Fault("dsa", "Key of DSA", f"{key.text}.", "CWE-327", LITTLE)
