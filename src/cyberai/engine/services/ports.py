"""One port from the first message to a verdict, with bounded patience."""

from cyberai.domain.http import Url
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.protocols import speaks_first, starts_tls
from cyberai.engine.services import interrogation as ask
from cyberai.engine.services.answering import Answering
from cyberai.engine.services.entering import enter, wants_tls
from cyberai.engine.services.identity import UNKNOWN, Identity
from cyberai.engine.services.line import NOT_THERE, Line
from cyberai.engine.services.tls import SILENT_TLS_SECONDS, TLS_SECONDS, speaks_tls

PATIENT_PORTS = 2
"""Silent ports per host that are given the scan's whole time for a page: a slow application may stand behind them."""
ASKED_PORTS = 8
"""Silent ports per host that are asked everything. A host with more of them is a trap, and costs little each."""
_MOST_AT_A_TIME = 4


async def ask_port(context: Context, host: str, port: int, tally: Tally) -> Answering:
    """What speaks on an open TCP port; raise TransportError where there is no connection."""
    line = Line(context, host, port, tally)
    heard = await ask.at_home(line)
    if heard.known and not heard.web:
        return Answering(heard.identity, heard.said)
    said = heard.said
    plain_first = heard.web or not starts_tls(port)
    if plain_first:
        plain, alert = await _in_clear(context, line, tally)
        if plain is not None and (plain.web or plain.identity is not UNKNOWN):
            return plain
        said = said or (plain.said if plain is not None else b"")
        if said and not alert and said[0] not in b"\x15\x16":
            # It speaks in the clear, in words we do not know: no TLS.
            return await _further(context, line, said)
    inside = await _inside_tls(context, line, tally, starts_tls(port))
    if inside is not None:
        return inside
    if not plain_first:
        plain, _ = await _in_clear(context, line, tally)
        if plain is not None and (plain.web or plain.identity is not UNKNOWN):
            return plain
        said = said or (plain.said if plain is not None else b"")
    return await _further(context, line, said)


async def _in_clear(context: Context, line: Line, tally: Tally) -> tuple[Answering | None, bool]:
    """(what answers in the clear or None, whether it asks for TLS)."""
    heard = await ask.in_clear(line, line.host)
    if not heard.web:
        return (None if heard.alert else Answering(heard.identity, heard.said)), heard.alert
    url = Url("http", line.host, line.port)
    error = await enter(context, url, tally, retries=1)
    if error is None:
        return (None, True) if wants_tls(context, url) else (Answering(web=True), False)
    if error.reason in NOT_THERE:
        raise error
    # It begins like HTTP and is none that can be read.
    return Answering(Identity(protocol="http", confidence=ask.HALF_SURE), heard.said), False


async def _inside_tls(context: Context, line: Line, tally: Tally, usual: bool) -> Answering | None:
    seconds = SILENT_TLS_SECONDS if line.silent and not usual else TLS_SECONDS
    if line.silent and not usual and context.silent_ports[line.host] >= ASKED_PORTS:
        return None
    if not await speaks_tls(context, line, seconds):
        return None
    inside = Line(context, line.host, line.port, tally, tls=True)
    first = b""
    if speaks_first(line.port):
        heard = await ask.greeted(inside)
        if heard.known:
            return Answering(heard.identity, heard.said, tls=True)
        first = heard.said
    if await enter(context, Url("https", line.host, line.port), tally, retries=0) is None:
        return Answering(web=True, tls=True)
    heard = await ask.through_tls(inside)
    return Answering(heard.identity, first or heard.said, tls=True)


async def _further(context: Context, line: Line, said: bytes) -> Answering:
    """The questions of all protocols, after which it stays unknown."""
    host = line.host
    if line.silent and context.silent_ports[host] >= ASKED_PORTS:
        return Answering(said=said)
    at_a_time = min(max(1, context.spec.options.concurrent), _MOST_AT_A_TIME)
    heard = await ask.elsewhere(line, silent=line.silent, at_a_time=at_a_time)
    if heard.known and not heard.web:
        return Answering(heard.identity, heard.said)
    if line.silent or heard.web:
        context.silent_ports[host] += line.silent
        if heard.web or context.silent_ports[host] <= PATIENT_PORTS:
            error = await enter(context, Url("http", host, line.port), line.tally, retries=0)
            if error is None:
                return Answering(web=True)
    return Answering(said=said or heard.said)
