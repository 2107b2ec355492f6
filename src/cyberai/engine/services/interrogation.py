"""Asks one TCP port until it is known what speaks there.

The order follows the port's number, what is recognised does not depend on it. At most MOST_MESSAGES connections are
opened; a port that stays silent costs two answers' worth of patience and a few short waits.
"""

import asyncio
from collections.abc import Iterable

from msgspec import Struct

from cyberai.domain.transport import Transport
from cyberai.engine.protocols import speaks_first
from cyberai.engine.services import catalogue, stores
from cyberai.engine.services.ask import Ask
from cyberai.engine.services.brokers import openwire
from cyberai.engine.services.greetings import from_greeting
from cyberai.engine.services.identity import UNKNOWN, Identity
from cyberai.engine.services.line import Line

GREETING_SECONDS = 5.0
"""Where servers greet: many look up the client's name first."""
HOME_SECONDS = 3.0
"""For the answer to a question that is usual on the port."""
WEB_SECONDS = 3.0
ELSEWHERE_SECONDS = 2.0
"""For the answer to a question that only might be understood: most that do not understand it hang up at once."""
SILENT_SECONDS = 0.8
"""The same where nothing has made the service say or do anything."""
MOST_MESSAGES = 32
HALF_SURE = 50
GET = b"GET / HTTP/1.1\r\nHost: %s\r\nUser-Agent: CyberAI\r\nAccept: */*\r\nConnection: close\r\n\r\n"
_TLS_RECORDS = b"\x15\x16"
"""First bytes of a TLS alert and handshake record (RFC 8446, section 5.1)."""


class Heard(Struct, frozen=True):
    """What came of asking. `said` is what the service said first; `web` that it speaks HTTP; `silent` that nothing
    made it say or do anything; `alert` that it answers as a TLS server does to what is no TLS."""

    identity: Identity = UNKNOWN
    said: bytes = b""
    web: bool = False
    silent: bool = False
    alert: bool = False

    @property
    def known(self) -> bool:
        """True when there is nothing more to ask."""
        return self.web or self.identity.protocol != ""


async def greeted(line: Line, seconds: float = GREETING_SECONDS) -> Heard:
    """Listen to what the service says by itself."""
    said = await line.say(b"", seconds)
    return Heard(from_greeting(said) or openwire(said) or UNKNOWN, said) if said else Heard()


async def at_home(line: Line) -> Heard:
    """The greeting where one is usual, then the questions that are usual on this port."""
    first = b""
    if speaks_first(line.port):
        heard = await greeted(line)
        if heard.known:
            return heard
        first = heard.said
    for ask in catalogue.at_home(line.port, Transport.TCP)[:3]:
        heard = await _asked(line, ask, HOME_SECONDS)
        if heard.known:
            return heard
        first = first or heard.said
    return Heard(said=first)


async def in_clear(line: Line, host: str) -> Heard:
    """A request for a web page, which also hears what any server says that greets or complains in lines."""
    request = GET % host.encode("latin-1", "replace")
    said = await line.say(request, WEB_SECONDS)
    if said.startswith(b"HTTP/1."):
        return Heard(said=said, web=True)
    if not said or said[:64] == request[:64]:
        return Heard(said=said, silent=line.silent)
    if said[0] in _TLS_RECORDS:
        return Heard(alert=True)
    identity = from_greeting(said) or openwire(said)
    if identity is None:
        identity = next((found for ask in _complaining() if (found := ask.judge(said))), UNKNOWN)
    if identity.protocol == "redis":
        return await _better(line, stores.REDIS, Heard(identity, said))
    if identity is UNKNOWN and stores.might_be_memcached(said):
        return await _better(line, stores.MEMCACHED, Heard(said=said))
    return Heard(identity, said)


def _complaining() -> Iterable[Ask]:
    """Protocols whose servers answer what they do not understand."""
    named = frozenset({"redis", "amqp", "cassandra", "stomp", "postgresql", "zookeeper", "xmpp"})
    return (ask for ask in catalogue.everything() if ask.name in named)


async def _better(line: Line, ask: Ask, before: Heard) -> Heard:
    after = await _asked(line, ask, HOME_SECONDS)
    return after if after.known else before


async def elsewhere(line: Line, *, silent: bool, at_a_time: int) -> Heard:
    """All further questions, some at a time."""
    asks = catalogue.elsewhere(line.port, silent=silent)[: MOST_MESSAGES - 8]
    first = b""
    for start in range(0, len(asks), at_a_time):
        part = asks[start : start + at_a_time]
        seconds = SILENT_SECONDS if silent else ELSEWHERE_SECONDS
        for heard in await asyncio.gather(*(_asked(line, ask, seconds) for ask in part)):
            if heard.known:
                return heard
            first = first or heard.said
    return Heard(said=first)


async def through_tls(line: Line) -> Heard:
    """Inside TLS, to what does not speak HTTP there."""
    first = b""
    for number, ask in enumerate(catalogue.through_tls(line.port)):
        heard = await _asked(line, ask, HOME_SECONDS if number == 0 else ELSEWHERE_SECONDS)
        if heard.known:
            return heard
        first = first or heard.said
    return Heard(said=first)


async def _asked(line: Line, ask: Ask, seconds: float) -> Heard:
    said = await line.say(ask.payload, seconds, ask=ask)
    if not said:
        return Heard()
    if said.startswith(b"HTTP/1."):
        return Heard(said=said, web=True)
    if ask is not stores.MEMCACHED and stores.might_be_memcached(said):
        return await _better(line, stores.MEMCACHED, Heard(said=said))
    found = ask.judge(said)
    if found is not None and not found.version and ask.further is not None:
        # `further` itself has none: this goes one level deep.
        return await _better(line, ask.further, Heard(found, said))
    return Heard(found or _own_words(said, ask) or UNKNOWN, said)


def _own_words(said: bytes, ask: Ask) -> Identity | None:
    """What it said is no answer to the question, but perhaps its greeting."""
    return None if said.startswith(ask.payload[:64]) else from_greeting(said)
