"""Hostile bytes as the answer of a service: every reader takes them for something or for nothing, and says no more of
it than a line."""

from cyberai.domain.http import HttpResponse
from cyberai.engine.services import catalogue
from cyberai.engine.services.brokers import openwire
from cyberai.engine.services.directory import snmp_text
from cyberai.engine.services.greetings import from_greeting
from cyberai.engine.services.identity import MAX_PRODUCT, MAX_VERSION, Identity
from cyberai.engine.services.web import from_response, from_second, second_looks


def fuzz_one(data: bytes) -> None:
    """The bytes as a greeting, as the answer to every question, and as a page."""
    _judge(from_greeting(data))
    _judge(openwire(data))
    assert isinstance(snmp_text(data), bytes)
    for ask in catalogue.everything():
        _judge(ask.judge(data))
        if ask.then is not None:
            assert len(ask.then(data)) < 1_024
    page = HttpResponse(200, (("Server", data[:200].decode("latin-1")),), data, elapsed=0.01)
    _judge(from_response(page))
    _judge(from_second(page))
    assert all(path.startswith("/") for path in second_looks(page))


def _judge(found: Identity | None) -> None:
    if found is None:
        return
    assert len(found.product) <= MAX_PRODUCT
    assert len(found.version) <= MAX_VERSION
    assert 0 <= found.confidence <= 100
    for words in (found.protocol, found.product, found.version, found.os, found.cpe):
        assert words.isprintable()
    assert found.protocol or not found.product
