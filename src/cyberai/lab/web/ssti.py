"""Server-side template injection: the value becomes part of a template, in real Jinja2 and five families."""

from collections.abc import Callable
from functools import partial

from cyberai.lab.backend import jinja, templates
from cyberai.lab.backend.php_string import interpolated
from cyberai.lab.backend.templates import Engine, TemplateError
from cyberai.lab.http import LabResponse
from cyberai.lab.markup import text
from cyberai.lab.page import Page
from cyberai.lab.single_input import (
    Render,
    Visit,
    cookie,
    input_page,
    input_trap,
    json_field,
    posted,
    query,
    segment,
)

CHECK = "web.ssti"
_ssti = partial(input_page, CHECK, section="Letters and cards")
_trap = partial(input_trap, section="Letters and cards")
Make = Callable[[str], str]


def _jinja(source: str) -> str:
    return jinja.render(source, {"shop": "Harbour Supply", "customer": {"name": "Robin", "town": "Seaham"}})


def _engine(engine: Engine) -> Make:
    return engine.render


def _failed(error: TemplateError, visit: Visit) -> LabResponse:
    return visit.page(f"<p>The card could not be printed.</p><pre>{text(str(error))}</pre>", status=500)


def _printed(make: Make, before: str = "Dear ", after: str = ", thank you.") -> Render:
    """The page shows what the template gives, encoded: template injection is the only flaw here."""

    def render(value: str, visit: Visit) -> LabResponse | str:
        try:
            return f"<p>{text(make(before + value + after))}</p>"
        except TemplateError as error:
            return _failed(error, visit)

    return render


def _unevaluated(before: str = "Dear ", after: str = ", thank you.") -> Render:
    """The repaired twin: the value is data of the page."""
    return lambda value, _visit: f"<p>{text(before + value + after)}</p>"


def _quiet(value: str, visit: Visit) -> LabResponse | str:
    """Errors are not shown: a template that fails looks like a plain greeting."""
    try:
        return f"<p>{text(_jinja('Ahoy ' + value))}</p>"
    except TemplateError:
        return visit.page("<p>Ahoy!</p>")


def _error_only(value: str, visit: Visit) -> LabResponse | str:
    """The letter is queued and never shown; only errors are."""
    try:
        _jinja(f"Letter: {value}")
    except TemplateError as error:
        return _failed(error, visit)
    return "<p>Your letter is queued for the next boat.</p>"


def _length_only(value: str, visit: Visit) -> LabResponse | str:
    """Nothing of the text is shown but how long it became."""
    try:
        return f"<p>The text takes {len(templates.TWIG.render(value))} characters of the card.</p>"
    except TemplateError:
        return visit.page("<p>The text does not fit on the card.</p>", status=400)


def _field(value: str, visit: Visit) -> LabResponse | str:
    """The value chooses a field, inside an expression of the template."""
    try:
        return f"<p>On the card: {text(_jinja('{{ customer.' + value + ' }}'))}</p>"
    except TemplateError as error:
        return _failed(error, visit)


def _field_fixed(value: str, visit: Visit) -> LabResponse | str:
    known = {"name": "Robin", "town": "Seaham"}
    if value not in known:
        return visit.page("<p>Choose name or town.</p>", status=400)
    return f"<p>On the card: {known[value]}</p>"


def _not_found(make: Make) -> Render:
    def render(value: str, visit: Visit) -> LabResponse | str:
        if value == "tide":
            return "<p>A card with the tide table.</p>"
        try:
            return visit.page(f"<p>{text(make(f'No card is called {value}.'))}</p>", status=404)
        except TemplateError as error:
            return _failed(error, visit)

    return render


def _as_variable(value: str, visit: Visit) -> LabResponse | str:
    """Trap: the same engine, but the value is a variable of the template."""
    return visit.page(f"<p>{text(jinja.render('Dear {{ name }}, thank you.', {'name': value}))}</p>")


def _mail_merge(value: str, _visit: Visit) -> str:
    """Trap: one known mark is replaced as text, everything else stays."""
    return f"<p>{text(value.replace('{{name}}', 'Robin').replace('{{ name }}', 'Robin'))}</p>"


def _calculator(value: str, visit: Visit) -> LabResponse | str:
    """Trap: multiplying two plain numbers is what this page is for."""
    left, sign, right = value.partition("*")
    if not sign or not (left + right).isascii() or not left.isdigit() or not right.isdigit():
        return visit.page("<p>Please type a product such as 7*7.</p>", status=400)
    return f"<p>{left[:9]} times {right[:9]} is {int(left[:9]) * int(right[:9])}.</p>"


def _client_side(value: str, _visit: Visit) -> str:
    """Trap: marks of a client-side framework that stand in the page by themselves, beside the value."""
    return f"<p class='card'>{{{{ total }}}} crowns for {text(value)}: ${{sum}} #{{tax}}</p>"


