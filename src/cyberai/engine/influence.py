"""Whether an application looks at the rare insertion points: one request alters all of them at once."""

from msgspec import Struct, structs

from cyberai.checkkit.sql_delays import SLEEPS, SLEEPS_BARE
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import Exchange, HttpRequest, HttpResponse
from cyberai.domain.insertion import InsertionKind, InsertionPoint
from cyberai.engine.context import Context
from cyberai.engine.difference import chunks, influenced, same_head, similarity
from cyberai.engine.fetch import Tally
from cyberai.engine.firewall import Firewalls
from cyberai.engine.insertion import path_point, rare_points
from cyberai.engine.missing import is_missing, missing_control
from cyberai.engine.probe import send_fresh
from cyberai.engine.rendering import render

_ALIKE = 0.9
SECONDS = 2
_LATE, _PROMPT = 0.9 * SECONDS, 0.5 * SECONDS
_WAIT = {
    InsertionKind.HEADER: SLEEPS.replace("{d}", str(SECONDS)),
    InsertionKind.COOKIE: SLEEPS_BARE.replace("{d}", str(SECONDS)),
}
"""Ends altered headers and cookies: a value that is only stored or logged shows no difference until it breaks the
statement it is put into, which this does in all databases but one, and there and in a shell the answer is late. A
double quote makes some frameworks ignore the whole cookie."""

_BREAK = {InsertionKind.HEADER: "'\"", InsertionKind.COOKIE: "'"}
"""The same in short, where a filter refuses the other."""

Ends = dict[InsertionKind, str]

_SPELLINGS = ("./{}", "{}'||'", "{}'+'", "{}' '")


class Influence(Struct, frozen=True):
    """The points worth testing and those that showed no influence, with the reason why."""

    opened: tuple[InsertionPoint, ...] = ()
    closed: tuple[InsertionPoint, ...] = ()
    why: str = ""


async def rare_influence(context: Context, asset: RequestAsset, tally: Tally) -> Influence:
    """Alter all rare points of the request in one request, each with a token of its own.

    A token that comes back opens its point. An answer that differs otherwise, beyond what changes by itself,
    leads to a look at each remaining point alone. Raise PolicyRefused or TransportError.
    """
    points = rare_points(asset.request)
    baseline = await _sample(context, asset, tally)
    tokens = {point: context.rng.letters(10) for point in points}
    added = next(token for point, token in tokens.items() if point.kind is InsertionKind.PARAMETER_NAME)
    for point in points:
        if point.kind is InsertionKind.RAW_QUERY:
            tokens[point] = f"{added}=1"  # the added parameter as a whole: only an echo of the query shows it
    ends = _WAIT
    altered = await _send(context, asset, _altered(asset.request, tokens, ends), tally)
    if Firewalls.refuses(altered.response.status) and not Firewalls.refuses(baseline.response.status):
        ends = _BREAK
        altered = await _send(context, asset, _altered(asset.request, tokens, ends), tally)
    opened = {point for point, token in tokens.items() if came_back(token, altered.response)}
    rest = tuple(p for p in points if p not in opened and p.kind is not InsertionKind.RAW_QUERY)
    marks = tuple(tokens.values())
    opened -= _twice_told(tokens, opened, altered.response)
    late = is_late(baseline.response, altered.response)
    if late or _differs(baseline.response, altered.response, marks):
        again = await _send(context, asset, asset.request, tally)
        if late or influenced(baseline.response, again.response, altered.response, marks):
            opened |= await _alone(context, asset, (baseline, again), rest, ends, tally)
    return Influence(
        tuple(p for p in points if p in opened),
        tuple(p for p in points if p not in opened),
        "the answer does not depend on it",
    )


