"""Certificates of the HTTPS listeners, made anew at each start: a lab authority and what it signs."""

import datetime
import ipaddress
import ssl
import tempfile
import warnings
from pathlib import Path
from typing import NamedTuple

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from cyberai.lab.certificate_details import further_extensions, roca_key
from cyberai.lab.service import Certificate, Identity, Sent, Tls

PrivateKey = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey
_AUTHORITY_LIFE = datetime.timedelta(days=365)
_EARLIER = datetime.timedelta(days=1)


class Issued(NamedTuple):
    """A certificate with its private key; `behind` is what a server sends after it."""

    certificate: x509.Certificate
    key: PrivateKey
    behind: tuple[x509.Certificate, ...] = ()


class LabAuthority:
    """A certificate authority that lives as long as the lab, with an intermediate one below it. `now` is the moment of its
    start, in UTC."""

    def __init__(self, now: datetime.datetime) -> None:
        self._now = now
        self._keys: dict[int, rsa.RSAPrivateKey] = {}
        name = "Cyber AI practice lab authority"
        self._root = self._authority(name, None, path_length=1)
        self._below = self._authority(f"{name} for hosts", self._root, path_length=0)

    @property
    def pem(self) -> bytes:
        """The authority's certificate, for clients that shall trust it."""
        return _pem(self._root.certificate)

    def context(self, tls: Tls) -> ssl.SSLContext:
        """A server context with a fresh certificate."""
        issued = self.issue(tls.certificate)
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
        _load(context, issued)
        return context

    def identity(self, wanted: Certificate) -> Identity:
        """A fresh certificate and its key, for a server that speaks TLS by itself."""
        issued = self.issue(wanted)
        key = roca_key() if wanted.roca else self._rsa(wanted.key_bits)
        chain = (issued.certificate, *issued.behind)
        return Identity(tuple(c.public_bytes(serialization.Encoding.DER) for c in chain), key)

    def issue(self, wanted: Certificate) -> Issued:
        """A fresh certificate, with its key and what is sent behind it."""
        key = roca_key() if wanted.roca else self._rsa(wanted.key_bits)
        name = _common_name((*wanted.names, "harbour-shop")[0])
        signer = self._root if wanted.sent is None else self._below
        issuer, signing = (name, key) if wanted.self_signed else (signer.certificate.subject, signer.key)
        start = wanted.not_before or self._now - datetime.timedelta(days=wanted.age)
        end = wanted.not_after or self._now + datetime.timedelta(days=wanted.days)
        names: list[x509.GeneralName] = [x509.DNSName(item) for item in wanted.names]
        names += [x509.IPAddress(ipaddress.ip_address(item)) for item in wanted.addresses]
        builder = (
            _builder(name, issuer, key, start, end)
            .add_extension(x509.SubjectAlternativeName(names), critical=False)
            .add_extension(x509.BasicConstraints(ca=False, path_length=None), critical=True)
            .add_extension(_key_usage(authority=False), critical=True)
            .add_extension(
                x509.AuthorityKeyIdentifier.from_issuer_public_key(signing.public_key()), critical=False
            )
        )
        for extension in further_extensions(wanted):
            builder = builder.add_extension(extension, critical=False)
        return Issued(builder.sign(signing, hashes.SHA256()), key, self._behind(wanted.sent))

    def _behind(self, sent: Sent | None) -> tuple[x509.Certificate, ...]:
        if sent is None or sent is Sent.ALONE:
            return ()
        root, below = self._root.certificate, self._below.certificate
        return (root, below) if sent is Sent.SHUFFLED else (below,)

    def _authority(self, name: str, above: Issued | None, path_length: int) -> Issued:
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _common_name(name)
        issuer, signing = (above.certificate.subject, above.key) if above is not None else (subject, key)
        builder = (
            _builder(subject, issuer, key, self._now - _EARLIER, self._now + _AUTHORITY_LIFE)
            .add_extension(x509.BasicConstraints(ca=True, path_length=path_length), critical=True)
            .add_extension(_key_usage(authority=True), critical=True)
        )
        return Issued(builder.sign(signing, hashes.SHA256()), key)

    def _rsa(self, bits: int) -> rsa.RSAPrivateKey:
        """One key per size: making keys is most of the lab's start."""
        if bits not in self._keys:
            self._keys[bits] = rsa.generate_private_key(public_exponent=65537, key_size=bits)
        return self._keys[bits]


def _common_name(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


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


def _load(context: ssl.SSLContext, issued: Issued) -> None:
    """Through a file that only we can read and that is gone afterwards: the only way the interface offers."""
    key = issued.key.private_bytes(
        serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
    )
    with tempfile.TemporaryDirectory(prefix="cyberai-lab-") as directory:
        path = Path(directory, "leaf.pem")
        path.write_bytes(b"".join((_pem(issued.certificate), key, *map(_pem, issued.behind))))
        context.load_cert_chain(path)
