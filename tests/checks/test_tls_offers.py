"""The checks of what a TLS server offers, against the lab's own servers and against servers that nobody can believe."""

import datetime
import shlex
from collections.abc import Callable

import pytest
from msgspec.structs import replace

from cyberai.checkkit import Check, Hit, Severity, TlsAsset, TlsEvidence
from cyberai.domain.finding import Tier
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.starttls import StartTls
from cyberai.domain.tls.suites import SUITES as KNOWN_SUITES
from cyberai.domain.tls.version import TlsVersion
from cyberai.engine.registry import all_checks
from cyberai.lab import discovery
from cyberai.lab.certificates import LabAuthority
from cyberai.lab.service import Certificate, Identity, Session, TlsService
from cyberai.lab.tls import _keys as keys
from cyberai.lab.tls import _wire as wire
from cyberai.lab.tls._policy import MODERN, Policy
from cyberai.lab.tls._server import TlsSession
from cyberai.lab.tls._suites import SUITES, codes, ssl2_codes
from support.direct_probe import DirectProbe, collect, run
from support.tls_policies import profile_of

NAMES = (
    "anonymous-suites", "beast", "client-preference", "compression", "des-suites", "export-suites", "fallback-scsv",
    "insecure-renegotiation", "no-forward-secrecy", "no-modern-version", "null-suites", "poodle", "rc4-suites",
    "small-blocks", "ssl2", "weak-dh", "weak-groups", "weak-signatures",
)  # fmt: skip
CHECKS = [check for check in all_checks() if check.meta.id.removeprefix("tls.") in NAMES]
BY_ID = {check.meta.id: check for check in CHECKS}
HOST, PORT = "10.0.0.5", 8443
OLD = (wire.SSL3, wire.TLS1_0, wire.TLS1_1, wire.TLS1_2)
IDENTITY = LabAuthority(datetime.datetime.now(datetime.UTC)).identity(Certificate())
ALL_BUT_MODERN = tuple(code for code, suite in KNOWN_SUITES.items() if not suite.tls13)
EVERYTHING = TlsProfile(
    versions=(
        VersionOffer(TlsVersion.SSL2, ssl2_codes("RC4_128_WITH_MD5")),
        VersionOffer(TlsVersion.SSL3, ALL_BUT_MODERN, False),
        VersionOffer(TlsVersion.TLS1_0, ALL_BUT_MODERN, False),
        VersionOffer(TlsVersion.TLS1_2, ALL_BUT_MODERN, False),
    ),
    groups=(1, 19, 29),
    dh_bits=512,
    signatures=(0x0101, 0x0201),
    compressions=(1,),
    secure_renegotiation=False,
    fallback_scsv=False,
)
"""A measurement that says everything at once: nothing of it may be repeated without the server's own word."""


def asked(check: Check, profile: TlsProfile, session: Callable[[], Session]) -> list[Hit]:
    probe = DirectProbe(budget=check.meta.max_requests)
    probe.sessions[HOST, PORT] = session
    return run(collect(check, TlsAsset(HOST, PORT, "shop.test", profile=profile), probe))


def claimed(policy: Policy, profile: TlsProfile | None = None) -> dict[str, list[Hit]]:
    """The hits of all checks on a server of this policy, by the check's name."""
    found = {
        check.meta.id.removeprefix("tls."): asked(
            check, profile or profile_of(policy), lambda: TlsSession(policy, IDENTITY)
        )
        for check in CHECKS
    }
    return {name: hits for name, hits in found.items() if hits}


def test_all_checks_are_there() -> None:
    assert {check.meta.id for check in CHECKS} == {f"tls.{name}" for name in NAMES}


def policy_of(item: TlsService, fixed: bool, identity: Identity) -> Policy:
    session = item.session(fixed, identity)
    assert isinstance(session, TlsSession)
    return session.policy


OWN = [
    item
    for item in discovery.tls_services()
    if set(item.checks) & set(BY_ID) and isinstance(item.session(False, IDENTITY), TlsSession)
]


