"""Pages that make absolute addresses from the Host header or a forwarding header; and pages that only repeat it."""

from collections.abc import Callable

from cyberai.lab.http import LabRequest, LabResponse, json_response, redirect, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import text
from cyberai.lab.page import Flaw, Handler, Insertion, Link, Page, trap
from cyberai.lab.state import State

CHECK = "web.host-header"
_SECTION = "Addresses"
Origin = Callable[[LabRequest], str]
Show = Callable[[str, LabRequest, State], LabResponse]


def _configured(request: LabRequest) -> str:
    """The repair: the name this site is known by."""
    return request.own_host


def _host(request: LabRequest) -> str:
    return request.host


def _forwarded(request: LabRequest) -> str:
    return request.header("X-Forwarded-Host") or _configured(request)


def _standard(request: LabRequest) -> str:
    """The header of RFC 7239."""
    for piece in (request.header("Forwarded") or "").split(";"):
        name, _, value = piece.strip().partition("=")
        if name.lower() == "host" and value:
            return value.strip('"')
    return _configured(request)


def _redirect(host: str, _request: LabRequest, _state: State) -> LabResponse:
    return redirect(f"http://{host}/contact", 301)


def _canonical(host: str, _request: LabRequest, state: State) -> LabResponse:
    head = f'<link rel="canonical" href="http://{text(host)}/addresses/here">'
    return shop_page(state, "Where we are", "<p>Quay 4.</p>", head=head)


def _form(host: str, _request: LabRequest, state: State) -> LabResponse:
    form = f'<form action="http://{text(host)}/contact"><label>Boat <input name="boat"></label><button>Ask</button></form>'
    return shop_page(state, "Ask the harbour master", form)


def _mail(host: str, _request: LabRequest, state: State) -> LabResponse:
    letter = f"Dear Robin,\nchoose a new password here:\nhttp://{host}/new-password?key=4f1c9a\n"
    return shop_page(state, "The letter we sent you", f"<pre>{text(letter)}</pre>")


def _api(host: str, _request: LabRequest, _state: State) -> LabResponse:
    return json_response({"boats": [], "next": f"http://{host}/api/boats/list?page=2"})


def _handler(show: Show, origin: Origin) -> Handler:
    def handle(request: LabRequest, state: State) -> LabResponse | None:
        return None if request.method == "OPTIONS" else show(origin(request), request, state)

    return handle


def _page(path: str, title: str, show: Show, origin: Origin, header: str, variant: str) -> Page:
    flaw = Flaw(
        check=CHECK,
        path=path,
        parameter=header,
        insertion=Insertion.HEADER,
        variant=variant,
        summary=f"The header {header} decides an address: {variant}.",
    )
    return Page(
        path=path,
        title=title,
        section=_SECTION,
        vulnerable=_handler(show, origin),
        fixed=_handler(show, _configured),
        flaws=(flaw,),
        links=(Link(path, title),),
    )


def _told(_host: str, request: LabRequest, state: State) -> LabResponse:
    """Repeats what it was asked for, as text, and links its own place."""
    asked = f"You asked {text(request.host)}, that is http://{text(request.host)}{text(request.raw_path)}."
    return shop_page(
        state,
        "What you asked",
        f'<p>{asked}</p><a href="http://{text(_configured(request))}/contact">Contact</a>',
    )


def _strict(_host: str, request: LabRequest, state: State) -> LabResponse:
    if request.host != request.own_host:
        return text_response(f"http://{request.host}/ is not served here.\n", status=400)
    return shop_page(state, "Known names only", f'<a href="http://{text(request.host)}/contact">Contact</a>')


PAGES: tuple[Page, ...] = (
    _page("/addresses/moved", "Moved", _redirect, _host, "Host", "redirect"),
    _page("/addresses/here", "Where we are", _canonical, _host, "Host", "canonical address"),
    _page("/addresses/letter", "The letter we sent you", _mail, _host, "Host", "link of a letter"),
    _page("/addresses/ask", "Ask the harbour master", _form, _forwarded, "X-Forwarded-Host", "target of a form"),
    _page("/api/boats/list", "Boats as JSON", _api, _forwarded, "X-Forwarded-Host", "address in JSON"),
    _page("/addresses/forwarded", "Moved twice", _redirect, _standard, "Forwarded", "redirect by RFC 7239"),
    trap("/addresses/told", "What you asked", _SECTION, _handler(_told, _configured)),
    trap("/addresses/strict", "Known names only", _SECTION, _handler(_strict, _configured)),
)  # fmt: skip
