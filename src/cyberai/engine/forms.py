"""Forms: what a page's controls submit, as requests with valid values."""

from collections.abc import Sequence

import msgspec
from msgspec import Struct, structs

from cyberai.domain.http import HttpRequest, Url
from cyberai.engine.body import FORM, JSON, MULTIPART, encode_multipart, encode_pairs, field_part
from cyberai.engine.fields import Field, fill
from cyberai.engine.markup import Tag

MAX_FORMS = 40
MAX_FIELDS = 60
MAX_SUBMITS = 4

_BUTTONS = frozenset({"submit", "image", "button", "reset"})


class Form(Struct, frozen=True):
    """A form as the page has it. `submits` are its submit buttons: name, value, label, and their own action and
    method where they override the form's."""

    action: str = ""
    method: str = "GET"
    enctype: str = FORM
    fields: tuple[Field, ...] = ()
    submits: tuple["Submit", ...] = ()
    id: str = ""


class Submit(Struct, frozen=True):
    """One way to send a form."""

    name: str = ""
    value: str = ""
    label: str = ""
    action: str | None = None
    method: str | None = None


class Submission(Struct, frozen=True):
    """A request a form makes. `label` is what a person would press; `fields` what they would have filled."""

    request: HttpRequest
    label: str
    fields: tuple[Field, ...]


def parse_forms(page: Sequence[Tag]) -> tuple[Form, ...]:
    """The forms of a page in order. A control belongs to the open form, or to the one its `form` names."""
    reader = _Reader()
    for tag in page:
        reader.read(tag)
    return tuple(reader.finished())


def submissions(form: Form, page: Url) -> tuple[Submission, ...]:
    """One request per submit button, at most MAX_SUBMITS; none for an action that is no address."""
    ways = form.submits[:MAX_SUBMITS] or (Submit(),)
    made = (_submission(form, way, page) for way in ways)
    return tuple(submission for submission in made if submission is not None)


def _submission(form: Form, way: Submit, page: Url) -> Submission | None:
    action = form.action if way.action is None else way.action
    try:
        # An empty action means the page itself; joining keeps its query, as browsers do.
        url = page.join(action) if action.strip() else page
    except ValueError:
        return None
    pairs = [(f, fill(f)) for f in form.fields if f.name]
    button = Field(way.name, "submit", way.value)
    if way.name:
        pairs.append((button, way.value))
    method = (form.method if way.method is None else way.method).upper()
    request = _request(method, url, form.enctype, pairs)
    return Submission(request, way.label or way.value, form.fields)


def _request(method: str, url: Url, enctype: str, pairs: list[tuple[Field, str]]) -> HttpRequest:
    values = tuple((field.name, value) for field, value in pairs)
    if method != "POST":
        return HttpRequest(
            "GET", url.with_target(f"{url.path}?{encode_pairs(values)}" if values else url.path)
        )
    if enctype == JSON:
        # No browser knows this type: a script of the page sends the fields as one JSON object.
        return HttpRequest("POST", url, (("Content-Type", JSON),), msgspec.json.encode(dict(values)))
    if enctype == MULTIPART:
        parts = tuple(field_part(f.name, v, v if f.kind == "file" else None) for f, v in pairs)
        content_type, body = encode_multipart(parts)
        return HttpRequest("POST", url, (("Content-Type", content_type),), body)
    return HttpRequest("POST", url, (("Content-Type", FORM),), encode_pairs(values).encode("ascii"))


class _Reader:
    """Collects forms and their controls in one pass."""

    def __init__(self) -> None:
        self._forms: list[Form] = []
        self._open: int | None = None
        self._fields: dict[int, list[Field]] = {}
        self._submits: dict[int, list[Submit]] = {}
        self._by_id: dict[str, int] = {}
        self._select: tuple[int, Field] | None = None
        self._stray: list[tuple[str, Tag]] = []

    def read(self, tag: Tag) -> None:
        """Take in the next tag."""
        if tag.name == "form":
            self._form(tag)
        elif tag.name == "option":
            self._option(tag)
        elif tag.name == "select" and tag.closing:
            self._end_select()
        elif tag.name in ("input", "textarea", "select", "button") and not tag.closing:
            self._control(tag)

    def finished(self) -> list[Form]:
        """The forms, complete."""
        self._end_select()
        for form_id, tag in self._stray:
            if form_id in self._by_id:
                self._add(self._by_id[form_id], tag)
        return [
            structs.replace(form, fields=_once(self._fields[index]), submits=tuple(self._submits[index]))
            for index, form in enumerate(self._forms)
        ]

    def _form(self, tag: Tag) -> None:
        self._end_select()
        if tag.closing or len(self._forms) >= MAX_FORMS:
            self._open = None
            return
        self._open = index = len(self._forms)
        method, enctype = tag.get("method").upper(), tag.get("enctype").lower()
        if method == "DIALOG":
            self._open = None
            return
        self._forms.append(
            Form(tag.get("action"), "POST" if method == "POST" else "GET", enctype or FORM, id=tag.get("id"))
        )
        self._fields[index], self._submits[index] = [], []
        if tag.get("id"):
            self._by_id.setdefault(tag.get("id"), index)

    def _control(self, tag: Tag) -> None:
        self._end_select()
        if "disabled" in tag.attributes:
            return
        if tag.get("form"):
            self._stray.append((tag.get("form"), tag))
        elif self._open is not None:
            self._add(self._open, tag)

    def _add(self, index: int, tag: Tag) -> None:
        kind = tag.get("type").strip().lower() if tag.name in ("input", "button") else tag.name
        if tag.name == "button" and kind not in ("reset", "button"):
            kind = "submit"
        if kind in _BUTTONS:
            if kind in ("submit", "image"):
                self._submits[index].append(_submit(tag))
            return
        if not tag.get("name") or len(self._fields[index]) >= MAX_FIELDS:
            return
        limit = tag.get("maxlength")
        value = tag.text if tag.name == "textarea" else tag.get("value")
        if kind == "number" and not value:
            value = tag.get("min")
        field = Field(tag.get("name"), kind, value, int(limit) if limit.isdecimal() and len(limit) < 7 else 0)
        self._fields[index].append(field)
        if tag.name == "select":
            self._select = (index, field)

    def _option(self, tag: Tag) -> None:
        if self._select is None or tag.closing:
            return
        index, field = self._select
        value = tag.get("value") if "value" in tag.attributes else tag.text
        if (value and not field.value) or "selected" in tag.attributes:
            self._select = (index, structs.replace(field, value=value or field.value))

    def _end_select(self) -> None:
        if self._select is None:
            return
        index, chosen = self._select
        fields = self._fields[index]
        fields[:] = [chosen if f.name == chosen.name and f.kind == "select" else f for f in fields]
        self._select = None


def _submit(tag: Tag) -> Submit:
    attributes = tag.attributes
    label = tag.text or tag.get("value") or tag.get("alt")
    method = attributes.get("formmethod")
    return Submit(tag.get("name"), tag.get("value"), label[:100], attributes.get("formaction"), method)


def _once(fields: list[Field]) -> tuple[Field, ...]:
    """Radio buttons of one name are one field; everything else stays."""
    kept: list[Field] = []
    radios: set[str] = set()
    for field in fields:
        if field.kind == "radio":
            if field.name in radios:
                continue
            radios.add(field.name)
        kept.append(field)
    return tuple(kept)
