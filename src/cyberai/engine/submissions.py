"""What a form submits: requests with valid values, one per way in which the form can be sent."""

from collections.abc import Iterator

import msgspec
from msgspec import Struct

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.body import FORM, JSON, MULTIPART, encode_multipart, encode_pairs, field_part
from cyberai.engine.fields import Field, filled
from cyberai.engine.forms import Form, Submit
from cyberai.engine.sample_files import sample_file

MAX_SUBMITS = 4
MAX_CHOICES = 6
"""Submissions in which selects and radio buttons take their second, third ... choice."""

LONG_LIST = 24
"""Choices from which on a list is data (countries, years), of which two are enough."""

_IMAGE = ((".x", "1"), (".y", "1"))

Pair = tuple[Field, str]


class Submission(Struct, frozen=True):
    """A request a form makes. `label` is what a person would press; `fields` what they would have filled;
    `optional` the names of those that we filled in and the page does not require."""

    request: HttpRequest
    label: str
    fields: tuple[Field, ...]
    optional: tuple[str, ...] = ()


def submissions(form: Form, page: Url) -> tuple[Submission, ...]:
    """Each request the form is worth, none for an action that is no address: everything filled in, once per
    submit button (at most MAX_SUBMITS); as it stands, choices nobody made left out; then each further choice."""
    ways = form.submits[:MAX_SUBMITS] or (Submit(),)
    full = list(zip(form.fields, filled(form.fields), strict=True))
    made: dict[HttpRequest, Submission] = {}
    optional = tuple(dict.fromkeys(field.name for field in form.fields if field.optional))
    for way in ways:
        _add(made, _submission(form, way, page, full, optional))
    for pairs in (_untouched(full), *_choices(full)):
        _add(made, _submission(form, ways[0], page, pairs))
    return tuple(made.values())


def _add(made: dict[HttpRequest, Submission], submission: Submission | None) -> None:
    if submission is not None:
        made.setdefault(submission.request, submission)


def _untouched(full: list[Pair]) -> list[Pair]:
    """What is sent when nobody touches the choices."""
    kept = []
    for field, value in full:
        choice = field.kind in ("radio", "checkbox") or (field.kind == "select" and field.choices)
        sent = field.untouched if choice else value
        if sent is not None:
            kept.append((field, sent))
    return kept


def _choices(full: list[Pair]) -> Iterator[list[Pair]]:
    """All lists moved on together by one choice at a time: as many submissions as the longest list is long, not
    as there are combinations."""
    others = {}
    for index, (field, value) in enumerate(full):
        if field.kind in ("select", "radio"):
            rest = [choice for choice in field.choices if choice != value and choice]
            others[index] = rest[:1] if len(field.choices) > LONG_LIST else rest[:MAX_CHOICES]
    for step in range(max(map(len, others.values()), default=0)):
        yield [
            (field, others[index][step % len(others[index])] if others.get(index) else value)
            for index, (field, value) in enumerate(full)
        ]


def _submission(
    form: Form, way: Submit, page: Url, values: list[Pair], optional: tuple[str, ...] = ()
) -> Submission | None:
    action = form.action if way.action is None else way.action
    try:
        # An empty action means the page itself; joining keeps its query, as browsers do.
        url = page.join(action) if action.strip() else page
    except ValueError:
        return None
    pairs = list(values)
    if way.image:
        pairs += [(Field(f"{way.name}{end}".removeprefix("."), "submit"), value) for end, value in _IMAGE]
    elif way.name:
        pairs.append((Field(way.name, "submit", way.value), way.value))
    method = (form.method if way.method is None else way.method).strip().upper()
    request = _request(method, url, form.enctype, pairs)
    return Submission(request, way.label or way.value, form.fields, optional)


def _request(method: str, url: Url, enctype: str, pairs: list[Pair]) -> HttpRequest:
    values = tuple((field.name, value) for field, value in pairs)
    if method != "POST":
        return HttpRequest(
            "GET", url.with_target(f"{url.path}?{encode_pairs(values)}" if values else url.path)
        )
    if enctype == JSON:
        # No browser knows this type: a script of the page sends the fields as one JSON object.
        return HttpRequest("POST", url, (("Content-Type", JSON),), msgspec.json.encode(dict(values)))
    if enctype == MULTIPART:
        parts = tuple(
            sample_file(field.name, field.accept) if field.kind == "file" else field_part(field.name, value)
            for field, value in pairs
        )
        content_type, body = encode_multipart(parts)
        return HttpRequest("POST", url, (("Content-Type", content_type),), body)
    return HttpRequest("POST", url, (("Content-Type", FORM),), encode_pairs(values).encode("ascii"))
