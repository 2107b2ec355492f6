"""Names of products as CPE 2.3 binds them to a formatted string (NIST IR 7695), and their comparison (NIST IR 7696)."""

from functools import lru_cache

from msgspec import Struct

MAX_NAME = 1_000
ANY, NA = "*", "-"
_ATTRIBUTES = ("part", "vendor", "product", "version", "update", "edition", "language",
               "sw_edition", "target_sw", "target_hw", "other")  # fmt: skip
_WILD = frozenset("*?\\")


class CpeError(ValueError):
    """The text is no name of CPE 2.3."""


class Cpe(Struct, frozen=True):
    """A name, in lower case. An attribute is `*` (any), `-` (not applicable) or a value, in which only the signs that
    would mean something (`*`, `?`, a backslash, a lone hyphen) still have their backslash."""

    part: str
    vendor: str
    product: str
    version: str = ANY
    update: str = ANY
    edition: str = ANY
    language: str = ANY
    sw_edition: str = ANY
    target_sw: str = ANY
    target_hw: str = ANY
    other: str = ANY

    @property
    def name(self) -> str:
        """Part, vendor and product, by which it is looked up."""
        return f"{self.part}:{self.vendor}:{self.product}"

    @property
    def more(self) -> dict[str, str]:
        """What it says beyond version and update."""
        return {name: value for name in _ATTRIBUTES[5:] if (value := getattr(self, name)) != ANY}


@lru_cache(maxsize=4_096)
def parse_cpe(text: str) -> Cpe:
    """The name; raise CpeError."""
    if len(text) > MAX_NAME or not text.isascii() or not text.isprintable() or " " in text:
        raise CpeError("it is too long, or no plain text")
    pieces = _split(text.lower())
    if pieces[:2] != ["cpe", "2.3"] or len(pieces) != 2 + len(_ATTRIBUTES):
        raise CpeError(f"it has not the form cpe:2.3 with {len(_ATTRIBUTES)} attributes")
    part, *values = pieces[2:]
    if part not in ("a", "o", "h"):
        raise CpeError("its part is none of a, o and h")
    plain = [_plain(value) for value in values]
    if any(name in (ANY, NA) for name in plain[:2]):
        raise CpeError("it names no vendor and product")
    return Cpe(part, *plain)


def _split(text: str) -> list[str]:
    """The pieces between colons that have no backslash."""
    pieces, start, at = [], 0, 0
    while at < len(text):
        if text[at] == "\\":
            at += 1
        elif text[at] == ":":
            pieces.append(text[start:at])
            start = at + 1
        at += 1
    return [*pieces, text[start:]]


def _plain(value: str) -> str:
    if not value:
        raise CpeError("an attribute is empty")
    if value == "\\-":
        return value
    if "\\" not in value:
        return value
    kept, at = [], 0
    while at < len(value):
        if value[at] != "\\":
            kept.append(value[at])
        elif at + 1 == len(value):
            raise CpeError("it ends with a backslash")
        else:
            at += 1
            kept.append(f"\\{value[at]}" if value[at] in _WILD else value[at])
        at += 1
    return "".join(kept)


def fits(wanted: str, given: str) -> bool | None:
    """Whether an attribute of a product lies within what a name asks for; None when the product does not tell."""
    if wanted == ANY:
        return True
    if given == ANY:
        return None
    if NA in (wanted, given):
        return wanted == given
    return _like(wanted, given)


def is_pattern(value: str) -> bool:
    """Whether a value has a `*` or `?` that stands for other characters."""
    return value != ANY and any(
        sign in "*?" and (at == 0 or value[at - 1] != "\\") for at, sign in enumerate(value)
    )


def _like(wanted: str, given: str) -> bool:
    """Whether the value is as the pattern says: `?` for one character, `*` for any number. Wildcards stand at the ends."""
    signs = _signs(wanted)
    text = given.replace("\\", "")
    reached = {0}
    for sign, wild in signs:
        if wild and sign == "*":
            reached = set(range(min(reached), len(text) + 1))
        else:
            reached = {at + 1 for at in reached if at < len(text) and (wild or text[at] == sign)}
        if not reached:
            return False
    return len(text) in reached


def _signs(wanted: str) -> list[tuple[str, bool]]:
    found, at = [], 0
    while at < len(wanted):
        literal = wanted[at] == "\\" and at + 1 < len(wanted)
        at += literal
        found.append((wanted[at], not literal and wanted[at] in "*?"))
        at += 1
    return found
