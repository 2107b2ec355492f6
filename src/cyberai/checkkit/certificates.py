"""Reading a server's certificate: dates, names, keys, signatures (RFC 5280, RFC 6125, CA/Browser Forum)."""

import hashlib
import ipaddress
from datetime import datetime

from cryptography import x509
from cryptography.exceptions import InvalidSignature, UnsupportedAlgorithm
from cryptography.hazmat.primitives.asymmetric import dsa, ec, ed448, ed25519, rsa
from cryptography.hazmat.primitives.serialization import Encoding, PublicFormat
from cryptography.x509.oid import NameOID
from msgspec import Struct

_WEAK_HASHES = frozenset({"md5", "md2", "md4", "sha1"})
_MIN_RSA = 2048
_MIN_EC = 224


class Certificate(Struct, frozen=True):
    """What matters of a leaf certificate. Times are UTC microseconds since 1970; `names` are the DNS names
    and addresses it is valid for; `serial` is in hex, `key_sha256` the digest of the public key
    (SubjectPublicKeyInfo), empty where it cannot be read; `key` in words, `weak_key` and `weak_signature` empty when they are strong."""

    subject: str
    issuer: str
    not_before: int
    not_after: int
    names: tuple[str, ...]
    key: str
    weak_key: str
    signature: str
    weak_signature: str
    self_signed: bool
    serial: str = ""
    key_sha256: str = ""

    def covers(self, name: str) -> bool:
        """True when the certificate is valid for this DNS name or address (RFC 6125: one wildcard, leftmost)."""
        wanted = name.lower().rstrip(".")
        return any(_matches(pattern, wanted) for pattern in self.names)


def read_certificate(der: bytes) -> Certificate:
    """Parse DER; raise ValueError when it is no certificate."""
    certificate = x509.load_der_x509_certificate(der)
    key, weak_key = _key(certificate)
    hash_name = _hash(certificate)
    self_signed = _self_signed(certificate)
    # The signature of a root or a self-signed certificate is never checked by anyone.
    weak = hash_name if hash_name in _WEAK_HASHES and not self_signed else ""
    return Certificate(
        subject=_name(certificate.subject),
        issuer=_name(certificate.issuer),
        not_before=_micros(certificate.not_valid_before_utc),
        not_after=_micros(certificate.not_valid_after_utc),
        names=_names(certificate),
        key=key,
        weak_key=weak_key,
        signature=hash_name or "none",
        weak_signature=weak,
        self_signed=self_signed,
        serial=f"{certificate.serial_number:x}",
        key_sha256=_key_digest(certificate),
    )


def _key_digest(certificate: x509.Certificate) -> str:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return ""
    return hashlib.sha256(key.public_bytes(Encoding.DER, PublicFormat.SubjectPublicKeyInfo)).hexdigest()


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _name(name: x509.Name) -> str:
    return name.rfc4514_string()[:300]


def _hash(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string
    return algorithm.name if algorithm is not None else ""


def _key(certificate: x509.Certificate) -> tuple[str, str]:
    try:
        key = certificate.public_key()
    except (UnsupportedAlgorithm, ValueError):
        return "unknown", ""
    match key:
        case rsa.RSAPublicKey() | dsa.DSAPublicKey():
            kind = "RSA" if isinstance(key, rsa.RSAPublicKey) else "DSA"
            text = f"{kind} {key.key_size} bits"
            return text, text if key.key_size < _MIN_RSA else ""
        case ec.EllipticCurvePublicKey():
            text = f"EC {key.curve.name} {key.key_size} bits"
            return text, text if key.key_size < _MIN_EC else ""
        case ed25519.Ed25519PublicKey() | ed448.Ed448PublicKey():
            return type(key).__name__.removesuffix("PublicKey"), ""
        case _:
            return type(key).__name__, ""


def _self_signed(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    try:
        certificate.verify_directly_issued_by(certificate)
    except (InvalidSignature, ValueError, TypeError):
        return False
    except UnsupportedAlgorithm:
        return True
    return True


def _names(certificate: x509.Certificate) -> tuple[str, ...]:
    try:
        extension = certificate.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    except (x509.ExtensionNotFound, ValueError):
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return tuple(str(attribute.value).lower() for attribute in common)
    names = [name.lower() for name in extension.get_values_for_type(x509.DNSName)]
    return tuple(names + [str(address) for address in extension.get_values_for_type(x509.IPAddress)])


def _matches(pattern: str, wanted: str) -> bool:
    if pattern == wanted:
        return True
    if _is_address(wanted):
        return _is_address(pattern) and ipaddress.ip_address(pattern) == ipaddress.ip_address(wanted)
    head, dot, rest = pattern.partition(".")
    return head == "*" and bool(dot) and rest.count(".") >= 1 and wanted.partition(".")[2] == rest


def _is_address(name: str) -> bool:
    try:
        ipaddress.ip_address(name)
    except ValueError:
        return False
    return True
