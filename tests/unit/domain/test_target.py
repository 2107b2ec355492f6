"""Targets as people write them, and what must never be taken for a name."""

import pytest

from cyberai.domain.target import (
    HostTarget,
    PortTarget,
    RangeTarget,
    TargetError,
    UrlTarget,
    literal_address,
    parse_target,
)


@pytest.mark.parametrize(
    ("text", "host"),
    [
        ("example.com", "example.com"),
        ("EXAMPLE.com.", "example.com"),
        ("localhost", "localhost"),
        ("bücher.example", "xn--bcher-kva.example"),
        ("_dmarc.example.com", "_dmarc.example.com"),
        ("127.0.0.1", "127.0.0.1"),
        ("2130706433", "127.0.0.1"),
        ("0x7f000001", "127.0.0.1"),
        ("0177.0.0.1", "127.0.0.1"),
        ("127.1", "127.0.0.1"),
        ("0x7f.1", "127.0.0.1"),
        ("127.0.0.1.", "127.0.0.1"),
        ("1.2.3", "1.2.0.3"),
        ("::1", "::1"),
        ("[::1]", "::1"),
        ("0:0:0:0:0:0:0:1", "::1"),
        ("::ffff:127.0.0.1", "::ffff:7f00:1"),
    ],
)
def test_a_host_is_canonical(text: str, host: str) -> None:
    parsed = parse_target(text)
    assert isinstance(parsed, HostTarget)
    assert parsed.host in (host, "::ffff:127.0.0.1") if "ffff" in host else parsed.host == host


@pytest.mark.parametrize(
    "text",
    [
        "", " ", "a b", "exa mple.com", "-x.example", "x-.example", "a..b", "256.1.1.1", "1.2.3.4.5",
        "0x100000000", "1.999.1", "999999999999", "09.1.1.1", "foo:", "foo:0", "foo:65536", "foo:x",
        "http://", "http://user@host/", "http://host:99999/", "ftp://example.com/", "http://a b/",
        "http://ex\\ample.com/", "[::1", "[::1]x", "::g", "10.0.0.0/33", "10.0.0.0/x", "example.com/24",
        "x" * 64 + ".example", "a." * 130 + "b", "\x00", "exa\nmple.com", "http://[::1/", "1..2", "foo.123",
    ],
)  # fmt: skip
def test_what_is_no_target_says_so_in_the_customers_words(text: str) -> None:
    with pytest.raises(TargetError) as caught:
        parse_target(text)
    assert caught.value.reason == "Must be a valid domain name"


def test_a_range_has_a_size_limit() -> None:
    assert parse_target("10.0.0.7/24") == RangeTarget("10.0.0.0/24")
    assert len(RangeTarget("10.0.0.0/30").hosts()) == 4
    with pytest.raises(TargetError) as caught:
        parse_target("10.0.0.0/15")
    assert "65,536" in caught.value.reason


def test_urls_and_ports() -> None:
    url = parse_target("HTTP://Example.com:8080/a/../b?q=1#f")
    assert isinstance(url, UrlTarget)
    assert str(url.url) == "http://example.com:8080/a/../b?q=1"
    assert parse_target("example.com:443") == PortTarget("example.com", 443)
    assert parse_target("[::1]:80") == PortTarget("::1", 80)
    hidden = parse_target("http://0x7f.1:80/")
    assert isinstance(hidden, UrlTarget)
    assert hidden.url.host == "127.0.0.1"


def test_a_number_is_never_a_name() -> None:
    for text in ("1.2.3.256", "0x1ffffffff", "08"):
        with pytest.raises(TargetError):
            literal_address(text)
    assert literal_address("example.com") is None
