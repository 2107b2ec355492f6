"""A linear-time HTML tokenizer: start tags, end tags and raw text, never a tree.

Tree builders follow the HTML standard and are quadratic on hostile nesting (measured: 20,000 nested formatting
elements, 200 kB, cost one of the fastest ones 3 s; the body cap is 2 MiB). Links, forms and the shape of a page
need no tree: the standard ties a control to its form by order or by id, not by nesting. Every loop here moves
forward in the text, and every look-ahead is bounded.
"""

import html
from collections.abc import Iterator

from msgspec import Struct

from cyberai.domain.http import HttpResponse

MAX_TAGS = 50_000
"""Tags read of one page; what follows is ignored."""

MAX_TAG_LENGTH = 8_192
MAX_VALUE = 4_096
MAX_ATTRIBUTES = 64
MAX_RAW_TEXT = 512 * 1024

_RAW_TEXT = frozenset({"script", "style", "textarea", "title"})
_ENCODINGS = {
    "utf-8": "utf-8",
    "utf8": "utf-8",
    "iso-8859-1": "cp1252",
    "latin1": "cp1252",
    "us-ascii": "cp1252",
    "windows-1252": "cp1252",
    "iso-8859-15": "iso-8859-15",
    "windows-1251": "windows-1251",
    "koi8-r": "koi8-r",
    "shift_jis": "shift_jis",
    "euc-jp": "euc-jp",
    "euc-kr": "euc-kr",
    "gbk": "gbk",
    "gb2312": "gbk",
    "big5": "big5",
    "utf-16le": "utf-16-le",
    "utf-16be": "utf-16-be",
}
_LETTERS = frozenset("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ")
_NAME_CHARACTERS = _LETTERS | frozenset("0123456789:-")
_READ = frozenset(
    [
        "a",
        "area",
        "audio",
        "base",
        "button",
        "datalist",
        "embed",
        "form",
        "frame",
        "iframe",
        "img",
        "input",
        "link",
        "meta",
        "object",
        "option",
        "param",
        "script",
        "select",
        "source",
        "textarea",
        "track",
        "video",
    ]
)

_MARKS = ("on", "data-", "href", "src", "hx-", "background", "cite", "poster", "manifest")
"""What makes the attributes of any other element worth reading."""


class Tag(Struct, frozen=True):
    """One tag. `attributes` (of the elements that carry links and form controls, and of those with a handler, a
    source or data) are unescaped, names in lower case, the first of a name kept. `text` is the raw
    text of script, style, textarea and title, and what follows an option or a button up to the next tag."""

    name: str
    closing: bool = False
    attributes: dict[str, str] = {}
    text: str = ""

    def get(self, name: str) -> str:
        """An attribute's value, empty when absent."""
        return self.attributes.get(name, "")


def decode(response: HttpResponse) -> str:
    """The body as text, in the charset the header names where it is a common one, else UTF-8."""
    field = (response.header("content-type") or "")[:200].lower()
    _, found, charset = field.partition("charset=")
    name = charset.split(";", 1)[0].strip(" \"'") if found else ""
    return response.body.decode(_ENCODINGS.get(name, "utf-8"), "replace")


def unescape(value: str) -> str:
    """Character references resolved; a reference no number can hold leaves the text as it is."""
    if "&" not in value:
        return value
    try:
        return html.unescape(value[:MAX_VALUE])
    except ValueError:  # an integer of more digits than Python converts
        return value[:MAX_VALUE]


def tags(text: str) -> Iterator[Tag]:
    """Every tag of the page in order, at most MAX_TAGS."""
    position, count = 0, 0
    while count < MAX_TAGS:
        start = text.find("<", position)
        if start < 0 or start + 1 >= len(text):
            return
        following = text[start + 1]
        if following == "!" or following == "?":
            position = _after_markup(text, start)
            continue
        closing = following == "/"
        name = _tag_name(text[start + 1 + closing : start + 65])
        if not name:
            position = start + 1
            continue
        inside = start + 1 + closing + len(name)
        end = _tag_end(text, inside)
        count += 1
        if closing:
            yield Tag(name, closing=True)
            position = end + 1
            continue
        position, raw = _content(text, name, end + 1)
        yield Tag(name, attributes=_attributes(name, text[inside:end]), text=raw)


def comments(text: str) -> Iterator[str]:
    """The text of each comment, in order, at most MAX_RAW_TEXT characters of it."""
    position = 0
    while True:
        start = text.find("<!--", position)
        if start < 0:
            return
        end = text.find("-->", start + 4)
        position = end if end >= 0 else len(text)
        yield text[start + 4 : min(position, start + 4 + MAX_RAW_TEXT)]


def _tag_name(source: str) -> str:
    if source[:1] not in _LETTERS:
        return ""
    length = next((i for i, c in enumerate(source) if c not in _NAME_CHARACTERS), len(source))
    return source[:length].lower()


def _after_markup(text: str, start: int) -> int:
    """The position behind a comment, doctype or processing instruction."""
    comment = text.startswith("<!--", start)
    end = text.find("-->" if comment else ">", start + (4 if comment else 1))
    if end < 0:
        return len(text)
    return end + (3 if comment else 1)


def _tag_end(text: str, position: int) -> int:
    """The `>` that ends the tag: the first one before which all quotes are closed, else the very first."""
    limit = min(len(text), position + MAX_TAG_LENGTH)
    first = end = text.find(">", position, limit)
    double = single = 0
    for _ in range(16):
        if end < 0:
            break
        double += text.count('"', position, end)
        single += text.count("'", position, end)
        if double % 2 == 0 and (double or single % 2 == 0):
            return end
        position, end = end, text.find(">", end + 1, limit)
    return first if first >= 0 else limit


def _content(text: str, name: str, position: int) -> tuple[int, str]:
    """Where to go on after a start tag, and the text that belongs to it."""
    if name in ("option", "button", "a"):
        end = text.find("<", position, position + 200)
        return position, unescape(text[position : end if end >= 0 else position + 200]).strip()
    if name not in _RAW_TEXT:
        return position, ""
    search = position
    while True:
        end = text.find("</", search)
        if end < 0:
            return len(text), text[position : position + MAX_RAW_TEXT]
        if text[end + 2 : end + 2 + len(name)].lower() == name:
            return end, text[position : min(end, position + MAX_RAW_TEXT)]
        search = end + 2


def _attributes(name: str, source: str) -> dict[str, str]:
    if name not in _READ and not any(mark in source.lower() for mark in _MARKS):
        return {}
    found: dict[str, str] = {}
    position = 0
    while position < len(source) and len(found) < MAX_ATTRIBUTES:
        equals = source.find("=", position)
        words = source[position : equals if equals >= 0 else len(source)].replace("/", " ").split()
        named = words.pop().lower() if equals >= 0 and words else ""
        for word in words[:MAX_ATTRIBUTES]:
            found.setdefault(word.lower(), "")
        if equals < 0:
            break
        position, value = _value(source, equals + 1)
        if named:
            found.setdefault(named, unescape(value))
    return found


def _value(source: str, position: int) -> tuple[int, str]:
    """The attribute value that starts at or after `position`, and where it ends."""
    while position < len(source) and source[position].isspace():
        position += 1
    quote = source[position : position + 1]
    if quote in ('"', "'"):
        end = source.find(quote, position + 1)
        end = end if end >= 0 else len(source)
        return end + 1, source[position + 1 : end]
    words = source[position : position + MAX_VALUE].split(None, 1)
    bare = words[0] if words else ""
    return position + len(bare) + 1, bare
