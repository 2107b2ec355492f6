"""Is there a place in this page that a browser would execute and that is ours, and what does it take?

HTML is read by the HTML standard's own tree construction and XML, which SVG and XHTML are, by an XML parser, never by
patterns: encoded, commented-out and inert reflections fall away by themselves, and so does a page that is no
well-formed XML any more. A handler counts where its event can happen (checkkit.events), a script where the page's
policy lets it run (checkkit.policy).
"""

from collections.abc import Iterator
from urllib.parse import unquote

from msgspec import Struct

from cyberai.checkkit.elements import HTML, SVG, Element, NotWellFormed, of_html, of_xml
from cyberai.checkkit.events import Trigger, disabled, focusable, shown, trigger
from cyberai.checkkit.markup import elements, is_xml, renders
from cyberai.checkkit.policy import Injected, Way, allowed, policies_of
from cyberai.checkkit.script import calls
from cyberai.domain.http import HttpResponse

_SCRIPT_TYPES = frozenset(
    {"", "module", "text/javascript", "application/javascript", "text/ecmascript", "application/ecmascript"}
    | {"application/x-javascript", "text/jscript", "text/x-javascript", "text/livescript", "javascript"}
)
# With scripting on, what stands in these is text or lies in a fragment that no browser runs.
_INERT = frozenset({"noscript", "template", "noembed", "noframes", "xmp", "textarea", "title", "style"})
_URL_ATTRIBUTES = {
    "href": frozenset({"a", "area"}),
    "action": frozenset({"form"}),
    "formaction": frozenset({"button", "input"}),
}
_BY_STYLE = frozenset({"oncontentvisibilityautostatechange"})
_NESTING = 3


class Position(Struct, frozen=True):
    """An executable place that is ours: where in words, what it takes until it runs, and how it comes in."""

    where: str
    trigger: Trigger
    ways: tuple[Injected, ...]


class Execution(Struct, frozen=True):
    """The best of the positions: `blocked` when the page's own policy keeps all of them from running."""

    where: str
    trigger: Trigger
    blocked: bool = False

    @property
    def rank(self) -> tuple[bool, Trigger]:
        """Smaller is better: what runs before what is blocked, by itself before what waits for the visitor."""
        return self.blocked, self.trigger


def execution(response: HttpResponse, name: str) -> Execution | None:
    """How a browser that shows this answer would call the function `name` or load a script from the host `name`;
    None when it would not."""
    if not renders(response):
        return None
    xml = is_xml(response)
    found = _positions(response.body, name, xml=xml)
    if not found:
        return None
    metas = () if xml else _policies_within(response.body)
    policies = policies_of(response, metas)
    judged = [Execution(p.where, p.trigger, not all(allowed(policies, way) for way in p.ways)) for p in found]
    return min(judged, key=lambda execution: execution.rank)


def executable(body: bytes, name: str) -> str:
    """Where a browser that shows this HTML page would call the function `name` or load a script from the host
    `name`: `onload of <svg>`, `<script>`, ... ; empty when nowhere."""
    return min(_positions(body, name), key=lambda p: p.trigger, default=_NOWHERE).where


_NOWHERE = Position("", Trigger.VISITOR, ())


def _positions(body: bytes, name: str, *, xml: bool = False, depth: int = 0) -> list[Position]:
    if name.encode() not in body.lower() and b"&#" not in body:
        return []
    found: list[Position] = []
    first_focus = True
    for element in _candidates(body, name, xml=xml):
        if not _inert(element, xml=xml):
            found += _within(element, name, depth, first_focus)
        if "autofocus" in element.attributes and focusable(element):
            first_focus = False
    return found


def _candidates(body: bytes, name: str, *, xml: bool) -> Iterator[Element]:
    if xml:
        try:
            yield from of_xml(body)
        except NotWellFormed:
            return
        return
    for node in elements(body):
        if node.tag == "script" or any(
            a == "autofocus" or (v and name in v.lower()) for a, v in node.attributes.items()
        ):
            yield of_html(node)


