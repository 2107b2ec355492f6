"""A server that sends requests back and folders into which anyone writes; and folders that only say so.

What is written stays in the site's memory, within limits.
"""

from functools import partial

from cyberai.lab.http import LabRequest, LabResponse, text_response
from cyberai.lab.layout import shop_page
from cyberai.lab.page import Flaw, Link, Page
from cyberai.lab.state import State

CHECK = "web.http-methods"
_SECTION = "Deliveries"
_WRITING = ("PUT", "DELETE")
_ANNOUNCED = ("Allow", "OPTIONS, GET, HEAD, PUT, DELETE")


def _written(request: LabRequest, state: State) -> LabResponse | None:
    """PUT, DELETE and GET of the files that visitors wrote."""
    path = request.path
    if request.method == "PUT":
        existed = path in state.uploads
        if path.endswith("/") or not state.upload(path, request.body):
            return text_response("No room for it.\n", status=413)
        return LabResponse(204 if existed else 201)
    if request.method == "DELETE":
        return LabResponse(204) if state.uploads.pop(path, None) is not None else None
    content = state.uploads.get(path)
    return None if content is None else text_response(content.decode("utf-8", "replace"))


def _root(request: LabRequest, state: State) -> LabResponse | None:
    if request.method == "TRACE":
        lines = [f"TRACE {request.target} HTTP/1.1", *(f"{name}: {value}" for name, value in request.headers)]
        return text_response("\r\n".join(lines) + "\r\n\r\n", "message/http")
    return _written(request, state) if request.path.count("/") == 1 else None


def _nothing(_request: LabRequest, _state: State) -> LabResponse | None:
    return None


def _folder(path: str, open_to_all: bool, request: LabRequest, state: State) -> LabResponse | None:
    if request.method == "OPTIONS":
        return LabResponse(204, (_ANNOUNCED, ("DAV", "1, 2")))
    if request.method in _WRITING and not open_to_all:
        return text_response("Log in first.\n", status=401)
    if request.path == path and request.method == "GET":
        return shop_page(state, "Deliveries", "<p>Leave your papers here.</p>")
    return _written(request, state)


def _polite(request: LabRequest, state: State) -> LabResponse | None:
    """Says yes to every method and keeps nothing."""
    if request.method == "OPTIONS":
        return LabResponse(204, (_ANNOUNCED,))
    if request.method in _WRITING:
        return text_response("Thank you.\n", status=200)
    return (
        shop_page(state, "Suggestions", "<p>We read them all.</p>")
        if request.path == "/suggestions/"
        else None
    )


PAGES: tuple[Page, ...] = (
    Page(
        path="/",
        title="Methods of the server",
        section=_SECTION,
        vulnerable=_root,
        fixed=_nothing,
        flaws=(
            Flaw(check=CHECK, path="/", parameter="TRACE", variant="TRACE", method="TRACE",
                 summary="TRACE sends every request back."),
            Flaw(check=CHECK, path="/", parameter="PUT in /", variant="PUT into the site's own folder", method="PUT",
                 summary="Anyone can write files into the site's folder.", intrusive=True),
        ),
        subtree=True,
        methods=("TRACE", *_WRITING),
    ),
    Page(
        path="/deliveries/",
        title="Deliveries",
        section=_SECTION,
        vulnerable=partial(_folder, "/deliveries/", True),
        fixed=partial(_folder, "/deliveries/", False),
        flaws=(
            Flaw(check=CHECK, path="/deliveries/", parameter="PUT in /deliveries/", variant="PUT into a WebDAV folder",
                 method="PUT", summary="Anyone can write files into a WebDAV folder.", intrusive=True),
        ),
        links=(Link("/deliveries/", "Deliveries"),),
        subtree=True,
        methods=_WRITING,
    ),
    Page(
        path="/suggestions/",
        title="Suggestions",
        section=_SECTION,
        vulnerable=_polite,
        fixed=_polite,
        links=(Link("/suggestions/", "Suggestions"),),
        subtree=True,
        methods=_WRITING,
    ),
)  # fmt: skip
