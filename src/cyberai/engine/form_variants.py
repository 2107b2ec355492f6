"""Variants of a filled-in form: fields that exclude each other hide what lies behind them from whoever fills in
the whole form, so each field that may be left empty is also tried alone."""

from collections.abc import Iterator, Sequence

from msgspec import Struct, structs

from cyberai.checkkit import InsertionKind, InsertionPoint, PolicyRefused, TransportError
from cyberai.domain.asset import RequestAsset
from cyberai.engine.context import Context
from cyberai.engine.csrf import replace_field
from cyberai.engine.difference import chunks, same_head
from cyberai.engine.fetch import Tally
from cyberai.engine.field_words import words
from cyberai.engine.insertion import label, ordinary_points
from cyberai.engine.page import Page, read_page
from cyberai.engine.probe import send_fresh

MAX_FIELDS = 8
"""Forms with more fields that may be left empty are no searches by one of several keys."""

_FIELD_KINDS = (InsertionKind.QUERY, InsertionKind.FORM, InsertionKind.MULTIPART)
_ENDS = frozenset({"from", "to", "start", "end", "begin", "until", "since", "min", "max", "after", "before"})


class Variant(Struct, frozen=True):
    """A request in which one point (kind:name) is filled in, and the structure of its answer."""

    asset: RequestAsset
    structure: str
    only: str


async def each_field_alone(
    context: Context, asset: RequestAsset, page: Page, points: Sequence[InsertionPoint], tally: Tally
) -> list[Variant]:
    """Each optional field alone (the two ends of a range together), where that is answered otherwise than all
    together."""
    values = {p.name: p.value for p in points if p.kind in _FIELD_KINDS and p.value}
    fields = [name for name in asset.optional if name in values]
    if not asset.referer or not 2 <= len(fields) <= MAX_FIELDS:
        return []
    if context.crawl.taken_apart(asset.request, page.structure):
        return []
    variants = []
    together = page.exchange.response
    marks = tuple(value for value in values.values() if len(value) >= 3)
    for group in _groups(fields):
        request = asset.request
        for other in fields:
            if other not in group:
                request = replace_field(request, other, "")
        try:
            exchange = await send_fresh(context, request, asset, tally)
        except (TransportError, PolicyRefused):
            continue
        alone = exchange.response
        if same_head(together, alone) and chunks(together, marks) == chunks(alone, marks):
            continue
        changed = structs.replace(asset, request=request)
        structure = read_page(exchange).structure
        found = (p for p in ordinary_points(request) if p.name in group and p.kind in _FIELD_KINDS)
        variants += [Variant(changed, structure, label(point)) for point in found]
    return variants


def _groups(fields: list[str]) -> Iterator[list[str]]:
    """The fields that are filled in together: each alone, the two ends of a range as a pair."""
    ranges: dict[str, list[str]] = {}
    for name in fields:
        spoken = list(words(name))
        if _ENDS & set(spoken):
            ranges.setdefault(" ".join(word for word in spoken if word not in _ENDS), []).append(name)
    pairs = {name: group for group in ranges.values() if len(group) == 2 for name in group}
    groups = [pairs.get(name, [name]) for name in fields]
    for index, group in enumerate(groups):
        if len(group) < len(fields) and group not in groups[:index]:
            yield group
