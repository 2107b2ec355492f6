"""Cross-site scripting in documents that are no plain HTML page: XML, values cut short or decoded twice, policies."""

from base64 import b64decode
from collections.abc import Callable
from functools import partial
from urllib.parse import unquote

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import text
from cyberai.lab.page import Flaw, Insertion, Link, Page
from cyberai.lab.single_input import Render, Twins, Visit, input_page, input_trap, query
from cyberai.lab.state import State

CHECK = "web.reflected-xss"
_NO_POLICY = ("content-security-policy",)
_xss = partial(input_page, CHECK, section="Search and browse")
_trap = partial(input_trap, section="Service")
# What the traps are safe by is not their policy.
_LENIENT = ("Content-Security-Policy", "script-src 'self' 'unsafe-inline'; frame-ancestors 'none'")
_FLAG = (
    '<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 6"><rect width="9" height="6" fill="{}"/></svg>'
)
_CARD = (
    '<html xmlns="http://www.w3.org/1999/xhtml"><head><title>Tide card</title></head>'
    "<body><p>Tides at {}</p></body></html>"
)
_FEED = "<?xml version='1.0'?><offers><shelf>{}</shelf><offer>rope</offer></offers>"


def _document(pattern: str, kind: str, value: str, *, open_to_scripts: bool) -> LabResponse:
    answer = text_response(pattern.replace("{}", value), kind)
    return LabResponse(200, answer.headers, answer.body, omitted=_NO_POLICY if open_to_scripts else ())


def _xml(pattern: str, kind: str) -> Twins:
    """The two twins of a place in an XML document: pasted as it is, and encoded."""
    return {
        "vulnerable": lambda value, _visit: _document(pattern, kind, value, open_to_scripts=True),
        "fixed": lambda value, _visit: _document(pattern, kind, text(value), open_to_scripts=False),
    }


def _shown(before: str, after: str, treat: Callable[[str], str]) -> Render:
    return lambda value, visit: visit.page(before + treat(value) + after, omitted=_NO_POLICY)


def _pasted(before: str, after: str, treat: Callable[[str], str] = str) -> Twins:
    """Between fixed markup after an insufficient treatment, and encoded."""
    return {
        "vulnerable": _shown(before, after, treat),
        "fixed": lambda value, _visit: before + text(value) + after,
    }


def _without_tags(value: str) -> str:
    return value.replace("<", "").replace(">", "")


def _decoded_late(value: str, visit: Visit) -> LabResponse:
    """Refuses what looks like markup, and decodes the value once more behind the test."""
    if any(sign in value for sign in "<>\"'"):
        return visit.page("<p>Please use letters only.</p>", status=400)
    return visit.page(f"<p>No berth is called {unquote(value)}.</p>", omitted=_NO_POLICY)


def _written(value: str) -> str:
    """What a value says that is written in Base64; nothing where it is not."""
    try:
        return b64decode(value, validate=True).decode("utf-8", "replace")
    except ValueError:
        return ""


def _under(policy: str) -> Twins:
    def vulnerable(value: str, visit: Visit) -> LabResponse:
        return visit.page(f"<p>Lanterns for {value}</p>", headers=(("Content-Security-Policy", policy),))

    return {"vulnerable": vulnerable, "fixed": lambda value, _visit: f"<p>Lanterns for {text(value)}</p>"}


def _reported_only(value: str, visit: Visit) -> LabResponse:
    headers = (("Content-Security-Policy-Report-Only", "default-src 'self'"),)
    return visit.page(f"<p>Buoys near {value}</p>", headers=headers, omitted=_NO_POLICY)


def _ill_formed(value: str, _visit: Visit) -> LabResponse:
    """Trap: the quote passes, but nothing that could follow it in XML: the document is none any more."""
    kept = "".join(c for c in value if c not in "<>&/ \t\r\n\f")
    return _document(_FLAG, "image/svg+xml", kept, open_to_scripts=False).with_headers(_LENIENT)


def _no_namespace(value: str, _visit: Visit) -> LabResponse:
    """Trap: elements of no namespace are data to a browser, and this shelf's name cannot give them one."""
    kept = value.replace("=", "").replace("&", "")
    return _document(_FEED, "text/xml", kept, open_to_scripts=False).with_headers(_LENIENT)