def _refused(value: str, visit: Visit) -> LabResponse | str:
    """Trap: braces are refused with a message that sounds like a template engine."""
    if any(sign in value for sign in "{}$#<%"):
        return visit.page("<p>Syntax error: these signs cannot be printed on a card.</p>", status=400)
    return f"<p>Printed: {text(value)}</p>"


PAGES: tuple[Page, ...] = (
    _ssti("/cards/greeting", "Greeting card", query("name", "Robin"), vulnerable=_printed(_jinja),
          fixed=_unevaluated(), variant="Jinja2, result shown", demo=True,
          summary="The name becomes part of a Jinja2 template."),
    _ssti("/cards/quiet", "Quiet card", query("to", "Sam"), vulnerable=_quiet, fixed=_unevaluated("Ahoy ", ""),
          variant="Jinja2, errors hidden", summary="The name becomes part of a template whose errors are hidden."),
    _ssti("/cards/letter", "Letter", posted("letter", "See you at the quay"), vulnerable=_error_only,
          fixed=lambda _value, _visit: "<p>Your letter is queued for the next boat.</p>",
          variant="Jinja2, POST, only errors shown",
          summary="The letter is a Jinja2 template; only its errors are shown."),
    _ssti("/cards/field", "Choose a field", query("field", "name"), vulnerable=_field, fixed=_field_fixed,
          variant="Jinja2, inside an expression", summary="The field becomes part of a Jinja2 expression."),
    _ssti("/cards/dollar", "Name badge", query("badge", "Robin"),
          vulnerable=_printed(_engine(templates.FREEMARKER)), fixed=_unevaluated(),
          variant="FreeMarker style", summary="The badge becomes part of a ${...} template."),
    _ssti("/cards/percent", "Door sign", query("sign", "Open"), vulnerable=_printed(_engine(templates.ERB)),
          fixed=_unevaluated(), variant="ERB style", summary="The sign becomes part of a <%= %> template."),
    _ssti("/cards/hash", "Boat plate", query("plate", "Gull"), vulnerable=_printed(_engine(templates.RUBY)),
          fixed=_unevaluated(), variant="Ruby interpolation style",
          summary="The plate becomes part of a #{...} template."),
    _ssti("/cards/card", "Postcard", query("words", "Wish you were here"),
          vulnerable=_printed(_engine(templates.TWIG), "", ""), fixed=_unevaluated("", ""),
          variant="Twig style", summary="The words become a {{ }} template of the Twig family."),
    _ssti("/cards/brace", "Price tag", query("tag", "Rope"), vulnerable=_printed(_engine(templates.SMARTY)),
          fixed=_unevaluated(), variant="Smarty style", summary="The tag becomes part of a {...} template."),
    _ssti("/cards/bean", "Delivery note", query("note", "Ring twice"),
          vulnerable=_printed(_engine(templates.EXPRESSION_LANGUAGE)), fixed=_unevaluated(),
          variant="expression language style", summary="The note becomes part of an expression language page."),
    _ssti("/cards/length", "Does it fit?", query("verse", "Red sky at night"), vulnerable=_length_only,
          fixed=lambda value, _visit: f"<p>The text takes {len(value)} characters of the card.</p>",
          variant="Twig style, only the length shown",
          summary="The verse is rendered as a template; only the length of the result is shown."),
    _ssti("/api/card", "Card by program", json_field("text", "Ahoy"), vulnerable=_printed(_jinja, "Card: ", ""),
          fixed=_unevaluated("Card: ", ""), variant="Jinja2, JSON body",
          summary="A JSON field becomes part of a Jinja2 template."),
    _ssti("/cards/closing", "Closing line", cookie("closing", "Robin"), vulnerable=_printed(_jinja, "Yours, ", ""),
          fixed=_unevaluated("Yours, ", ""), variant="Jinja2, cookie",
          summary="A cookie becomes part of a Jinja2 template."),
    _ssti("/cards/named/", "Card: tide", segment("tide"), vulnerable=_not_found(_jinja),
          fixed=_not_found(str), variant="Jinja2, path segment on a 404 page",
          summary="The unknown name in the path becomes part of a Jinja2 template."),
    _ssti("/cards/verse", "Verse", query("verse", "Fair winds"), vulnerable=_printed(interpolated, "", ""),
          fixed=_unevaluated("", ""), variant="PHP, double-quoted string that is evaluated",
          summary="The verse is pasted into a double-quoted PHP string that is evaluated."),
    _trap("/letters/variable", "Letter to", query("name", "Robin"), _as_variable),
    _trap("/letters/merge", "Mail merge", query("text", "Dear {{name}}, see you soon."), _mail_merge),
    _trap("/letters/calculator", "Calculator", query("product", "7*7"), _calculator),
    _trap("/letters/client", "Price card", query("item", "rope"), _client_side),
    _trap("/letters/strict", "Strict card", query("line", "Fair winds"), _refused),
)  # fmt: skip
