"""A TLS site whose pages load parts and send forms in clear, and log-in forms of the shop that do."""

from functools import partial

from cyberai.lab.headers import TRANSPORT_SECURITY, for_method, secured
from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Handler, Link, Page, trap
from cyberai.lab.service import Certificate, Tls, TlsListener
from cyberai.lab.state import State

CHECK = "passive.mixed-content"
_SECTION = "Members"
_OPEN = "http://media.harbour-supply.example"
_CLOSED = "https://media.harbour-supply.example"
_PAGES = {
    "/clock": '<script src="@/clock.js"></script><p>Noon.</p>',
    "/map": '<iframe title="Map" src="@/map.html"></iframe>',
    "/paint": '<link rel="stylesheet" href="@/paint.css"><p>Blue.</p>',
    "/gate": '<form action="@/gate" method="post"><input name="pass" type="password"><button>In</button></form>',
    "/survey": '<form method="post"><input name="boat"><button formaction="@/survey">Send</button></form>',
    "/gallery": '<img alt="Quay" src="@/quay.jpg"><video src="@/storm.mp4"></video>',
    "/by-base": '<base href="@/"><script src="tides.js"></script>',
}
_TRAPS = {
    "/links": '<p>Friends: <a href="http://media.harbour-supply.example/">media</a>, <code>&lt;script src="http://x.example"&gt;</code></p>',
    "/upgraded": '<meta http-equiv="Content-Security-Policy" content="upgrade-insecure-requests">'
    '<script src="http://media.harbour-supply.example/clock.js"></script>',
    "/relative": '<script src="//media.harbour-supply.example/clock.js"></script><form action="/gate"><input name="a"></form>',
    "/own-machine": '<iframe title="Dial" src="http://127.0.0.1/dial"></iframe>',
}


def _document(body: str) -> LabResponse:
    html = f'<!DOCTYPE html>\n<html lang="en"><head><meta charset="utf-8"><title>Members</title></head><body>{body}</body></html>\n'
    answer = text_response(html, "text/html; charset=utf-8")
    # The site's own policy would forbid the loads that are the flaw.
    policy = (
        "Content-Security-Policy",
        "default-src 'self' http: https:; object-src 'none'; frame-ancestors 'none'",
    )
    return secured(answer.with_headers(policy), TRANSPORT_SECURITY)


def _members(request: LabRequest, fixed: bool) -> LabResponse:
    links = "".join(f'<li><a href="{path}">{path}</a></li>' for path in (*_PAGES, *_TRAPS))
    if request.path == "/":
        return for_method(request, _document(f"<h1>Members</h1><ul>{links}</ul>"))
    body = _PAGES.get(request.path, _TRAPS.get(request.path))
    if body is None:
        return for_method(request, secured(text_response("Nothing here.\n", status=404), TRANSPORT_SECURITY))
    return for_method(request, _document(body.replace("@", _CLOSED if fixed else _OPEN)))


_NAMES = {
    "/clock": "script",
    "/map": "frame",
    "/paint": "style sheet",
    "/gate": "password form over TLS",
    "/survey": "form by its button",
    "/gallery": "pictures",
    "/by-base": "script by the base",
}

TLS_LISTENERS: tuple[TlsListener, ...] = (
    TlsListener(
        name="members",
        vulnerable=Tls(certificate=Certificate()),
        fixed=Tls(certificate=Certificate()),
        respond=_members,
        checks=(CHECK,),
        flaws=tuple(
            Flaw(check=CHECK, path=path, variant=name, summary=f"Without TLS on a TLS page: {name}.")
            for path, name in _NAMES.items()
        ),
    ),
)


def _log_in(action: str, kind: str, _request: LabRequest, state: State) -> LabResponse:
    form = (
        f'<form action="{action}" method="post"><label>Name <input name="member"></label>'
        f'<label>Word <input name="word" type="{kind}"></label><button>In</button></form>'
    )
    return shop_page(state, "Members' log-in", form)


def _by_button(scheme: str, _request: LabRequest, state: State) -> LabResponse:
    form = (
        '<form method="post"><label>Word <input name="word" type="password"></label>'
        f'<button formaction="{scheme}://members.harbour-supply.example/change">Change</button></form>'
    )
    return shop_page(state, "Change your word", form)


def _page(path: str, title: str, vulnerable: Handler, fixed: Handler, variant: str, summary: str) -> Page:
    return Page(
        path=path,
        title=title,
        section=_SECTION,
        vulnerable=vulnerable,
        fixed=fixed,
        flaws=(Flaw(check=CHECK, path=path, variant=variant, summary=summary),),
        links=(Link(path, title),),
    )


_IN = "://members.harbour-supply.example/in"

PAGES: tuple[Page, ...] = (
    _page("/members/log-in", "Members' log-in", partial(_log_in, f"http{_IN}", "password"),
          partial(_log_in, f"https{_IN}", "password"), "password form to another host",
          "The members' password is sent in clear to another host."),
    _page("/members/change-word", "Change your word", partial(_by_button, "http"), partial(_by_button, "https"),
          "password form by its button", "A new password is sent in clear by the form's button."),
    trap("/members/find", "Find a member", _SECTION, partial(_log_in, "http://members.harbour-supply.example/find", "text")),
)  # fmt: skip
