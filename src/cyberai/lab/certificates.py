"""Certificates of the HTTPS listeners, made anew at each start: a lab authority and what it signs."""

import datetime
import ipaddress
import ssl
import tempfile
import warnings
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cyberai.lab.service import Certificate, Identity, Tls

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_LEAF_LIFE = datetime.timedelta(days=90)
_AUTHORITY_LIFE = datetime.timedelta(days=365)
_EARLIER = datetime.timedelta(days=1)


class LabAuthority:
    """A certificate authority that lives as long as the lab. `now` is the moment of its start, in UTC."""

    def __init__(self, now: datetime.datetime) -> None:
        self._now = now
        self._key = ec.generate_private_key(ec.SECP256R1())
        self._keys: dict[int, rsa.RSAPrivateKey] = {}
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "Cyber AI practice lab authority")])
        usage = _key_usage(authority=True)
        self.certificate = (
            _builder(name, name, self._key, now - _EARLIER, now + _AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=0), critical=True)
            .add_extension(usage, critical=True)
            .sign(self._key, hashes.SHA256())
        )

    @property
    def pem(self) -> bytes:
        """The authority's certificate, for clients that shall trust it."""
        return self.certificate.public_bytes(serialization.Encoding.PEM)

    def context(self, tls: Tls) -> ssl.SSLContext:
        """A server context with a fresh certificate."""
        certificate, key = self._issue(tls.certificate)
        context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        if tls.obsolete_versions or tls.certificate.key_bits < 2048:
            # Level 0 admits short keys and the hashes of the old versions.
            context.set_ciphers("DEFAULT:@SECLEVEL=0")
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", DeprecationWarning)
            context.minimum_version = (
                ssl.TLSVersion.TLSv1 if tls.obsolete_versions else ssl.TLSVersion.TLSv1_2
            )
        context.set_alpn_protocols(["http/1.1"])
        _load(context, certificate, key)
        return context

    def identity(self, wanted: Certificate) -> Identity:
        """A fresh certificate and its key, for a server that speaks TLS by itself."""
        certificate, key = self._issue(wanted)
        return Identity((certificate.public_bytes(serialization.Encoding.DER),), key)

    def _issue(self, wanted: Certificate) -> tuple[x509.Certificate, rsa.RSAPrivateKey]:
        key = self._rsa(wanted.key_bits)
        name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, (*wanted.names, "harbour-shop")[0])])
        signer: PrivateKey
        issuer, signer = (name, key) if wanted.self_signed else (self.certificate.subject, self._key)
        start = wanted.not_before or self._now - _EARLIER
        end = wanted.not_after or self._now + _LEAF_LIFE
        names: list[x509.GeneralName] = [x509.DNSName(item) for item in wanted.names]
        names += [x509.IPAddress(ipaddress.ip_address(item)) for item in wanted.addresses]
        builder = (
            _builder(name, issuer, key, start, end)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(x509.ExtendedKeyUsage([ExtendedKeyUsageOID.SERVER_AUTH]), critical=False)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signer.public_key()), critical=False
            )
        )
        return builder.sign(signer, hashes.SHA256()), key

    def _rsa(self, bits: int) -> rsa.RSAPrivateKey:
        """One key per size: making keys is most of the lab's start."""
        if bits not in self._keys:
            self._keys[bits] = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        return self._keys[bits]


def _builder(
    subject: x509.Name,
    issuer: x509.Name,
    key: PrivateKey,
    start: datetime.datetime,
    end: datetime.datetime,
) -> x509.CertificateBuilder:
    return (
        x509.CertificateBuilder()
        .subject_name(subject)
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(start)
        .not_valid_after(end)
        .add_extension(x509.SubjectKeyIdentifier.from_public_key(key.public_key()), critical=False)
    )


def _key_usage(*, authority: bool) -> x509.KeyUsage:
    return x509.KeyUsage(
        digital_signature=not authority,
        key_encipherment=not authority,
        key_cert_sign=authority,
        crl_sign=authority,
        content_commitment=False,
        data_encipherment=False,
        key_agreement=False,
        encipher_only=False,
        decipher_only=False,
    )


def _load(context: ssl.SSLContext, certificate: x509.Certificate, key: PrivateKey) -> None:
    """Through a file that only we can read and that is gone afterwards: the only way the interface offers."""
    pem = certificate.public_bytes(serialization.Encoding.PEM) + key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory(prefix="cyberai-lab-") as directory:
        path = Path(directory, "leaf.pem")
        path.write_bytes(pem)
        context.load_cert_chain(path)
