"""Every UDP probe knows its server's answer, and nothing else: no other protocol's, no echo, no noise."""

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from cyberai.engine import udp_messages as say
from cyberai.engine.udp_probes import PROBES, USUAL_PORTS, probes_for, recognise

ANSWERS = {
    # Written from each protocol's own definition; where a real server stood by, what it sent.
    "dns": [b"\x2b\x57\x81\x05" + struct.pack("!HHHH", 1, 0, 0, 0) + b"\0\0\x02\0\x01"],
    "ntp": [
        b"\x24\x02" + bytes(22) + say.MARK_8 + bytes(16),
        b"\xe4\x00" + bytes(22) + say.MARK_8 + bytes(16),
    ],
    "snmp": [
        bytes.fromhex(
            "302d02010104067075626c6963a22002032b575a0201000201003013301106082b0601020101010004054c696e7578"
        ),
        bytes.fromhex(
            "306402010330100203 2b575a 020205dc 040100 020103"
            "041f301d040d80001f888080000000000000000002010702020b0404000400 0400"
            "302c040d80001f88808000000000000000000400a81902032b575a0201000201003011300f060a2b060106030f01010400410103"
        ),
    ],
    "memcached": [b"\x2b\x57\0\0\0\x01\0\0VERSION 1.6.18\r\n"],
    "mdns": [
        b"\x57\x2b\x84\x00\0\1\0\1\0\0\0\0\x09_services\x07_dns-sd\x04_udp\x05local\0\0\x0c\0\x01\xc0\x0c\0\x0c\0\x01"
        b"\0\0\0\x0a\0\x02\xc0\x0c"
    ],
    "ssdp": [b"HTTP/1.1 200 OK\r\nST: upnp:rootdevice\r\nUSN: uuid:x::upnp:rootdevice\r\n\r\n"],
    "tftp": [b"\0\x05\0\x01File not found\0"],
    "netbios": [b"\x2b\x57\x84\0\0\0\0\1\0\0\0\0\x20CK" + b"A" * 30 + b"\0\0\x21\0\1\0\0\0\0\0\x41\x01"],
    "rpcbind": [say.MARK_8[:4] + bytes.fromhex("0000000100000000000000000000000000000000")],
    "ipmi": [bytes.fromhex("0600ff0700000000000000000010811c632000380001973e030200000000c2")],
    "ike": [
        say.MARK_8 + b"\x01" * 8 + bytes.fromhex("29202220000000000000002400000008 0000000e"),
        say.MARK_8 + b"\x01" * 8 + bytes.fromhex("0b100500000000000000002800000000"),
        bytes(4) + say.MARK_8 + b"\x01" * 8 + bytes.fromhex("292022200000000000000024000000080000000e"),
    ],
    "quic": [b"\xda\0\0\0\0\x08" + say.MARK_8[::-1] + b"\x08" + say.MARK_8 + b"\0\0\0\1"],
    "openvpn": [b"\x40" + b"\x09" * 8 + b"\x01\0\0\0\0" + say.MARK_8 + b"\0\0\0\0"],
    "sip": [
        b"SIP/2.0 200 OK\r\nVia: SIP/2.0/UDP invalid.invalid;branch=z9hG4bK2b57;received=127.0.0.1\r\n\r\n"
    ],
    "coap": [b"\x62\x45\x2b\x57\x5a\x11\xff</a>", b"\x62\x84\x2b\x57\x5a\x11"],
    "stun": [b"\x01\x01\0\x0c\x21\x12\xa4\x42" + say.STUN_BINDING[8:] + bytes(12)],
    "ldap": [
        bytes.fromhex("300c02012b64070400300030 00")[:14],
        bytes.fromhex("300c02012b65070a010004000400"),
    ],
    "mssql-browser": [b"\x05\x0b\0ServerName;"],
    "xdmcp": [b"\0\x01\0\x05\0\x0a\0\0\0\x04host\0\0", b"\0\x01\0\x06\0\x06\0\x02no\0\0"],
    "nat-pmp": [b"\0\x80\0\0\0\0\0\x01\xc0\0\x02\x01", b"\0\x80\0\x03\0\0\0\x01"],
    "bacnet": [bytes.fromhex("810a001401003001 0c0c02000008194b3ec40200000a3f".replace(" ", ""))[:20]],
}


def test_every_protocol_knows_its_answer_and_no_other_does() -> None:
    assert {probe.protocol for probe in PROBES} == set(ANSWERS)
    for protocol, answers in ANSWERS.items():
        for answer in answers:
            knowing = {probe.protocol for probe in PROBES if probe.recognises(answer)}
            # A NetBIOS answer is a DNS message too; the port says which is meant, and it comes first in the table.
            assert knowing in ({protocol}, {protocol, "dns"}), (protocol, knowing, answer.hex())


def test_an_echo_is_no_service_and_neither_is_a_cut_answer_of_nothing() -> None:
    for sent in PROBES:
        for probe in PROBES:
            assert not probe.recognises(sent.payload), (probe.protocol, sent.protocol)
            assert not probe.recognises(b"")


@given(
    st.binary(max_size=200),
    st.sampled_from([answer for some in ANSWERS.values() for answer in some]),
    st.data(),
)
def test_hostile_datagrams_are_judged_without_an_error(
    noise: bytes, answer: bytes, data: st.DataObject
) -> None:
    recognise(161, noise)
    end = data.draw(st.integers(0, len(answer)))
    recognise(53, answer[:end] + noise)


def test_the_usual_probes_for_a_known_port_and_all_for_another() -> None:
    assert [probe.protocol for probe in probes_for(161)] == ["snmp", "snmp"]
    assert probes_for(40_000) == PROBES
    assert {53, 69, 111, 123, 137, 161, 443, 500, 623, 1194, 1900, 4500, 5060, 5353, 5683, 11211} <= set(
        USUAL_PORTS
    )
    assert max(len(probe.payload) for probe in PROBES) <= 1_200


@pytest.mark.parametrize(("port", "protocol"), [(137, "netbios"), (53, "dns")])
def test_the_port_decides_between_two_that_look_alike(port: int, protocol: str) -> None:
    assert recognise(port, ANSWERS["netbios"][0]) == protocol
