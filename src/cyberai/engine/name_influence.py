"""Whether an application looks at the names of its parameters, and not only for them."""

from msgspec import structs

from cyberai.checkkit.sql_delays import SLEEPS
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import Exchange, HttpRequest
from cyberai.domain.insertion import InsertionPoint
from cyberai.engine.context import Context
from cyberai.engine.difference import chunks, influenced, same_head
from cyberai.engine.fetch import Tally
from cyberai.engine.firewall import Firewalls
from cyberai.engine.influence import SECONDS, Influence, came_back, is_late
from cyberai.engine.insertion import named_points
from cyberai.engine.probe import send_fresh
from cyberai.engine.rendering import render

_END = SLEEPS.replace("{d}", str(SECONDS))
"""Breaks what names are put into, and makes a database or a shell late that shows nothing of it."""

_BREAK = "'\""
"""The same in short, where a filter refuses the other."""


async def name_influence(context: Context, asset: RequestAsset, tally: Tally) -> Influence:
    """All parameters under names that nothing asks for, once as plain words and once with quotes in them: a program
    that asks for its parameters by name misses them alike, one that reads names shows them or stumbles.

    Raise PolicyRefused or TransportError.
    """
    points = named_points(asset.request)
    if not points:
        return Influence()
    marks = {point: context.rng.letters(10) for point in points}
    broken = await _send(context, asset, _renamed(asset.request, marks, _END), tally)
    if Firewalls.refuses(broken.response.status):
        broken = await _send(context, asset, _renamed(asset.request, marks, _BREAK), tally)
    shown = {point for point, mark in marks.items() if came_back(mark, broken.response)}
    missed = await _send(context, asset, _renamed(asset.request, marks, ""), tally)
    told = tuple(marks.values())
    differ = not same_head(missed.response, broken.response)
    differ = differ or chunks(missed.response, told) != chunks(broken.response, told)
    if is_late(missed.response, broken.response):
        shown |= set(points)
    if differ and len(shown) < len(points):
        again = await _send(context, asset, _renamed(asset.request, marks, ""), tally)
        if influenced(missed.response, again.response, broken.response, told):
            shown |= set(points)
    return Influence(
        tuple(p for p in points if p in shown),
        tuple(p for p in points if p not in shown),
        "the answer does not depend on what the parameter is called",
    )


def _renamed(request: HttpRequest, marks: dict[InsertionPoint, str], end: str) -> HttpRequest:
    for point, mark in marks.items():
        request = render(structs.replace(point, request=request), mark + end)
    return request


async def _send(context: Context, asset: RequestAsset, request: HttpRequest, tally: Tally) -> Exchange:
    return await send_fresh(context, request, asset, tally, retries=1)
