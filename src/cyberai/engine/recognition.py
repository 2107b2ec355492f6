"""Asks what the first look at a port leaves open: services over HTTP that are no website, and binary protocols."""

from cyberai.domain.asset import PortAsset
from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.context import Context
from cyberai.engine.fetch import Tally
from cyberai.engine.protocols import store_behind
from cyberai.engine.silent_ports import QUESTIONS
from cyberai.engine.web_services import ASKED, START, named, shows
from cyberai.ports.network import TransportError, TransportReason

PATIENCE = 2
"""How many questions may be waited out."""


async def web_service(context: Context, url: Url, tally: Tally) -> str:
    """The protocol of the service that speaks HTTP there, as its start page says; where that page leaves it open, one
    more is asked for. Empty for an ordinary website."""
    kept = context.baselines.get(HttpRequest("GET", url.with_target("/")))
    if kept is None:
        return ""
    told = store_behind(kept.response) or named(kept.response)
    if told:
        return told
    for asked in ASKED:
        request = HttpRequest("GET", url.with_target(asked.path))
        if not shows(kept.response, asked.sign) or context.fetcher.forbidden(request) is not None:
            continue
        try:
            answer = await context.fetcher.send(request, tally)
        except TransportError:
            continue
        if asked.pattern.search(answer.response.body[:START]) is not None:
            return asked.protocol
    return ""


async def binary_protocol(context: Context, asset: PortAsset, tally: Tally) -> str:
    """The protocol whose first message the port answers, those usual on it first; empty when it answers none."""
    waited = 0
    # A short message leaves protocols with longer heads waiting for the rest of it.
    order = sorted(QUESTIONS, key=lambda item: (asset.port not in item.ports, -len(item.payload)))
    for question in order:
        tally.sent += 1
        try:
            said = await context.network.dialer.talk(asset.host, asset.port, question.payload, limit=2_048)
        except TransportError as error:
            if error.reason is TransportReason.TIMEOUT:
                waited += 1
                if waited == PATIENCE:
                    return ""  # It waits for more of whatever we say.
                continue
            if error.reason in (TransportReason.RESET, TransportReason.MALFORMED):
                continue
            return ""
        if question.recognises(said):
            return question.protocol
    return ""
