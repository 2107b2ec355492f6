"""The checks of certificates: on the lab's listeners over real handshakes, and on certificates made for each fault."""

import asyncio
import datetime
from collections.abc import Iterable
from functools import partial
from pathlib import Path

import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import dsa, ec, padding, rsa
from cryptography.x509 import ocsp
from cryptography.x509.oid import ExtendedKeyUsageOID, NameOID

from cyberai.checkkit import Check, Handshake, Hit, TlsAsset, ber
from cyberai.checkkit.certificate_chain import path_of
from cyberai.checkkit.certificate_faults import Fault
from cyberai.checkkit.certificate_key import is_roca
from cyberai.checkkit.certificate_names import covers, printable, too_wide
from cyberai.checkkit.certificate_trust import trust_faults
from cyberai.checkkit.certificates import read_certificate
from cyberai.checkkit.staples import read_staple
from cyberai.checks.tls.certificate_chain import chain_faults
from cyberai.checks.tls.certificate_key import key_faults
from cyberai.checks.tls.certificate_lifetime import lifetime_faults
from cyberai.checks.tls.certificate_purpose import purpose_faults
from cyberai.checks.tls.certificate_status import certificate_status
from cyberai.checks.tls.certificate_transparency import certificate_transparency, transparency_faults
from cyberai.domain.finding import Tier
from cyberai.domain.tls.starttls import StartTls
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Identity, TlsListener
from cyberai.lab.tls._policy import MODERN_1_3, Policy
from cyberai.lab.tls._server import TlsSession
from netkit.servers import serving
from netkit.sessions import network, open_session, run
from support.direct_probe import NOW, DirectProbe, collect
from support.direct_probe import run as direct

CHECKS = [check for check in all_checks() if check.meta.id.startswith("tls.certificate-")]
LISTENERS = [item for item in discovery.tls_listeners() if {c.meta.id for c in CHECKS} & set(item.checks)]
HOST = "127.0.0.1"
DAY = datetime.timedelta(days=1)
MOMENT = datetime.datetime.fromtimestamp(NOW // 1_000_000, datetime.UTC)
Key = rsa.RSAPrivateKey | ec.EllipticCurvePrivateKey | dsa.DSAPrivateKey


class OverSockets(DirectProbe):
    """A probe whose handshakes are real."""

    def __init__(self, session, check: Check) -> None:  # type: ignore[no-untyped-def]
        now = int(datetime.datetime.now(datetime.UTC).timestamp()) * 1_000_000
        super().__init__(budget=check.meta.max_requests, now=now)
        self._session = session

    async def handshake(
        self,
        host: str,
        port: int,
        server_name: str = "",
        *,
        starttls: StartTls | None = None,
        known: bool = False,
    ) -> Handshake:
        self._spend()
        shown: Handshake = await self._session.dialer.handshake(host, port, server_name)
        return shown

    async def converse(self, host, port, dialogue, *, tls=False, starttls=None):  # type: ignore[no-untyped-def]
        self._spend()
        return await self._session.dialer.converse(host, port, dialogue)


async def nothing(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
    await reader.read(1)


@pytest.mark.parametrize("item", LISTENERS, ids=lambda item: item.name)
def test_each_listener_shows_its_flaws_and_its_twin_none(item: TlsListener, tmp_path: Path) -> None:
    authority = LabAuthority(datetime.datetime.now(datetime.UTC))
    (tmp_path / "root.pem").write_bytes(authority.pem)

    async def found(fixed: bool) -> dict[str, list[Hit]]:
        session = open_session(on=network(ca_file=tmp_path / "root.pem"))
        async with serving(nothing, tls=authority.context(item.tls(fixed))) as port:
            asset = TlsAsset(HOST, port)
            hits = {c.meta.id: [h async for h in c.run(asset, OverSockets(session, c))] for c in CHECKS}
        await session.aclose()
        return {id: seen for id, seen in hits.items() if seen}

    assert run(found(fixed=True)) == {}
    flawed = {flaw.check for flaw in item.flaws if "versions" not in flaw.variant}
    certificates = {
        id: seen for id, seen in run(found(fixed=False)).items() if id in {c.meta.id for c in CHECKS}
    }
    assert set(certificates) >= {id for id in flawed if id in {c.meta.id for c in CHECKS}}
    assert set(certificates) <= flawed, "nothing else is claimed"
    for hit in (hit for seen in certificates.values() for hit in seen):
        assert hit.proof.tier is Tier.CONFIRMED
        assert hit.detail
        assert hit.evidence[0].command.startswith("openssl s_client -connect 127.0.0.1:")  # type: ignore[union-attr]


def issue(
    *,
    key: Key | None = None,
    days: tuple[float, float] = (-30, 60),
    names: tuple[str, ...] | None = ("shop.test",),
    subject: str = "shop",
    issuer: tuple[x509.Certificate, Key] | None = None,
    extensions: Iterable[x509.ExtensionType] = (),
) -> tuple[x509.Certificate, Key]:
    """A certificate with its key; of an unknown issuer when none is given."""
    key = key or ec.generate_private_key(ec.SECP256R1())
    above, signer = (issuer[0].subject, issuer[1]) if issuer else (name("Somebody"), SOMEBODY)
    builder = (
        x509.CertificateBuilder()
        .subject_name(name(subject))
        .issuer_name(above)
        .public_key(key.public_key())
        .serial_number(7)
        .not_valid_before(MOMENT + days[0] * DAY)
        .not_valid_after(MOMENT + days[1] * DAY)
    )
    if names is not None:
        alternatives = x509.SubjectAlternativeName([x509.DNSName(n) for n in names])
        builder = builder.add_extension(alternatives, critical=False)
    for extension in extensions:
        builder = builder.add_extension(extension, critical=False)
    return builder.sign(signer, hashes.SHA256()), key  # type: ignore[arg-type]


def name(text: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, text)])


