"""PHP's stream filters: a program that opens what a value names opens `php://filter/...` too, and what the filters make
of a file shows that it did (PHP manual, list of available filters)."""

from base64 import b64decode
from codecs import encode

from cyberai.checkkit.text import Pattern

PLAIN = "php://filter/convert.base64-encode/resource="
TURNED = "php://filter/string.rot13|convert.base64-encode/resource="
"""The same file, its letters turned by 13 places before it is encoded."""

_CODED = Pattern(r"[A-Za-z0-9+/]{24,}={0,2}")
_MOST = 20


def filtered_text(plain: bytes, turned: bytes, usual: bytes) -> str:
    """The encoded text of the `plain` answer whose letters stand turned in the other; empty where there is none. What
    the `usual` answer holds is none of it."""
    others = {_decoded(text) for text in _coded(turned)}
    for text in _coded(plain):
        content = _decoded(text)
        if content and text not in usual and _turned(content) in others and _turned(content) != content:
            return text.decode("ascii")
    return ""


def any_coded(plain: bytes, usual: bytes) -> bool:
    """True when the answer holds encoded text that the usual one does not."""
    return any(_decoded(text) and text not in usual for text in _coded(plain))


def _coded(body: bytes) -> list[bytes]:
    found = []
    for match in _CODED.finditer(body):
        found.append(match.text)
        if len(found) >= _MOST:
            break
    return found


def _decoded(text: bytes) -> bytes:
    try:
        return b64decode(text, validate=True)
    except ValueError:
        return b""


def _turned(content: bytes) -> bytes:
    return encode(content.decode("latin-1"), "rot13").encode("latin-1")
