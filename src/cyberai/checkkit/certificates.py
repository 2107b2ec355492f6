"""Reading a server's certificate: dates, names, keys, signatures, purposes (RFC 5280, RFC 6962, RFC 7633)."""

import hashlib
from datetime import datetime
from itertools import islice
from typing import TypeVar

from cryptography import x509
from cryptography.exceptions import UnsupportedAlgorithm
from cryptography.x509.oid import AuthorityInformationAccessOID, NameOID
from msgspec import Struct

from cyberai.checkkit.certificate_key import PublicKey, key_info, read_key
from cyberai.checkkit.certificate_names import covers, printable
from cyberai.checkkit.library_errors import UNREADABLE, quiet

MAX_DER = 131_072
"""Bytes of a certificate that is read at all: real ones have one to three thousand."""

_WEAK_HASHES = frozenset({"md5", "md2", "md4", "sha1"})
_MAX_NAME = 300
_MAX_NAMES = 2_000
_MAX_ITEMS = 50
_FORUM = "2.23.140.1."
"""Policies of the CA/Browser Forum: certificates of publicly trusted authorities name one of them, others do not."""

Kind = TypeVar("Kind", bound=x509.ExtensionType)


class Extensions(Struct, frozen=True, kw_only=True):
    """What a certificate says beside its name and key. `authority`: it may sign others; `usages` and `purposes` (object
    identifiers) None where nothing is said, so that anything goes; `must_staple`: clients shall insist on a stapled
    answer of its authority; `timestamps` counts those of certificate logs in it; `ocsp` and `crl` are addresses where it
    may be asked for; `subject_only`: its names come from its subject, there are no alternative ones."""

    names: tuple[str, ...] = ()
    subject_only: bool = False
    authority: bool = False
    usages: frozenset[str] | None = None
    purposes: tuple[str, ...] | None = None
    policies: tuple[str, ...] = ()
    must_staple: bool = False
    timestamps: int = 0
    ocsp: tuple[str, ...] = ()
    crl: tuple[str, ...] = ()

    @property
    def public(self) -> bool:
        """True when it says that it was issued by the rules of public authorities."""
        return any(policy.startswith(_FORUM) for policy in self.policies)


class Certificate(Struct, frozen=True):
    """What matters of a certificate. Times are UTC microseconds since 1970; `serial` is in hex, `key_sha256` the digest of
    the public key (SubjectPublicKeyInfo), empty where it cannot be read; `key` in words, `weak_key` and `weak_signature`
    empty when they are strong. `extensions` is None where they cannot be read: then nothing is known of its names."""

    subject: str
    issuer: str
    not_before: int
    not_after: int
    public_key: PublicKey
    signature: str
    weak_signature: str
    self_signed: bool
    serial: str = ""
    key_sha256: str = ""
    extensions: Extensions | None = None

    @property
    def names(self) -> tuple[str, ...]:
        """The DNS names and addresses it is valid for."""
        return self.extensions.names if self.extensions is not None else ()

    @property
    def key(self) -> str:
        """Its key in words."""
        return self.public_key.text

    @property
    def weak_key(self) -> str:
        """Why its key is weak, empty when it is not."""
        return self.public_key.weak

    def covers(self, name: str) -> bool:
        """True when the certificate is valid for this DNS name or address (RFC 6125: one wildcard, leftmost)."""
        return covers(self.names, name)


def read_certificate(der: bytes) -> Certificate:
    """Parse DER; raise ValueError when it is no certificate."""
    certificate = load_certificate(der)
    with quiet():
        return _facts(certificate, der)


def load_certificate(der: bytes) -> x509.Certificate:
    """The same, as the library has it; what it says is read when it is asked for, and may be unreadable then."""
    if len(der) > MAX_DER:
        raise ValueError("a certificate of a size that none has")
    try:
        with quiet():
            return x509.load_der_x509_certificate(der)
    except UNREADABLE as error:
        raise ValueError(f"no certificate: {error}") from error


def _facts(certificate: x509.Certificate, der: bytes) -> Certificate:
    try:
        subject, issuer = _name(certificate.subject), _name(certificate.issuer)
        start, end = _micros(certificate.not_valid_before_utc), _micros(certificate.not_valid_after_utc)
        hash_name = _hash(certificate)
        self_signed = _self_signed(certificate)
        serial = f"{certificate.serial_number:x}"
    except UNREADABLE as error:
        raise ValueError(f"no certificate: {error}") from error
    key, digest = _key(der)
    return Certificate(
        subject=subject,
        issuer=issuer,
        not_before=start,
        not_after=end,
        public_key=key,
        signature=hash_name or "none",
        # The signature of a root or a self-signed certificate is never checked by anyone.
        weak_signature=hash_name if hash_name in _WEAK_HASHES and not self_signed else "",
        self_signed=self_signed,
        serial=serial,
        key_sha256=digest,
        extensions=_extensions(certificate),
    )


