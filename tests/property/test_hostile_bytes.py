"""The fuzz entries under Hypothesis, and what the parsers promise beyond them."""

import gzip
import time
from itertools import pairwise
from struct import pack

from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from cyberai.domain.http import HttpResponse
from fuzz import (
    addresses,
    body_decoder,
    http_response,
    mongo_answer,
    preferences,
    proxy_answer,
    tls_answer,
    tls_hidden,
)

SETTINGS = settings(max_examples=150, deadline=None, suppress_health_check=[HealthCheck.too_slow])

FRAGMENTS = (
    b"HTTP/1.1 200 OK\r\n", b"HTTP/1.0 200 OK\r\n", b"HTTP/1.1 100 Continue\r\n\r\n", b"HTTP/1.1 304 Not Modified\r\n",
    b"HTTP/1.1 101 Switching Protocols\r\nUpgrade: x\r\nConnection: upgrade\r\n", b"Content-Length: 5\r\n", b"Content-Length: -5\r\n",
    b"Content-Length: 99999999999999999999\r\n", b"Transfer-Encoding: chunked\r\n", b"Transfer-Encoding: gzip, chunked\r\n",
    b"Content-Encoding: gzip\r\n", b"Content-Encoding: deflate\r\n", b"Connection: close\r\n", b"Set-Cookie: a=b\r\n", b" folded\r\n",
    b"X:\r\n", b"\r\n", b"\n", b"\r", b"5\r\nhello\r\n", b"0\r\n\r\n", b"0\r\nT: x\r\n\r\n", b"ffffffffffffffff\r\n", b"5;ext=1\r\nhello\r\n",
    b"hello", b"\x00", gzip.compress(b"hello"), gzip.compress(bytes(100_000)), b"A" * 300,
)  # fmt: skip

hostile_http = st.builds(
    lambda first, parts: bytes([first]) + b"".join(parts),
    st.integers(0, 255),
    st.lists(st.sampled_from(FRAGMENTS) | st.binary(max_size=20), max_size=20),
)


@SETTINGS
@given(hostile_http | st.binary(max_size=600))
@example(b"\xff" + b"HTTP/1.1 200 OK\r\n" + b"X: y\r\n" * 300 + b"\r\n")
def test_http_response(data: bytes) -> None:
    http_response.fuzz_one(data)


@SETTINGS
@given(st.lists(st.sampled_from(FRAGMENTS), max_size=15), st.lists(st.integers(0, 2000), max_size=8))
def test_where_the_bytes_are_cut_does_not_matter(parts: list[bytes], cuts: list[int]) -> None:
    data = b"".join(parts)
    bounds = [0, *sorted(min(c, len(data)) for c in cuts), len(data)]
    whole = http_response.outcome([data] if data else [])
    cut = http_response.outcome([data[a:b] for a, b in pairwise(bounds) if a < b])
    if (
        isinstance(whole, HttpResponse)
        and isinstance(cut, HttpResponse)
        and not (whole.truncated or cut.truncated)
    ):
        assert (whole.status, whole.headers, whole.body) == (cut.status, cut.headers, cut.body)


@SETTINGS
@given(
    st.binary(max_size=300)
    | st.builds(lambda c, b: bytes([c]) + gzip.compress(b), st.integers(0, 255), st.binary())
)
@example(b"\x01" + gzip.compress(bytes(1_000_000)))
@example(b"\x01" + gzip.compress(b"") * 2000)
def test_body_decoder(data: bytes) -> None:
    body_decoder.fuzz_one(data)


@given(st.binary(max_size=5000), st.integers(1, 300))
def test_gzip_survives_any_cutting(body: bytes, size: int) -> None:
    packed = gzip.compress(body)
    decoder = body_decoder.BodyDecoder("gzip", 5000)
    pieces = [decoder.feed(packed[i : i + size]) for i in range(0, len(packed), size)]
    assert b"".join(pieces) + decoder.end() == body
    assert not decoder.full


