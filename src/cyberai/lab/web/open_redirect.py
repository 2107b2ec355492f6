"""Open redirects by header, by markup and by script, and the checks of the target that do not hold."""

from collections.abc import Callable
from functools import partial
from urllib.parse import quote, urlsplit

from cyberai.lab.http import LabRequest, LabResponse, redirect
from cyberai.lab.markup import script_string, text
from cyberai.lab.page import Page
from cyberai.lab.single_input import Render, Visit, input_page, input_trap, posted, query, segment
from cyberai.lab.web._scripts import open_script, pinned_script

CHECK = "web.open-redirect"
_redirect = partial(input_page, CHECK, section="On your way")
_trap = partial(input_trap, section="On your way")
Guard = Callable[[str, LabRequest], bool]


def _local_path(value: str) -> bool:
    """A path on this very site: one slash, then neither slash nor backslash, and no control character."""
    return (
        value.startswith("/")
        and value[1:2] not in ("/", "\\")
        and "\\" not in value
        and all(" " <= character != "\x7f" for character in value)
    )


def _located(guard: Guard) -> Render:
    """A Location header with the value, if the guard lets it pass."""

    def render(value: str, visit: Visit) -> LabResponse | str:
        if not guard(value, visit.request):
            return visit.page("<p>This way is closed.</p>", status=400)
        return redirect(value)

    return render


_FIXED = _located(lambda value, _request: _local_path(value))


def _anywhere(_value: str, _request: LabRequest) -> bool:
    return True


def _starts_with_slash(value: str, _request: LabRequest) -> bool:
    return value.startswith("/")


def _no_double_slash(value: str, _request: LabRequest) -> bool:
    """Refuses `//`, but browsers read a backslash as a slash."""
    return value.startswith("/") and not value.startswith("//")


def _own_prefix(value: str, request: LabRequest) -> bool:
    """Compares text, not the host: what follows the name may make it another one."""
    return (
        value.startswith(("/", f"http://{request.hostname}", f"https://{request.hostname}"))
        and value[1:2] != "/"
    )


def _own_name_within(value: str, request: LabRequest) -> bool:
    return request.hostname in value


def _known_place_within(value: str, _request: LabRequest) -> bool:
    """Looks for the name of a page of its own anywhere in the address."""
    return any(place in value for place in ("contact", "basket"))


def _no_scheme(value: str, _request: LabRequest) -> bool:
    """Refuses two spellings of the scheme only."""
    return not value.startswith(("http://", "https://"))


def _refresh(value: str, visit: Visit) -> LabResponse:
    head = f'<meta http-equiv="refresh" content="0; url={text(value)}">'
    return visit.page("<p>One moment, please.</p>", head=head)


def _refresh_fixed(value: str, visit: Visit) -> LabResponse:
    return _refresh(value if _local_path(value) else "/", visit)


def _refresh_header(value: str, visit: Visit) -> LabResponse:
    kept = "".join(character for character in value if character >= " ")
    return visit.page("<p>One moment, please.</p>", headers=(("Refresh", f"0; url={kept}"),))


def _refresh_header_fixed(value: str, visit: Visit) -> LabResponse:
    return _refresh_header(value if _local_path(value) else "/", visit)


def _script(value: str, visit: Visit) -> LabResponse:
    # Addresses that are code are refused: this page is a redirect, not cross-site scripting.
    letters = "".join(character for character in value if character > " ").lower()
    scheme, colon, _ = letters.partition(":")
    code = bool(colon) and scheme not in ("http", "https") and scheme.isalpha()
    return open_script(visit, f'window.location.href = "{script_string("/" if code else value)}";')


def _script_fixed(value: str, visit: Visit) -> LabResponse:
    target = value if _local_path(value) else "/"
    return pinned_script(visit, f'window.location.href = "{script_string(target)}";')


def _partner(value: str, _visit: Visit) -> LabResponse:
    """Trap: the value only chooses from a list."""
    return redirect({"weather": "/contact", "tides": "/basket"}.get(value, "/"))


def _remembered(value: str, _visit: Visit) -> LabResponse:
    """Trap: the value is a parameter of the log-in page, not the way to it."""
    return redirect(f"/login?next={quote(value, safe='')}")


def _fragment(value: str, _visit: Visit) -> LabResponse:
    return redirect(f"/#{quote(value, safe='')}")


