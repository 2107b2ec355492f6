"""Fingerprints in the XML form of recog: which words of a service mean which product.

The bytes are whatever somebody downloaded: sizes, counts and depth are bounded, and a document that declares a type or
an entity is refused, so that nothing in it can expand or fetch.
"""

from typing import Any
from xml.parsers import expat

from msgspec import Struct

MAX_FINGERPRINTS = 50_000
MAX_TEXT = 16_384
"""Characters of a pattern, a value or an example."""
MAX_PARAMS = 64
_MAX_DEPTH = 8


class RecogError(ValueError):
    """The document is none of recog's; the message says why, and in which line."""


class Param(Struct, frozen=True, array_like=True):
    """What a match means: `name` (`service.version`) is the group of number `pos`, or with 0 the `value`."""

    name: str
    pos: int
    value: str = ""


class Fingerprint(Struct, frozen=True, array_like=True):
    """One pattern, a regular expression of Ruby with its flags (`i` any case, `s` the dot takes line ends). `key` is the
    name of what it is matched against (`ssh.banner`) and its place in that list."""

    key: str
    pattern: str
    flags: str
    params: tuple[Param, ...]
    description: str = ""

    @property
    def matches(self) -> str:
        """The name of what the pattern is matched against."""
        return self.key.rpartition("#")[0]


class Example(Struct, frozen=True):
    """A text that its fingerprint is to match, with what is to come out. `encoding` is `base64` or empty; `file` is
    where the text stands, when it does not stand here."""

    text: str
    expected: dict[str, str]
    encoding: str = ""
    file: str = ""


class RecogFile(Struct, frozen=True):
    """One document: its fingerprints in order, and the examples of each."""

    matches: str
    fingerprints: tuple[Fingerprint, ...]
    examples: tuple[tuple[Example, ...], ...]


_FLAGS = {"REG_ICASE": "i", "REG_DOT_NEWLINE": "s", "REG_MULTILINE": "s", "REG_LINE_ANY_CRLF": ""}


def read_recog(document: bytes, name: str) -> RecogFile:
    """The fingerprints of a document; `name` is its file's, which stands in where it does not say what its patterns
    are matched against. Raise RecogError."""
    reader = _Reader(name.rpartition("/")[2].removesuffix(".xml"))
    parser = expat.ParserCreate()
    parser.buffer_text = True
    parser.StartDoctypeDeclHandler = _refuse
    parser.EntityDeclHandler = _refuse
    parser.StartElementHandler = reader.start
    parser.EndElementHandler = reader.end
    parser.CharacterDataHandler = reader.data
    try:
        parser.Parse(document, True)
    except expat.ExpatError as error:
        raise RecogError(f"line {error.lineno}: {expat.ErrorString(error.code)}") from error
    except RecogError as error:
        raise RecogError(f"line {parser.CurrentLineNumber}: {error}") from error
    return reader.file()


def _refuse(*_: Any) -> None:
    raise RecogError("it declares a document type or an entity")


class _Reader:
    """Collects what the parser meets."""

    def __init__(self, matches: str) -> None:
        self._matches = matches
        self._path: list[str] = []
        self._fingerprints: list[Fingerprint] = []
        self._examples: list[tuple[Example, ...]] = []
        self._pattern = self._flags = self._description = self._text = ""
        self._params: list[Param] = []
        self._of_one: list[Example] = []
        self._attributes: dict[str, str] = {}

    def start(self, tag: str, attributes: dict[str, str]) -> None:
        """An element begins."""
        if len(self._path) >= _MAX_DEPTH:
            raise RecogError("it is nested too deeply")
        if not self._path and tag != "fingerprints":
            raise RecogError(f"it begins with {tag[:40]!a}, not with fingerprints")
        self._path.append(tag)
        self._text = ""
        if any(len(value) > MAX_TEXT for value in attributes.values()):
            raise RecogError(f"a value is longer than {MAX_TEXT:,} characters")
        if len(self._path) == 1:
            self._matches = _plain(attributes.get("matches", self._matches))
        elif tag == "fingerprint":
            self._begin(attributes)
        elif tag == "param":
            self._param(attributes)
        elif tag == "example":
            self._attributes = attributes

    def end(self, tag: str) -> None:
        """An element ends."""
        self._path.pop()
        if tag == "description":
            self._description = self._text.strip()[:200]
        elif tag == "example":
            expected = {name: value for name, value in self._attributes.items() if not name.startswith("_")}
            encoding, file = (self._attributes.get(name, "") for name in ("_encoding", "_filename"))
            self._of_one.append(Example(self._text, expected, encoding, file))
        elif tag == "fingerprint":
            self._add()

    def data(self, text: str) -> None:
        """Characters between elements."""
        if len(self._text) + len(text) > MAX_TEXT:
            raise RecogError(f"a text is longer than {MAX_TEXT:,} characters")
        self._text += text

    def file(self) -> RecogFile:
        """All of it."""
        if not self._fingerprints:
            raise RecogError("there is no fingerprint in it")
        return RecogFile(self._matches, tuple(self._fingerprints), tuple(self._examples))

    def _begin(self, attributes: dict[str, str]) -> None:
        self._pattern = attributes.get("pattern", "")
        if not self._pattern:
            raise RecogError("a fingerprint has no pattern")
        names = [name.strip() for name in attributes.get("flags", "").split(",") if name.strip()]
        unknown = [name for name in names if name not in _FLAGS]
        if unknown:
            raise RecogError(f"the flag {unknown[0][:40]!a} is not known")
        self._flags = "".join(sorted({_FLAGS[name] for name in names}))
        self._params, self._of_one, self._description = [], [], ""

    def _param(self, attributes: dict[str, str]) -> None:
        pos, name = attributes.get("pos", ""), attributes.get("name", "")
        if not pos.isascii() or not pos.isdigit() or len(pos) > 2 or not name or len(name) > 100:
            raise RecogError("a param has no number of a group or no name")
        if len(self._params) >= MAX_PARAMS:
            raise RecogError(f"a fingerprint has more than {MAX_PARAMS} params")
        self._params.append(Param(name, int(pos), attributes.get("value", "")[:500]))

    def _add(self) -> None:
        if len(self._fingerprints) >= MAX_FINGERPRINTS:
            raise RecogError(f"there are more than {MAX_FINGERPRINTS:,} fingerprints")
        key = f"{self._matches}#{len(self._fingerprints):05}"
        found = Fingerprint(key, self._pattern, self._flags, tuple(self._params), self._description)
        self._fingerprints.append(found)
        self._examples.append(tuple(self._of_one))


def _plain(name: str) -> str:
    if not name or len(name) > 60 or not name.isascii() or not name.isprintable() or "#" in name:
        raise RecogError("what it is matched against has no proper name")
    return name
