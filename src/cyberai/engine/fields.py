"""Sensible values for form fields, so that a form is accepted and its handler runs to the end."""

from msgspec import Struct

from cyberai.engine.field_words import DATE, MAIL, PASSWORD, TEXT, by_hint, by_name, words
from cyberai.engine.pattern_sample import sample

_BY_KIND = {
    "number": "1",
    "range": "1",
    "date": DATE,
    "datetime-local": f"{DATE}T10:00",
    "datetime": f"{DATE}T10:00",
    "month": "2024-01",
    "week": "2024-W03",
    "time": "10:00",
    "email": MAIL,
    "url": "http://example.com/",
    "tel": "5550100",
    "color": "#336699",
    "password": PASSWORD,
    "checkbox": "on",
    "radio": "on",
    "file": "cyberai.txt",
}
_ORDERED = frozenset({"date", "datetime-local", "datetime", "month", "week", "time"})
_NUMBERS = frozenset({"number", "range"})
_NUMERIC_MODES = frozenset({"numeric", "decimal"})
_FREE_KINDS = frozenset({"", "text", "search", "textarea"})
_CHOSEN = frozenset({"hidden", "select", "submit", "radio", "checkbox"})
_AGAIN = frozenset({"confirm", "confirmation", "confirmed", "repeat", "again", "verify", "retype", "retyped"})


class Field(Struct, frozen=True):
    """One named form control. `kind` is the input's type, or `textarea`, `select`, `submit`. `value` is what
    the page put there, for a choice what we choose; `untouched` what a browser sends for a choice nobody made,
    None for nothing at all; `choices` the values to choose from. The rest are the page's own rules; `limit` and
    `shortest` count characters, 0 for no rule; `hint` is the placeholder or title."""

    name: str
    kind: str = "text"
    value: str = ""
    limit: int = 0
    shortest: int = 0
    low: str = ""
    high: str = ""
    pattern: str = ""
    hint: str = ""
    mode: str = ""
    accept: str = ""
    required: bool = False
    untouched: str | None = ""
    choices: tuple[str, ...] = ()

    @property
    def free_text(self) -> bool:
        """True when a person types whatever they like."""
        return self.kind in _FREE_KINDS

    @property
    def optional(self) -> bool:
        """True when we fill in what the page left empty and does not ask for: another field may exclude it."""
        if self.required or self.kind in ("hidden", "submit", "checkbox", "radio", "file", "password"):
            return False
        return not self.value if self.kind != "select" else self.untouched == ""


def fill(field: Field) -> str:
    """A valid value: the page's own where it has one, else by the page's rules, by type, by name."""
    if field.value or field.kind in _CHOSEN:
        return field.value
    if field.choices:
        return field.choices[0]
    longest = field.limit if field.limit > 0 else 0
    fitting = sample(field.pattern, field.shortest, longest)
    if fitting is not None:
        return fitting
    if field.kind in _NUMBERS:
        return _number(field)
    if field.kind in _ORDERED:
        return _ordered(field)
    return _sized(_typed(field), field.shortest, longest)


def filled(fields: tuple[Field, ...]) -> list[str]:
    """The value of each field; a repetition (`password2`, `email_confirm`) repeats."""
    values = [fill(field) for field in fields]
    first: dict[str, int] = {}
    for index, field in enumerate(fields):
        if field.kind in _CHOSEN:
            continue
        base = "password" if field.kind == "password" else _base(field.name)
        if base and base not in first:
            first[base] = index
        elif base and not field.value and not field.pattern:
            values[index] = values[first[base]]
    return values


def _base(name: str) -> str:
    """The name less what says that it is a repetition."""
    spoken = [word for word in words(name) if word not in _AGAIN]
    if spoken:
        spoken[-1] = next((spoken[-1][: -len(e)] for e in _AGAIN if spoken[-1].endswith(e)), spoken[-1])
    digits = "".join(c for c in name if c.isdigit())
    return " ".join(spoken) + ("" if digits == "2" else digits)


def _typed(field: Field) -> str:
    known = _BY_KIND.get(field.kind)
    if known is not None:
        return known
    if field.mode in _NUMERIC_MODES:
        return "1"
    hinted = by_hint(field.hint)
    if hinted is not None:
        return hinted
    named = by_name(field.name)
    # A field for many lines takes prose whatever it is called.
    return named if named is not None and field.kind != "textarea" else TEXT


def _sized(value: str, shortest: int, longest: int) -> str:
    if len(value) < shortest <= 10_000:
        filler = "1" if value.isdigit() else " " + TEXT if " " in value else TEXT
        value = (value + filler * shortest)[:shortest]
    return value[:longest] if longest else value


def _number(field: Field) -> str:
    low, high = _float(field.low), _float(field.high)
    if low is not None and low > 1:
        return field.low
    return field.high if high is not None and high < 1 else "1"


def _float(text: str) -> float | None:
    try:
        return float(text[:30]) if text else None
    except ValueError:
        return None


def _ordered(field: Field) -> str:
    """Dates and times in the forms of HTML compare as texts."""
    value = _BY_KIND[field.kind]
    if field.low and value < field.low:
        return field.low[:30]
    return field.high[:30] if field.high and value > field.high else value
