"""Can the event of a handler happen on this element, and what does it take?

The rules follow the HTML standard (focusable areas, autofocus, disabled controls, what is rendered) and SVG 2; each
was tried in a real browser, which also is the oracle of their tests. What is not known to fire is not claimed.
"""

from enum import IntEnum

from cyberai.checkkit.elements import HTML, SVG, Element


class Trigger(IntEnum):
    """What it takes until the script runs, the least first."""

    ITSELF = 0
    """Showing the page is enough."""
    VISITOR = 1
    """The visitor must do something usual with the element: point at it, click, type, follow the link."""
    ACCESS_KEY = 2
    """The visitor must press a combination of keys that nobody presses by chance."""


_LOADS_BY_ITSELF = frozenset({"body", "frameset", "iframe", "frame", "style"})
_LOADS_SOMETHING = {
    "img": "src",
    "input": "src",
    "script": "src",
    "link": "href",
    "embed": "src",
    "object": "data",
}
_FAILS = frozenset({"img", "input", "video", "audio", "object"})
_ANIMATIONS = frozenset({"animate", "set", "animatemotion", "animatetransform"})
_CONTROLS = frozenset({"input", "select", "textarea", "button"})
_TYPED_INTO = _CONTROLS | {"form", "fieldset", "body"}
_MEDIA = frozenset({"audio", "video"})
_NOT_SHOWN = frozenset(
    [
        "head",
        "meta",
        "title",
        "script",
        "style",
        "link",
        "base",
        "param",
        "source",
        "track",
        "template",
        "area",
        "option",
        "optgroup",
        "datalist",
        "map",
        "frameset",
        "noscript",
        "noembed",
        "noframes",
        "rp",
        "defs",
        "symbol",
        "clippath",
        "mask",
        "pattern",
        "marker",
        "lineargradient",
        "radialgradient",
        "metadata",
    ]
)
_REPLACED = _CONTROLS | frozenset(
    [
        "img",
        "iframe",
        "embed",
        "object",
        "video",
        "audio",
        "canvas",
        "svg",
        "hr",
        "meter",
        "progress",
        "summary",
        "details",
        "circle",
        "rect",
        "ellipse",
        "line",
        "path",
        "polygon",
        "polyline",
        "image",
        "use",
    ]
)
_POINTING = frozenset(
    [
        "onclick",
        "onauxclick",
        "ondblclick",
        "oncontextmenu",
        "onmousedown",
        "onmouseup",
        "onmouseover",
        "onmouseenter",
        "onmousemove",
        "onmouseout",
        "onmouseleave",
        "onpointerdown",
        "onpointerup",
        "onpointerover",
        "onpointerenter",
        "onpointermove",
        "onpointerout",
        "onpointerleave",
        "onpointerrawupdate",
        "ontouchstart",
        "ontouchend",
        "ontouchmove",
        "onwheel",
        "ondrag",
        "ondragstart",
        "ondragend",
    ]
)
_TYPING = frozenset(
    [
        "onkeydown",
        "onkeyup",
        "onkeypress",
        "oninput",
        "onbeforeinput",
        "onchange",
        "onselect",
        "oninvalid",
        "onpaste",
    ]
)
_LEAVING = frozenset({"onbeforeunload", "onpagehide"})


def trigger(element: Element, event: str, *, first_focus: bool = True) -> Trigger | None:
    """What makes this handler run, or None when nothing is known to. `first_focus` is False when the page gives
    its focus to an earlier element."""
    if element.space not in (HTML, SVG):
        return None
    by_itself = _by_itself(element, event)
    if by_itself:
        return Trigger.ITSELF
    if event in ("onfocus", "onfocusin") and focusable(element):
        waits = "autofocus" not in element.attributes or not first_focus
        return Trigger.VISITOR if waits else Trigger.ITSELF
    if _by_use(element, event):
        return Trigger.VISITOR
    keyed = element.attributes.get("accesskey") and event == "onclick" and not disabled(element)
    return Trigger.ACCESS_KEY if keyed and element.tag in _CONTROLS and element.space == HTML else None


