"""A name server of one zone and of the reverse zone of its network: it hands the zone out on the vulnerable twin."""

import dns.flags
import dns.message
import dns.rcode

from cyberai.lab.network._dns import StreamOfQuestions, add, asked
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.dns-zone-transfer"
_ZONE = "harbour.example"
_REVERSE = "127.in-addr.arpa"
_SOA = "ns1.harbour.example. keeper.harbour.example. 2024030101 3600 600 604800 300"
_RECORDS = (
    ("harbour.example", "NS", "ns1.harbour.example."),
    ("harbour.example", "MX", "10 mx.harbour.example."),
    ("ns1.harbour.example", "A", "127.0.0.1"),
    ("mx.harbour.example", "A", "192.0.2.25"),
    ("crane-control.harbour.example", "A", "192.0.2.40"),
    ("vpn.harbour.example", "A", "192.0.2.44"),
)


class _Server:
    """`transfers`: "all" hands the zone out, "none" refuses, "start" sends no more than the first record."""

    def __init__(self, transfers: str) -> None:
        self._transfers = transfers

    def answer(self, question: dns.message.Message, answer: dns.message.Message) -> None:
        name, kind, chaos = asked(question)
        inside = name == _ZONE or name.endswith(f".{_ZONE}")
        if chaos or not (inside or name == _REVERSE or name.endswith(f".{_REVERSE}")):
            answer.set_rcode(dns.rcode.REFUSED)
            return
        answer.flags |= dns.flags.AA
        if kind == "AXFR":
            self._transfer(name, answer)
        elif name in (_ZONE, _REVERSE) and kind == "SOA":
            add(answer, name, "SOA", _SOA)
        elif kind == "PTR" and name.endswith(f".{_REVERSE}"):
            add(answer, name, "PTR", "ns1.harbour.example.")
        else:
            for owner, of_kind, data in _RECORDS:
                if (owner, of_kind) == (name, kind):
                    add(answer, owner, of_kind, data)

    def _transfer(self, name: str, answer: dns.message.Message) -> None:
        if self._transfers == "none" or name not in (_ZONE, _REVERSE):
            answer.set_rcode(dns.rcode.REFUSED)
            return
        add(answer, name, "SOA", _SOA)
        if self._transfers == "start":
            return
        records = _RECORDS if name == _ZONE else ((_REVERSE, "NS", "ns1.harbour.example."),)
        for record in records:
            add(answer, *record)
        add(answer, name, "SOA", _SOA)


def _names(fixed: bool) -> Session:
    return StreamOfQuestions(_Server("none" if fixed else "all").answer)


def _short(_fixed: bool) -> Session:
    return StreamOfQuestions(_Server("start").answer)


SERVICES: tuple[Service, ...] = (
    Service(
        name="harbour names",
        session=_names,
        checks=(CHECK,),
        flaws=(
            Flaw(check=CHECK, path="", method="", variant="axfr", summary="The whole zone is handed out."),
        ),
    ),
    Service(name="short transfer", session=_short, checks=(CHECK,)),
)