SHA256_RSA, SHA1_RSA = bytes.fromhex("2a864886f70d01010b"), bytes.fromhex("2a864886f70d010105")
SOMEBODY = ec.generate_private_key(ec.SECP256R1())
PUBLIC = x509.CertificatePolicies([x509.PolicyInformation(x509.ObjectIdentifier("2.23.140.1.2.1"), None)])
AUTHORITY = x509.BasicConstraints(ca=True, path_length=None)
NO_ISSUER = "unable to get local issuer certificate"


def self_signed(subject: str, **more) -> tuple[x509.Certificate, Key]:  # type: ignore[no-untyped-def]
    key = ec.generate_private_key(ec.SECP256R1())
    stub, _ = issue(subject=subject, key=key)
    return issue(subject=subject, key=key, issuer=(stub, key), **more)


def der(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.DER)


def with_sha1(made: tuple[x509.Certificate, Key], signer: Key) -> tuple[x509.Certificate, Key]:
    """The same certificate signed with SHA-1, which the library does not do any more."""
    assert isinstance(signer, rsa.RSAPrivateKey)
    signed = made[0].tbs_certificate_bytes.replace(SHA256_RSA, SHA1_RSA)
    signature = signer.sign(signed, padding.PKCS1v15(), hashes.SHA1())
    algorithm = ber.item(0x30, ber.item(6, SHA1_RSA), ber.item(5))
    whole = ber.item(0x30, signed, algorithm, ber.item(3, b"\x00" + signature))
    return x509.load_der_x509_certificate(whole), made[1]


def sent(*chain: x509.Certificate, error: str = "") -> Handshake:
    return Handshake("TLSv1.3", "AES", tuple(der(c) for c in chain), not error, error)


def causes(faults: Iterable[Fault]) -> set[str]:
    return {fault.cause for fault in faults}


def trust(handshake: Handshake, asked: str = "shop.test") -> dict[str, Fault]:
    return {fault.cause: fault for fault in trust_faults(handshake, asked, NOW)}


