"""One cause, one finding: where a reflection really comes from, when several places show the same one.

A page that is shown for every unknown path, and a page that echoes its whole query, make a finding of every directory
and of every parameter. Each is asked for once more by the way that only the common cause explains; a form's field that
a link can set as well is the link's.
"""

from urllib.parse import quote

from cyberai.checkkit.execution import execution
from cyberai.checkkit.probe import Probe
from cyberai.domain.http import Exchange, HttpRequest
from cyberai.domain.insertion import InsertionKind, InsertionPoint

NAMELESS = ""
_BY_LINK = frozenset(
    {InsertionKind.QUERY, InsertionKind.PARAMETER_NAME, InsertionKind.RAW_QUERY, InsertionKind.FORM}
)


async def root_of(
    point: InsertionPoint, probe: Probe, exchange: Exchange, payload: str, name: str
) -> InsertionPoint | None:
    """The place to which the proven reflection belongs, None when it is the point itself. `exchange` showed that
    `payload`, which calls `name`, runs. At most one request."""
    if point.kind is InsertionKind.PATH:
        return await _of_every_path(point, probe, payload, name)
    if point.request.method == "POST" and point.kind in _BY_LINK:
        return await _of_a_link(point, probe, exchange, payload, name)
    if point.kind in (InsertionKind.QUERY, InsertionKind.PARAMETER_NAME):
        return await _of_the_whole_query(point, probe, exchange, payload)
    return None


async def _of_every_path(
    point: InsertionPoint, probe: Probe, payload: str, name: str
) -> InsertionPoint | None:
    """The page for unknown paths: it shows the payload below a directory that cannot exist, too."""
    url = point.request.url
    elsewhere = url.with_target(f"/{probe.token(10)}/{quote(payload, safe='')}")
    answer = await probe.send(HttpRequest("GET", elsewhere, point.request.headers))
    if execution(answer.response, name) is None:
        return None
    return InsertionPoint(HttpRequest("GET", url.with_target("/")), InsertionKind.PATH, "any")


async def _of_the_whole_query(
    point: InsertionPoint, probe: Probe, exchange: Exchange, payload: str
) -> InsertionPoint | None:
    """The echo of the whole query: it shows a parameter nobody asked for, with its name and sign."""
    if point.kind is InsertionKind.QUERY and not _only_behind_its_name(point, exchange, payload):
        return None
    url = point.request.url
    first, second = probe.token(8), probe.token(8)
    query = f"{url.query}&{first}={second}" if url.query else f"{first}={second}"
    answer = await probe.send(
        HttpRequest(
            point.request.method,
            url.with_target(f"{url.path}?{query}"),
            point.request.headers,
            point.request.body,
        )
    )
    if f"{first}={second}".encode() not in answer.response.body:
        return None
    return InsertionPoint(point.request, InsertionKind.RAW_QUERY, NAMELESS, url.query)


def _only_behind_its_name(point: InsertionPoint, exchange: Exchange, payload: str) -> bool:
    body = exchange.response.body
    shown = body.count(payload.encode("utf-8", "replace"))
    value = point.value + payload
    behind = sum(body.count(f"{point.name}={text}".encode("utf-8", "replace")) for text in {payload, value})
    return 0 < shown <= behind


async def _of_a_link(
    point: InsertionPoint, probe: Probe, exchange: Exchange, payload: str, name: str
) -> InsertionPoint | None:
    """The same value in the query of a link, which does the same as the form."""
    sent, plain = exchange.request.url, point.request.url
    kind = point.kind
    if kind is InsertionKind.FORM:
        pair = f"{quote(point.name, safe='')}={quote(payload, safe='')}"
        sent = plain.with_target(
            f"{plain.path}?{plain.query}&{pair}" if plain.query else f"{plain.path}?{pair}"
        )
        kind = InsertionKind.QUERY
    headers = _without_body(point.request)
    answer = await probe.send(HttpRequest("GET", sent, headers))
    if execution(answer.response, name) is None:
        return None
    return InsertionPoint(HttpRequest("GET", plain, headers), kind, point.name, point.value)


def _without_body(request: HttpRequest) -> tuple[tuple[str, str], ...]:
    return tuple((n, v) for n, v in request.headers if n.lower() not in ("content-type", "content-length"))
