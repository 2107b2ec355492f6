"""Forms: the controls of a page, grouped by the form they belong to."""

from collections.abc import Sequence

from msgspec import Struct, structs

from cyberai.engine.body import FORM
from cyberai.engine.fields import Field
from cyberai.engine.markup import Tag

MAX_FORMS = 40
MAX_FIELDS = 60
MAX_CHOICES = 50
"""Values kept of one select, radio group or datalist."""

_BUTTONS = frozenset({"submit", "image", "button", "reset"})
_CONTROLS = frozenset({"input", "textarea", "select", "button"})


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
    """One way to send a form. `image` says that the button sends where it was pressed."""

    name: str = ""
    value: str = ""
    label: str = ""
    action: str | None = None
    method: str | None = None
    image: bool = False


def parse_forms(page: Sequence[Tag]) -> tuple[Form, ...]:
    """The forms of a page in order. A control belongs to the open form, or to the one its `form` names."""
    reader = _Reader()
    for tag in page:
        reader.read(tag)
    return tuple(reader.finished())


class _Reader:
    """Collects forms and their controls in one pass."""

    def __init__(self) -> None:
        self._forms: list[Form] = []
        self._open: int | None = None
        self._fields: dict[int, list[Field]] = {}
        self._submits: dict[int, list[Submit]] = {}
        self._by_id: dict[str, int] = {}
        self._select: _Select | None = None
        self._stray: list[tuple[str, Tag]] = []
        self._lists: dict[str, list[str]] = {}
        self._listed: list[tuple[int, int, str]] = []
        self._list: list[str] | None = None

    def read(self, tag: Tag) -> None:
        """Take in the next tag."""
        if tag.name == "form":
            self._form(tag)
        elif tag.name == "option":
            self._option(tag)
        elif tag.name == "select" and tag.closing:
            self._end_select()
        elif tag.name == "datalist":
            self._list = None if tag.closing else self._lists.setdefault(tag.get("id"), [])
        elif tag.name in _CONTROLS and not tag.closing:
            self._control(tag)

    def finished(self) -> list[Form]:
        """The forms, complete."""
        self._end_select()
        for form_id, tag in self._stray:
            if form_id in self._by_id:
                self._add(self._by_id[form_id], tag)
                self._end_select()
        for index, position, name in self._listed:
            choices = tuple(self._lists.get(name, ()))
            self._fields[index][position] = structs.replace(self._fields[index][position], choices=choices)
        return [
            structs.replace(form, fields=_grouped(self._fields[index]), submits=tuple(self._submits[index]))
            for index, form in enumerate(self._forms)
        ]

    def _form(self, tag: Tag) -> None:
        self._end_select()
        if tag.closing or len(self._forms) >= MAX_FORMS:
            self._open = None
            return
        self._open = index = len(self._forms)
        method, enctype = tag.get("method").strip().upper(), tag.get("enctype").strip().lower()
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
        owner = tag.get("form")
        if owner in self._by_id:
            self._add(self._by_id[owner], tag)
        elif owner:
            self._stray.append((owner, tag))
        elif self._open is not None:
            self._add(self._open, tag)

    def _add(self, index: int, tag: Tag) -> None:
        kind = tag.get("type").strip().lower() if tag.name in ("input", "button") else tag.name
        if tag.name == "button" and kind not in ("reset", "button"):
            kind = "submit"
        if kind in _BUTTONS:
            if kind in ("submit", "image"):
                self._submits[index].append(_submit(tag, kind))
            return
        fields = self._fields[index]
        if not tag.get("name") or len(fields) >= MAX_FIELDS:
            return
        if tag.get("list"):
            self._listed.append((index, len(fields), tag.get("list")))
        if kind == "select":
            self._select = _Select(index, len(fields))
        fields.append(_field(tag, kind))

    def _option(self, tag: Tag) -> None:
        if tag.closing:
            return
        value = tag.get("value") if "value" in tag.attributes else tag.text
        if self._list is not None and len(self._list) < MAX_CHOICES:
            self._list.append(value)
        elif self._select is not None and "disabled" not in tag.attributes:
            self._select.options.append(value)
            if "selected" in tag.attributes and self._select.selected is None:
                self._select.selected = value

    def _end_select(self) -> None:
        if self._select is None:
            return
        ended, self._select = self._select, None
        options = ended.options
        untouched = ended.selected if ended.selected is not None else next(iter(options), None)
        chosen = untouched or next((value for value in options if value), "")
        fields = self._fields[ended.form]
        fields[ended.position] = structs.replace(
            fields[ended.position],
            value=chosen,
            untouched=untouched,
            choices=tuple(dict.fromkeys(options))[:MAX_CHOICES],
        )


class _Select:
    """A select element that is still open."""

    def __init__(self, form: int, position: int) -> None:
        self.form = form
        self.position = position
        self.options: list[str] = []
        self.selected: str | None = None


def _field(tag: Tag, kind: str) -> Field:
    value = tag.text if tag.name == "textarea" else tag.get("value")
    untouched: str | None = value
    if kind in ("checkbox", "radio"):
        value = value or "on"
        untouched = value if "checked" in tag.attributes else None
    return Field(
        tag.get("name"),
        kind,
        value,
        limit=_length(tag.get("maxlength")),
        shortest=_length(tag.get("minlength")),
        low=tag.get("min"),
        high=tag.get("max"),
        pattern=tag.get("pattern"),
        hint=f"{tag.get('placeholder')} {tag.get('title')}".strip()[:200],
        mode=tag.get("inputmode").lower(),
        accept=tag.get("accept").lower(),
        required="required" in tag.attributes,
        untouched=untouched,
    )


def _length(text: str) -> int:
    return int(text) if text.isascii() and text.isdecimal() and len(text) < 7 else 0


def _submit(tag: Tag, kind: str) -> Submit:
    attributes = tag.attributes
    label = tag.text or tag.get("value") or tag.get("alt")
    method = attributes.get("formmethod")
    return Submit(
        tag.get("name"), tag.get("value"), label[:100], attributes.get("formaction"), method, kind == "image"
    )


def _grouped(fields: list[Field]) -> tuple[Field, ...]:
    """Radio buttons of one name are one field with several choices; everything else stays."""
    kept: list[Field] = []
    places: dict[str, int] = {}
    for field in fields:
        if field.kind != "radio":
            kept.append(field)
        elif field.name not in places:
            places[field.name] = len(kept)
            kept.append(structs.replace(field, choices=(field.value,)))
        else:
            group = kept[places[field.name]]
            checked = group.untouched is None and field.untouched is not None
            kept[places[field.name]] = structs.replace(
                group,
                choices=(*group.choices, field.value)[:MAX_CHOICES],
                value=field.value if checked else group.value,
                untouched=field.untouched if checked else group.untouched,
            )
    return tuple(kept)
