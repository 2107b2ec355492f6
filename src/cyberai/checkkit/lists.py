"""A parameter sent as a list: `name[]=value`, which PHP, Ruby on Rails and Express read as one. What a program does to
text (escape it, check it, look for characters in it) it often does not do to a list of texts, and then puts the list
into the page all the same."""

from urllib.parse import unquote_plus

from cyberai.domain.http import HttpRequest
from cyberai.domain.insertion import InsertionKind, InsertionPoint


def as_list(point: InsertionPoint) -> InsertionPoint | None:
    """The same place as the first entry of a list; None where there is no such form, or the name has one already."""
    request = point.request
    if point.coding or not point.name or point.name.endswith("]"):
        return None
    if point.kind is InsertionKind.QUERY:
        query = _renamed(request.url.query, point.name)
        url = request.url.with_target(f"{request.url.path}?{query}")
        changed = HttpRequest(request.method, url, request.headers, request.body)
    elif point.kind is InsertionKind.FORM:
        body = _renamed(request.body.decode("latin-1"), point.name).encode("latin-1")
        changed = HttpRequest(request.method, request.url, request.headers, body)
    else:
        return None
    return InsertionPoint(changed, point.kind, f"{point.name}[]", point.value)


def _renamed(pairs: str, name: str) -> str:
    parts = pairs.split("&")
    for index, part in enumerate(parts):
        key, equals, value = part.partition("=")
        if unquote_plus(key) == name:
            parts[index] = f"{key}[]{equals}{value}"
            break
    return "&".join(parts)