def _same_host(value: str, visit: Visit) -> LabResponse:
    """Trap: an absolute address, whose host is always the shop's own."""
    return redirect(f"http://{visit.request.own_host}/contact?desk={quote(value, safe='')}")


def _exact_host(value: str, visit: Visit) -> LabResponse | str:
    """Trap: an absolute address is followed only if its host is the shop's own."""
    try:
        parts = urlsplit(value)
    except ValueError:
        return visit.page("<p>This way is closed.</p>", status=400)
    if _local_path(value):
        return redirect(value)
    own = parts.scheme in ("http", "https") and parts.netloc == visit.request.host and "\\" not in value
    return redirect(value) if own else visit.page("<p>This way is closed.</p>", status=400)


def _announced(value: str, _visit: Visit) -> str:
    """Trap: the address is only shown, as text."""
    return f"<p>You asked for {text(value)}. We do not forward visitors.</p>"


def _quoted_script(value: str, visit: Visit) -> LabResponse:
    """Trap: the value is a string in a script, and the script goes nowhere with it."""
    return pinned_script(visit, f'const asked = "{script_string(value)}"; document.title = asked;')


PAGES: tuple[Page, ...] = (
    _redirect("/go", "To the tide tables", query("url", "/contact"), vulnerable=_located(_anywhere), fixed=_FIXED,
              variant="Location header", summary="The address goes into the Location header.", demo=True),
    _redirect("/leave", "Leaving the shop", query("to", "/contact"), vulnerable=_refresh, fixed=_refresh_fixed,
              variant="meta refresh", summary="The address goes into a meta refresh."),
    _redirect("/wait", "Waiting room", query("then", "/contact"), vulnerable=_refresh_header,
              fixed=_refresh_header_fixed, variant="Refresh header",
              summary="The address goes into the Refresh header."),
    _redirect("/login/return", "Back to where you were", query("next", "/basket"), vulnerable=_script,
              fixed=_script_fixed, variant="script", summary="A script goes to the address of the parameter."),
    _redirect("/out", "Out", query("target", "/contact"), vulnerable=_located(_starts_with_slash), fixed=_FIXED,
              variant="must begin with a slash", summary="Two slashes begin with a slash, too."),
    _redirect("/way", "Way", query("path", "/contact"), vulnerable=_located(_no_double_slash), fixed=_FIXED,
              variant="two slashes refused", summary="A slash and a backslash are two slashes to browsers."),
    _redirect("/language", "Change the language", query("back", "/contact"), vulnerable=_located(_own_prefix),
              fixed=_FIXED, variant="must begin with the own host name",
              summary="The own host name may be the beginning of another one."),
    _redirect("/currency", "Change the currency", query("origin", "/contact"),
              vulnerable=lambda value, visit: _located(_own_name_within)(
                  f"http://{visit.request.own_host}{value}" if _local_path(value) else value, visit),
              fixed=_FIXED, variant="must contain the own host name",
              summary="The own host name may stand anywhere in the address."),
    _redirect("/login/then", "After log-in", query("after", "/contact"), vulnerable=_located(_known_place_within),
              fixed=_FIXED, variant="must contain a known page",
              summary="The name of a known page may stand anywhere in the address."),
    _redirect("/map", "Map", query("place", "/contact"), vulnerable=_located(_no_scheme), fixed=_FIXED,
              variant="http:// refused", summary="Only two spellings of the scheme are refused."),
    _redirect("/newsletter/done", "Newsletter", posted("return_to", "/contact"), vulnerable=_located(_anywhere),
              fixed=_FIXED, variant="Location header, POST", summary="A posted address goes into the header."),
    _redirect("/exit/", "Exit", segment("contact"),
              vulnerable=lambda value, _visit: redirect(value if ":" in value else f"/{value}"),
              fixed=lambda value, visit: _FIXED(f"/{value}", visit),
              variant="path segment", summary="An address in the path goes into the Location header."),
    _trap("/partner", "Partner", query("site", "tides"), _partner),
    _trap("/account", "Account", query("next", "/basket"), _remembered),
    _trap("/jump", "Jump to", query("section", "ropes"), _fragment),
    _trap("/contact/desk", "Desk", query("desk", "ropes"), _same_host),
    _trap("/return", "Return", query("url", "/contact"), _exact_host),
    _trap("/asked", "Asked for", query("url", "/contact"), _announced),
    _trap("/noted", "Noted", query("url", "/contact"), _quoted_script),
)  # fmt: skip