def _within(element: Element, name: str, depth: int, first_focus: bool) -> list[Position]:
    if element.tag == "script" and element.space in (HTML, SVG):
        script = _script(element, name)
        if script is not None:
            return [script]
    return [
        position
        for attribute, value in element.attributes.items()
        if name in value.lower()
        and (position := _attribute(element, attribute.lower(), value, name, depth, first_focus)) is not None
    ]


def _policies_within(body: bytes) -> tuple[str, ...]:
    if b"content-security-policy" not in body.lower():
        return ()
    return tuple(
        node.attributes.get("content") or ""
        for node in elements(body)
        if node.tag == "meta"
        and (node.attributes.get("http-equiv") or "").strip().lower() == "content-security-policy"
    )


def _script(element: Element, name: str) -> Position | None:
    has = element.attributes
    kind = (has.get("type") or has.get("language") or "").split(";")[0].strip().lower()
    if kind not in _SCRIPT_TYPES or "nomodule" in has:
        return None
    nonce = has.get("nonce", "")
    source = has.get("src") if element.space == HTML else has.get("href", has.get("xlink:href"))
    if source is not None:
        if not _foreign_host(source, name):
            return None
        scheme = "https" if source.strip().lower().startswith("https:") else "http"
        return Position("src of <script>", Trigger.ITSELF, (Injected(Way.EXTERNAL, nonce, name, scheme),))
    if not calls(element.text, name):
        return None
    return Position("<script>", Trigger.ITSELF, (Injected(Way.ELEMENT, nonce),))


def _foreign_host(source: str, name: str) -> bool:
    bare = source.strip().replace("\\", "/").lower()
    _, _, rest = bare.partition("//")
    scheme = bare.partition("//")[0]
    return scheme in ("", "http:", "https:") and rest.split("/")[0].split("?")[0].startswith(f"{name}.")


def _attribute(
    element: Element, attribute: str, value: str, name: str, depth: int, first_focus: bool
) -> Position | None:
    where = f"{attribute} of <{element.tag}>"
    if attribute.startswith("on"):
        fires = trigger(element, attribute, first_focus=first_focus) if calls(value, name) else None
        if fires is None:
            return None
        ways = (Injected(Way.HANDLER),)
        return Position(where, fires, ways + ((Injected(Way.STYLE),) if attribute in _BY_STYLE else ()))
    if calls(script_url(value), name):
        fires = _followed(element, attribute)
        return None if fires is None else Position(where, fires, (Injected(Way.ADDRESS),))
    if attribute == "srcdoc" and _frames(element) and depth < _NESTING:
        inner = min(_positions(value.encode(), name, depth=depth + 1), key=lambda p: p.trigger, default=None)
        return Position(f"srcdoc of <iframe>, {inner.where}", inner.trigger, inner.ways) if inner else None
    return None


def _followed(element: Element, attribute: str) -> Trigger | None:
    """What makes a browser follow the address in this attribute."""
    tag = element.tag
    if attribute == "src" and tag in ("iframe", "frame"):
        return Trigger.ITSELF if _frames(element) else None
    if element.space == SVG:
        return (
            Trigger.VISITOR if tag == "a" and attribute in ("href", "xlink:href") and shown(element) else None
        )
    if tag not in _URL_ATTRIBUTES.get(attribute, ()) or element.space != HTML or disabled(element):
        return None
    return Trigger.VISITOR if tag == "area" or shown(element) else None


def _frames(element: Element) -> bool:
    sandbox = element.attributes.get("sandbox")
    return element.tag in ("iframe", "frame") and (sandbox is None or "allow-scripts" in sandbox.lower())


def script_url(value: str) -> str:
    """The script of a `javascript:` URL as a browser runs it, or nothing (WHATWG URL: leading controls and
    spaces, and every tab and line break, are dropped; the rest is percent-decoded)."""
    bare = "".join(c for c in value.lstrip("".join(map(chr, range(0x21)))) if c not in "\t\n\r")
    scheme, colon, rest = bare.partition(":")
    return unquote(rest) if colon and scheme.lower() == "javascript" else ""


def _inert(element: Element, *, xml: bool) -> bool:
    around = (at for at in element.ancestry() if at is not element)
    # XML has no raw text: what stands in a `title` or `noscript` there are elements like any other.
    return any(at.tag == "template" or (at.tag in _INERT and not xml) for at in around)
