"""Requests to exact bytes; bodies from their coding."""

import gzip
import zlib

import pytest

from cyberai.domain.http import Headers, HttpRequest, Url
from cyberai.net.http_wire import BodyDecoder, RequestEncoder

URL = Url("http", "a.example", 8080, "/x")
ENCODER = RequestEncoder("CyberAI/1 (scan_1)")
ACCEPT = b"Accept: text/html,application/xhtml+xml,*/*;q=0.8\r\n"
PLAIN = b"User-Agent: CyberAI/1 (scan_1)\r\n" + ACCEPT + b"Accept-Encoding: gzip\r\n"


def wire(
    method: str = "GET",
    target: str = "/x",
    headers: Headers = (),
    body: bytes = b"",
    encoder: RequestEncoder = ENCODER,
) -> bytes:
    return encoder.encode(HttpRequest(method, URL.with_target(target), headers, body), URL.authority)


def test_a_plain_request() -> None:
    expected = b"GET /x HTTP/1.1\r\nHost: a.example:8080\r\n" + PLAIN + b"Connection: keep-alive\r\n\r\n"
    assert wire() == expected
    assert wire() == expected  # from the kept tail


def test_given_headers_keep_order_case_and_duplicates() -> None:
    headers = (("X-B", "1"), ("x-a", "2"), ("X-B", "3"))
    assert wire(headers=headers) == (
        b"GET /x HTTP/1.1\r\nHost: a.example:8080\r\nX-B: 1\r\nx-a: 2\r\nX-B: 3\r\n"
        + PLAIN
        + b"Connection: keep-alive\r\n\r\n"
    )


def test_what_is_given_replaces_what_would_be_added() -> None:
    headers = (
        ("hOST", "other"),
        ("user-agent", "mine"),
        ("Accept-Encoding", "br"),
        ("Connection", "close"),
        ("Content-Length", "7"),
    )
    assert wire("POST", headers=headers, body=b"ab") == (
        b"POST /x HTTP/1.1\r\nhOST: other\r\nuser-agent: mine\r\nAccept-Encoding: br\r\nConnection: close\r\n"
        b"Content-Length: 7\r\n" + ACCEPT + b"\r\nab"
    )


def test_a_browser_accepts_pages_and_what_sends_json_does_not() -> None:
    assert ACCEPT in wire(
        "POST", headers=(("Content-Type", "application/x-www-form-urlencoded"),), body=b"a=1"
    )
    assert b"accept:" not in wire("POST", headers=(("Content-Type", "application/json"),), body=b"{}").lower()
    assert wire(headers=(("accept", "image/png"),)).lower().count(b"accept:") == 1


def test_cookies_of_the_scan_stay_beside_those_of_the_site() -> None:
    encoder = RequestEncoder("CyberAI/1", (("cookie", "session=mine; role=editor"),))
    assert b"\r\ncookie: session=mine; role=editor\r\n" in wire(encoder=encoder)
    sent = wire(headers=(("Cookie", "csrftoken=x; role=guest"),), encoder=encoder)
    assert b"\r\nCookie: csrftoken=x; role=guest; session=mine\r\n" in sent
    assert sent.lower().count(b"cookie:") == 1


def test_two_hosts_stay_two_hosts() -> None:
    sent = wire(headers=(("Host", "a"), ("Host", "b")))
    assert sent.startswith(b"GET /x HTTP/1.1\r\nHost: a\r\nHost: b\r\nUser-Agent")


@pytest.mark.parametrize(
    "target",
    [
        "/..%2fa/../b//c/./%zz",
        '/a b<>"{}|\\^`',
        "//",
        "/?a=1&a=2&&",
        "/\x01\x7f",
        "*",
        "/x#frag",
        "http://other/",
    ],
)
def test_the_target_goes_out_as_it_is(target: str) -> None:
    assert wire(target=target).startswith(b"GET " + target.encode() + b" HTTP/1.1\r\n")


def test_line_ends_that_a_check_put_in_stay() -> None:
    assert b"\r\nX-A: a\r\nX-Injected: b\r\n" in wire(headers=(("X-A", "a\r\nX-Injected: b"),))


