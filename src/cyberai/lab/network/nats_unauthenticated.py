"""A NATS service that lets everybody in; its twin wants a token; and one that greets alike and answers nothing."""

import json

from cyberai.lab.network._lines import LineSession
from cyberai.lab.page import Flaw
from cyberai.lab.service import Service, Session

CHECK = "network.nats-unauthenticated"


def _greeting(guarded: bool) -> str:
    about = {"server_id": "NQUAY", "version": "2.9.10", "proto": 1, "max_payload": 1_048_576, "headers": True}
    told = about | ({"auth_required": True} if guarded else {})
    return f"INFO {json.dumps(told, separators=(',', ':'))} \r\n"


class NatsSession(LineSession):
    """One connection."""

    def __init__(self, *, guarded: bool, greets_guarded: bool) -> None:
        super().__init__(_greeting(greets_guarded), self._line)
        self._guarded = guarded

    def _line(self, line: str) -> str:
        word = line.partition(" ")[0].upper()
        if self._guarded and word in ("CONNECT", "PING"):
            self.closed = True
            return "-ERR 'Authorization Violation'\r\n"
        if word in ("CONNECT", "PING"):
            return "PONG\r\n" if word == "PING" else ""
        self.closed = True
        return "-ERR 'Unknown Protocol Operation'\r\n"


def _events(fixed: bool) -> Session:
    return NatsSession(guarded=fixed, greets_guarded=fixed)


def _modest(_fixed: bool) -> Session:
    """Its greeting does not say that it wants a log-in."""
    return NatsSession(guarded=True, greets_guarded=False)


SERVICES: tuple[Service, ...] = (
    Service(
        name="events",
        session=_events,
        checks=(CHECK,),
        flaws=(
            Flaw(
                check=CHECK,
                path="",
                method="",
                variant="open",
                summary="Clients without credentials are let in.",
            ),
        ),
        greets=True,
    ),
    Service(name="events behind a log-in", session=_modest, checks=(CHECK,), greets=True),
)
