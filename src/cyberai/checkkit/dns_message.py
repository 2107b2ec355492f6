"""DNS questions and answers, over UDP and TCP (RFC 1035); reading and writing is dnspython's part."""

import dns.exception
import dns.flags
import dns.message
import dns.name
import dns.rdataclass
import dns.rdatatype
import dns.reversename
from msgspec import Struct

from cyberai.checkkit.probe import Probe
from cyberai.domain.asset import ServiceAsset
from cyberai.domain.transport import Transport
from cyberai.ports.network import Conversation, TransportError, TransportReason

MAX_RECORDS = 500
"""Records kept of one message."""

MAX_MESSAGES = 40
MAX_TRANSFER = 131_072
"""Bytes read of a zone: enough to know that it is given away."""


class Record(Struct, frozen=True):
    """One record of an answer: its owner without the last dot, its type (`SOA`) and its data as text."""

    name: str
    kind: str
    data: str


class DnsAnswer(Struct, frozen=True):
    """What a server answered; `records` are those of the answer section, `raw` is the whole message."""

    number: int
    code: str
    authoritative: bool
    recursion_available: bool
    records: tuple[Record, ...]
    raw: bytes = b""

    def data(self, kind: str) -> tuple[str, ...]:
        """The data of the records of a type."""
        return tuple(record.data for record in self.records if record.kind == kind)


def question(number: int, name: str, kind: str, *, recursion: bool = False, chaos: bool = False) -> bytes:
    """A question; raise ValueError for a name that cannot be one."""
    try:
        message = dns.message.make_query(name, kind, "CH" if chaos else "IN", flags=0, id=number)
    except dns.exception.DNSException as error:
        raise ValueError("no name of the DNS") from error
    if recursion:
        message.flags |= dns.flags.RD
    return message.to_wire()


def read_answer(raw: bytes) -> DnsAnswer:
    """An answer; raise ValueError for what is none."""
    try:
        message = dns.message.from_wire(raw, ignore_trailing=True, one_rr_per_rrset=True)
        records = tuple(
            Record(
                rrset.name.to_text(omit_final_dot=True),
                dns.rdatatype.to_text(rrset.rdtype),
                next(iter(rrset)).to_text()[:1_000] if len(rrset) else "",
            )
            for rrset in message.answer[:MAX_RECORDS]
        )
        code = message.rcode().name
    except (dns.exception.DNSException, ValueError) as error:
        raise ValueError("no message of the DNS") from error
    flags = message.flags
    if not flags & dns.flags.QR:
        raise ValueError("no answer")
    return DnsAnswer(message.id, code, bool(flags & dns.flags.AA), bool(flags & dns.flags.RA), records, raw)


async def ask(
    service: ServiceAsset,
    probe: Probe,
    name: str,
    kind: str,
    *,
    recursion: bool = False,
    chaos: bool = False,
) -> DnsAnswer | None:
    """The answer of a DNS service over the transport it was found on; None when none came in time or it is none.
    Raise TransportError. Costs one request."""
    number = probe.number(0, 65_535)
    sent = question(number, name, kind, recursion=recursion, chaos=chaos)
    try:
        if service.transport is Transport.UDP:
            raw = (await probe.datagram(service.host, service.port, sent))[0]
        else:
            raw = await probe.converse(
                service.host, service.port, lambda c: _exchange(c, sent), tls=service.tls
            )
        answer = read_answer(raw)
    except ValueError:
        return None
    except TransportError as error:
        # Servers drop questions that they do not want to answer, or hang up.
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return None
        raise
    return answer if answer.number == number else None


async def transfer(service: ServiceAsset, probe: Probe, zone: str) -> tuple[Record, ...]:
    """The first records of a zone that the server hands out over TCP (RFC 5936); none when it refuses. Raise
    TransportError. Costs one request."""
    number = probe.number(0, 65_535)
    sent = question(number, zone, "AXFR")

    async def read(conversation: Conversation) -> tuple[Record, ...]:
        await conversation.send(len(sent).to_bytes(2, "big") + sent)
        records: list[Record] = []
        size = 0
        for _ in range(MAX_MESSAGES):
            raw = await _message(conversation)
            size += len(raw)
            answer = read_answer(raw)
            if answer.number != number or answer.code != "NOERROR" or not answer.records:
                return ()
            records += answer.records
            ended = len(records) > 1 and sum(record.kind == "SOA" for record in records) > 1
            if ended or size > MAX_TRANSFER:
                break
        return tuple(records)

    try:
        return await probe.converse(service.host, service.port, read, tls=service.tls)
    except ValueError:
        return ()
    except TransportError as error:
        if error.reason in (TransportReason.TIMEOUT, TransportReason.RESET):
            return ()
        raise


def reverse_name(address: str) -> str:
    """The name under which the DNS keeps the name of an address; empty for what is no address."""
    try:
        return dns.reversename.from_address(address).to_text(omit_final_dot=True)
    except (dns.exception.DNSException, ValueError):
        return ""


async def _exchange(conversation: Conversation, sent: bytes) -> bytes:
    await conversation.send(len(sent).to_bytes(2, "big") + sent)
    return await _message(conversation)


async def _message(conversation: Conversation) -> bytes:
    head = await conversation.receive_exactly(2)
    return await conversation.receive_exactly(int.from_bytes(head, "big")) if len(head) == 2 else b""
