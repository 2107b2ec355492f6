"""CORS policies that trust the wrong origins, on JSON answers that only their owner should read."""

from collections.abc import Callable
from functools import partial
from urllib.parse import urlsplit

from cyberai.lab.http import LabRequest, LabResponse, json_response
from cyberai.lab.page import Flaw, Insertion, Link, Page, trap
from cyberai.lab.parsing import Pairs
from cyberai.lab.state import State

CHECK = "web.cors-origin"
APPLICATION = "https://app.harbour-supply.example"
Trust = Callable[[str, LabRequest], bool]

_ACCOUNT = {
    "name": "Robin Quay",
    "email": "robin@harbour-supply.example",
    "card": "ends in 4711",
    "balance": 318,
}
_PUBLIC = {"opening_hours": {"from": "09:00", "to": "17:00"}, "quay": 4}
# CORS is for reading across origins, so the default that forbids it is lifted where an answer allows it.
_READABLE = ("cross-origin-resource-policy",)


def _hostname(origin: str) -> str:
    try:
        return urlsplit(origin).hostname or ""
    except ValueError:
        return ""


def _exact(origin: str, _request: LabRequest) -> bool:
    return origin == APPLICATION


def _any(origin: str, _request: LabRequest) -> bool:
    return bool(origin)


def _null(origin: str, request: LabRequest) -> bool:
    return origin == "null" or _exact(origin, request)


def _suffix(origin: str, request: LabRequest) -> bool:
    """The own host name at the end, without the dot that would make it a subdomain."""
    return _hostname(origin).endswith(request.hostname.lower()) or _exact(origin, request)


def _prefix(origin: str, request: LabRequest) -> bool:
    """The own host name at the beginning of another one."""
    return _hostname(origin).startswith(request.hostname.lower()) or _exact(origin, request)


def _contains(origin: str, request: LabRequest) -> bool:
    return request.hostname.lower() in origin.lower() or _exact(origin, request)


def _granted(origin: str, *, credentials: bool) -> Pairs:
    allowed: Pairs = (("Access-Control-Allow-Origin", origin), ("Vary", "Origin"))
    return (*allowed, ("Access-Control-Allow-Credentials", "true")) if credentials else allowed


def _answer(
    trust: Trust, request: LabRequest, _state: State, *, value: object, credentials: bool = True
) -> LabResponse:
    origin = request.header("Origin") or ""
    trusted = trust(origin, request) and all(" " < character < "\x7f" for character in origin)
    headers = _granted(origin, credentials=credentials) if trusted else (("Vary", "Origin"),)
    if request.method == "OPTIONS":
        methods = (("Access-Control-Allow-Methods", "GET, POST"),) if trusted else ()
        return LabResponse(204, (*headers, *methods))
    answer = json_response(value, 200, *headers)
    return LabResponse(200, answer.headers, answer.body, omitted=_READABLE if trusted else ())


def _page(path: str, title: str, trust: Trust, variant: str, summary: str, *, demo: bool = False) -> Page:
    flaw = Flaw(
        check=CHECK,
        path=path,
        parameter="Origin",
        insertion=Insertion.HEADER,
        variant=variant,
        summary=summary,
        demo=demo,
    )
    return Page(
        path=path,
        title=title,
        section="For programs",
        vulnerable=partial(_answer, trust, value=_ACCOUNT),
        fixed=partial(_answer, _exact, value=_ACCOUNT),
        flaws=(flaw,),
        links=(Link(path, title),),
        demo=demo,
    )


def _wildcard(_request: LabRequest, _state: State) -> LabResponse:
    answer = json_response(_PUBLIC, 200, ("Access-Control-Allow-Origin", "*"))
    return LabResponse(200, answer.headers, answer.body, omitted=_READABLE)


PAGES: tuple[Page, ...] = (
    _page("/api/account", "Your account as JSON", _any, "any origin, with credentials",
          "Every origin is echoed as trusted, with credentials.", demo=True),
    _page("/api/orders", "Your orders as JSON", _null, "null origin",
          "The origin null is trusted, which any sandboxed frame has."),
    _page("/api/addresses", "Your addresses as JSON", _suffix, "own name at the end",
          "Every host whose name ends with the shop's is trusted, without a dot between."),
    _page("/api/invoices", "Your invoices as JSON", _prefix, "own name at the beginning",
          "Every host whose name begins with the shop's is trusted."),
    _page("/api/vouchers", "Your vouchers as JSON", _contains, "own name anywhere",
          "Every origin that contains the shop's name is trusted."),
    trap("/api/profile", "Your profile as JSON", "For programs", partial(_answer, _exact, value=_ACCOUNT)),
    trap("/api/hours", "Opening hours as JSON", "For programs", _wildcard),
    trap("/api/quays", "Quays as JSON", "For programs", partial(_answer, _any, value=_PUBLIC, credentials=False)),
)  # fmt: skip
