"""Cross-site scripting where the value lands inside a script: strings, templates, comments, handlers."""

from collections.abc import Callable
from functools import partial

from cyberai.lab.http import LabResponse
from cyberai.lab.markup import script_string, text
from cyberai.lab.page import Page
from cyberai.lab.single_input import Twins, Visit, input_page, posted, query
from cyberai.lab.web._scripts import POLICY, open_script, pinned_script

CHECK = "web.reflected-xss"
_script = partial(input_page, CHECK, section="Your account")


def _inside(before: str, after: str, escape: Callable[[str], str] = str) -> Twins:
    """The two twins of a place in a script; `escape` is the insufficient care of the vulnerable one."""

    def vulnerable(value: str, visit: Visit) -> LabResponse:
        return open_script(visit, before + escape(value) + after)

    def fixed(value: str, visit: Visit) -> LabResponse:
        return pinned_script(visit, before + script_string(value) + after)

    return {"vulnerable": vulnerable, "fixed": fixed}


def _backslashed(value: str) -> str:
    """Quotes and backslashes escaped, the end tag of the script forgotten."""
    return value.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n").replace("\r", "\\r")


def _quote_only(value: str) -> str:
    """Quotes and tags escaped, the backslash itself forgotten: `\\'` becomes `\\\\'`."""
    return value.replace("'", "\\'").replace("<", "\\u003c").replace("\n", "").replace("\r", "")


def _no_tags(value: str) -> str:
    """Angle brackets removed: no tag can be opened, but a string can be left."""
    return value.replace("<", "").replace(">", "")


def _no_tags_or_parentheses(value: str) -> str:
    return _no_tags(value).replace("(", "").replace(")", "")


def _handler_open(value: str, visit: Visit) -> LabResponse:
    # HTML encoding is undone before the handler is compiled, so it does not protect the string.
    call = f"this.setAttribute('title', '{text(value)}')"
    return visit.page(f'<button onclick="{call}">Take it out of the basket</button>', omitted=POLICY)


def _handler_fixed(value: str, _visit: Visit) -> str:
    return f'<button data-item="{text(value)}" class="remember">Take it out of the basket</button>'


def _number_fixed(value: str, visit: Visit) -> LabResponse:
    number = value if value.isascii() and value.isdigit() else "1"
    return pinned_script(visit, f"let step = {number}; document.title += step;")


PAGES: tuple[Page, ...] = (
    _script("/account/greeting", "Greeting", query("name", "Robin"),
            **_inside('const name = "', '"; document.title = "Ahoy, " + name;'), demo=True,
            variant="double-quoted script string", summary="The name lands in a double-quoted script string."),
    _script("/account/locale", "Language", query("lang", "en"),
            **_inside("document.documentElement.lang = '", "';"),
            variant="single-quoted script string", summary="The language lands in a single-quoted script string."),
    _script("/account/banner", "Banner", query("text", "Fair winds"),
            **_inside("const banner = `", "`; document.title = banner;"),
            variant="template literal", summary="The text lands in a template literal of a script."),
    _script("/account/delay", "Slide show speed", query("step", "3"),
            vulnerable=lambda value, visit: open_script(visit, f"let step = {_no_tags(value)}; document.title += step;"),
            fixed=_number_fixed,
            variant="script number", summary="The step lands in a script where a number is expected."),
    _script("/basket/notice", "Basket notice", query("item", "rope"),
            vulnerable=_handler_open, fixed=_handler_fixed, variant="event handler",
            summary="The item lands in a string of an event handler, encoded for HTML only."),
    _script("/account/motto", "Motto", query("motto", "Steady as she goes"),
            **_inside('const motto = "', '"; document.title = motto;', _backslashed),
            variant="script string, end tag forgotten", summary="Quotes are escaped, the script end tag is not."),
    _script("/account/nickname", "Nickname", query("nick", "Bo"),
            **_inside("const nick = '", "'; document.title = nick;", _quote_only),
            variant="script string, backslash forgotten", summary="Quotes are escaped, backslashes are not."),
    _script("/account/signature", "Signature", posted("line", "Yours, Robin"),
            **_inside("const line = '", "'; document.title = line;", _no_tags),
            variant="script string, tags removed, POST",
            summary="Tags are removed from the posted line, quotes are kept inside a script string."),
    _script("/account/toast", "Toast", query("toast", "To the tide"),
            **_inside("const toast = '", "'; document.title = toast;", _no_tags_or_parentheses),
            variant="script string, parentheses removed",
            summary="Tags and parentheses are removed, quotes are kept inside a script string."),
)  # fmt: skip