def _by_itself(element: Element, event: str) -> bool:
    tag, has = element.tag.lower(), element.attributes
    if element.space == SVG:
        return (event == "onload" and tag == "svg") or (event == "onbegin" and tag in _ANIMATIONS)
    match event:
        case "onload":
            return tag in _LOADS_BY_ITSELF or _loads(element)
        case "onpageshow":
            return tag == "body"
        case "onerror":
            return _fails(element)
        case "ontoggle":
            return tag == "details" and "open" in has
        case "onloadstart":
            return tag in _MEDIA and bool(has.get("src"))
        case "oncontentvisibilityautostatechange":
            return "content-visibility:auto" in _style(element) and tag not in _NOT_SHOWN
    return False


def _loads(element: Element) -> bool:
    """Something is fetched and may load or fail: both handlers together always run, `onload` of a page's own
    resource does."""
    tag, has = element.tag, element.attributes
    if tag == "input" and has.get("type", "").lower() != "image":
        return False
    source = has.get(_LOADS_SOMETHING.get(tag, ""), "").strip()
    return bool(source) and (source != "x" or "onerror" in has or tag == "embed")


def _fails(element: Element) -> bool:
    """An address that is no resource of its kind for certain: our own `x`, which names nothing."""
    tag, has = element.tag, element.attributes
    if tag not in _FAILS or (tag == "input" and has.get("type", "").lower() != "image"):
        return False
    source = has.get("data" if tag == "object" else "src", "").strip()
    return source == "x" or (bool(source) and "onload" in has and tag in ("img", "input"))


def _by_use(element: Element, event: str) -> bool:
    tag = element.tag.lower()
    if not shown(element):
        return False
    if event in _POINTING:
        return not disabled(element) and (element.filled or tag in _REPLACED)
    if event in _TYPING:
        return (tag in _TYPED_INTO or "contenteditable" in element.attributes) and not disabled(element)
    if event in ("onblur", "onfocusout"):
        return focusable(element)
    if event in ("onsubmit", "onreset"):
        return tag == "form"
    if event in ("ontoggle", "onbeforetoggle"):
        return tag == "details"
    return (event in _LEAVING and tag == "body") or (event.startswith("onplay") and tag in _MEDIA)


def focusable(element: Element) -> bool:
    """Whether the element can take the focus: a control, a link, an editable text, or whatever has a tab index,
    where it is shown and not disabled."""
    tag, has = element.tag.lower(), element.attributes
    if not shown(element) or disabled(element) or tag == "body":
        return False
    if has.get("tabindex", "").strip().lstrip("+-").isdecimal():
        return True
    if element.space == SVG:
        return tag == "a" and ("href" in has or "xlink:href" in has)
    return (
        tag in _CONTROLS
        or (tag == "a" and "href" in has)
        or tag in ("iframe", "summary")
        or (tag in _MEDIA and "controls" in has)
        or has.get("contenteditable", "false").lower() in ("", "true", "plaintext-only")
    )


def shown(element: Element) -> bool:
    """Whether the element takes a place on the page, as far as the page's own markup tells."""
    below: Element | None = None
    for at in element.ancestry():
        has, tag = at.attributes, at.tag.lower()
        style = _style(at)
        if tag in _NOT_SHOWN or "hidden" in has or "display:none" in style or "visibility:hidden" in style:
            return False
        if tag == "input" and has.get("type", "").strip().lower() == "hidden":
            return False
        if below is not None and _folded(at, below):
            return False
        below = at
    return True


def _folded(around: Element, below: Element) -> bool:
    if "open" not in around.attributes:
        return around.tag == "dialog" or (around.tag == "details" and below.tag != "summary")
    return False


def disabled(element: Element) -> bool:
    """Whether the element is a form control that is switched off, by itself or by a field set around it."""
    if element.tag not in _CONTROLS or element.space != HTML:
        return False
    if "disabled" in element.attributes:
        return True
    return any(at.tag == "fieldset" and "disabled" in at.attributes for at in element.ancestry())


def _style(element: Element) -> str:
    return "".join(element.attributes.get("style", "").split()).lower()
