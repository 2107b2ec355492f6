"""A name server without a network (RFC 1035): questions as datagrams or over TCP, answered by a function."""

from collections.abc import Callable

import dns.exception
import dns.flags
import dns.message
import dns.opcode
import dns.rcode
import dns.rdataclass
import dns.rdatatype
import dns.rrset

MAX_BUFFER = 70_000

Answering = Callable[[dns.message.Message, dns.message.Message], None]
"""`(question, answer)`: fills the answer, which is NOERROR and empty."""


class DatagramQuestion:
    """One datagram."""

    closed = False

    def __init__(self, answering: Answering) -> None:
        self._answering = answering

    def feed(self, data: bytes) -> bytes:
        return answered(data, self._answering)


class StreamOfQuestions:
    """One TCP connection: each message behind its length."""

    def __init__(self, answering: Answering) -> None:
        self.closed = False
        self._answering = answering
        self._buffer = b""

    def feed(self, data: bytes) -> bytes:
        self._buffer += data
        output = b""
        while len(self._buffer) >= 2 and not self.closed:
            size = int.from_bytes(self._buffer[:2], "big")
            if len(self._buffer) < size + 2:
                break
            answer = answered(self._buffer[2 : size + 2], self._answering)
            self._buffer = self._buffer[size + 2 :]
            self.closed = not answer
            output += len(answer).to_bytes(2, "big") + answer if answer else b""
        self.closed = self.closed or len(self._buffer) > MAX_BUFFER
        return output


def answered(data: bytes, answering: Answering) -> bytes:
    """The answer to a message; empty for what is no question."""
    try:
        question = dns.message.from_wire(data)
    except (dns.exception.DNSException, ValueError):
        return b""
    if question.flags & dns.flags.QR or len(question.question) != 1:
        return b""
    answer = dns.message.make_response(question)
    if question.opcode() != dns.opcode.QUERY:
        answer.set_rcode(dns.rcode.NOTIMP)
    else:
        answering(question, answer)
    return answer.to_wire(max_size=65_535)


def asked(question: dns.message.Message) -> tuple[str, str, bool]:
    """(name without the last dot in lower case, type, whether of class CHAOS)."""
    first = question.question[0]
    chaos = first.rdclass == dns.rdataclass.CH
    return first.name.to_text(omit_final_dot=True).lower(), dns.rdatatype.to_text(first.rdtype), chaos


def add(answer: dns.message.Message, name: str, kind: str, *data: str, chaos: bool = False) -> None:
    """Add records of one name and type to the answer."""
    answer.answer.append(dns.rrset.from_text(f"{name}.", 300, "CH" if chaos else "IN", kind, *data))
