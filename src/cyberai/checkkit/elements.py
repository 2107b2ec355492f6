"""One element of a page with what stands around it, whichever parser read the page: HTML or XML."""

from collections.abc import Iterator, Mapping
from xml.parsers.expat import ExpatError, ParserCreate, XMLParserType

from msgspec import Struct
from msgspec.structs import replace
from selectolax.lexbor import LexborNode

HTML = "http://www.w3.org/1999/xhtml"
SVG = "http://www.w3.org/2000/svg"
_XLINK = "http://www.w3.org/1999/xlink"
_HTML_WITHIN_SVG = frozenset({"foreignobject", "desc", "title"})
_MAX_NODES = 60_000
_MAX_DEPTH = 512
_MAX_TEXT = 400_000


class Element(Struct, frozen=True):
    """An element as browsers see it. `space` is its namespace (HTML, SVG or another), `tag` its name (lower case
    in HTML), `text` what is written directly in it, `filled` whether it holds anything, `parent` its parent."""

    tag: str
    space: str
    attributes: Mapping[str, str]
    parent: "Element | None" = None
    text: str = ""
    filled: bool = False

    def ancestry(self) -> Iterator["Element"]:
        """The element itself, then its parents up to the root."""
        at: Element | None = self
        while at is not None:
            yield at
            at = at.parent


def of_html(node: LexborNode) -> Element:
    """The element of an HTML tree; namespaces follow from the elements around it (HTML, tree construction)."""
    chain = [node]
    while chain[-1].parent is not None and chain[-1].parent.is_element_node:
        chain.append(chain[-1].parent)
    element: Element | None = None
    for at in reversed(chain):
        tag = at.tag or ""
        attributes = {name: value or "" for name, value in at.attributes.items()}
        filled = at is not node or at.first_child is not None
        text = at.text(deep=True) if at is node and tag == "script" else ""
        element = Element(tag, _space(tag, element), attributes, element, text, filled)
    assert element is not None
    return element


def _space(tag: str, parent: Element | None) -> str:
    if tag == "svg":
        return SVG
    if parent is None or parent.space == HTML:
        return "" if tag == "math" else HTML
    return HTML if parent.tag.lower() in _HTML_WITHIN_SVG else parent.space


class NotWellFormed(Exception):
    """The text is no XML document: a browser shows an error in its place."""


def of_xml(body: bytes) -> list[Element]:
    """The elements of an XML document in order; raise NotWellFormed where the document is none.

    A browser may already have run what stands before the error; nothing is claimed about that.
    """
    builder = _Builder()
    try:
        builder.parser.Parse(body, True)
    except (ExpatError, LookupError, UnicodeError, ValueError) as error:
        raise NotWellFormed(str(error)) from error
    return builder.finished


class _Builder:
    def __init__(self) -> None:
        parser = ParserCreate(namespace_separator=" ")
        parser.buffer_text = True
        parser.StartElementHandler = self._start
        parser.EndElementHandler = self._end
        parser.CharacterDataHandler = self._characters
        parser.EntityDeclHandler = self._entity
        self.parser: XMLParserType = parser
        self.finished: list[Element] = []
        self._open: list[tuple[int, list[str]]] = []
        self._held = 0

    def _start(self, name: str, attributes: dict[str, str]) -> None:
        if len(self.finished) >= _MAX_NODES or len(self._open) >= _MAX_DEPTH:
            raise NotWellFormed("more elements than are looked at")
        space, _, tag = name.rpartition(" ")
        parent = self.finished[self._open[-1][0]] if self._open else None
        named = {_attribute(key): value for key, value in attributes.items()}
        self._open.append((len(self.finished), []))
        self.finished.append(Element(tag, space, named, parent))

    def _end(self, _: str) -> None:
        index, texts = self._open.pop()
        # Children go on referring to the element as it was when it opened: of parents only names and attributes count.
        filled = bool(texts) or index < len(self.finished) - 1
        self.finished[index] = replace(self.finished[index], text="".join(texts), filled=filled)

    def _characters(self, text: str) -> None:
        if self._open and self._held < _MAX_TEXT:
            self._held += len(text)
            self._open[-1][1].append(text)

    def _entity(self, *_: object) -> None:
        # Entities of the document's own are seldom meant well, and no page we can say something about needs them.
        raise NotWellFormed("the document declares entities")


def _attribute(name: str) -> str:
    space, _, local = name.rpartition(" ")
    return f"xlink:{local}" if space == _XLINK else f"{space}:{local}" if space else local
