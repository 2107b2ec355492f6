"""Messages of the services behind doors: what is written is read again, and altered ones do no harm."""

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from cyberai.checkkit import ber, dns_message, ipmi, smb, snmp, srvsvc, ssh
from cyberai.lab.network import _srvsvc
from cyberai.lab.network._dns import answered
from cyberai.lab.network._smb import FileServer, FileSession
from cyberai.lab.network._snmp import Agent
from cyberai.lab.network.dns_zone_transfer import SERVICES as DNS
from cyberai.lab.network.ipmi_weak_authentication import SERVICES as IPMI
from fuzz import door_answers

SETTINGS = settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.too_slow])
OIDS = st.lists(st.integers(0, 2**32 - 1), min_size=1, max_size=12).map(lambda arcs: (1, 3, *arcs))


def _told() -> tuple[bytes, ...]:
    """One good answer of each kind."""
    question = dns_message.question(7, "harbour.example", "SOA")
    files = FileSession(FileServer(version_1=True))
    answers = [
        DNS[0].session(False).feed(len(question).to_bytes(2, "big") + question)[2:],
        Agent(("public",)).feed(snmp.request(1, "public", snmp.SYS_DESCR, 7)),
        IPMI[0].session(False).feed(ipmi.CAPABILITIES),
        IPMI[0].session(False).feed(ipmi.open_session(7, 0)),
        files.feed(smb.negotiate_1())[4:],
        files.feed(smb.negotiate_2())[4:],
        _srvsvc.answer(srvsvc.enumerate_shares("quay"), ("drawings", "accounts")),
        ssh.kexinit(b"curve25519-sha256", b"ssh-ed25519"),
        bytes([ssh.KEX_REPLY])
        + ssh.string(ssh.string(b"ssh-rsa") + ssh.string(b"\1\0\1") + ssh.string(b"\x80" * 128)),
        b"220-quay\r\n220 ready\r\n",
        b"\xff\xfb\x01\xff\xfa\x18\x01\xff\xf0login: ",
    ]
    assert all(answers)
    return tuple(answers)


TOLD = _told()
EDITS = st.lists(st.tuples(st.integers(0, 400), st.integers(0, 255)), max_size=6)


@SETTINGS
@given(st.sampled_from(TOLD), EDITS, st.integers(0, 400))
def test_altered_answers_are_read_or_refused(answer: bytes, edits: list[tuple[int, int]], cut: int) -> None:
    altered = bytearray(answer)
    for at, value in edits:
        altered[at % len(altered)] = value
    door_answers.fuzz_one(bytes(altered))
    door_answers.fuzz_one(bytes(altered[: cut % (len(altered) + 1)]))


@SETTINGS
@given(st.binary(max_size=200))
def test_bytes_of_any_kind_are_read_or_refused(data: bytes) -> None:
    door_answers.fuzz_one(data)


@SETTINGS
@given(st.binary(min_size=1, max_size=400), OIDS)
def test_values_and_numbers_come_back(data: bytes, oid: tuple[int, ...]) -> None:
    assert ber.read(ber.item(0x04, data)) == (0x04, data, len(ber.item(0x04, data)))
    message = ber.children(ber.read(snmp.request(0, "public", oid, 7))[1])
    assert message[1] == (0x04, b"public")
    assert ssh.read_packet(ssh.packet(data) + b"x") == (data, b"x")
    assert len(ssh.packet(data)) % 8 == 0


def test_good_answers_are_read() -> None:
    assert dns_message.read_answer(TOLD[0]).authoritative
    value = snmp.read_response(TOLD[1], 7)
    assert value is not None
    assert value.text.startswith("Quay crane")
    assert ipmi.read_capabilities(TOLD[2]) == ipmi.Capabilities(True, True, True)
    assert ipmi.opened(TOLD[3], 7, 0)
    assert not ipmi.opened(TOLD[3], 8, 0)
    assert smb.read_negotiated_1(TOLD[4]).signs
    assert smb.read_negotiated_2(TOLD[5]).name == "SMB 3.0.2"
    assert [share.name for share in srvsvc.read_shares(TOLD[6]) if share.is_disk] == ["drawings", "accounts"]
    assert ssh.read_kexinit(TOLD[7]).host_keys == ("ssh-ed25519",)
    assert ssh.read_host_key(TOLD[8]) == ssh.HostKey("ssh-rsa", 1024)
    assert answered(b"", lambda _question, _answer: None) == b""
