"""Values that reach header fields with their line breaks: redirects, cookies, file names, languages."""

from collections.abc import Callable
from urllib.parse import quote, unquote

from cyberai.lab.http import LabRequest, LabResponse, redirect
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Link, Page, trap
from cyberai.lab.parsing import Pairs
from cyberai.lab.single_input import (
    Input,
    Render,
    Visit,
    cookie,
    input_page,
    input_trap,
    posted,
    query,
    segment,
)
from cyberai.lab.state import State
from cyberai.lab.web._splitting import fields

CHECK = "web.crlf-injection"
_SECTION = "Signal flags"
Make = Callable[[str], Pairs]


def _whole(value: str) -> str:
    """The repair: nothing that ends a line goes into a header."""
    return "".join(c for c in value if c >= " " and c != "\x7f")


def _answer(make: Make, clean: Callable[[str], str], status: int = 200) -> Render:
    def render(value: str, visit: Visit) -> LabResponse | str:
        headers = make(clean(value))
        if status == 302:
            return LabResponse(302, (*headers, ("Content-Type", "text/html; charset=utf-8")))
        return visit.page("<p>The flag is set.</p>", headers=headers)

    return render


def _location(value: str) -> Pairs:
    return fields("Location", f"/signals/{value}")


def _set_cookie(value: str) -> Pairs:
    return fields("Set-Cookie", f"flag={value}; Path=/signals; SameSite=Lax; HttpOnly")


def _file_name(value: str) -> Pairs:
    return fields("X-Flag-File", f'inline; filename="{value}.txt"')


def _language(value: str) -> Pairs:
    return fields("Content-Language", value)


def _line_feeds_only(value: str) -> str:
    """A filter that knows the pair and forgets the single line feed."""
    return value.replace("\r\n", "").replace("\r", "")


def _decoded_again(value: str) -> str:
    """The filter looks first, and the redirect decodes once more afterwards."""
    return unquote(_whole(value))


def _low_bytes(value: str) -> str:
    """An old server writes only the lowest byte of each character."""
    return "".join(chr(ord(c) & 0xFF) for c in _whole(value))


def _as_is(value: str) -> str:
    return value


def _flag(
    path: str,
    title: str,
    source: Input,
    make: Make,
    variant: str,
    *,
    dirty: Callable[[str], str] = _as_is,
    status: int = 200,
) -> Page:
    return input_page(
        CHECK,
        path,
        title,
        source,
        vulnerable=_answer(make, dirty, status),
        fixed=_answer(make, _whole, status),
        variant=variant,
        summary=f"Line breaks of a value reach a header: {variant}.",
        section=_SECTION,
        landing="<p>Which flag?</p>",
    )


def _encoded(value: str, _visit: Visit) -> LabResponse:
    return redirect("/signals/" + quote(value))


def _shown(value: str, _visit: Visit) -> str:
    """The value stands on the page only, with its line breaks."""
    return f"<pre>{quote(value)}\n{_whole(value).replace('<', '').replace('&', '')}</pre>"


def _one_field(value: str, visit: Visit) -> LabResponse:
    """A field whose text holds what looks like another field."""
    return visit.page("<p>Noted.</p>", headers=(("X-Note", f"note {_whole(value)}"),))


def _signal(request: LabRequest, state: State) -> LabResponse | None:
    name = request.path.removeprefix("/signals/")
    plain = name.isascii() and name.isalpha()
    return shop_page(state, "Signal", "<p>The signal is up.</p>") if plain else None


PAGES: tuple[Page, ...] = (
    _flag("/flags/go", "Go to a signal", query("to", "alpha"), _location, "redirect", status=302),
    _flag("/flags/keep", "Keep a flag", query("flag", "bravo"), _set_cookie, "cookie"),
    _flag("/flags/print", "Print a flag", posted("flag", "charlie"), _file_name, "file name of a posted form"),
    _flag("/flags/half", "Half a filter", query("flag", "delta"), _location, "only line feeds are left",
          dirty=_line_feeds_only, status=302),
    _flag("/flags/twice", "Decoded twice", query("flag", "echo"), _location, "decoded twice", dirty=_decoded_again, status=302),
    _flag("/flags/old", "Old server", query("flag", "foxtrot"), _set_cookie, "cut to bytes", dirty=_low_bytes),
    _flag("/flags/by-path/", "Flag by its path", segment("golf"), _location, "part of the path", status=302),
    _flag("/flags/chosen", "Chosen flag", cookie("chosen", "hotel"), _language, "value of a cookie"),
    trap("/signals/", "Signals", _SECTION, _signal, Link("/signals/alpha", "Signal alpha"), subtree=True),
    input_trap("/flags/encoded", "Encoded flag", query("flag", "india"), _encoded, section=_SECTION),
    input_trap("/flags/shown", "Shown flag", query("flag", "juliett"), _shown, section=_SECTION),
    input_trap("/flags/note", "Note of a flag", query("flag", "kilo"), _one_field, section=_SECTION),
)  # fmt: skip