def test_text_is_utf8_and_surrogates_are_raw_bytes() -> None:
    assert wire(target="/é\udcff").startswith(b"GET /\xc3\xa9\xff HTTP/1.1")
    assert wire(target="/\ud800").startswith(b"GET /\xed\xa0\x80 HTTP/1.1")


@pytest.mark.parametrize("method", ["POST", "PUT", "PATCH"])
def test_an_empty_body_has_a_length_where_one_is_expected(method: str) -> None:
    assert b"\r\nContent-Length: 0\r\n" in wire(method)
    assert b"Content-Length" not in wire("DELETE")


def test_given_transfer_coding_gets_no_length() -> None:
    sent = wire("POST", headers=(("Transfer-Encoding", "chunked"),), body=b"1\r\na\r\n0\r\n\r\n")
    assert b"Content-Length" not in sent
    assert sent.endswith(b"\r\n\r\n1\r\na\r\n0\r\n\r\n")


def test_custom_fields_of_the_scan_come_where_the_request_has_none() -> None:
    encoder = RequestEncoder(
        "agent", (("Authorization", "Bearer x"), ("User-Agent", "own"), ("Cookie", "a=b"))
    )
    sent = wire(encoder=encoder)
    assert sent.count(b"User-Agent") == 1
    assert (
        b"\r\nAuthorization: Bearer x\r\nUser-Agent: own\r\nCookie: a=b\r\n"
        + ACCEPT
        + b"Accept-Encoding: gzip\r\n"
        in sent
    )
    assert b"Cookie: a=b" not in wire(headers=(("cookie", "c=d"),), encoder=encoder)


def decode(coding: str, *pieces: bytes, limit: int = 1 << 20) -> tuple[bytes, bool]:
    decoder = BodyDecoder(coding, limit)
    body = b"".join(decoder.feed(piece) for piece in pieces) + decoder.end()
    return body, decoder.full


TEXT = b"The quick brown fox. " * 100


def raw_deflate(data: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(data) + packer.flush()


@pytest.mark.parametrize(
    ("coding", "packed"),
    [
        ("gzip", gzip.compress(TEXT)),
        ("x-gzip", gzip.compress(TEXT)),
        ("deflate", zlib.compress(TEXT)),
        ("deflate", raw_deflate(TEXT)),
    ],
)
@pytest.mark.parametrize("size", [1, 2, 7, 10_000])
def test_codings_in_pieces_of_any_size(coding: str, packed: bytes, size: int) -> None:
    assert decode(coding, *(packed[i : i + size] for i in range(0, len(packed), size))) == (TEXT, False)


def test_members_follow_each_other_and_rubbish_after_them_is_dropped() -> None:
    assert decode("gzip", gzip.compress(b"one ") + gzip.compress(b"two")) == (b"one two", False)
    assert decode("gzip", gzip.compress(b"one") + b"rubbish") == (b"one", False)


@pytest.mark.parametrize("body", [b"", b"a", b"ab", b"plain text, no gzip"])
def test_what_is_not_coded_is_kept(body: bytes) -> None:
    assert decode("gzip", *(body[i : i + 1] for i in range(len(body)))) == (body, False)
    assert decode("deflate", body) == (body, False)


def test_a_break_off_and_damage_are_told() -> None:
    packed = gzip.compress(TEXT)
    assert decode("gzip", packed[:-9])[1]
    damaged = packed[:40] + bytes([packed[40] ^ 0xFF]) + packed[41:]
    body, full = decode("gzip", damaged[:30], damaged[30:])
    assert full
    assert len(body) <= len(TEXT)


def test_the_limit_is_exact() -> None:
    assert decode("gzip", gzip.compress(b"a" * 100), limit=100) == (b"a" * 100, False)
    assert decode("gzip", gzip.compress(b"a" * 101), limit=100) == (b"a" * 100, True)


def test_a_ratio_no_page_has_ends_the_body() -> None:
    body, full = decode("gzip", gzip.compress(bytes(64 << 20)), limit=64 << 20)
    assert full
    assert len(body) < 32 << 20
