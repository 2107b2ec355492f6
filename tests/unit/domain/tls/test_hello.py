"""ClientHellos, taken apart again by a reader of its own."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.domain.tls.hello import ClientOffer, client_hello, names_host
from cyberai.domain.tls.offers import MOST_SUITES, likely_suites, offer_of, unlikely_suites
from cyberai.domain.tls.ssl2 import ssl2_client_hello
from cyberai.domain.tls.suites import SSL2_SUITES, SUITES
from cyberai.domain.tls.version import TlsVersion
from support.tls_model import taken_apart

SPOKEN = [version for version in TlsVersion if version is not TlsVersion.SSL2]


def test_everything_a_client_may_offer_is_in_the_message() -> None:
    offer = ClientOffer(
        versions=(TlsVersion.TLS1_3, TlsVersion.TLS1_2),
        suites=(0x1301, 0xC02F),
        groups=(0x11EC, 0x1D),
        key_shares=((0x1D, b"s" * 32),),
        signatures=(0x0804,),
        server_name="shop.example",
        alpn=("h2", "http/1.1"),
        compressions=(1, 0),
        extended_master_secret=True,
        encrypt_then_mac=True,
        session_ticket=b"",
        session_id=b"me",
        status_request=True,
        heartbeat=True,
        secure_renegotiation=True,
        fallback_scsv=True,
        extra=((18, b""), (0x5555, b"x" * 150)),
    )
    outer, version, session, suites, compressions, extensions = taken_apart(client_hello(offer, b"seed"))
    assert (outer, version, session) == (0x0301, 0x0303, b"me")
    assert (suites, compressions) == ([0x1301, 0xC02F, 0x5600], b"\x01\x00")
    padding = extensions.pop(21)
    assert not any(padding)
    assert len(client_hello(offer, b"seed")) - 5 == 512
    assert extensions == {
        0: b"\x00\x0f\x00\x00\x0cshop.example",
        0xFF01: b"\x00",
        10: b"\x00\x04\x11\xec\x00\x1d",
        11: b"\x01\x00",
        13: b"\x00\x02\x08\x04",
        16: b"\x00\x0c\x02h2\x08http/1.1",
        5: b"\x01\x00\x00\x00\x00",
        23: b"",
        22: b"",
        35: b"",
        15: b"\x01",
        43: b"\x04\x03\x04\x03\x03",
        51: b"\x00\x24\x00\x1d\x00\x20" + b"s" * 32,
        18: b"",
        0x5555: b"x" * 150,
    }


@pytest.mark.parametrize("version", SPOKEN)
def test_an_offer_of_one_version_names_no_other(version: TlsVersion) -> None:
    outer, wire, session, suites, _, extensions = taken_apart(
        client_hello(offer_of(version, "a.example"), b"")
    )
    assert (outer, wire) == (min(version.wire, 0x0301), min(version.wire, 0x0303))
    assert (43 in extensions) == (version is TlsVersion.TLS1_3) == (len(session) == 32)
    assert (13 in extensions) == (version.wire >= 0x0303)
    assert bool(extensions) == (version is not TlsVersion.SSL3)
    assert (suites[-1] == 0x00FF) == (version is TlsVersion.SSL3)
    assert len(suites) <= MOST_SUITES + 1
    everything = (*likely_suites(version), *unlikely_suites(version))
    assert len(everything) == len(set(everything))
    if version is TlsVersion.TLS1_2:
        assert set(everything) == {code for code, suite in SUITES.items() if not suite.tls13}


def test_the_hello_of_ssl2() -> None:
    hello = ssl2_client_hello(b"c" * 16, tuple(SSL2_SUITES))
    assert hello[:11] == b"\x80\x2e\x01\x00\x02\x00\x15\x00\x00\x00\x10"
    assert hello[11:14] == b"\x01\x00\x80"
    assert hello[-16:] == b"c" * 16


def test_only_host_names_are_sent_as_names() -> None:
    assert all(map(names_host, ("a.example", "localhost", "_x.example", "xn--bcher-kva.example")))
    others = (
        "",
        "10.0.0.1",
        "0x7f.1",
        "::1",
        "[::1]",
        "fe80::1%eth0",
        "b\u00fccher.example",
        "a b",
        "a" * 300,
    )
    assert not any(map(names_host, others))


@settings(max_examples=60, deadline=None)
@given(st.sampled_from(SPOKEN), st.text(max_size=40), st.binary(max_size=20), st.integers(0, 300))
def test_a_client_hello_is_well_formed(version: TlsVersion, name: str, seed: bytes, suites: int) -> None:
    offer = ClientOffer(
        versions=(version,), suites=tuple(range(suites)), server_name=name, session_ticket=b""
    )
    hello = client_hello(offer, seed)
    assert len(taken_apart(hello)[3]) == suites
    assert len(hello) - 5 not in range(256, 512) or version is TlsVersion.SSL3


def test_fields_that_are_too_long_are_refused() -> None:
    for offer in (
        ClientOffer(versions=(TlsVersion.TLS1_2,), suites=(1,), session_id=bytes(256)),
        ClientOffer(versions=(TlsVersion.TLS1_2,), suites=tuple(range(40_000))),
    ):
        with pytest.raises(ValueError, match="at most"):
            client_hello(offer, b"")
