"""Session cookies that lack one attribute each."""

from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, first
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Insertion, Link, Page, trap
from cyberai.lab.state import State

CHECK = "passive.cookie-flags"
_ALL = ("HttpOnly", "Secure", "SameSite=Lax")


def _session(
    path: str, title: str, cookie: str, attributes: tuple[str, ...], request: LabRequest, state: State
) -> LabResponse:
    """Starts a session where there is none. The value is random, as a session's must be."""
    headers: tuple[tuple[str, str], ...] = ()
    if first(request.cookies, cookie) is None:
        headers = (("Set-Cookie", "; ".join((f"{cookie}={state.token()}", f"Path={path}", *attributes))),)
    return shop_page(
        state, title, "<p>Your visit has begun. Look around as long as you like.</p>", headers=headers
    )


def _lacking(path: str, title: str, cookie: str, attribute: str, *, demo: bool = False) -> Page:
    left = tuple(item for item in _ALL if not item.startswith(attribute))
    flaw = Flaw(
        check=CHECK,
        path=path,
        parameter=cookie,
        insertion=Insertion.COOKIE,
        variant=f"no {attribute}",
        summary=f"The session cookie {cookie} lacks {attribute}.",
        demo=demo,
    )
    return Page(
        path=path,
        title=title,
        section="Your account",
        vulnerable=partial(_session, path, title, cookie, left),
        fixed=partial(_session, path, title, cookie, _ALL),
        flaws=(flaw,),
        links=(Link(path, title),),
        demo=demo,
    )


def _preference(_request: LabRequest, state: State) -> LabResponse:
    """Trap: a preference that scripts shall read needs no protection."""
    return shop_page(
        state, "Text size", "<p>The text size is remembered.</p>",
        headers=(("Set-Cookie", "text_size=large; Path=/account/text-size; SameSite=Lax"),),
    )  # fmt: skip


def _banner(_request: LabRequest, state: State) -> LabResponse:
    """Trap: called like a session, and the same for every visitor."""
    return shop_page(
        state, "Tide warning", "<p>You have seen today's warning of the tide.</p>",
        headers=(("Set-Cookie", "session_banner_seen=1; Path=/account/tide-warning"),),
    )  # fmt: skip


def _forgotten(_request: LabRequest, state: State) -> LabResponse:
    """Trap: a cookie that is deleted carries nothing to steal."""
    return shop_page(
        state, "Forget me", "<p>Your visit is forgotten.</p>",
        headers=(("Set-Cookie", "sessionid=; Path=/account/forget; Max-Age=0; Expires=Thu, 01 Jan 1970 00:00:00 GMT"),),
    )  # fmt: skip


PAGES: tuple[Page, ...] = (
    _lacking("/account/visit", "Begin a visit", "sessionid", "HttpOnly", demo=True),
    _lacking("/account/lounge", "Captain's lounge", "lounge_session", "SameSite"),
    trap("/account/text-size", "Text size", "Your account", _preference),
    trap("/account/tide-warning", "Tide warning", "Your account", _banner),
    trap("/account/forget", "Forget me", "Your account", _forgotten),
)