def test_why_no_trusted_root_leads_to_it() -> None:
    root = self_signed("Root", extensions=[AUTHORITY])
    between = issue(subject="Between", issuer=root, extensions=[AUTHORITY])
    late = issue(subject="Between", issuer=root, extensions=[AUTHORITY], days=(-90, -1), key=between[1])
    leaf, public = issue(issuer=between)[0], issue(issuer=between, extensions=[PUBLIC])[0]
    titles = {
        "Incomplete certificate chain": sent(public, error=NO_ISSUER),
        "Certificate of an untrusted issuer": sent(leaf, error=NO_ISSUER),
        "Expired intermediate certificate": sent(leaf, late[0], root[0], error="certificate has expired"),
    }
    for title, handshake in titles.items():
        found = trust(handshake)
        assert (set(found), found["untrusted-issuer"].title) == ({"untrusted-issuer"}, title)
    # A public certificate whose whole chain is sent is of an authority that nobody knows.
    whole = sent(public, between[0], root[0], error="self-signed certificate in certificate chain")
    assert trust(whole)["untrusted-issuer"].title == "Certificate of an untrusted issuer"
    # A path that has expired beside one that has not: the client trusts it, and so do we.
    assert trust(sent(leaf, late[0], between[0], root[0])) == {}
    assert causes(chain_faults(sent(leaf, late[0], between[0], root[0]), NOW)) == set()
    assert trust(sent(self_signed("shop")[0])) == {}, "--ca-file holds the certificate itself"
    assert set(trust(sent(self_signed("shop")[0], error="self-signed certificate"))) == {"self-signed"}


def test_names_and_dates() -> None:
    leaf = issue()[0]
    by_address = trust(sent(leaf, error="IP address mismatch"), "192.0.2.1")
    assert by_address["name-mismatch"].cvss.endswith("C:N/I:N/A:N"), "scanned by address: a note"
    assert set(by_address) == {"name-mismatch"}
    assert trust(sent(leaf, error="hostname mismatch"), "other.test")["name-mismatch"].cvss.endswith(
        "C:H/I:N/A:N"
    )
    minutes = 1 / 24 / 60
    assert trust(sent(issue(days=(5 * minutes, 9))[0], error="certificate is not yet valid")) == {}
    assert set(trust(sent(issue(days=(20 * minutes, 9))[0], error="certificate is not yet valid"))) == {
        "not-yet-valid"
    }
    assert covers(("xn--bcher-kva.test",), "Bücher.test")
    assert covers(("*.xn--bcher-kva.test",), "www.bücher.test.")
    assert not covers(("shop.test\\x00.evil.test", "*.test", "f*.shop.test", "*"), "shop.test")
    assert [too_wide(n) for n in ("*", "*.com", "*.com.", "*.shop.com", "com", "*.co.uk")] == [True] * 3 + [
        False
    ] * 3
    assert printable("a\x00b\u202ec\ud800", 50) == "a\\x00b\\u202ec\\ud800"


def test_the_chain_above_the_certificate() -> None:
    root = self_signed("Root", extensions=[AUTHORITY])
    short = rsa.generate_private_key(65537, 1024)
    between = issue(subject="Between", issuer=root, extensions=[AUTHORITY])
    weak = issue(subject="Weak", issuer=root, extensions=[AUTHORITY], key=short)
    rsa_root = issue(subject="Root 1", extensions=[AUTHORITY], key=rsa.generate_private_key(65537, 2048))
    old = with_sha1(issue(subject="Old", issuer=rsa_root, extensions=[AUTHORITY]), rsa_root[1])
    stray = issue(subject="Stray")[0]
    leaf = issue(issuer=between)[0]
    for chain, expected in (
        ((leaf, between[0]), set()),
        ((leaf, between[0], root[0]), set()),
        ((leaf, stray, between[0], stray, root[0], between[0]), set()),
        ((leaf, root[0], between[0]), {"wrong-order"}),
        ((issue(issuer=weak)[0], weak[0]), {"weak-key"}),
        ((issue(issuer=old)[0], old[0], rsa_root[0]), {"weak-signature"}),
        ((leaf,), set()),
    ):
        assert causes(chain_faults(sent(*chain), NOW)) == expected, expected
    # An old cross-signed authority that a client need not look at.
    crossed = issue(subject="Between", issuer=old, extensions=[AUTHORITY], key=between[1])
    far = sent(issue(issuer=between)[0], crossed[0], old[0], rsa_root[0])
    assert causes(chain_faults(far, NOW)) == set()
    assert path_of((), NOW).links == path_of((b"junk", der(leaf)), NOW).links == ()
    assert len(path_of((der(leaf), *[der(between[0])] * 10_000), NOW).links) == 2


