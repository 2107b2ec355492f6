"""What a server answers to a ClientHello, read from bytes written by hand after the RFCs."""

from itertools import pairwise
from struct import pack

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.domain.tls.flight import MAX_CERTIFICATES, MAX_CHAIN, FlightReader, ServerFlight
from cyberai.domain.tls.key_exchange import KeyExchange
from cyberai.domain.tls.records import Alert, NotTls, RecordReader, alert_of
from cyberai.domain.tls.version import TlsVersion

RETRY = bytes.fromhex("cf21ad74e59a6111be1d8c021e65b891c2a211167abb8c5e079e09e2c8a8339c")
HELLO, CERTIFICATE, EXCHANGE, REQUEST, DONE, STATUS = 2, 11, 12, 13, 14, 22
DHE_RSA, ECDHE_RSA, ECDHE_ANON, RSA_EXPORT, RSA = 0x009E, 0xC02F, 0xC018, 0x0003, 0x002F


def record(kind: int, payload: bytes, version: int = 0x0303) -> bytes:
    return pack("!BHH", kind, version, len(payload)) + payload


def message(kind: int, body: bytes) -> bytes:
    return bytes([kind]) + len(body).to_bytes(3, "big") + body


def hello(
    suite: int = ECDHE_RSA, version: int = 0x0303, extensions: bytes | None = None, random: bytes = bytes(32)
) -> bytes:
    body = pack("!H", version) + random + b"\x02id" + pack("!HB", suite, 0)
    return message(HELLO, body if extensions is None else body + pack("!H", len(extensions)) + extensions)


def chain(*certificates: bytes) -> bytes:
    listed = b"".join(len(one).to_bytes(3, "big") + one for one in certificates)
    return message(CERTIFICATE, len(listed).to_bytes(3, "big") + listed)


def read(data: bytes) -> ServerFlight | None:
    return FlightReader().feed(data)


CURVE = b"\x03\x00\x1d\x04abcd" + b"\x08\x04\x00\x01s"
FIELD = b"\x00\x03\x00\xff\x01" + b"\x00\x01\x02" + b"\x00\x01\x09" + b"\x04\x01\x00\x01s"
SHORT_RSA = b"\x00\x40" + b"\x80" + bytes(63) + b"\x00\x03\x01\x00\x01" + b"\x00\x01s"
WHOLE = record(
    22,
    hello(extensions=b"\x00\x10\x00\x05\x00\x03\x02h2" + b"\xff\x01\x00\x01\x00")
    + chain(b"leaf", b"issuer")
    + message(STATUS, b"\x01\x00\x00\x06staple")
    + message(EXCHANGE, CURVE)
    + message(REQUEST, b"whatever")
    + message(DONE, b""),
)


def test_a_flight_of_tls_1_2_is_read_whole_however_it_is_cut() -> None:
    flight = read(WHOLE)
    assert flight == ServerFlight(
        version=TlsVersion.TLS1_2,
        wire=0x0303,
        suite=ECDHE_RSA,
        session_id=b"id",
        extensions=((16, b"\x00\x03\x02h2"), (0xFF01, b"\x00")),
        certificates=(b"leaf", b"issuer"),
        staple=b"staple",
        exchange=KeyExchange(group=0x1D, public=b"abcd", scheme=0x0804),
        certificate_requested=True,
        done=True,
    )
    assert flight.extension(16) == b"\x00\x03\x02h2"
    assert flight.extension(23) is None
    small = b"".join(record(22, WHOLE[5 + at : 6 + at]) for at in range(len(WHOLE) - 5))
    assert read(small) == flight
    reader = FlightReader()
    assert [reader.feed(WHOLE[at : at + 1]) for at in range(len(WHOLE))][-1] == flight


def test_truncated_at_every_byte_it_says_how_far_it_came() -> None:
    for end in range(len(WHOLE)):
        reader = FlightReader()
        assert reader.feed(WHOLE[:end]) is None
        assert 0 < reader.missing <= len(WHOLE)
        if end == 0:
            assert reader.broken_off() == ServerFlight(closed=True)
        else:
            with pytest.raises(NotTls):
                reader.broken_off()
    split = record(22, hello()) + WHOLE
    reader = FlightReader()
    reader.feed(split[: len(record(22, hello())) + 9])
    assert reader.broken_off().suite == ECDHE_RSA
    assert reader.broken_off().closed


@pytest.mark.parametrize(
    ("suite", "version", "body", "exchange"),
    [
        (DHE_RSA, 0x0303, FIELD, KeyExchange(dh_bits=16, dh_prime=b"\xff\x01", dh_generator=b"\x02", public=b"\x09", scheme=0x0401)),
        (DHE_RSA, 0x0301, FIELD, KeyExchange(dh_bits=16, dh_prime=b"\xff\x01", dh_generator=b"\x02", public=b"\x09")),
        (ECDHE_ANON, 0x0303, b"\x03\x00\x17\x01p", KeyExchange(group=0x17, public=b"p")),
        (ECDHE_RSA, 0x0303, b"\x01explicit", KeyExchange()),
        (RSA_EXPORT, 0x0301, SHORT_RSA, KeyExchange(rsa_bits=512)),
        (RSA, 0x0303, b"?", None),
    ],
)  # fmt: skip
def test_key_exchanges(suite: int, version: int, body: bytes, exchange: KeyExchange | None) -> None:
    data = hello(suite, version) + message(EXCHANGE, body) + message(DONE, b"")
    flight = read(record(22, data))
    assert flight is not None
    assert flight.exchange == exchange
    assert flight.done


