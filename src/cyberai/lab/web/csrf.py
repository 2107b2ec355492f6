"""Forms that act for a visitor's session, and what keeps other sites from sending them."""

import hashlib
from collections.abc import Callable
from functools import partial

import msgspec

from cyberai.lab.http import LabRequest, LabResponse, first, json_response, redirect
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import text
from cyberai.lab.page import Flaw, Insertion, Link, Page, trap
from cyberai.lab.parsing import parse_json
from cyberai.lab.state import State

CHECK = "web.csrf"
SECTION = "Your berth"
_OPEN = "HttpOnly; Secure; SameSite=None"
_STRICT = "HttpOnly; Secure; SameSite=Strict"
_LAX = "HttpOnly; Secure; SameSite=Lax"


class Berth(msgspec.Struct, frozen=True, kw_only=True):
    """A form at `path`/change whose field is kept per session and shown at `path`. `guard` says whether a request may
    change it; `token` whether the form has one; `json` whether a script sends it."""

    path: str
    title: str
    name: str
    cookie: str
    flags: str = _OPEN
    token: bool = False
    json: bool = False
    shared: bool = False

    def session(self, request: LabRequest) -> str:
        return first(request.cookies, self.cookie) or ""


Guard = Callable[[Berth, LabRequest], bool]


def _token_of(session: str) -> str:
    return hashlib.sha256(f"berth {session}".encode()).hexdigest()[:32]


def _anybody(_berth: Berth, _request: LabRequest) -> bool:
    return True


def _right_token(berth: Berth, request: LabRequest) -> bool:
    return first(request.form, "csrf_token") == _token_of(berth.session(request))


def _no_wrong_token(berth: Berth, request: LabRequest) -> bool:
    """A token that is there must be right."""
    return first(request.form, "csrf_token") in (None, _token_of(berth.session(request)))


def _own_origin(_berth: Berth, request: LabRequest) -> bool:
    origin = request.header("Origin")
    return origin is None or origin.partition("://")[2] == request.host


def _scripted(_berth: Berth, request: LabRequest) -> bool:
    return request.content_type == "application/json"


def _change(berth: Berth, guard: Guard, request: LabRequest, state: State) -> LabResponse:
    if request.method != "POST":
        return _form(berth, request, state)
    body = parse_json(request.body) if berth.json else None
    value = body.get(berth.name) if isinstance(body, dict) else first(request.form, berth.name)
    session = "all" if berth.shared else berth.session(request)
    if not session or not isinstance(value, str) or not guard(berth, request):
        return json_response({"error": "refused"}, 403)
    state.remember(f"{berth.path} {session}", value)
    return json_response({"saved": True}) if berth.json else redirect(berth.path, 303)


def _form(berth: Berth, request: LabRequest, state: State) -> LabResponse:
    session = berth.session(request)
    headers: tuple[tuple[str, str], ...] = ()
    if not session:
        session = state.token()
        headers = (("Set-Cookie", f"{berth.cookie}={session}; Path={berth.path}; {berth.flags}"),)
    hidden = f'<input type="hidden" name="csrf_token" value="{_token_of(session)}">' if berth.token else ""
    kind = ' enctype="application/json"' if berth.json else ""
    body = (
        f'<form action="{berth.path}/change" method="post"{kind}>{hidden}'
        f'<label>{text(berth.name.capitalize())} <input name="{berth.name}"></label><button>Save</button></form>'
    )
    if berth.json:
        body += '<output></output><script src="/forms.js"></script>'
    return shop_page(state, berth.title, body, headers=headers)


def _show(berth: Berth, request: LabRequest, state: State) -> LabResponse:
    session = "all" if berth.shared else berth.session(request)
    kept = state.remembered(f"{berth.path} {session}")
    entry = f'<p><a href="{berth.path}/change">Change it</a></p>'
    return shop_page(state, f"{berth.title}: now", f"<p>Now: {text(kept)}</p>{entry}")


def _pages(
    berth: Berth, guard: Guard, *, variant: str, summary: str, fixed: Berth, fixed_guard: Guard
) -> tuple[Page, Page]:
    change = f"{berth.path}/change"
    flaw = Flaw(
        check=CHECK,
        path=change,
        method="POST",
        parameter=berth.name,
        variant=variant,
        summary=summary,
        insertion=Insertion.JSON if berth.json else Insertion.FORM,
    )
    return (
        Page(path=change, title=berth.title, section=SECTION,
             vulnerable=partial(_change, berth, guard), fixed=partial(_change, fixed, fixed_guard),
             flaws=(flaw,), links=(Link(change, berth.title),)),
        Page(path=berth.path, title=f"{berth.title}: now", section=SECTION,
             vulnerable=partial(_show, berth), fixed=partial(_show, fixed), links=(Link(berth.path, f"{berth.title}: now"),)),
    )  # fmt: skip


def _safe(berth: Berth, guard: Guard) -> tuple[Page, Page]:
    change = f"{berth.path}/change"
    return (
        trap(change, berth.title, SECTION, partial(_change, berth, guard)),
        trap(berth.path, f"{berth.title}: now", SECTION, partial(_show, berth)),
    )


_NAME = Berth(path="/berth/name", title="Name of your boat", name="boat", cookie="boat_session")
_FLAG = Berth(path="/berth/flag", title="Your flag", name="flag", cookie="flag_session", token=True)
_CALL = Berth(path="/berth/call", title="Your call sign", name="sign", cookie="call_session", token=True)
_RADIO = Berth(path="/berth/radio", title="Radio channel", name="channel", cookie="radio_session", json=True)

PAGES: tuple[Page, ...] = (
    *_pages(_NAME, _anybody, variant="no token", summary="Any site can rename the visitor's boat.",
            fixed=_NAME, fixed_guard=_own_origin),
    *_pages(_FLAG, _anybody, variant="token not checked", summary="The form's token is never looked at.",
            fixed=_FLAG, fixed_guard=_right_token),
    *_pages(_CALL, _no_wrong_token, variant="token may be missing",
            summary="A wrong token is refused, and a request without one is accepted.",
            fixed=_CALL, fixed_guard=_right_token),
    *_pages(_RADIO, _anybody, variant="JSON as plain text", summary="JSON is read whatever type the request has.",
            fixed=_RADIO, fixed_guard=_scripted),
    *_safe(Berth(path="/berth/lamp", title="Your lamp", name="lamp", cookie="lamp_session", flags=_STRICT), _anybody),
    *_safe(Berth(path="/berth/rope", title="Your rope", name="rope", cookie="rope_session", flags=_LAX), _anybody),
    *_safe(Berth(path="/berth/anchor", title="Your anchor", name="anchor", cookie="anchor_session"), _own_origin),
    *_safe(Berth(path="/berth/board", title="Notice board", name="notice", cookie="board_session", shared=True),
           _anybody),
)  # fmt: skip
