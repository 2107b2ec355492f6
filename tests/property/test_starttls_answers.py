"""Whatever a server says before TLS, the way into it ends; and each protocol's own words lead there."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from cyberai.checkkit import ber
from cyberai.domain.tls.starttls import StartTls
from fuzz.starttls_answers import Canned, agreed, fuzz_one

STREAM = (
    b"<?xml version='1.0'?><stream:stream xmlns:stream='http://etherx.jabber.org/streams' from='quay.test' id='1' "
    b"version='1.0'><stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls>"
    b"</stream:features>"
)
MYSQL = b"\x0a8.0.36\0\x08\0\0\0abcdefgh\0"


def packet(capabilities: int) -> bytes:
    body = MYSQL + capabilities.to_bytes(2, "little") + b"\x21" + bytes(18)
    return len(body).to_bytes(3, "little") + b"\0" + body


def extended(code: int) -> bytes:
    result = ber.number(code, 0x0A) + ber.item(0x04) + ber.item(0x04)
    return ber.item(0x30, ber.number(1), ber.item(0x78, result))


GREETED = b'"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n"STARTTLS"\r\nOK "ready"\r\n'
AGREED: dict[StartTls, bytes] = {
    StartTls.SMTP: b"220-quay\r\n220 ready\r\n250-quay\r\n250-STARTTLS\r\n250 HELP\r\n220 go ahead\r\n",
    StartTls.IMAP: b"* OK ready\r\n* CAPABILITY IMAP4rev1\r\na1 OK begin\r\n",
    StartTls.POP3: b"+OK ready\r\n+OK begin\r\n",
    StartTls.FTP: b"220 ready\r\n234 go ahead\r\n",
    StartTls.XMPP: STREAM + b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    StartTls.XMPP_SERVER: STREAM + b"<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>",
    StartTls.LDAP: extended(0),
    StartTls.POSTGRESQL: b"S",
    StartTls.MYSQL: packet(0xFFFF),
    StartTls.NNTP: b"201 ready\r\n382 go ahead\r\n",
    StartTls.SIEVE: GREETED + b"OK begin\r\n",
}
REFUSED: dict[StartTls, tuple[bytes, ...]] = {
    StartTls.SMTP: (
        b"220 ready\r\n250-quay\r\n250 HELP\r\n220 go ahead\r\n",
        b"220 ready\r\n250 STARTTLS\r\n454 not now\r\n",
        b"554 no\r\n",
        AGREED[StartTls.SMTP] + b"250 HELP\r\n",
    ),
    StartTls.IMAP: (b"* OK ready\r\na1 BAD what\r\n", b"* BYE\r\n"),
    StartTls.POP3: (b"+OK ready\r\n-ERR what\r\n", b"-ERR no\r\n"),
    StartTls.FTP: (b"220 ready\r\n502 what\r\n", b"220 ready\r\n431 not now\r\n"),
    StartTls.XMPP: (
        b"<?xml version='1.0'?><stream:stream><stream:error><host-unknown/></stream:error></stream:stream>",
        STREAM.replace(b"urn:ietf:params:xml:ns:xmpp-tls", b"urn:other"),
        STREAM + b"<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>",
    ),
    StartTls.XMPP_SERVER: (b"<stream:features/>",),
    StartTls.LDAP: (extended(2), extended(52), ber.item(0x30, ber.number(1), ber.item(0x61))),
    StartTls.POSTGRESQL: (b"N", b"E\0\0\0\x0a"),
    StartTls.MYSQL: (packet(0xF7FF), b"\x47\0\0\0\xff\x6a\x04Host is not allowed", b"\xff\xff\xff\0"),
    StartTls.NNTP: (b"200 ready\r\n580 no\r\n", b"502 no\r\n"),
    StartTls.SIEVE: (GREETED + b'NO "not now"\r\n', b'BYE "later"\r\n'),
}


@pytest.mark.parametrize("protocol", StartTls)
def test_each_protocol_is_led_into_tls_or_takes_no_for_an_answer(protocol: StartTls) -> None:
    # What a stream says first ends where the client has to speak.
    for chunk in (len(STREAM), 1):
        assert agreed(protocol, Canned(AGREED[protocol], chunk))
    for said in (b"", *REFUSED[protocol]):
        for chunk in (65_536, 1):
            # One byte after the other, what follows an agreement is not there yet when it is read.
            if chunk == 1 and said.startswith(AGREED[protocol]):
                continue
            assert not agreed(protocol, Canned(said, chunk)), said


@settings(deadline=None)
@given(
    st.sampled_from([b"", *AGREED.values(), *(said for some in REFUSED.values() for said in some)]),
    st.integers(0, 300),
    st.binary(max_size=200),
)
def test_hostile_answers_end(said: bytes, cut: int, rest: bytes) -> None:
    fuzz_one(said[:cut] + rest + said[cut:])


def test_a_reply_without_an_end_is_given_up() -> None:
    for protocol in StartTls:
        for byte in (b"2", b"<", b"*", b"+", b"\n"):
            conversation = Canned(byte * 1_000_000)
            assert not agreed(protocol, conversation)
            assert len(conversation.said) > 800_000
