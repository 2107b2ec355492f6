"""The assessment of servers of this process: the profile says what they are configured with, whatever their manners."""

import asyncio
from collections.abc import Callable

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.domain.asset import TlsAsset
from cyberai.domain.tls.offers import likely_suites
from cyberai.domain.tls.profile import TlsProfile, VersionOffer
from cyberai.domain.tls.suites import SUITES
from cyberai.domain.tls.version import TlsVersion, version_of
from cyberai.engine.fetch import Tally
from cyberai.engine.tls import server as tls_server
from cyberai.engine.tls.assessment import assess
from cyberai.ports.network import TransportError, TransportReason
from support.tls_model import SILENCE, ModelDialer, TlsModel, alert, taken_apart

ECDHE, ECDHE_CBC, DHE, RSA_CBC, RC4, ANON = 0xC02F, 0xC013, 0x009E, 0x002F, 0x0005, 0x0034
OLD = (ECDHE_CBC, RSA_CBC, RC4)
MODEL = TlsModel(
    suites={0x0301: OLD, 0x0303: (ECDHE, DHE, *OLD, ANON), 0x0304: (0x1302, 0x1301)},
    groups=(0x11EC, 0x1D, 0x17),
    ecdhe=frozenset({ECDHE, ECDHE_CBC}),
    dhe=frozenset({DHE}),
    schemes=(0x0804, 0x0601, 0x0201),
    extensions={0xFF01: b"\0", 23: b"", 22: b"", 35: b"", 15: b"\1", 18: b"\0\6\0\1a\0\1b"},
    compression=1,
    staple=b"no response",
    asks_client=True,
    alpn=("h2", "http/1.1"),
)
PROFILE = TlsProfile(
    versions=(
        VersionOffer(TlsVersion.TLS1_0, OLD, server_order=True),
        VersionOffer(TlsVersion.TLS1_2, (ECDHE, DHE, *OLD, ANON), server_order=True),
        VersionOffer(TlsVersion.TLS1_3, (0x1302, 0x1301), server_order=True),
    ),
    groups=(0x11EC, 0x1D, 0x17),
    group_order=True,
    dh_bits=1024,
    dh_prime="ff" * 128,
    dh_generator="02",
    signatures=(0x0804, 0x0601, 0x0201),
    compressions=(1,),
    secure_renegotiation=True,
    extended_master_secret=True,
    encrypt_then_mac=True,
    fallback_scsv=True,
    session_tickets=True,
    session_ids=True,
    heartbeat=True,
    alpn=("h2", "http/1.1"),
    staple=True,
    staple_status="malformed",
    scts=2,
    without_name="same",
    client_certificate=True,
    chains=1,
)


class Clock:
    """The loop's time; sleeping takes none."""

    def now(self) -> int:
        return 1_790_000_000_000_000

    def monotonic(self) -> float:
        return asyncio.get_running_loop().time()

    async def sleep(self, seconds: float) -> None:
        await asyncio.sleep(0)


class Terms:
    """What an assessment takes of a context."""

    def __init__(self, say: Callable[[int, bytes], bytes]) -> None:
        self.dialer = ModelDialer(say)
        self.network = self
        self.clock = Clock()


def assessed(say: Callable[[int, bytes], bytes], name: str = "a.example") -> tuple[TlsProfile | None, Terms]:
    terms, tally = Terms(say), Tally()
    profile = asyncio.run(assess(terms, TlsAsset(name, 443, name), tally))  # type: ignore[arg-type]
    assert tally.sent == terms.dialer.connections
    assert terms.dialer.most_at_once <= tls_server.SIDE_BY_SIDE
    return profile, terms


def measured(profile: TlsProfile | None) -> TlsProfile | None:
    """Without what it cost."""
    if profile is None:
        return None
    assert profile.connections > 0
    return TlsProfile(**{**_members(profile), "connections": 0, "millis": 0})


