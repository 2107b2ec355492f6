"""Fuzz entry: any bytes as the answers of a host to payloads and to harmless values, any text as what was sent."""

from cyberai.domain.http import HttpResponse
from cyberai.engine.block_page import (
    KINDS,
    MIN_PAYLOADS,
    PROOFS,
    BlockPages,
    harmless_value,
    kind_of,
    shape_of,
)

_SIGNS = ("'", "<", "{{", ";", "../")


def fuzz_one(data: bytes) -> None:
    """Nothing raises; a page with anything of the usual one is no block page, nor is one that comes for harmless values,
    or for few payloads."""
    sent, _, rest = data.partition(b"\x00")
    first, _, second = rest.partition(b"\x00")
    text = sent.decode("utf-8", "surrogateescape")
    usual, other = _page(first), _page(second)
    assert len(harmless_value(text)) == len(text)
    assert shape_of(usual, "", usual) is None
    shape = shape_of(other, text, usual)
    assert shape is None or shape
    assert shape_of(HttpResponse(500, (), second), text, usual) is None
    assert not _judged(usual, other, text, passes=False).found()
    pages = _judged(usual, other, text, passes=True)
    assert bool(pages.told()) == bool(pages.found())
    few = BlockPages()
    for sign in _SIGNS * (MIN_PAYLOADS // len(_SIGNS) - 1):
        few.answered(text + sign, other, usual)
    assert not few.found()


def _judged(usual: HttpResponse, other: HttpResponse, text: str, *, passes: bool) -> BlockPages:
    """What is thought of a host that answers payloads with `other`, and harmless values with the usual page or not."""
    pages = BlockPages()
    for number in range(MIN_PAYLOADS + KINDS):
        shape = pages.answered(text + _SIGNS[number % len(_SIGNS)], other, usual)
        kind_of(text)
        path = f"/{number % (PROOFS + 1)}"
        if shape is not None and pages.asks(shape, path):
            pages.harmless(shape, path, "abcabc", usual if passes else other, usual)
    return pages


def _page(body: bytes) -> HttpResponse:
    return HttpResponse(200, (("Content-Type", "text/html"),), body)
