"""Name servers that are asked for their version: one tells on the vulnerable twin; one has a motto instead."""

import dns.message
import dns.rcode

from cyberai.lab.network._dns import DatagramQuestion, add, asked
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.dns-version"


class _Server:
    def __init__(self, text: str) -> None:
        self._text = text

    def answer(self, question: dns.message.Message, answer: dns.message.Message) -> None:
        name, kind, chaos = asked(question)
        if chaos and kind == "TXT" and name in ("version.bind", "version.server") and self._text:
            add(answer, name, kind, f'"{self._text}"', chaos=True)
        else:
            answer.set_rcode(dns.rcode.REFUSED)


def _server(fixed: bool) -> Session:
    return DatagramQuestion(_Server("" if fixed else "QuayDNS 4.1.7").answer)


def _motto(_fixed: bool) -> Session:
    return DatagramQuestion(_Server("names for the harbour, since 1968").answer)


SERVICES: tuple[Service, ...] = (
    Service(
        name="version teller",
        session=_server,
        checks=(CHECK,),
        udp=True,
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="version.bind", summary="The version is told."),
        ),
    ),
    Service(name="motto", session=_motto, checks=(CHECK,), udp=True),
)