_UPLOAD = (
    '<form action="/catalogue/pictures" method="post" enctype="multipart/form-data"><input name="title" value="Rope">'
    '<input type="file" name="picture"><button>Send</button></form>'
)


def _sent_in(request: LabRequest, state: State, *, encoded: bool) -> LabResponse:
    """Names the file of an upload as the browser named it."""
    name = ""
    if request.method == "POST":
        name = request.body.partition(b'filename="')[2].partition(b'"')[0].decode("utf-8", "replace")
    shown = f"<p>Thank you for {text(name) if encoded else name}.</p>" if name else ""
    return shop_page(state, "Send a picture", shown + _UPLOAD, omitted=() if encoded else _NO_POLICY)


PAGES: tuple[Page, ...] = (
    Page(
        path="/catalogue/pictures",
        title="Send a picture",
        section="Search and browse",
        vulnerable=partial(_sent_in, encoded=False),
        fixed=partial(_sent_in, encoded=True),
        flaws=(
            Flaw(
                check=CHECK,
                path="/catalogue/pictures",
                method="POST",
                parameter="picture",
                insertion=Insertion.FILE_NAME,
                variant="name of a file",
                summary="The name of an uploaded file is written into the page unencoded.",
            ),
        ),
        links=(Link("/catalogue/pictures", "Send a picture"),),
    ),
    _xss("/flags/colour", "Flag as a picture", query("fill", "red"), **_xml(_FLAG, "image/svg+xml"),
         variant="attribute of an SVG document", summary="The colour is pasted into an SVG document."),
    _xss("/tides/card", "Tide card", query("harbour", "Seaham"), **_xml(_CARD, "application/xhtml+xml"),
         variant="XHTML document", summary="The harbour is pasted into an XHTML document."),
    _xss("/offers/feed", "Offers as a feed", query("shelf", "ropes"), **_xml(_FEED, "text/xml"),
         variant="XML document of no namespace", summary="The shelf is pasted into an XML document."),
    _xss("/orders/begin", "Begin an order", query("source", "shop"),
         **_pasted('<form action="/contact"><input type="hidden" name="source" value="', '"></form>', _without_tags),
         variant="hidden field, tags removed", summary="Quotes end the value of a hidden field."),
    _xss("/catalogue/picture", "Picture", query("caption", "Rope"),
         **_pasted('<p><img src="/favicon.ico" alt="', '"></p>', _without_tags),
         variant="attribute of a picture, tags removed", summary="Quotes end the caption of a picture."),
    _xss("/gifts/tag", "Gift tag", query("line", "Ahoy"), **_pasted("<p>", "</p>", lambda value: value[:30]),
         variant="cut at 30 characters", summary="The first 30 characters are written unencoded."),
    _xss("/berths/named", "Berth by name", query("berth", "north"), vulnerable=_decoded_late,
         fixed=lambda value, _visit: f"<p>No berth is called {text(value)}.</p>",
         variant="decoded twice", summary="Markup is refused, and the value decoded once more afterwards."),
    _xss("/charts/shared", "Shared chart", query("state", "Q2hhcnQgb2YgdGhlIGhhcmJvdXI="),
         vulnerable=_shown("<p>Chart: ", "</p>", _written),
         fixed=lambda value, _visit: f"<p>Chart: {text(_written(value))}</p>",
         variant="written in Base64", summary="A value in Base64 is decoded and written unencoded."),
    _xss("/lanterns/here", "Lanterns", query("deck", "aft"), **_under("script-src 'self' https:; object-src 'none'"),
         variant="policy that trusts every host", summary="The policy forbids inline scripts and allows any host."),
    _xss("/buoys/near", "Buoys", query("point", "pier"), vulnerable=_reported_only,
         fixed=lambda value, _visit: f"<p>Buoys near {text(value)}</p>",
         variant="policy that only reports", summary="A policy that only reports keeps nothing from running."),
    _trap("/flags/plain", "Plain flag", query("fill", "red"), _ill_formed),
    _trap("/offers/shelf", "Shelf as XML", query("shelf", "ropes"), _no_namespace),
)  # fmt: skip
