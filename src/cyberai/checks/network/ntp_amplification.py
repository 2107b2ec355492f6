"""A time server answers small questions about itself with much larger answers, to whoever asks.

## Impact
As nobody proves the sender's address of a datagram, forged questions make the server flood others: `monlist` answers a
question of a few bytes with up to a hundred datagrams. What is told (clients, version, system) helps attackers as well.

## Remediation
Give strangers the time and nothing else: `restrict default kod limited nomodify notrap nopeer noquery` in `ntp.conf`
and `disable monitor` for `monlist`, or a server that does not know these questions, such as chrony. Update releases
before 4.2.7p26.

## How it is proven
The list of clients (mode 7, `MON_GETLIST_1`) and the server's variables (mode 6, `READVAR`) are asked for, each twice;
both questions only read. A finding is a whole answer of that kind which is larger than the question by half or more.
"""

from collections.abc import AsyncIterator, Callable

from cyberai.checkkit import (
    Grain,
    Hit,
    Oracle,
    Probe,
    Proof,
    Scope,
    ServiceAsset,
    ServiceEvidence,
    Severity,
    Struct,
    Transport,
    TransportError,
    TransportReason,
    check,
)
from cyberai.checkkit.service_port import by_hand, speaks

_LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:N/S:U/C:L/I:N/A:N"
_ANSWERS = 8
_FACTOR = 1.5


class _Question(Struct, frozen=True):
    """`is_answer(datagram)` says that it answers the question and holds something."""

    cause: str
    title: str
    payload: bytes
    is_answer: Callable[[bytes], bool]
    severity: Severity
    cvss: str
    cve: tuple[str, ...] = ()


def _is_list(said: bytes) -> bool:
    """RFC 1305's reserved mode 7 as ntpd speaks it: response, request code, no error, one item or more."""
    return (
        len(said) > 8
        and said[0] & 0x87 == 0x87
        and said[3] == 0x2A
        and said[4] & 0xF0 == 0
        and bool(int.from_bytes(said[4:6], "big") & 0x0FFF)
    )


def _is_variables(said: bytes) -> bool:
    """RFC 9327, section 3: response, no error, opcode 2, our sequence number, and names with values."""
    return (
        len(said) > 12
        and said[0] & 0x07 == 6
        and said[1] & 0xDF == 0x82
        and said[2:4] == b"\x2b\x57"
        and b"=" in said[12:]
    )


_QUESTIONS = (
    _Question(
        "monlist",
        "NTP server multiplies traffic (monlist)",
        b"\x17\x00\x03\x2a" + bytes(4),
        _is_list,
        Severity.MEDIUM,
        "CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:L",
        ("CVE-2013-5211",),
    ),
    _Question(
        "readvar",
        "NTP server tells its variables to everyone",
        b"\x16\x02\x2b\x57" + bytes(8),
        _is_variables,
        Severity.LOW,
        _LOW,
    ),
)


@check(
    id="network.ntp-amplification",
    title="NTP server multiplies traffic",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:N/I:N/A:L",
    cwe=("CWE-406", "CWE-306"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=4,
    references=(
        "https://www.cisa.gov/news-events/alerts/2014/01/13/ntp-amplification-attacks-using-cve-2013-5211",
        "https://www.rfc-editor.org/rfc/rfc9327",
    ),
    tags=("ntp", "amplification"),
)
async def ntp_amplification(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Each question twice, where the first was answered."""
    if not speaks(service, ("ntp",), transport=Transport.UDP):
        return
    for question in _QUESTIONS:
        first = await _ask(service, probe, question)
        if first and await _ask(service, probe, question):
            yield _hit(service, question, first)


async def _ask(service: ServiceAsset, probe: Probe, question: _Question) -> tuple[bytes, ...]:
    """The datagrams of an answer that counts; none for silence, errors and short ones."""
    try:
        said = await probe.datagram(service.host, service.port, question.payload, answers=_ANSWERS, quiet=0.3)
    except TransportError as error:
        if error.reason is TransportReason.TIMEOUT:
            return ()
        raise
    larger = sum(map(len, said)) >= _FACTOR * len(question.payload)
    return said if larger and question.is_answer(said[0]) else ()


def _hit(service: ServiceAsset, question: _Question, said: tuple[bytes, ...]) -> Hit:
    size, asked = sum(map(len, said)), len(question.payload)
    told = f"{asked} bytes are answered by {size} bytes"
    if len(said) == _ANSWERS:
        told += " or more"
    return Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            ServiceEvidence(
                service.host,
                service.port,
                question.payload,
                said[0][:2048],
                by_hand(service, question.payload),
                "",
                f"{told} in {len(said)} datagrams.",
                transport=Transport.UDP,
            ),
        ),
        host=service.host,
        port=service.port,
        cause=question.cause,
        detail=f"{question.cause}: {told}",
        title=question.title,
        severity=question.severity,
        cvss=question.cvss,
        cve=question.cve,
    )