def _members(profile: TlsProfile) -> dict[str, object]:
    return {name: getattr(profile, name) for name in profile.__struct_fields__}


def test_the_profile_is_what_the_server_is_configured_with() -> None:
    profile, terms = assessed(lambda _, hello: MODEL.answer(hello))
    assert measured(profile) == PROFILE
    assert terms.dialer.connections <= 60


def hangs_up(_: int, hello: bytes) -> bytes:
    """Says no by closing the connection."""
    said = MODEL.answer(hello)
    return b"" if said[:1] == b"\x15" and said[-1] != 86 else said


def resets(number: int, hello: bytes) -> bytes:
    """Says no by a reset."""
    said = hangs_up(number, hello)
    if not said:
        raise TransportError(TransportReason.RESET)
    return said


def answers_in_the_clear(number: int, hello: bytes) -> bytes:
    """Says no as a web server does to what is no TLS."""
    return hangs_up(number, hello) or b"HTTP/1.1 400 Bad Request\r\n\r\n"


def counts_connections(number: int, hello: bytes) -> bytes:
    """Takes no connection now and then."""
    if number % 7 == 0:
        raise TransportError(TransportReason.REFUSED)
    return MODEL.answer(hello)


@pytest.mark.parametrize("say", [hangs_up, resets, answers_in_the_clear, counts_connections])
def test_manners_of_refusing_make_no_difference(say: Callable[[int, bytes], bytes]) -> None:
    assert measured(assessed(say)[0]) == PROFILE


def test_what_a_server_takes_offence_at_is_left_out() -> None:
    def strict(_: int, hello: bytes) -> bytes:
        # An application protocol that it does not have, and a heartbeat, end the handshake.
        return alert(120) if b"http/1.1" in hello else MODEL.answer(hello)

    def narrow(_: int, hello: bytes) -> bytes:
        return b"" if len(hello) > 255 else MODEL.answer(hello)

    profile, _ = assessed(strict)
    assert profile is not None
    assert [offer.version for offer in profile.versions] == [offer.version for offer in PROFILE.versions]
    assert (profile.alpn, profile.extended_master_secret, profile.session_tickets) == ((), True, True)
    short, _ = assessed(narrow)
    assert short is not None
    assert [offer.version for offer in short.versions] == [TlsVersion.TLS1_0, TlsVersion.TLS1_2]
    assert short.suites == {ECDHE, DHE, *OLD, ANON}


def test_servers_that_contradict_each_other_are_unclear() -> None:
    other = TlsModel(suites={0x0303: (RSA_CBC,)}, certificate=b"other")

    def either(number: int, hello: bytes) -> bytes:
        return (MODEL if number % 2 else other).answer(hello)

    def shameless(_: int, hello: bytes) -> bytes:
        return TlsModel(suites={0x0303: (RC4,)}).answer(hello.replace(b"\x00\x2f", b"\x00\x05"))

    profile, _ = assessed(either)
    assert profile is not None
    assert any("suites of TLSv1.2" in text for text in profile.unclear)
    assert profile.chains == 2
    wrong, _ = assessed(shameless)
    assert wrong is not None
    assert "suites of TLSv1.2: it selects what was not offered" in wrong.unclear


def test_a_server_that_takes_whatever_is_offered_is_not_asked_for_more() -> None:
    def parrot(_: int, hello: bytes) -> bytes:
        offered = tuple(taken_apart(hello)[3]) if hello[0] == 22 else ()
        return TlsModel(suites={0x0303: offered}).answer(hello)

    profile, terms = assessed(parrot)
    assert profile is not None
    assert profile.versions == (VersionOffer(TlsVersion.TLS1_2),)
    assert profile.unclear == ("suites, groups, signatures: it selects whatever is offered",)
    assert terms.dialer.connections < 20


