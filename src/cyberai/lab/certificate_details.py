"""Parts of the lab's certificates that the library does not make by itself."""

import math
from collections.abc import Iterator

from cryptography import x509
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509.oid import ExtendedKeyUsageOID

from cyberai.lab.service import Certificate

_DOMAIN_VALIDATED = x509.ObjectIdentifier("2.23.140.1.2.1")
_TIMESTAMPS = x509.ObjectIdentifier("1.3.6.1.4.1.11129.2.4.2")
_ROCA_PRIMES = 126
_ROCA_PARTS = (
    (0x1CA96EE34933D4, 0x420A6FA930335DCB1DFAE178C486FA53D806084DFDB22898E2B43DA6CD6B0DC5),
    (0x1B5D1F4ACD4EA5, 0x32904BEF3297A36453812CDB03A3F5FEE7C3A139B0943EF3C6EBCD0CE8BD3ECA),
)
"""(k, a) of two primes of 1024 bits, which cost seconds to search for."""


def further_extensions(wanted: Certificate) -> Iterator[x509.ExtensionType]:
    """Those that differ from certificate to certificate."""
    purpose = ExtendedKeyUsageOID.CLIENT_AUTH if wanted.for_clients else ExtendedKeyUsageOID.SERVER_AUTH
    yield x509.ExtendedKeyUsage([purpose])
    if wanted.public:
        yield x509.CertificatePolicies([x509.PolicyInformation(_DOMAIN_VALIDATED, None)])
    if wanted.must_staple:
        yield x509.TLSFeature([x509.TLSFeatureType.status_request])
    if wanted.logged:
        yield x509.UnrecognizedExtension(_TIMESTAMPS, _timestamp_list())


def _timestamp_list() -> bytes:
    """One timestamp of a log that does not exist, its signature empty of meaning (RFC 6962, sections 3.2 and 3.3)."""
    signature = b"\x04\x03" + (8).to_bytes(2, "big") + b"\x30\x06\x02\x01\x01\x02\x01\x01"
    timestamp = b"\x00" + b"practice lab log".ljust(32, b".") + bytes(8) + bytes(2) + signature
    entries = len(timestamp).to_bytes(2, "big") + timestamp
    whole = len(entries).to_bytes(2, "big") + entries
    return bytes((0x04, len(whole))) + whole


def roca_key() -> rsa.RSAPrivateKey:
    """A key as the generator of CVE-2017-15361 made them: each prime is k * M + (65537^a mod M), M the product of the
    first 126 primes (Nemec and others, CCS 2017, sections 2.2 and 2.3)."""
    product = math.prod(_first_primes(_ROCA_PRIMES))
    p, q = (k * product + pow(65537, a, product) for k, a in _ROCA_PARTS)
    private = pow(65537, -1, (p - 1) * (q - 1))
    return rsa.RSAPrivateNumbers(
        p=p,
        q=q,
        d=private,
        dmp1=private % (p - 1),
        dmq1=private % (q - 1),
        iqmp=pow(q, -1, p),
        public_numbers=rsa.RSAPublicNumbers(65537, p * q),
    ).private_key()


def _first_primes(count: int) -> list[int]:
    found: list[int] = []
    candidate = 2
    while len(found) < count:
        if all(candidate % prime for prime in found):
            found.append(candidate)
        candidate += 1
    return found
