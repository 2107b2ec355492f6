"""The grade of a port, from its profile, its certificate and what its checks have found."""

from cyberai.domain.asset import TlsAsset
from cyberai.domain.check import CheckOutcome, Clean, Found
from cyberai.domain.finding import Hit, Oracle, Proof
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.suites import SUITES
from cyberai.domain.tls.version import TlsVersion as V
from cyberai.engine.tls.graded import graded
from cyberai.ports.network import Handshake
from netkit.certificates import issue

NOW = 1_790_000_000_000_000
SUITE = next(code for code, suite in SUITES.items() if suite.name == "TLS_AES_128_GCM_SHA256")
PROFILE = TlsProfile(
    versions=(VersionOffer(V.TLS1_3, (SUITE,)),), groups=(0x11EC,), staple=True, alpn=("h2",)
)
ROOT = issue("Root", authority=True, from_days=-4_000, to_days=4_000)


def shown(*names: str, error: str = "", from_days: int = -4_000, to_days: int = 4_000) -> Handshake:
    leaf = issue("leaf", ROOT, names=names, from_days=from_days, to_days=to_days)
    return Handshake("TLSv1.3", "AES", (leaf.der,), not error, error)


def outcome(id: str, *hits: Hit) -> CheckOutcome:
    return CheckOutcome(id, "tls:h:443", "h", Found(hits) if hits else Clean())


def hit(repeats: int, cause: str = "") -> Hit:
    return Hit(proof=Proof(Oracle.OBSERVATION, repeats=repeats), evidence=(), host="h", port=443, cause=cause)


def letter(asset: TlsAsset, handshake: Handshake | None, *outcomes: CheckOutcome) -> tuple[str, str]:
    found = graded(asset, handshake, outcomes, NOW)
    assert found is not None
    return found.letter.value, found.reasons[0].text if found.reasons else ""


def test_a_port_is_graded_by_all_that_was_seen() -> None:
    named, by_address = (
        TlsAsset("h", 443, "h.test", profile=PROFILE),
        TlsAsset("10.0.0.1", 443, profile=PROFILE),
    )
    assert letter(named, shown("h.test")) == ("A+", "")
    assert letter(named, None) == ("A+", "The certificate was not seen.")
    assert letter(named, Handshake("TLSv1.3", "AES", (b"junk",), False)) == (
        "A+",
        "The certificate was not seen.",
    )
    refused = letter(named, shown("h.test", error="unable to get local issuer certificate"))
    assert refused[0] == "T"
    assert "certificate of an untrusted issuer (issued by CN=Root" in refused[1]
    assert letter(named, shown("x.test", error="hostname mismatch"))[0] == "T"
    assert letter(by_address, shown("x.test", error="IP address mismatch")) == ("A+", ""), "asked by address"
    assert letter(by_address, shown("x.test", error="unable to get local issuer certificate"))[0] == "T"
    assert letter(named, shown("h.test", error="unsuitable certificate purpose"))[0] == "T"
    assert letter(named, shown("h.test"), outcome("tls.heartbleed", hit(2)), outcome("tls.robot"))[0] == "F"
    assert letter(named, shown("h.test"), outcome("tls.certificate-status", hit(2, "old-staple")))[0] == "A+"
    assert letter(named, shown("h.test"), outcome("tls.certificate-status", hit(2, "revoked")))[0] == "F"
    assert graded(TlsAsset("h", 443), shown("h.test"), (), NOW) is None, "it was not assessed"


def test_what_is_kept_is_named_and_bounded() -> None:
    profile = TlsProfile(
        versions=(VersionOffer(V.TLS1_0, tuple(range(5_000))), VersionOffer(V.TLS1_3, (SUITE,), True)),
        groups=tuple(range(1_000)),
        alpn=("x" * 5_000,) * 100,
        unclear=("y" * 5_000,) * 100,
    )
    found = graded(TlsAsset("h", 443, profile=profile), None, (), NOW)
    assert found is not None
    assert [offer.version for offer in found.versions] == ["TLSv1.3", "TLSv1.0"]
    assert found.versions[0].suites == ("TLS_AES_128_GCM_SHA256",)
    assert max(len(offer.suites) for offer in found.versions) == 400
    assert (len(found.groups), len(found.alpn), len(found.unclear)) == (50, 20, 20)
    assert max(map(len, (*found.alpn, *found.unclear))) == 300