def test_tls_1_3_ends_with_its_server_hello() -> None:
    version = b"\x00\x2b\x00\x02\x03\x04"
    flight = read(record(22, hello(0x1301, extensions=version + b"\x00\x33\x00\x06\x00\x1d\x00\x02ab")))
    assert flight is not None
    assert flight.selects(TlsVersion.TLS1_3)
    assert (flight.done, flight.retry) == (True, False)
    assert flight.exchange == KeyExchange(group=0x1D, public=b"ab")
    retried = read(record(22, hello(0x1302, extensions=version + b"\x00\x33\x00\x02\x11\xec", random=RETRY)))
    assert retried is not None
    assert (retried.retry, retried.retry_group, retried.suite) == (True, 0x11EC, 0x1302)
    draft = read(record(22, hello(0x1301, extensions=b"\x00\x2b\x00\x02\x7f\x1c")))
    assert draft is not None
    assert (draft.version, draft.wire) == (None, 0x7F1C)


def test_alerts() -> None:
    fatal = read(record(21, b"\x02\x46"))
    assert fatal == ServerFlight(alert=Alert(2, 70))
    assert fatal.alert is not None
    assert fatal.alert.name == "protocol_version"
    assert Alert(2, 233).name == "alert 233"
    name = record(21, b"\x01\x70")
    assert read(name) is None
    assert read(name + WHOLE) == read(WHOLE)
    reader = FlightReader()
    reader.feed(name)
    assert reader.broken_off() == ServerFlight(alert=Alert(1, 112), closed=True)
    assert read(record(21, b"\x01\x00")) == ServerFlight(alert=Alert(1, 0))
    with pytest.raises(NotTls):
        alert_of(b"\x02")


def test_an_ssl2_server() -> None:
    specs = b"\x01\x00\x80\x07\x00\xc0"
    body = b"\x04\x00\x01\x00\x02\x00\x04\x00\x06\x00\x02" + b"leaf" + specs + b"id"
    data = pack("!H", 0x8000 | len(body)) + body
    flight = read(data)
    assert flight is not None
    assert flight.selects(TlsVersion.SSL2)
    assert (flight.certificates, flight.ssl2_suites) == ((b"leaf",), (0x010080, 0x0700C0))
    assert all(read(data[:end]) is None for end in range(len(data)))
    refused = read(b"\x80\x03\x00\x00\x01")
    assert refused is not None
    assert refused.alert is not None
    for broken in (b"\x80\x0b\x04" + bytes(10), b"\x80\x02\x04\x00", b"\xff\xff\x09"):
        with pytest.raises(NotTls):
            read(broken)


def test_what_does_not_end_or_is_no_tls_is_bounded() -> None:
    for data in (
        b"HTTP/1.1 400 Bad Request\r\n",
        b"\x16\x02\x00\x00\x01a",
        b"\x16\x03\x01\xff\xff",
        record(22, message(CERTIFICATE, b"")),
        record(22, bytes([HELLO]) + b"\xff\xff\xff"),
        record(23, b"data"),
        record(22, hello()[:30] + b"\xff" + hello()[31:39]) + record(21, b""),
        record(21, b"\x01\x70") * 10_000,
    ):
        with pytest.raises(NotTls):
            read(data)


def test_ten_thousand_certificates_are_not_kept() -> None:
    many = chain(*[b"c"] * 10_000)
    assert len(many) < MAX_CHAIN
    records = b"".join(record(22, many[at : at + 16_384]) for at in range(0, len(many), 16_384))
    flight = read(record(22, hello()) + records + record(22, message(DONE, b"")))
    assert flight is not None
    assert flight.done
    assert len(flight.certificates) == MAX_CERTIFICATES
    huge = read(record(22, hello() + bytes([CERTIFICATE]) + b"\x70\x00\x00"))
    assert huge is not None
    assert (huge.suite, huge.certificates, huge.done) == (ECDHE_RSA, (), False)
    endless = read(record(22, hello()) + record(22, b"") * 60_000)
    assert endless is not None
    assert not endless.done


pieces = st.lists(
    st.sampled_from([WHOLE, record(22, hello()), record(21, b"\x01\x70"), record(22, chain(b"x"))])
    | st.builds(record, st.sampled_from([20, 21, 22, 23]), st.binary(max_size=60))
    | st.builds(lambda k, b: record(22, message(k, b)), st.sampled_from([2, 11, 12, 14, 22]), st.binary(max_size=60))
    | st.binary(max_size=8),
    max_size=6,
).map(b"".join)  # fmt: skip


@settings(max_examples=60, deadline=None)
@given(pieces, st.lists(st.integers(0, 400), max_size=6))
def test_records_come_out_the_same_wherever_the_bytes_are_cut(data: bytes, cuts: list[int]) -> None:
    def out(parts: list[bytes]) -> tuple[list[bytes], bool]:
        reader, found = RecordReader(), []
        try:
            for part in parts:
                found += [one.payload for one in reader.feed(part)]
        except NotTls:
            return found, True
        return found, False

    bounds = [0, *sorted(min(cut, len(data)) for cut in cuts), len(data)]
    whole, cut = out([data]), out([data[a:b] for a, b in pairwise(bounds)])
    assert cut[1] == whole[1]
    assert whole[0] == cut[0][: len(whole[0])]
