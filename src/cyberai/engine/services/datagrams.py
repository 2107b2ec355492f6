"""One port asked by UDP."""

from msgspec import structs

from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.services.answering import Answering
from cyberai.engine.services.catalogue import by_datagram
from cyberai.engine.services.identity import Identity
from cyberai.ports.network import TransportError, TransportReason


async def ask_by_datagram(
    context: Context, host: str, port: int, protocol: str, tally: Tally
) -> Answering | None:
    """What a service of that protocol answers to the questions by UDP, or None. What a second one tells beyond the
    first, its product, counts."""
    best: Answering | None = None
    for question in by_datagram(port):
        if not question.name.startswith(protocol):
            continue
        if best is not None and (
            best.identity.product or not question.name.startswith(best.identity.protocol)
        ):
            continue
        tally.sent += 1
        try:
            said = (await context.network.dialer.datagram(host, port, question.payload))[0]
        except TransportError as error:
            if error.reason is TransportReason.TIMEOUT:
                continue
            break
        found = question.judge(said)
        if found is not None and (best is None or found.product):
            known = found if best is None else _joined(best.identity, found)
            best = Answering(known, best.said if best is not None else said)
    return best


def _joined(first: Identity, second: Identity) -> Identity:
    return structs.replace(second, os=second.os or first.os)
