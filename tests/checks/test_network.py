"""The checks of TLS endpoints and of Redis, against certificates made here and the lab's protocol fakes."""

import datetime
from ipaddress import ip_address

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec, rsa
from cryptography.x509.oid import NameOID

from cyberai.checkkit import (
    Handshake,
    Hit,
    ServiceAsset,
    ServiceEvidence,
    Severity,
    TlsAsset,
    TlsEvidence,
    TlsVersion,
    TransportError,
    TransportReason,
)
from cyberai.checkkit.certificates import read_certificate
from cyberai.checks.network.redis_unauthenticated import redis_unauthenticated
from cyberai.checks.tls.certificate_and_versions import certificate_and_versions
from cyberai.domain.finding import Tier
from cyberai.domain.tls.starttls import StartTls
from cyberai.lab import discovery
from support.direct_probe import NOW, DirectProbe, collect, run

MOMENT = datetime.datetime.fromtimestamp(NOW // 1_000_000, datetime.UTC)
DAY = datetime.timedelta(days=1)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


CA_KEY = ec.generate_private_key(ec.SECP256R1())


def certificate(
    *names: str,
    key: Key | None = None,
    start: int = -10,
    end: int = 10,
    self_signed: bool = False,
) -> bytes:
    key = key or ec.generate_private_key(ec.SECP256R1())
    issuer, signer = (name("shop"), key) if self_signed else (name("Test CA"), CA_KEY)
    alternatives = [x509.IPAddress(ip_address(n)) if n[0].isdigit() else x509.DNSName(n) for n in names]
    built = (
        x509.CertificateBuilder()
        .subject_name(name("shop"))
        .issuer_name(issuer)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(MOMENT + start * DAY)
        .not_valid_after(MOMENT + end * DAY)
        .add_extension(x509.SubjectAlternativeName(alternatives), critical=False)
        .sign(signer, hashes.SHA256())
    )
    return built.public_bytes(serialization.Encoding.DER)


def hits(
    der: bytes,
    *,
    trusted: bool,
    error: str = "",
    versions: frozenset[TlsVersion] = frozenset(),
    server_name: str = "shop.test",
) -> list[Hit]:
    probe = DirectProbe(budget=certificate_and_versions.meta.max_requests)
    probe.handshakes = lambda: Handshake("TLSv1.3", "AES", (der,), trusted, error)
    probe.versions = set(versions)
    return run(collect(certificate_and_versions, TlsAsset("10.0.0.5", 443, server_name), probe))


def causes(found: list[Hit]) -> set[str]:
    assert all(hit.proof.tier is Tier.CONFIRMED for hit in found)
    return {hit.cause for hit in found}


def test_a_sound_endpoint_is_silent() -> None:
    modern = frozenset({TlsVersion.TLS1_2, TlsVersion.TLS1_3})
    assert hits(certificate("shop.test"), trusted=True, versions=modern) == []
    assert hits(certificate("*.test", "a.test"), trusted=True, server_name="shop.test") != []
    assert hits(certificate("*.shop.test"), trusted=True, server_name="www.shop.test") == []
    assert hits(certificate("10.0.0.5"), trusted=True, server_name="") == []


@pytest.mark.parametrize(
    ("der", "error", "expected"),
    [
        (certificate("shop.test", end=-1), "certificate has expired", {"expired"}),
        (certificate("shop.test", start=1), "certificate is not yet valid", {"not-yet-valid"}),
        (certificate("shop.test", self_signed=True), "self-signed certificate", {"self-signed"}),
        (certificate("shop.test"), "unable to get local issuer certificate", {"untrusted-issuer"}),
        (certificate("other.test"), "hostname mismatch", {"name-mismatch"}),
        (
            certificate("shop.test", end=-1),
            "unable to get local issuer certificate",
            {"expired", "untrusted-issuer"},
        ),
        (
            certificate("shop.test", key=rsa.generate_private_key(65537, 1024)),
            "",
            {"weak-key", "untrusted-issuer"},
        ),
        (
            certificate("shop.test", key=ec.generate_private_key(ec.SECP192R1()), self_signed=True),
            "",
            {"weak-key", "self-signed"},
        ),
    ],
)
def test_each_fault_is_a_finding_of_its_own(der: bytes, error: str, expected: set[str]) -> None:
    assert causes(hits(der, trusted=False, error=error)) == expected


def test_old_versions_are_found_and_named() -> None:
    old = frozenset({TlsVersion.SSL3, TlsVersion.TLS1_0, TlsVersion.TLS1_1, TlsVersion.TLS1_2})
    found = hits(certificate("shop.test"), trusted=True, versions=old)
    assert causes(found) == {"SSLv3", "TLSv1.0", "TLSv1.1"}
    by_cause = {hit.cause: hit for hit in found}
    assert by_cause["SSLv3"].severity is Severity.HIGH
    evidence = by_cause["TLSv1.0"].evidence[0]
    assert isinstance(evidence, TlsEvidence)
    assert evidence.command.startswith("openssl s_client -tls1 ")
    assert "-connect 10.0.0.5:443 -servername shop.test" in evidence.command


def test_each_fault_has_the_texts_of_its_own_kind() -> None:
    old = frozenset({TlsVersion.TLS1_1, TlsVersion.TLS1_2})
    der = certificate("shop.test", key=rsa.generate_private_key(65537, 1024))
    by_cause = {hit.cause: hit for hit in hits(der, trusted=False, error="", versions=old)}
    texts = {cause: f"{h.description} {h.impact} {h.remediation}" for cause, h in by_cause.items()}
    assert "certificate" not in texts["TLSv1.1"]
    assert "authority" not in texts["TLSv1.1"]
    assert "TLS 1.0" not in texts["weak-key"] + texts["untrusted-issuer"]
    assert len(set(texts.values())) == 3


def test_a_port_that_breaks_off_modern_handshakes_is_still_asked_for_old_ones() -> None:
    probe = DirectProbe()
    probe.versions = {TlsVersion.SSL3}
    found = run(collect(certificate_and_versions, TlsAsset("10.0.0.5", 443), probe))
    assert causes(found) == {"SSLv3"}


class Undecided(DirectProbe):
    """A server that answers the alert internal_error to hellos of old versions, as OpenSSL 3 does."""

    async def offers(
        self,
        host: str,
        port: int,
        version: TlsVersion,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
    ) -> bool:
        raise TransportError(TransportReason.TLS_FAILED)


def test_an_undecided_refusal_of_old_versions_counts_where_the_full_handshake_succeeds() -> None:
    probe = Undecided()
    with pytest.raises(TransportError):
        run(collect(certificate_and_versions, TlsAsset("10.0.0.5", 443), probe))
    der = certificate("shop.test")
    probe.handshakes = lambda: Handshake("TLSv1.3", "AES", (der,), True, "")
    assert run(collect(certificate_and_versions, TlsAsset("10.0.0.5", 443, "shop.test"), probe)) == []


def test_reading_a_certificate() -> None:
    read = read_certificate(certificate("shop.test", "10.0.0.5"))
    assert read.names == ("shop.test", "10.0.0.5")
    assert read.key == "EC secp256r1 256 bits"
    assert not read.weak_signature
    with pytest.raises(ValueError):
        read_certificate(b"no certificate")


def redis_hits(fixed: bool, index: int, protocol: str = "redis", banner: str = "") -> list[Hit]:
    service = discovery.services()[index]
    probe = DirectProbe(budget=redis_unauthenticated.meta.max_requests)
    probe.talks["10.0.0.5", 6379] = lambda sent: service.session(fixed).feed(sent)
    asset = ServiceAsset("10.0.0.5", 6379, protocol, banner)
    return run(collect(redis_unauthenticated, asset, probe))


def test_redis_is_found_open_and_silent_with_a_password() -> None:
    open_ones = [
        i
        for i, s in enumerate(discovery.services())
        if any(f.check == redis_unauthenticated.meta.id for f in s.flaws)
    ]
    assert open_ones
    for index, service in enumerate(discovery.services()):
        mine = redis_unauthenticated.meta.id in service.checks
        for protocol in ("redis", "") if mine else ("",):
            found = redis_hits(False, index, protocol)
            assert bool(found) == (index in open_ones), service.name
            assert redis_hits(True, index, protocol) == []


def test_the_redis_command_and_version_stand_in_the_evidence() -> None:
    hit = next(h for i in range(len(discovery.services())) for h in redis_hits(False, i, ""))
    evidence = hit.evidence[0]
    assert isinstance(evidence, ServiceEvidence)
    assert evidence.command == "redis-cli -h 10.0.0.5 -p 6379 INFO server"
    assert evidence.match.startswith("redis_version:")
    assert evidence.match.encode() in evidence.received


def test_services_that_named_themselves_otherwise_are_left_alone() -> None:
    assert redis_hits(False, 0, "ssh", "SSH-2.0-OpenSSH") == []
    assert redis_hits(False, 0, "", "220 mail ESMTP") == []


@pytest.mark.parametrize(
    "answer", [b"", b"+PONG\r\n", b"-ERR unknown\r\n", b"HTTP/1.1 400 Bad\r\n\r\nredis_version:1"]
)
def test_an_echo_or_another_protocol_is_no_redis(answer: bytes) -> None:
    probe = DirectProbe()
    probe.talks["10.0.0.5", 6379] = lambda _: answer
    assert run(collect(redis_unauthenticated, ServiceAsset("10.0.0.5", 6379), probe)) == []