def _key(der: bytes) -> tuple[PublicKey, str]:
    """The key and its digest."""
    try:
        info = key_info(der)
    except ValueError:
        return PublicKey("unknown"), ""
    return read_key(info), hashlib.sha256(info).hexdigest()


def _micros(moment: datetime) -> int:
    return int(moment.timestamp()) * 1_000_000


def _name(name: x509.Name) -> str:
    return printable(name.rfc4514_string(), _MAX_NAME)


def _hash(certificate: x509.Certificate) -> str:
    try:
        algorithm = certificate.signature_hash_algorithm
    except UnsupportedAlgorithm:
        return certificate.signature_algorithm_oid.dotted_string[:_MAX_NAME]
    return algorithm.name if algorithm is not None else ""


def _self_signed(certificate: x509.Certificate) -> bool:
    if certificate.issuer != certificate.subject:
        return False
    return signed_by(certificate, certificate) is not False


def signed_by(certificate: x509.Certificate, issuer: x509.Certificate) -> bool | None:
    """Whether the issuer's name and key stand under this certificate; None where the library cannot verify the signature, as
    those made with MD5."""
    try:
        certificate.verify_directly_issued_by(issuer)
    except UnsupportedAlgorithm:
        return None
    except UNREADABLE:
        return False
    return True


def _extensions(certificate: x509.Certificate) -> Extensions | None:
    try:
        found = certificate.extensions
        common = certificate.subject.get_attributes_for_oid(NameOID.COMMON_NAME)
        return _read(found, tuple(printable(str(item.value).lower(), _MAX_NAME) for item in common[:10]))
    except UNREADABLE:
        return None


def _read(found: x509.Extensions, common: tuple[str, ...]) -> Extensions:
    names = _value(found, x509.SubjectAlternativeName)
    constraints = _value(found, x509.BasicConstraints)
    features = _value(found, x509.TLSFeature)
    return Extensions(
        names=common if names is None else _alternatives(names),
        subject_only=names is None,
        authority=constraints is not None and constraints.ca,
        usages=_usages(_value(found, x509.KeyUsage)),
        purposes=_purposes(_value(found, x509.ExtendedKeyUsage)),
        policies=_policies(_value(found, x509.CertificatePolicies)),
        must_staple=features is not None and x509.TLSFeatureType.status_request in features,
        timestamps=_timestamps(_value(found, x509.PrecertificateSignedCertificateTimestamps)),
        ocsp=_responders(_value(found, x509.AuthorityInformationAccess)),
        crl=_lists(_value(found, x509.CRLDistributionPoints)),
    )


def _value(found: x509.Extensions, kind: type[Kind]) -> Kind | None:
    return next((item.value for item in found if isinstance(item.value, kind)), None)


def _alternatives(value: x509.SubjectAlternativeName) -> tuple[str, ...]:
    names = [
        printable(name.lower(), _MAX_NAME) for name in value.get_values_for_type(x509.DNSName)[:_MAX_NAMES]
    ]
    return (*names, *(str(item) for item in value.get_values_for_type(x509.IPAddress)[:_MAX_NAMES]))


def _usages(value: x509.KeyUsage | None) -> frozenset[str] | None:
    if value is None:
        return None
    words = ("digital_signature", "key_encipherment", "key_agreement", "key_cert_sign")
    return frozenset(word for word in words if getattr(value, word))


def _purposes(value: x509.ExtendedKeyUsage | None) -> tuple[str, ...] | None:
    return None if value is None else tuple(oid.dotted_string for oid in islice(value, _MAX_ITEMS))


def _policies(value: x509.CertificatePolicies | None) -> tuple[str, ...]:
    return tuple(item.policy_identifier.dotted_string for item in islice(value or (), _MAX_ITEMS))


def _timestamps(value: x509.PrecertificateSignedCertificateTimestamps | None) -> int:
    return 0 if value is None else len(value)


def _responders(value: x509.AuthorityInformationAccess | None) -> tuple[str, ...]:
    wanted = [item for item in value or () if item.access_method == AuthorityInformationAccessOID.OCSP]
    return _addresses([item.access_location for item in wanted])


def _lists(value: x509.CRLDistributionPoints | None) -> tuple[str, ...]:
    return _addresses([name for point in value or () for name in point.full_name or ()])


def _addresses(names: list[x509.GeneralName]) -> tuple[str, ...]:
    addresses = [name.value for name in names if isinstance(name, x509.UniformResourceIdentifier)]
    return tuple(printable(address, _MAX_NAME) for address in addresses[:_MAX_ITEMS])