@pytest.mark.parametrize("item", OWN, ids=lambda item: item.name)
@pytest.mark.parametrize("fixed", [False, True])
def test_the_flaws_of_a_page_are_found_and_nothing_else(item: TlsService, fixed: bool) -> None:
    profile = profile_of(policy_of(item, fixed, IDENTITY))
    if item.name in ("parrot", "headstrong gate"):
        profile = replace(EVERYTHING, versions=EVERYTHING.versions[3:])
    found = [
        (check.meta.id, hit)
        for check in CHECKS
        for hit in asked(check, profile, lambda: item.session(fixed, IDENTITY))
    ]
    meant = sorted(flaw.check for flaw in item.flaws if flaw.check in BY_ID)
    assert sorted(check_id for check_id, _ in found) == ([] if fixed else meant)
    for check_id, hit in found:
        assert hit.proof.tier is Tier.CONFIRMED
        assert (hit.host, hit.port) == (HOST, PORT)
        assert hit.detail, check_id
        evidence = hit.evidence[0]
        assert isinstance(evidence, TlsEvidence)
        assert shlex.split(evidence.command)[0] in ("openssl", "nmap")
    assert len({(check_id, hit.cause) for check_id, hit in found}) == len(found)


def test_every_check_has_a_page() -> None:
    assert {flaw.check for item in OWN for flaw in item.flaws} >= set(BY_ID)


@pytest.mark.parametrize(
    ("policy", "names"),
    [
        (Policy(), ""),
        (Policy(versions=OLD, suites=codes("RSA_WITH_RC4_128_SHA"), fallback_scsv=True), "rc4-suites no-forward-secrecy"),
        # SSLv3 without CBC is no POODLE, TLS 1.0 without CBC no BEAST.
        (Policy(versions=(wire.SSL3,), suites=codes("RSA_WITH_RC4_128_SHA")),
         "rc4-suites no-forward-secrecy no-modern-version"),
        (Policy(suites=codes("RSA_WITH_IDEA_CBC_SHA", *[s.name for s in map(SUITES.get, MODERN) if s])), "small-blocks"),
        (Policy(suites=codes("DHE_RSA_WITH_DES_CBC_SHA")), "des-suites"),
        (Policy(suites=codes("DH_anon_EXPORT_WITH_RC4_40_MD5")), "anonymous-suites no-forward-secrecy"),
        (Policy(suites=codes("ECDHE_RSA_WITH_NULL_SHA")), "null-suites"),
        # Only from TLS 1.2 on there is something to fall back to that matters.
        (Policy(versions=(wire.TLS1_2, wire.TLS1_3), suites=(*MODERN, 0x1301), fallback_scsv=False), ""),
        (Policy(versions=(wire.TLS1_1, wire.TLS1_2), suites=codes("ECDHE_RSA_WITH_AES_128_CBC_SHA"), fallback_scsv=False),
         "fallback-scsv"),
        (Policy(suites=codes("DHE_RSA_WITH_AES_128_GCM_SHA256"), dh_prime=keys.OAKLEY_5), "weak-dh"),
        (Policy(suites=codes("DHE_RSA_WITH_AES_128_GCM_SHA256"), dh_prime=keys.OWN_1024), "weak-dh"),
        (Policy(suites=codes("DHE_RSA_WITH_AES_128_GCM_SHA256")), ""),
        (Policy(groups=(keys.SECP192R1,)), "weak-groups"),
        (Policy(secure_renegotiation=False), "insecure-renegotiation"),
        (Policy(compressions=(1, 0)), "compression"),
        # It has SSLv2 and nothing in common with anybody.
        (Policy(versions=(wire.SSL2, wire.TLS1_2)), ""),
        (Policy(versions=(wire.SSL2,), ssl2_suites=ssl2_codes("DES_192_EDE3_CBC_WITH_MD5")), "ssl2"),
    ],
)  # fmt: skip
def test_each_cause_is_named_once(policy: Policy, names: str) -> None:
    assert set(claimed(policy)) == set(names.split())


def test_how_bad_it_is_follows_from_what_was_seen() -> None:
    dhe = Policy(suites=codes("DHE_RSA_WITH_AES_128_GCM_SHA256"))
    shared, own, larger = (
        claimed(replace(dhe, dh_prime=prime))["weak-dh"][0]
        for prime in (keys.OAKLEY_2, keys.OWN_1024, keys.OAKLEY_5)
    )
    assert (shared.severity, own.severity, larger.severity) == (None, None, Severity.LOW)
    assert shared.detail == "A prime of 1024 bits, the second group of RFC 2409, as many servers have"
    assert own.detail == "A prime of 1024 bits"
    ssl2 = Policy(versions=(wire.SSL2,), ssl2_suites=ssl2_codes("DES_192_EDE3_CBC_WITH_MD5"))
    assert claimed(ssl2)["ssl2"][0].cve == ()
    export = replace(ssl2, ssl2_suites=ssl2_codes("RC2_128_CBC_EXPORT40_WITH_MD5"))
    assert claimed(export)["ssl2"][0].cve == ("CVE-2016-0800",)
    both = Policy(
        versions=(wire.TLS1_0, wire.TLS1_2),
        suites=(*MODERN, *codes("RSA_EXPORT_WITH_RC4_40_MD5", "DHE_RSA_EXPORT_WITH_DES40_CBC_SHA")),
    )
    assert [(hit.cause, hit.cve, hit.title) for hit in claimed(both)["export-suites"]] == [
        ("rsa", ("CVE-2015-0204",), "RSA keys of export strength (FREAK): 512 bits"),
        ("dhe", ("CVE-2015-4000",), "Diffie-Hellman of export strength (Logjam): 512 bits"),
    ]


