"""Cross-site scripting in element content, attributes, comments and other places of the markup itself."""

import re
from functools import partial

from cyberai.lab.http import LabResponse, json_response, text_response
from cyberai.lab.layout import SHOP, document
from cyberai.lab.markup import text
from cyberai.lab.page import Page
from cyberai.lab.single_input import (
    Twins,
    Visit,
    cookie,
    header,
    input_page,
    json_field,
    name_beside,
    parameter_name,
    posted,
    query,
    raw_query,
    segment,
)

CHECK = "web.reflected-xss"
# A shop that is open to cross-site scripting seldom has a policy that would stop the script.
_NO_POLICY = ("content-security-policy",)
_PRICES = {"RP-12": 38, "AN-75": 89}
_TAGS = ("rope", "anchor", "fender")
_xss = partial(input_page, CHECK, section="Search and browse")


def _plain(before: str, after: str, value: str, visit: Visit) -> LabResponse:
    return visit.page(before + value + after, omitted=_NO_POLICY)


def _encoded(before: str, after: str, value: str, _visit: Visit) -> str:
    return before + text(value) + after


def _between(before: str, after: str) -> Twins:
    """The two twins of a place between fixed markup: reflected as it is, and encoded."""
    return {"vulnerable": partial(_plain, before, after), "fixed": partial(_encoded, before, after)}


def _title(value: str, visit: Visit, *, encoded: bool) -> LabResponse:
    title = text(value) if encoded else value
    html = document(visit.state, f"{title} | {SHOP}", f"<h1>Printable price list</h1>{visit.entry}")
    answer = text_response(html, "text/html; charset=utf-8")
    return LabResponse(200, answer.headers, answer.body, omitted=() if encoded else _NO_POLICY)


def _style(value: str, visit: Visit) -> LabResponse:
    head = f"<style>main{{border-color:{value}}}</style>"
    return visit.page("<p>Your frame colour is set.</p>", head=head, omitted=_NO_POLICY)


def _style_fixed(value: str, visit: Visit) -> LabResponse:
    colour = value if value.isascii() and value.isalpha() else "black"
    return visit.page(f"<p>Your frame colour is {colour}.</p>")


def _price(value: str, _visit: Visit, *, right_type: bool) -> LabResponse:
    if value in _PRICES:
        return json_response({"sku": value, "price": _PRICES[value]})
    answer = json_response({"error": f"no price for {value}"}, 404)
    if right_type:
        return answer
    wrong = text_response(answer.text, "text/html; charset=utf-8", 404)
    return LabResponse(404, wrong.headers, wrong.body, omitted=_NO_POLICY)


def _quotes_kept(value: str, visit: Visit) -> LabResponse:
    shown = value.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
    return visit.page(f'<input name="gift" value="{shown}">', omitted=_NO_POLICY)


def _script_tag_removed(value: str, visit: Visit) -> LabResponse:
    return visit.page(
        f"<p>Brand: {value.replace('<script>', '').replace('</script>', '')}</p>", omitted=_NO_POLICY
    )


def _words_refused(value: str, visit: Visit) -> LabResponse:
    if re.search(r"script|on\w+\s*=", value.lower()):
        return visit.page("<p>That is no pennant.</p>", status=400)
    return visit.page(f"<p>Pennant: {value}</p>", omitted=_NO_POLICY)


def _upper(value: str, visit: Visit) -> LabResponse:
    return visit.page(f"<p>ENGRAVING: {value.upper()}</p>", omitted=_NO_POLICY)


def _link(value: str, visit: Visit) -> LabResponse:
    return visit.page(f'<p><a href="{text(value)}">Continue to the outlet</a></p>', omitted=_NO_POLICY)


def _link_fixed(value: str, _visit: Visit) -> str:
    target = value if value.lower().startswith(("https://", "http://")) else "/"
    return f'<p><a href="{text(target)}">Continue to the outlet</a></p>'


def _tag(value: str, visit: Visit, *, encoded: bool) -> LabResponse:
    if value in _TAGS:
        return visit.page(f"<p>Goods with the tag <b>{value}</b> are on shelf {len(value)}.</p>")
    shown = text(value) if encoded else value
    omitted = () if encoded else _NO_POLICY
    return visit.page(f"<p>No tag is called <b>{shown}</b>.</p>", status=404, omitted=omitted)


def _policy_only(value: str, visit: Visit) -> LabResponse:
    return visit.page(f"<p>Pick-up point: {value}</p>")