def server_hello(version: int, extensions: bytes = b"") -> bytes:
    body = pack("!H", version) + bytes(32) + b"\x00" + b"\x13\x01" + b"\x00"
    body += pack("!H", len(extensions)) + extensions if extensions else b""
    message = b"\x02" + len(body).to_bytes(3, "big") + body
    return pack("!BHH", 22, 0x0303, len(message)) + message


records = st.builds(
    lambda kind, version, body: pack("!BHH", kind, version, len(body)) + body,
    st.sampled_from([20, 21, 22, 23]),
    st.sampled_from([0x0300, 0x0301, 0x0303, 0x0002, 0xFFFF]),
    st.binary(max_size=120)
    | st.builds(lambda b: b"\x02" + len(b).to_bytes(3, "big") + b, st.binary(max_size=100)),
)


@SETTINGS
@given(st.binary(max_size=400) | st.lists(records, max_size=5).map(b"".join))
@example(server_hello(0x0303))
@example(server_hello(0x0303, b"\x00\x2b\x00\x02\x03\x04"))
@example(pack("!BHH", 22, 0x0301, 4) + b"\x02\xff\xff\xff")
def test_tls_answer(data: bytes) -> None:
    tls_answer.fuzz_one(data)


@settings(SETTINGS, max_examples=60)
@given(
    st.builds(
        lambda kind, body: bytes([kind]) + body, st.sampled_from([8, 11, 13, 15]), st.binary(max_size=60)
    )
)
@example(b"\x0b\x00\x00\x00\x15\x00\x00\x04leaf\x00\x0c\x00\x05\x00\x08\x01\x00\x00\x04okay")
def test_tls_hidden(data: bytes) -> None:
    tls_hidden.fuzz_one(data)


spellings = st.lists(
    st.sampled_from(
        ["0", "1", "7", "127", "0x7f", "0177", "254", "255", "256", ".", ":", "::", "ffff", "[", "]", "a9fe"]
    ),
    max_size=12,
).map("".join)


@SETTINGS
@given(
    st.binary(min_size=4, max_size=4)
    | st.binary(min_size=16, max_size=16)
    | spellings.map(str.encode)
    | st.binary(max_size=30)
)
def test_addresses(data: bytes) -> None:
    addresses.fuzz_one(data)


@SETTINGS
@given(
    st.binary(max_size=200)
    | st.builds(lambda d: pack("<iiii", len(d) + 21, 1, 1, 2013) + bytes(5) + d, st.binary(max_size=200))
)
def test_mongo_answer(data: bytes) -> None:
    mongo_answer.fuzz_one(data)


@SETTINGS
@given(
    st.one_of(
        st.binary(max_size=200),
        st.lists(
            st.sampled_from(
                [b"application/json", b"application/problem+json", b"*/*", b";q=", b"0.5", b"1", b",", b" ", b"gzip",
                 b"zstd", b"*", b'"', b"W/", preferences.TAG, preferences.TAG[:-1] + b'-gzip"']
            ),
            max_size=20,
        ).map(b"".join),
    )
)  # fmt: skip
def test_preferences_and_conditions_are_decided_or_refused(data: bytes) -> None:
    preferences.fuzz_one(data)


def test_long_preferences_take_no_time() -> None:
    started = time.process_time()
    for piece in (b",", b"a/b,", b";q=1", b'"a",', b" ", b"W/", b'"', b"a/b;q=0.1;"):
        preferences.fuzz_one(piece * (60_000 // len(piece)))
    assert time.process_time() - started < 2


@SETTINGS
@given(hostile_http | st.binary(max_size=100))
@example(b"HTTP/1.1 200 OK\r\n\r\n")
@example(b"HTTP/1.1 \xb2\xb2\xb2 OK\r\n\r\n")
def test_proxy_answer(data: bytes) -> None:
    proxy_answer.fuzz_one(data)
    proxy_answer.fuzz_one(data[1:])
