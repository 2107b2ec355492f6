"""The addresses in a page's elements: links, sources, handlers, menus, comments."""

from collections.abc import Iterable, Iterator

from cyberai.engine import scripts
from cyberai.engine.markup import Tag, comments, tags

Reference = tuple[str, str, bool]
"""An address as written, the label of its link, and whether it is a guess."""

BASE = "<base>"
"""The label of an address that moves all that follow."""

MAX_COMMENTS = 200
_FOLLOWED = {
    "a": "href",
    "area": "href",
    "frame": "src",
    "iframe": "src",
    "embed": "src",
    "object": "data",
}
_PASSIVE = ("src", "background", "poster", "dynsrc", "lowsrc")
_POINTING = (
    "longdesc",
    "cite",
    "xlink:href",
    "manifest",
    "codebase",
    "href",
    "content",
    "ping",
    "formaction",
)
_NO_PAGES = ("icon", "preconnect", "dns-prefetch")


def html_references(page: Iterable[Tag]) -> Iterator[Reference]:
    """Every address of the elements, in order."""
    menus: tuple[str, ...] = ()
    for tag in page:
        if tag.closing:
            menus = () if tag.name == "select" else menus
            continue
        attributes = tag.attributes
        followed = _FOLLOWED.get(tag.name, "")
        if tag.name == "select":
            menus = tuple(scripts.open_paths(attributes.get("onchange", "")))
        elif tag.name == "option":
            yield from _option(tag, menus)
        elif tag.name == "base" and tag.get("href"):
            yield tag.get("href"), BASE, False
        elif followed in attributes:
            yield from _followed(attributes[followed], tag.text)
        else:
            yield from _other(tag)
        for name, value in attributes.items():
            if name != followed and not (menus and name == "onchange"):
                yield from _attribute(tag, name, value)


def comment_references(text: str) -> Iterator[Reference]:
    """Addresses in comments: of elements that were commented out, and paths that somebody noted."""
    for number, comment in enumerate(comments(text)):
        if number >= MAX_COMMENTS:
            return
        if "<" in comment:
            yield from (
                (address, "", True) for address, label, _ in html_references(tags(comment)) if label != BASE
            )
        for word in comment.split(None, 200)[:200]:
            path = word.strip(".,;:()[]\"'")
            if path[:1] == "/" and len(path) > 1 and scripts.is_path(path):
                yield path, "", True


def _followed(address: str, label: str) -> Iterator[Reference]:
    scheme, colon, code = address.strip().partition(":")
    if colon and scheme.lower() == "javascript":
        yield from ((path, label, True) for path in scripts.paths(code))
    else:
        yield address, label, False


def _option(tag: Tag, menus: tuple[str, ...]) -> Iterator[Reference]:
    """A menu whose choice is an address, or is joined to one by the handler of its select."""
    value = tag.get("value") if "value" in tag.attributes else tag.text
    if scripts.is_path(value):
        yield value, tag.text, True
    elif value:
        yield from ((menu + value, tag.text, True) for menu in menus)


def _other(tag: Tag) -> Iterator[Reference]:
    if tag.name == "script":
        if tag.get("src"):
            yield tag.get("src"), "", False
        yield from ((path, "", True) for path in scripts.paths(tag.text))
    elif tag.name == "style":
        yield from style_references(tag.text)
    elif tag.name == "link" and tag.get("href"):
        if not any(word in tag.get("rel").lower() for word in _NO_PAGES):
            yield tag.get("href"), "", False
    elif tag.name == "meta" and tag.get("http-equiv").lower() == "refresh":
        yield from refresh_references(tag.get("content"))
    elif tag.name == "param" and scripts.is_path(tag.get("value")):
        yield tag.get("value"), "", True


def _attribute(tag: Tag, name: str, value: str) -> Iterator[Reference]:
    """Addresses in attributes that many elements may have."""
    if name.startswith("on") and len(name) > 3:
        yield from ((path, tag.text, True) for path in scripts.paths(value))
    elif name in ("srcset", "imagesrcset"):
        pieces = (piece.split() for piece in value.split(",")[:50])
        yield from ((words[0], "", False) for words in pieces if words and "?" in words[0])
    elif name in _PASSIVE:
        # A picture made by a program takes parameters; a plain picture file tells nothing.
        if "?" in value and tag.name != "script":
            yield value, "", False
    elif name == "srcdoc":
        yield from (
            (address, label, True) for address, label, _ in html_references(tags(value)) if label != BASE
        )
    elif _points(tag, name) and scripts.is_path(value):
        yield value, tag.text, True


def _points(tag: Tag, name: str) -> bool:
    """True for attributes that scripts and rare elements use as addresses."""
    if tag.name in ("link", "base", "meta"):
        return False
    return name.startswith(("data-", "hx-", "ng-", ":")) or name in _POINTING


def refresh_references(content: str) -> Iterator[Reference]:
    """The address of a Refresh header or element."""
    at = content.lower().find("url=")
    if at >= 0:
        yield content[at + 4 :].strip(" '\""), "", False


def style_references(text: str) -> Iterator[Reference]:
    """Addresses that a style sheet imports, and pictures made by programs."""
    for piece in text.split("url(", 200)[1:]:
        address = piece[:500].partition(")")[0].strip(" '\"")
        if "?" in address or address.endswith(".css"):
            yield address, "", False
