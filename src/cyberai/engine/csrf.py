"""Anti-forgery tokens: which field holds one, and how a request gets a fresh one."""

from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.engine.body import (
    FORM,
    MULTIPART,
    encode_multipart,
    field_part,
    form_pairs,
    media_type,
    multipart_parts,
    query_pairs,
    replace_pair,
)
from cyberai.engine.forms import parse_forms
from cyberai.engine.markup import decode, tags
from cyberai.engine.token_names import is_token_field

MAX_STEPS = 5
"""Requests repeated to see a form again."""


def leading_to(asset: RequestAsset) -> tuple[HttpRequest, ...]:
    """The requests that show the page whose form makes the asset's request; none for an entry."""
    if asset.via or not asset.referer:
        return asset.via
    return (HttpRequest("GET", Url.parse(asset.referer)),)


def steps_after(asset: RequestAsset) -> tuple[HttpRequest, ...]:
    """For what is found on the answer to the asset's request: the requests that lead there, where it takes more
    than fetching the address again."""
    if asset.request.method == "GET":
        return ()
    return (*leading_to(asset), asset.request)[-MAX_STEPS:]


def token_fields(request: HttpRequest) -> tuple[str, ...]:
    """The names of the request's fields that hold a token with a value."""
    pairs = [*form_pairs(request), *((p.name, "x") for p in multipart_parts(request))]
    if request.method == "GET":
        pairs += query_pairs(request)
    return tuple(dict.fromkeys(name for name, value in pairs if value and is_token_field(name)))


def renewed(request: HttpRequest, page: HttpResponse, names: tuple[str, ...]) -> HttpRequest:
    """The request with the token values the freshly fetched page has for these fields."""
    for name, value in token_values(page, names):
        request = replace_field(request, name, value)
    return request


def token_values(page: HttpResponse, names: tuple[str, ...]) -> tuple[tuple[str, str], ...]:
    """Name and value of those of the fields that a form of the page has."""
    values: dict[str, str] = {}
    for form in parse_forms(list(tags(decode(page)))):
        for field in form.fields:
            if field.name in names and field.value:
                values.setdefault(field.name, field.value)
    return tuple(values.items())


def replace_field(request: HttpRequest, name: str, value: str) -> HttpRequest:
    """The request whose field of that name, in body or query, carries this value."""
    kind = media_type(request)
    if kind == FORM:
        body = replace_pair(request.body.decode("latin-1"), name, value).encode("latin-1")
        return HttpRequest(request.method, request.url, request.headers, body)
    if kind == MULTIPART:
        parts = tuple(field_part(p.name, value) if p.name == name else p for p in multipart_parts(request))
        content_type, body = encode_multipart(parts)
        return HttpRequest(request.method, request.url, request.headers, body).with_header(
            "Content-Type", content_type
        )
    target = f"{request.url.path}?{replace_pair(request.url.query, name, value)}"
    return HttpRequest(request.method, request.url.with_target(target), request.headers, request.body)