def test_the_key() -> None:
    small = rsa.generate_private_key(3, 2048)
    assert causes(key_faults(sent(issue(key=small)[0]))) == {"small-exponent"}
    assert causes(key_faults(sent(issue(key=dsa.generate_private_key(2048))[0]))) == {"dsa"}
    assert causes(key_faults(sent(issue()[0]))) == set()
    assert not is_roca(rsa.generate_private_key(65537, 2048).public_key().public_numbers().n)
    # What the library refuses to load is read all the same: an exponent of 1, 384 bits.
    plain = rsa.generate_private_key(65537, 2048)
    whole = der(issue(key=plain)[0])
    ones = whole.replace(bytes.fromhex("0203010001"), bytes.fromhex("0203000001"))
    assert read_certificate(ones).weak_key == "RSA 2048 bits with the exponent 1"


def test_the_lifetime() -> None:
    for days, extensions, expected in (
        ((-80, 10), [], {"expiring"}),
        ((-76, 14.5), [], set()),
        ((-4, 2), [], set()),
        ((-5, 1), [], {"expiring"}),
        ((-90, -1), [], set()),
        ((-10, 189), [PUBLIC], set()),
        ((-10, 191), [PUBLIC], {"too-long"}),
        ((-300, 90), [PUBLIC], set()),
        ((-300, 100), [PUBLIC], {"too-long"}),
        ((-300, 3000), [], set()),
    ):
        found = causes(lifetime_faults(sent(issue(days=days, extensions=extensions)[0]), NOW))
        assert found == expected, (days, found)


def usage(**set_: bool) -> x509.KeyUsage:
    words = (
        "digital_signature",
        "content_commitment",
        "key_encipherment",
        "data_encipherment",
        "key_agreement",
    )
    more = ("key_cert_sign", "crl_sign", "encipher_only", "decipher_only")
    return x509.KeyUsage(**{word: set_.get(word, False) for word in (*words, *more)})


def test_the_purpose() -> None:
    client, server = ExtendedKeyUsageOID.CLIENT_AUTH, ExtendedKeyUsageOID.SERVER_AUTH
    for certificate, expected in (
        (issue(extensions=[x509.ExtendedKeyUsage([client])])[0], {"no-server-purpose"}),
        (issue(extensions=[x509.ExtendedKeyUsage([client, server])])[0], set()),
        (issue(extensions=[x509.ExtendedKeyUsage([ExtendedKeyUsageOID.ANY_EXTENDED_KEY_USAGE])])[0], set()),
        (issue(extensions=[AUTHORITY])[0], {"authority"}),
        (self_signed("shop", extensions=[AUTHORITY])[0], set()),
        (issue(extensions=[usage(content_commitment=True)])[0], {"key-usage"}),
        (issue(extensions=[usage(key_agreement=True)])[0], set()),
        (issue(names=None)[0], {"common-name-only"}),
        (issue(names=("*.test",))[0], {"wide-wildcard"}),
        (issue(names=("*.shop.test",), subject="another name")[0], set()),
    ):
        assert causes(purpose_faults(sent(certificate))) == expected, expected
    refused = sent(
        issue(extensions=[x509.ExtendedKeyUsage([client])])[0], error="unsuitable certificate purpose"
    )
    assert trust(refused) == {}, "said once, by the check of purposes"


