"""Sensible values for form fields, so that a form is accepted and its handler runs to the end."""

from msgspec import Struct

TEXT = "cyberai"
"""What free text gets. It names us, so that whatever a scan leaves behind can be found and removed."""

MAIL = "cyberai@example.com"
_PASSWORD = "Cyberai-2024"  # noqa: S105 - a value typed into forms, no secret

_BY_KIND = {
    "number": "1",
    "range": "1",
    "date": "2024-01-15",
    "datetime-local": "2024-01-15T10:00",
    "datetime": "2024-01-15T10:00",
    "month": "2024-01",
    "week": "2024-W03",
    "time": "10:00",
    "email": MAIL,
    "url": "http://example.com/",
    "tel": "5550100",
    "color": "#336699",
    "password": _PASSWORD,
    "checkbox": "on",
    "radio": "on",
    "file": "cyberai.txt",
}
_BY_WORD = (
    (("mail",), MAIL),
    (("pass", "pwd"), _PASSWORD),
    (("phone", "mobile", "fax"), "5550100"),
    (("zip", "postal", "postcode"), "12345"),
    (("date", "birth", "dob"), "2024-01-15"),
    (("url", "website", "homepage"), "http://example.com/"),
    (("qty", "quantity", "amount", "count", "number", "num", "price", "age", "year", "page"), "1"),
)
_FREE_KINDS = frozenset({"", "text", "search", "textarea"})


class Field(Struct, frozen=True):
    """One named form control. `kind` is the input's type, or `textarea`, `select`, `submit`. `value` is what
    the page put there; `limit` the maxlength, 0 for none."""

    name: str
    kind: str = "text"
    value: str = ""
    limit: int = 0

    @property
    def free_text(self) -> bool:
        """True when a person types whatever they like."""
        return self.kind in _FREE_KINDS


def is_free(field: Field) -> bool:
    """True when we fill the field with plain text of our own."""
    return field.free_text and not field.value


def fill(field: Field) -> str:
    """A valid value: the page's own where it has one, else by type, else by name."""
    if field.value or field.kind in ("hidden", "select", "submit"):
        return field.value
    value = _BY_KIND.get(field.kind) or _by_name(field.name.lower())
    return value[: field.limit] if field.limit > 0 else value


def _by_name(name: str) -> str:
    if name == "id" or name.endswith(("_id", "-id")):
        return "1"
    return next((value for words, value in _BY_WORD if any(word in name for word in words)), TEXT)
