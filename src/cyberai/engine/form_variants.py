"""Variants of a filled-in form: fields that exclude each other hide what lies behind them from whoever fills in
the whole form, so each text field is also tried alone."""

from collections.abc import Sequence

from msgspec import Struct, structs

from cyberai.checkkit import InsertionKind, InsertionPoint, PolicyRefused, TransportError
from cyberai.domain.asset import RequestAsset
from cyberai.engine.context import Context
from cyberai.engine.csrf import replace_field
from cyberai.engine.difference import chunks, same_head
from cyberai.engine.fetch import Tally
from cyberai.engine.fields import TEXT
from cyberai.engine.insertion import label, ordinary_points
from cyberai.engine.page import Page, read_page
from cyberai.engine.probe import with_fresh_token

MAX_TEXT_FIELDS = 3
"""Forms with more free text fields are not searches by one of several keys."""

_TEXT_KINDS = (InsertionKind.QUERY, InsertionKind.FORM, InsertionKind.MULTIPART)


class Variant(Struct, frozen=True):
    """A request in which one point (kind:name) is filled in, and the structure of its answer."""

    asset: RequestAsset
    structure: str
    only: str


async def each_field_alone(
    context: Context, asset: RequestAsset, page: Page, points: Sequence[InsertionPoint], tally: Tally
) -> list[Variant]:
    """Each text field alone, where that is answered otherwise than all together."""
    fields = [p.name for p in points if p.kind in _TEXT_KINDS and p.value == TEXT]
    if not asset.referer or not 2 <= len(fields) <= MAX_TEXT_FIELDS:
        return []
    variants = []
    together = page.exchange.response
    for name in fields:
        request = asset.request
        for other in fields:
            if other != name:
                request = replace_field(request, other, "")
        try:
            sent = await with_fresh_token(context, request, asset.referer, tally)
            exchange = await context.fetcher.send(sent, tally)
        except (TransportError, PolicyRefused):
            continue
        alone = exchange.response
        if same_head(together, alone) and chunks(together, (TEXT,)) == chunks(alone, (TEXT,)):
            continue
        point = next(p for p in ordinary_points(request) if p.name == name and p.kind in _TEXT_KINDS)
        changed = structs.replace(asset, request=request)
        variants.append(Variant(changed, read_page(exchange).structure, label(point)))
    return variants