class GoesOver(TlsSession):
    """A mail server, or a database, that goes over to TLS on demand."""

    def feed(self, data: bytes) -> bytes:
        if data[:1] == b"\x16":
            return super().feed(data)
        words = {
            b"": b"220 mail\r\n",
            b"EHLO": b"250-mail\r\n250 STARTTLS\r\n",
            b"STARTTLS": b"220 go on\r\n",
        }
        return words.get(data.split(b" ")[0].strip(), b"S")


@pytest.mark.parametrize(
    ("starttls", "severity"), [(StartTls.SMTP, Severity.LOW), (StartTls.POSTGRESQL, None)]
)
def test_mail_servers_prove_nothing_to_each_other_anyway(
    starttls: StartTls, severity: Severity | None
) -> None:
    policy = Policy(suites=(*MODERN, *codes("ECDH_anon_WITH_AES_128_CBC_SHA")))
    probe = DirectProbe()
    probe.sessions[HOST, PORT] = lambda: GoesOver(policy, IDENTITY)
    probe.greets = starttls is StartTls.SMTP
    asset = TlsAsset(HOST, PORT, starttls=starttls, profile=profile_of(policy))
    (hit,) = run(collect(BY_ID["tls.anonymous-suites"], asset, probe))
    assert hit.severity is severity


class Says:
    """A session that answers everything in one way."""

    def __init__(self, answer: Callable[[bytes], bytes], closes: bool = True) -> None:
        self.closed = False
        self._answer, self._closes = answer, closes

    def feed(self, data: bytes) -> bytes:
        self.closed = self._closes
        return self._answer(data)


class Mended(TlsSession):
    """What was measured is not there any more."""

    def __init__(self) -> None:
        super().__init__(Policy(), IDENTITY)


class BreaksOff(TlsSession):
    """It takes everything, and its answer never comes to its end."""

    def __init__(self) -> None:
        policy = Policy(
            versions=(wire.SSL2, *OLD), suites=tuple(code for code in SUITES if code >> 8 != 0x13)
        )
        super().__init__(
            replace(policy, ssl2_suites=ssl2_codes("RC4_128_WITH_MD5"), compressions=(1, 0)), IDENTITY
        )

    def feed(self, data: bytes) -> bytes:
        answer = super().feed(data)
        self.closed = True
        if answer[:1] != b"\x16":
            return answer[:-1]
        # Without the ServerHelloDone.
        return answer[:3] + (len(answer) - 9).to_bytes(2, "big") + answer[5:-4]


HOSTILE: dict[str, Callable[[], Session]] = {
    "mended since": Mended,
    "breaks off": BreaksOff,
    "echo": lambda: Says(lambda data: data),
    "silence": lambda: Says(lambda _: b""),
    "garbage": lambda: Says(lambda _: bytes(range(256)) * 8),
    "web page": lambda: Says(lambda _: b"HTTP/1.1 400 Bad Request\r\n\r\n"),
    "flood of records": lambda: Says(
        lambda _: b"\x16\x03\x03\x40\x00" + b"\x02\x00\xff\xff" * 100_000, closes=False
    ),
    "flood of warnings": lambda: Says(lambda _: b"\x15\x03\x03\x00\x02\x01\x00" * 50_000),
    "empty records": lambda: Says(lambda _: b"\x16\x03\x03\x00\x00" * 14_000),
    "SSLv2 for all": lambda: Says(lambda _: b"\x80\x0b\x04\x00\x01\x00\x02\x00\x00\x00\x00\x00\x00"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_a_measurement_is_not_believed_without_the_servers_word(name: str) -> None:
    for check in CHECKS:
        assert asked(check, EVERYTHING, HOSTILE[name]) == [], check.meta.id


def test_nothing_was_measured_nothing_is_asked() -> None:
    probe = DirectProbe(budget=0)
    for check in CHECKS:
        assert run(collect(check, TlsAsset(HOST, PORT), probe)) == []
        assert run(collect(check, TlsAsset(HOST, PORT, profile=TlsProfile()), probe)) == []
