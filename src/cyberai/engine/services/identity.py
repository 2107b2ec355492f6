"""What a service is said to be, and how sure that is."""

from msgspec import Struct, structs

from cyberai.checkkit.text import Pattern

MAX_PRODUCT = 80
MAX_VERSION = 40
SURE = 95
"""The service names itself in a form that only its protocol has."""
LIKELY = 75
"""The answer fits one product, and others could give it."""
PROTOCOL = 90
"""The protocol is certain, the product is not known."""

_UPDATE = Pattern(r"^(\d[\d.]*)[-_]?((?:p|rc|beta|alpha|b|a)\d{1,4})$")
_PLAIN = frozenset("abcdefghijklmnopqrstuvwxyz0123456789_")


class Identity(Struct, frozen=True, kw_only=True):
    """One reading of an answer. A field that is not known is empty; `os` is a hint, `confidence` is 0 to 100 and
    belongs to the least certain of what is filled in."""

    protocol: str = ""
    product: str = ""
    version: str = ""
    cpe: str = ""
    os: str = ""
    confidence: int = 0

    def under(self, protocol: str) -> "Identity":
        """The same product under a protocol that was told by other means."""
        return structs.replace(self, protocol=protocol)


UNKNOWN = Identity()


def cpe23(name: str, version: str = "") -> str:
    """The CPE 2.3 name of `vendor:product` (or `o:vendor:product` for a system), with an update in its own field."""
    parts = name.split(":")
    part, vendor, product = parts if len(parts) == len(["a", "vendor", "product"]) else ("a", *parts)
    update = ""
    match = _UPDATE.search(version.encode("latin-1", "replace"))
    if match is not None:
        version, update = (group.decode("latin-1") for group in match.groups)
    fields = (part, vendor, product, _quoted(version) or "*", update or "*", *"******")
    return "cpe:2.3:" + ":".join(fields)


def _quoted(value: str) -> str:
    """A value as the formatted string of CPE 2.3 writes it."""
    return "".join(
        c if c in _PLAIN or c in ".-" else "_" if c == " " else f"\\{c}"
        for c in value.lower()
        if c.isascii() and c.isprintable()
    )


def clean(value: bytes, limit: int) -> str:
    """Bytes of a service as one printable line."""
    text = value[: limit * 2].decode("utf-8", "replace")
    return "".join(c for c in text if c.isprintable()).strip()[:limit]