PAGES: tuple[Page, ...] = (
    _xss("/search", "Search", query("q", "rope"), **_between("<p>Results for ", "</p>"),
         variant="element text", summary="The search term is written into the page unencoded.", demo=True),
    _xss("/catalogue/filter", "Filter by colour", query("colour", "white"),
         **_between('<p>Colour <input name="chosen" value="', '"></p>'), demo=True,
         variant="double-quoted attribute", summary="The colour lands unencoded in a double-quoted attribute."),
    _xss("/catalogue/sorted", "Sorted list", query("by", "price"),
         **_between("<p><input name='chosen' value='", "'></p>"),
         variant="single-quoted attribute", summary="The order lands unencoded in a single-quoted attribute."),
    _xss("/catalogue/view", "Tile size", query("size", "large"),
         vulnerable=partial(_plain, "<p><input name=chosen value=", "></p>"),
         fixed=partial(_encoded, '<p><input name=chosen value="', '"></p>'),
         variant="unquoted attribute", summary="The size lands in an attribute without quotes."),
    _xss("/help/topic", "Help topic", query("ref", "start"),
         **_between("<p>Ask at the counter.</p><!-- came by ", " -->"),
         variant="comment", summary="The reference is written into an HTML comment."),
    _xss("/contact/draft", "Draft a letter", query("text", "Ahoy"),
         **_between("<textarea name=draft rows=4>", "</textarea>"),
         variant="textarea", summary="The draft is written unencoded into a textarea."),
    _xss("/catalogue/print", "Print the price list", query("heading", "Prices"),
         vulnerable=partial(_title, encoded=False), fixed=partial(_title, encoded=True),
         variant="title element", summary="The heading is written unencoded into the title element."),
    _xss("/account/frame", "Frame colour", query("shade", "navy"), vulnerable=_style, fixed=_style_fixed,
         variant="style element", summary="The colour is written into a style element."),
    _xss("/outlet", "Outlet", query("to", "https://outlet.harbour-supply.example/"),
         vulnerable=_link, fixed=_link_fixed, variant="link target",
         summary="The link target may be a javascript: address."),
    _xss("/contact/preview", "Preview your message", posted("message", "Ahoy"),
         **_between("<blockquote>", "</blockquote>"),
         variant="element text, POST", summary="The posted message comes back unencoded."),
    _xss("/api/price", "Price of an article", query("sku", "RP-12"),
         vulnerable=partial(_price, right_type=False), fixed=partial(_price, right_type=True),
         variant="JSON error as HTML", summary="A JSON error with the article number is sent as text/html."),
    _xss("/api/wishlist", "Wish list", json_field("label", "Birthday"),
         **_between("<p>Created the list ", "</p>"),
         variant="element text, JSON body", summary="A label from a JSON body comes back in an HTML page."),
    _xss("/help/browser", "Which browser is this?", header("User-Agent"),
         **_between("<p>You are using ", "</p>"),
         variant="User-Agent header", summary="The User-Agent is written into the page unencoded."),
    _xss("/help/came-from", "Where did you come from?", header("Referer"),
         **_between("<p>You came from ", "</p>"),
         variant="Referer header", summary="The Referer is written into the page unencoded."),
    _xss("/account/theme", "Your theme", cookie("theme", "light"), **_between("<p>Theme: ", "</p>"),
         variant="cookie", summary="A preference cookie is written into the page unencoded."),
    _xss("/tags/", "Tag: rope", segment("rope"),
         vulnerable=partial(_tag, encoded=False), fixed=partial(_tag, encoded=True),
         variant="path segment on a 404 page", summary="The unknown tag of the path is written unencoded."),
    _xss("/catalogue/compare", "Compare", parameter_name("rope"),
         **_between("<p>Comparing by ", "</p>"),
         variant="parameter name", summary="Names of query parameters are written into the page unencoded."),
    _xss("/catalogue/favourite", "Favourite", name_beside("favourite", "rope"),
         **_between("<p>Your favourite: ", "</p>"),
         variant="name of the parameter with one value",
         summary="The name of the parameter that says `favourite` is written into the page unencoded."),
    _xss("/help/glossary", "Glossary", raw_query("bowline"), **_between("<p>Meaning of ", "?</p>"),
         variant="whole query string", summary="The decoded query string is written into the page."),
    _xss("/account/gift", "Gift card", query("gift", "Robin"), vulnerable=_quotes_kept,
         fixed=partial(_encoded, '<input name="gift" value="', '">'),
         variant="attribute, quotes kept", summary="Angle brackets are encoded, quotes in an attribute are not."),
    _xss("/brands/about", "About a brand", query("brand", "quayline"), vulnerable=_script_tag_removed,
         fixed=partial(_encoded, "<p>Brand: ", "</p>"),
         variant="script tag removed", summary="Only the literal script tag is removed from the value."),
    _xss("/account/pennant", "Pennant", query("pennant", "blue peter"), vulnerable=_words_refused,
         fixed=partial(_encoded, "<p>Pennant: ", "</p>"),
         variant="script and handler words refused", summary="Two words are refused, the markup is not encoded."),
    _xss("/account/engraving", "Engraving", query("words", "ahoy"), vulnerable=_upper,
         fixed=lambda value, _visit: f"<p>ENGRAVING: {text(value.upper())}</p>",
         variant="upper-cased", summary="The value is upper-cased and written unencoded."),
    _xss("/contact/pickup", "Pick-up point", query("point", "quay 4"), vulnerable=_policy_only,
         fixed=partial(_encoded, "<p>Pick-up point: ", "</p>"),
         variant="behind a content security policy",
         summary="Unencoded reflection that only the content security policy holds back."),
)  # fmt: skip
