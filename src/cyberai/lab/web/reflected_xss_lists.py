"""Cross-site scripting through a list: what encodes a text lets a list of texts pass, and the page joins it."""

from cyberai.lab.http import LabRequest, LabResponse
from cyberai.lab.layout import shop_page
from cyberai.lab.markup import form, text
from cyberai.lab.page import Flaw, Insertion, Link, Page
from cyberai.lab.state import State

CHECK = "web.reflected-xss"
_PATH = "/signals"
_NO_POLICY = ("content-security-policy",)


def _values(request: LabRequest) -> tuple[str | None, list[str]]:
    """The parameter as a text, and as a list, the way frameworks read `code` and `code[]`."""
    single = next((value for name, value in request.query if name == "code"), None)
    return single, [value for name, value in request.query if name == "code[]"]


def _page(state: State, shown: str) -> LabResponse:
    return shop_page(state, "Signals", form(_PATH, (("code", "Q"),)) + f"<p>No signal is called {shown}.</p>")


def _encodes_texts(request: LabRequest, state: State) -> LabResponse | None:
    single, listed = _values(request)
    answer = _page(state, text(single) if single is not None else ",".join(listed))
    return LabResponse(answer.status, answer.headers, answer.body, omitted=_NO_POLICY)


def _encodes_all(request: LabRequest, state: State) -> LabResponse | None:
    single, listed = _values(request)
    return _page(state, text(single if single is not None else ",".join(listed)))


PAGES = (
    Page(
        path=_PATH,
        title="Signals",
        section="Search and browse",
        vulnerable=_encodes_texts,
        fixed=_encodes_all,
        links=(Link(f"{_PATH}?code=Q", "Signals"),),
        flaws=(
            Flaw(
                check=CHECK,
                path=_PATH,
                parameter="code[]",
                insertion=Insertion.QUERY,
                variant="a list instead of a text",
                summary="The value is encoded, but not when it comes as a list.",
            ),
        ),
    ),
)
