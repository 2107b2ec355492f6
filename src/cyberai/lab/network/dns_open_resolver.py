"""Resolvers: one for everyone on the vulnerable twin; name servers that look like one."""

import zlib

import dns.flags
import dns.message
import dns.rcode

from cyberai.lab.network._dns import DatagramQuestion, StreamOfQuestions, add, asked
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.dns-open-resolver"


def _resolve(question: dns.message.Message, answer: dns.message.Message) -> None:
    """A resolver with the whole Internet behind it: every domain of a name exists there."""
    name, kind, chaos = asked(question)
    answer.flags |= dns.flags.RA
    if chaos or not question.flags & dns.flags.RD:
        answer.set_rcode(dns.rcode.REFUSED if chaos else dns.rcode.NOERROR)
    elif name.endswith((".invalid", ".test")) or "." not in name:
        answer.set_rcode(dns.rcode.NXDOMAIN)
    elif kind == "A":
        add(answer, name, kind, f"198.51.100.{zlib.crc32(name.encode()) % 254 + 1}")


def _refuse(_question: dns.message.Message, answer: dns.message.Message) -> None:
    answer.set_rcode(dns.rcode.REFUSED)


def _boast(_question: dns.message.Message, answer: dns.message.Message) -> None:
    """A forwarder for nobody: it says that it could."""
    answer.flags |= dns.flags.RA
    answer.set_rcode(dns.rcode.REFUSED)


def _sink(question: dns.message.Message, answer: dns.message.Message) -> None:
    """It leads everyone to one address, whatever the question."""
    name, kind, chaos = asked(question)
    answer.flags |= dns.flags.RA
    if kind == "A" and not chaos:
        add(answer, name, kind, "192.0.2.80")


def _own(question: dns.message.Message, answer: dns.message.Message) -> None:
    """It claims authority over all there is, as the server of a root of its own."""
    name, kind, chaos = asked(question)
    answer.flags |= dns.flags.AA | dns.flags.RA
    if kind == "A" and not chaos:
        add(answer, name, kind, "192.0.2.81")


def _datagram(fixed: bool) -> Session:
    return DatagramQuestion(_refuse if fixed else _resolve)


def _stream(fixed: bool) -> Session:
    return StreamOfQuestions(_refuse if fixed else _resolve)


def _boasting(_fixed: bool) -> Session:
    return DatagramQuestion(_boast)


def _sinkhole(_fixed: bool) -> Session:
    return DatagramQuestion(_sink)


def _root(_fixed: bool) -> Session:
    return DatagramQuestion(_own)


def _flaw(variant: str) -> tuple[Flaw, ...]:
    return (
        Flaw(check=CHECK, path="", method="", variant=variant, summary="Names are resolved for everyone."),
    )


SERVICES: tuple[Service, ...] = (
    Service(name="resolver", session=_datagram, checks=(CHECK,), udp=True, flaws=_flaw("udp")),
    Service(name="resolver by stream", session=_stream, checks=(CHECK,), flaws=_flaw("tcp")),
    Service(name="boasting forwarder", session=_boasting, checks=(CHECK,), udp=True),
    Service(name="sinkhole", session=_sinkhole, checks=(CHECK,), udp=True),
    Service(name="own root", session=_root, checks=(CHECK,), udp=True),
)