def response(  # type: ignore[no-untyped-def]
    leaf: x509.Certificate, above, status: ocsp.OCSPCertStatus, *, until: float = 3
) -> bytes:
    revoked = status is ocsp.OCSPCertStatus.REVOKED
    built = (
        ocsp.OCSPResponseBuilder()
        .add_response(
            cert=leaf,
            issuer=above[0],
            algorithm=hashes.SHA256(),
            cert_status=status,
            this_update=MOMENT - 5 * DAY,
            next_update=MOMENT + until * DAY,
            revocation_time=MOMENT - DAY if revoked else None,
            revocation_reason=None,
        )
        .responder_id(ocsp.OCSPResponderEncoding.HASH, above[0])
    )
    return built.sign(above[1], hashes.SHA256()).public_bytes(serialization.Encoding.DER)


def test_what_is_sent_along() -> None:
    above = self_signed("Root", extensions=[AUTHORITY])
    key = rsa.generate_private_key(65537, 2048)
    plain = issue(issuer=above, key=key)[0]
    feature = x509.TLSFeature([x509.TLSFeatureType.status_request])
    demanding = issue(issuer=above, key=key, extensions=[feature])[0]
    good, revoked = ocsp.OCSPCertStatus.GOOD, ocsp.OCSPCertStatus.REVOKED
    for leaf, staple, expected in (
        (plain, b"", set()),
        (plain, response(plain, above, good), set()),
        (plain, response(plain, above, good, until=-2), {"old-staple"}),
        (plain, response(plain, above, revoked), {"revoked"}),
        (demanding, response(plain, above, good), set()),
        (demanding, b"", {"no-staple"}),
        (demanding, b"junk", set()),
    ):
        probe = DirectProbe(budget=certificate_status.meta.max_requests)
        identity = Identity((der(leaf),), key)
        policy = Policy(staple=staple)
        probe.sessions[HOST, 443] = partial(TlsSession, policy, identity)
        hits = direct(collect(certificate_status, TlsAsset(HOST, 443), probe))
        assert {hit.cause for hit in hits} == expected, (staple, hits)
        assert all(hit.proof.tier is Tier.CONFIRMED for hit in hits)
    answer = read_staple(response(plain, above, revoked), "7")
    assert (answer.status, answer.revoked_at) == ("revoked", NOW - 86_400_000_000)
    assert read_staple(response(plain, above, good), "8").status == "an answer about another certificate"
    refused = ocsp.OCSPResponseBuilder.build_unsuccessful(ocsp.OCSPResponseStatus.TRY_LATER)
    said = read_staple(refused.public_bytes(serialization.Encoding.DER), "7").status
    assert said == "an error of the authority: try later"


def test_only_public_certificates_that_clients_trust_need_timestamps() -> None:
    public = issue(extensions=[PUBLIC])[0]
    assert causes(transparency_faults(sent(public))) == {"no-timestamps"}
    assert causes(transparency_faults(sent(public, error=NO_ISSUER))) == set()
    assert causes(transparency_faults(sent(issue()[0]))) == set()
    # Whoever speaks TLS 1.3 alone may send them where we cannot read them.
    probe = DirectProbe()
    probe.handshakes = lambda: sent(public)
    key = rsa.generate_private_key(65537, 2048)
    policy = Policy(versions=(0x0304,), suites=MODERN_1_3)
    probe.sessions[HOST, 443] = partial(TlsSession, policy, Identity((der(public),), key))
    assert direct(collect(certificate_transparency, TlsAsset(HOST, 443), probe)) == []


def test_several_faults_of_one_certificate() -> None:
    assert set(trust(sent(issue(days=(-9, -1))[0]), "x.test")) == {"expired", "name-mismatch"}
