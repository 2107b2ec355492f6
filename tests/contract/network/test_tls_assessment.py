"""The assessment of real servers says what they are configured with: OpenSSL's own server and nginx."""

import base64
import datetime
import subprocess
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import NameOID

from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.groups import group
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.signatures import scheme
from cyberai.domain.tls.suites import suite
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.fetch import Tally
from cyberai.engine.tls.assessment import assess
from netkit.certificates import Issued, issue
from netkit.clocks import SystemClock
from netkit.sessions import limits, network, open_session, run
from support.tls_listeners import nginx, openssl, s_server

NAME = "tls.example"
OAKLEY_2 = int(
    "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD"
    "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED"
    "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE65381FFFFFFFFFFFFFFFF",
    16,
)
"""The 1,024 bit group of RFC 2409, section 6.2."""
OLD_ANSWERS = "ALL:COMPLEMENTOFALL:eNULL:@SECLEVEL=0"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Keys, certificates, an OCSP response and Diffie-Hellman parameters."""
    place = tmp_path_factory.mktemp("tls")
    elliptic = issue(NAME, names=(NAME,))
    (place / "ec.pem").write_bytes(elliptic.pem + elliptic.key_pem)
    key = rsa.generate_private_key(65537, 2048)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, NAME)])
    now = datetime.datetime.now(datetime.UTC)
    day = datetime.timedelta(days=1)
    certificate = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - day)
        .not_valid_after(now + day)
        .sign(key, hashes.SHA256())
    )
    pem = serialization.Encoding.PEM
    secret = key.private_bytes(pem, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    (place / "rsa.pem").write_bytes(certificate.public_bytes(pem) + secret)
    (place / "staple.der").write_bytes(_staple(elliptic, now, day))
    parameters = bytes.fromhex("30818702818100") + OAKLEY_2.to_bytes(128, "big") + b"\x02\x01\x02"
    armoured = base64.encodebytes(parameters).decode()
    (place / "dh.pem").write_text(f"-----BEGIN DH PARAMETERS-----\n{armoured}-----END DH PARAMETERS-----\n")
    return place


def _staple(issued: Issued, now: datetime.datetime, day: datetime.timedelta) -> bytes:
    builder = ocsp.OCSPResponseBuilder().add_response(
        issued.certificate,
        issued.certificate,
        hashes.SHA256(),
        ocsp.OCSPCertStatus.REVOKED,
        now - day,
        now + day,
        now - day,
        x509.ReasonFlags.key_compromise,
    )
    signed = builder.responder_id(ocsp.OCSPResponderEncoding.HASH, issued.certificate)
    return signed.sign(issued.key, hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def profile_of(port: int, unclear: tuple[str, ...] = ()) -> TlsProfile:
    async def measured() -> TlsProfile | None:
        session = open_session((NAME,), on=network(overrides={NAME: ("127.0.0.1",)}), settings=limits())
        terms: Any = SimpleNamespace(network=session, clock=SystemClock())
        try:
            return await assess(terms, TlsAsset(NAME, port, NAME), Tally())
        finally:
            await session.aclose()

    profile = run(measured(), limit=120)
    assert profile is not None
    assert profile.unclear == unclear
    return profile


def names(offer: VersionOffer | None) -> tuple[str, ...]:
    assert offer is not None
    return tuple(suite(code).name for code in offer.suites)


def known_to_openssl(version: str) -> set[str]:
    """What OpenSSL itself says that it has for this version, with a certificate for RSA or with none."""
    said = subprocess.run(
        [openssl(), "ciphers", "-s", version, "-V", "-stdname", OLD_ANSWERS],
        capture_output=True,
        text=True,
        check=True,
    )
    lines = [line.split() for line in said.stdout.splitlines()]
    return {
        line[2]
        for line in lines
        if any(word in ("Au=RSA", "Au=None") for word in line) and "RSAPSK" not in line
    }


def test_a_careful_server(folder: Path) -> None:
    suites = "ECDHE-ECDSA-CHACHA20-POLY1305:ECDHE-ECDSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES128-GCM-SHA256"
    modern = "TLS_AES_256_GCM_SHA384:TLS_AES_128_GCM_SHA256"
    with s_server(
        folder, "-cert", "ec.pem", "-min_protocol", "TLSv1.2", "-cipher", suites, "-ciphersuites", modern,
        "-serverpref", "-groups", "P-384:X25519", "-no_ticket", "-alpn", "http/1.1,h2", "-sigalgs", "ECDSA+SHA384:ECDSA+SHA256",
        "-status_file", "staple.der",
    ) as port:  # fmt: skip
        profile = profile_of(port)
    assert [offer.version for offer in profile.versions] == [TlsVersion.TLS1_2, TlsVersion.TLS1_3]
    assert names(profile.offer(TlsVersion.TLS1_2)) == (
        "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256",
        "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    )
    assert names(profile.offer(TlsVersion.TLS1_3)) == ("TLS_AES_256_GCM_SHA384", "TLS_AES_128_GCM_SHA256")
    assert [offer.server_order for offer in profile.versions] == [True, True]
    assert [group(code).name for code in profile.groups] == ["secp384r1", "x25519"]
    assert {scheme(code).name for code in profile.signatures} == {
        "ecdsa_secp256r1_sha256",
        "ecdsa_secp384r1_sha384",
    }
    assert (profile.session_tickets, profile.session_ids) == (False, True)
    assert (profile.fallback_scsv, profile.secure_renegotiation) == (True, True)
    assert (profile.extended_master_secret, profile.encrypt_then_mac) == (True, None)
    assert (profile.staple, profile.staple_status) == (True, "revoked")
    assert set(profile.alpn) == {"h2", "http/1.1"}
    assert (profile.dh_bits, profile.compressions, profile.heartbeat) == (None, (), False)
    assert (profile.chains, profile.client_certificate, profile.without_name) == (1, False, "same")
    assert profile.connections <= 50


def test_a_server_that_takes_everything(folder: Path) -> None:
    with s_server(
        folder, "-cert", "rsa.pem", "-min_protocol", "TLSv1", "-max_protocol", "TLSv1.2", "-cipher", OLD_ANSWERS,
        "-dhparam", "dh.pem",
    ) as port:  # fmt: skip
        profile = profile_of(port)
    spoken = {TlsVersion.TLS1_0: "-tls1", TlsVersion.TLS1_1: "-tls1_1", TlsVersion.TLS1_2: "-tls1_2"}
    assert [offer.version for offer in profile.versions] == list(spoken)
    for offer in profile.versions:
        assert set(names(offer)) == known_to_openssl(spoken[offer.version])
        assert offer.server_order is False
    assert (profile.dh_bits, profile.dh_generator, profile.dh_reused) == (1024, "02", False)
    assert int(profile.dh_prime, 16) == OAKLEY_2
    assert (profile.session_tickets, profile.encrypt_then_mac) == (True, True)
    assert {scheme(code).hash for code in profile.signatures} >= {"SHA1", "SHA256", "SHA512"}


def test_two_certificates_and_one_asked_of_the_client(folder: Path) -> None:
    with s_server(
        folder, "-cert", "rsa.pem", "-dcert", "ec.pem", "-tls1_2", "-verify", "1", "-no_etm",
        "-cipher", "ECDHE-ECDSA-AES128-SHA:AES128-SHA",
    ) as port:  # fmt: skip
        profile = profile_of(port)
    assert set(names(profile.versions[0])) == {
        "TLS_ECDHE_ECDSA_WITH_AES_128_CBC_SHA",
        "TLS_RSA_WITH_AES_128_CBC_SHA",
    }
    assert (profile.client_certificate, profile.chains, profile.encrypt_then_mac) == (True, 2, False)
    assert (profile.fallback_scsv, profile.without_name) == (None, "same")


def test_another_certificate_for_who_sends_no_name(folder: Path) -> None:
    with s_server(
        folder, "-cert", "rsa.pem", "-servername", NAME, "-cert2", "ec.pem", "-key2", "ec.pem", "-tls1_2"
    ) as port:
        profile = profile_of(port)
    assert (profile.without_name, profile.chains) == ("other", 1)


@pytest.mark.parametrize(
    ("modern", "wanted"),
    [
        ("TLS_AES_256_GCM_SHA384", "X25519"),
        ("TLS_CHACHA20_POLY1305_SHA256", "P-256"),
        ("TLS_AES_128_CCM_8_SHA256", "P-256:P-384"),
    ],
)
def test_what_tls_1_3_encrypts(folder: Path, modern: str, wanted: str) -> None:
    with s_server(
        folder, "-cert", "ec.pem", "-tls1_3", "-ciphersuites", modern, "-groups", wanted, "-verify", "1",
        "-alpn", "http/1.1", "-status_file", "staple.der",
    ) as port:  # fmt: skip
        profile = profile_of(port, ("session tickets: with TLS 1.3 they come after the handshake",))
    assert [(offer.version, names(offer)) for offer in profile.versions] == [(TlsVersion.TLS1_3, (modern,))]
    assert (profile.alpn, profile.staple, profile.staple_status) == (("http/1.1",), True, "revoked")
    assert (profile.client_certificate, profile.chains, profile.without_name) == (True, 1, "same")


def test_a_group_that_we_do_not_compute(folder: Path) -> None:
    hidden = "staple, application protocols, client certificate: what TLS 1.3 encrypts could not be read"
    tickets = "session tickets: with TLS 1.3 they come after the handshake"
    with s_server(folder, "-cert", "ec.pem", "-tls1_3", "-groups", "P-521") as port:
        profile = profile_of(port, (tickets, hidden))
    assert [group(code).name for code in profile.groups] == ["secp521r1"]
    assert (profile.staple, profile.alpn) == (None, ())


def test_nobody_in_particular(folder: Path) -> None:
    with s_server(folder, "-nocert", "-tls1_2", "-cipher", "aNULL:!AES:!CAMELLIA:@SECLEVEL=0") as port:
        profile = profile_of(port)
    assert names(profile.versions[0]) == ("TLS_ECDH_anon_WITH_NULL_SHA",)
    assert (profile.chains, profile.staple, profile.signatures) == (0, None, ())


def test_an_nginx(folder: Path) -> None:
    with nginx(
        folder,
        f"ssl_certificate {folder}/ec.pem; ssl_certificate_key {folder}/ec.pem; ssl_certificate {folder}/rsa.pem;"
        f"ssl_certificate_key {folder}/rsa.pem; ssl_protocols TLSv1.2 TLSv1.3; ssl_session_tickets off;"
        "ssl_ciphers DHE-RSA-AES128-GCM-SHA256:ECDHE-RSA-AES128-SHA:ECDHE-ECDSA-AES128-GCM-SHA256:@SECLEVEL=0;"
        f"ssl_prefer_server_ciphers on; ssl_ecdh_curve prime256v1; ssl_dhparam {folder}/dh.pem;"
        "ssl_verify_client optional_no_ca; ssl_session_cache shared:s:1m;",
    ) as port:
        profile = profile_of(port)
    assert names(profile.offer(TlsVersion.TLS1_2)) == (
        "TLS_DHE_RSA_WITH_AES_128_GCM_SHA256",
        "TLS_ECDHE_RSA_WITH_AES_128_CBC_SHA",
        "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256",
    )
    assert len(names(profile.offer(TlsVersion.TLS1_3))) == 3
    assert [offer.server_order for offer in profile.versions] == [True, True]
    assert [group(code).name for code in profile.groups] == ["secp256r1"]
    assert (profile.dh_bits, int(profile.dh_prime, 16)) == (1024, OAKLEY_2)
    assert (profile.session_tickets, profile.session_ids, profile.encrypt_then_mac) == (False, True, True)
    assert profile.alpn == ("h2", "http/1.1", "http/1.0")
    assert (profile.chains, profile.client_certificate, profile.without_name) == (2, True, "same")
    assert profile.connections <= 60