async def path_influence(context: Context, asset: RequestAsset, tally: Tally) -> Influence:
    """Whether the last segment of the path is a value: a random one beside it is echoed, or is answered unlike
    what the site answers for anything unknown. Raise PolicyRefused or TransportError."""
    point = path_point(asset.request)
    if point is None:
        return Influence()
    url = asset.request.url
    control = await missing_control(context, url, tally)
    root = url.with_target("/")
    general = control
    if context.scope.allows_url(root):
        general = await missing_control(context, root, tally)
    name = control.request.url.path.rpartition("/")[2].partition(".")[0]
    names = (name, general.request.url.path.rpartition("/")[2])
    echoed = came_back(name, control.response)
    exists = 200 <= control.response.status < 300
    usual = same_head(control.response, general.response)
    usual = usual and similarity(control.response, general.response, names) >= _ALIKE
    if url.path.count("/") == 1:
        usual = not echoed  # the root's own handler is the general one: test it where it echoes
    if ((echoed or exists) and not usual) or await _interpreted(context, asset, point, control, tally):
        return Influence(opened=(point,))
    return Influence(closed=(point,), why="an unknown name there is answered as everywhere else")


async def _interpreted(
    context: Context, asset: RequestAsset, point: InsertionPoint, control: Exchange, tally: Tally
) -> bool:
    """Whether some other spelling of the name, equal only to an interpreter, gets the same answer: the current
    directory in front for a file system, an empty text joined on for the common SQL dialects."""
    baseline = await _sample(context, asset, tally)
    if is_missing(baseline, control):
        return False
    for spelling in _SPELLINGS:
        answer = await _send(context, asset, render(point, spelling.format(point.value)), tally)
        alike = same_head(baseline.response, answer.response)
        if alike and similarity(baseline.response, answer.response, (point.value,)) >= _ALIKE:
            return True
    return False


def is_late(baseline: HttpResponse, altered: HttpResponse) -> bool:
    """Whether the altered answer took the time that was asked for, and the other none of it."""
    return baseline.elapsed <= _PROMPT and altered.elapsed >= _LATE


def _altered(request: HttpRequest, tokens: dict[InsertionPoint, str], ends: Ends) -> HttpRequest:
    for point, token in tokens.items():
        if point.kind is InsertionKind.RAW_QUERY:
            continue
        kept = point.kind is not InsertionKind.COOKIE
        value = token + ends.get(point.kind, "")
        request = render(structs.replace(point, request=request), value, append=kept)
    return request


def _twice_told(
    tokens: dict[InsertionPoint, str], opened: set[InsertionPoint], response: HttpResponse
) -> set[InsertionPoint]:
    """The parameter's name, where it came back only as a part of the echoed query."""
    name = next((p for p in opened if p.kind is InsertionKind.PARAMETER_NAME), None)
    query = next((p for p in tokens if p.kind is InsertionKind.RAW_QUERY), None)
    if name is None:
        return set()
    body = response.body.lower()
    whole = tokens[query] if query is not None else f"{tokens[name]}=1"
    return {name} if body.count(tokens[name].encode()) == body.count(whole.encode()) else set()


def came_back(token: str, response: HttpResponse) -> bool:
    """True when the token stands in the answer."""
    heads = "\n".join(value for _, value in response.headers).lower()
    return token.encode() in response.body.lower() or token in heads


def _differs(baseline: HttpResponse, altered: HttpResponse, marks: tuple[str, ...]) -> bool:
    return not same_head(baseline, altered) or chunks(baseline) != chunks(altered, marks)


async def _alone(
    context: Context,
    asset: RequestAsset,
    samples: tuple[Exchange, Exchange],
    points: tuple[InsertionPoint, ...],
    ends: Ends,
    tally: Tally,
) -> set[InsertionPoint]:
    baseline, again = (sample.response for sample in samples)
    opened = set()
    for point in points:
        token = context.rng.letters(10)
        answer = await _send(context, asset, _altered(asset.request, {point: token}, ends), tally)
        # What one broken value hid, such as the echo of another, shows only now.
        shown = came_back(token, answer.response) or is_late(baseline, answer.response)
        if shown or influenced(baseline, again, answer.response, (token,)):
            opened.add(point)
    return opened


async def _sample(context: Context, asset: RequestAsset, tally: Tally) -> Exchange:
    kept = context.baselines.get(asset.request)
    if kept is None:
        kept = await _send(context, asset, asset.request, tally)
        context.baselines.keep(asset.request, kept)
    return kept


async def _send(context: Context, asset: RequestAsset, request: HttpRequest, tally: Tally) -> Exchange:
    return await send_fresh(context, request, asset, tally, retries=1)