def test_a_server_that_falls_silent_is_left_alone(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_server, "PATIENCE", 0.01)

    def tires(number: int, hello: bytes) -> bytes:
        return MODEL.answer(hello) if number <= 12 else SILENCE

    profile, terms = assessed(tires)
    assert profile is not None
    assert profile.versions
    assert any("without an answer" in text for text in profile.unclear)
    assert terms.dialer.connections < 40
    nothing, terms = assessed(lambda _, hello: SILENCE)
    assert nothing is None
    assert terms.dialer.connections < 30
    gone, terms = assessed(lambda number, _: _refuse())
    assert gone is None
    assert terms.dialer.connections < 30


def _refuse() -> bytes:
    raise TransportError(TransportReason.REFUSED)


def test_what_is_no_tls_has_no_profile_and_the_end_of_the_scan_ends_it() -> None:
    assert assessed(lambda _, hello: b"220 mail.example ESMTP\r\n")[0] is None

    def over(number: int, hello: bytes) -> bytes:
        if number > 9:
            raise TransportError(TransportReason.CANCELLED)
        return MODEL.answer(hello)

    with pytest.raises(TransportError, match="cancelled"):
        assessed(over)


def test_an_endless_server_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(tls_server, "MAX_CONNECTIONS", 30)
    profile, terms = assessed(lambda _, hello: MODEL.answer(hello))
    assert profile is not None
    assert terms.dialer.connections == 30
    assert any("30 connections were not enough" in text for text in profile.unclear)


def test_only_tls_1_3_and_only_ssl_2() -> None:
    modern = TlsModel(suites={0x0304: (0x1301,)}, groups=(0x17,), own_order=False)
    profile, _ = assessed(lambda _, hello: modern.answer(hello))
    assert profile is not None
    assert profile.versions == (VersionOffer(TlsVersion.TLS1_3, (0x1301,)),)
    assert (profile.groups, profile.staple, profile.secure_renegotiation) == ((0x17,), None, None)
    assert any("what TLS 1.3 encrypts could not be read" in text for text in profile.unclear)
    body = b"\x04\x00\x01\x00\x02\x00\x01\x00\x03\x00\x00c\x07\x00\xc0"
    ancient, _ = assessed(lambda _, hello: b"\x80" + bytes([len(body)]) + body if hello[0] & 0x80 else b"")
    assert ancient is not None
    assert ancient.versions == (VersionOffer(TlsVersion.SSL2, (0x0700C0,), server_order=False),)
    assert ancient.unclear == ()


drawn = st.builds(
    lambda versions, own, groups, seed: (versions, own, groups, seed),
    st.sets(st.sampled_from([0x0300, 0x0301, 0x0302, 0x0303, 0x0304]), min_size=1),
    st.booleans(),
    st.permutations([0x1D, 0x17, 0x18, 0x11EC]).map(lambda found: tuple(found[:3])),
    st.randoms(use_true_random=False),
)


@settings(max_examples=12, deadline=None)
@given(drawn)
def test_whatever_is_configured_is_found(config: tuple) -> None:  # type: ignore[type-arg]
    versions, own, groups, seed = config
    suites = {}
    for wire in versions:
        version = version_of(wire)
        assert version is not None
        choice = sorted(likely_suites(version))
        suites[wire] = tuple(seed.sample(choice, min(len(choice), seed.randint(1, 9))))
    ecdhe = frozenset(code for codes in suites.values() for code in codes if SUITES[code].exchange == "ECDHE")
    model = TlsModel(suites=suites, groups=groups, own_order=own, ecdhe=ecdhe)
    profile, _ = assessed(lambda _, hello: model.answer(hello))
    assert profile is not None
    assert {offer.version.wire: set(offer.suites) for offer in profile.versions} == {
        wire: set(codes) for wire, codes in suites.items()
    }
    for offer in profile.versions:
        if own:
            assert offer.suites == suites[offer.version.wire]
        assert offer.server_order in ((own, None) if len(offer.suites) > 1 else (None,))
    if 0x0304 in suites:
        assert set(profile.groups) == set(groups)
        assert profile.group_order is own
