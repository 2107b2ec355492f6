"""The practice site as a pure function of a request: routing, start page, defaults, not found."""

from collections.abc import Iterable, Mapping
from types import MappingProxyType

from cyberai.lab import discovery
from cyberai.lab.changes import NoSuchPage as NoSuchPage
from cyberai.lab.changes import changed
from cyberai.lab.headers import for_method, secured
from cyberai.lab.http import LabRequest, LabResponse, json_response, text_response
from cyberai.lab.layout import FORM_SCRIPT, SHOP, STYLESHEET, document, shop_page
from cyberai.lab.markup import link, listing, text
from cyberai.lab.page import Flaw, Page
from cyberai.lab.state import State

METHODS = ("GET", "HEAD", "POST", "OPTIONS")


class Site:
    """One twin of the practice site. Not for use by several threads at once."""

    def __init__(
        self,
        fixed: bool = False,
        demo: bool = False,
        mended: Iterable[str] = (),
        moved: Mapping[str, str] = MappingProxyType({}),
    ) -> None:
        self.fixed = fixed
        self.demo = demo
        pages = tuple(page for page in discovery.pages() if page.demo or not demo)
        self.pages = changed(pages, mended, moved)
        self._state = State(fixed)
        self._further_pages = tuple(
            sorted((page for page in self.pages if page.methods), key=lambda page: -len(page.path))
        )
        self._exact = {page.path: page for page in self.pages if not page.subtree}
        subtrees = (page for page in self.pages if page.subtree)
        self._subtrees = tuple(sorted(subtrees, key=lambda page: -len(page.path)))

    @property
    def flaws(self) -> tuple[Flaw, ...]:
        """The ground truth; empty on the fixed twin."""
        return () if self.fixed else tuple(flaw for page in self.pages for flaw in page.flaws)

    def respond(self, request: LabRequest) -> LabResponse:
        """The answer to any request; never raises."""
        return for_method(request, secured(self._answer(request)))

    def close(self) -> None:
        self._state.close()

    def _answer(self, request: LabRequest) -> LabResponse:
        if request.method not in METHODS:
            return self._further(request)
        builtin = self._builtin(request)
        if builtin is not None:
            return builtin
        page = self._exact.get(request.path) or next(
            (page for page in self._subtrees if request.path.startswith(page.path)), None
        )
        answer = page.handler(self.fixed)(request, self._state) if page else None
        if answer is not None:
            return answer
        if request.method == "OPTIONS":
            return LabResponse(204, (("Allow", ", ".join(METHODS)),))
        return self._not_found(request)

    def _further(self, request: LabRequest) -> LabResponse:
        """Methods beyond the usual, which only some pages see."""
        for page in self._further_pages:
            if request.method in page.methods and request.path.startswith(page.path):
                answer = page.handler(self.fixed)(request, self._state)
                if answer is not None:
                    return answer
        refusal = text_response("This method is not allowed here.\n", status=405)
        return refusal.with_headers(("Allow", ", ".join(METHODS)))

    def _not_found(self, request: LabRequest) -> LabResponse:
        if request.path.startswith("/api/"):
            return json_response({"error": "not found"}, 404)
        body = (
            "<p>We looked on every shelf: this page is not here.</p><p><a href='/'>Back to the shop</a></p>"
        )
        return shop_page(self._state, "Page not found", body, status=404)

    def _builtin(self, request: LabRequest) -> LabResponse | None:
        path = request.path
        if path == "/":
            return self._start()
        if path == "/about-this-lab":
            return self._about()
        if path == "/style.css":
            return text_response(STYLESHEET, "text/css; charset=utf-8")
        if path == "/forms.js":
            return text_response(FORM_SCRIPT, "text/javascript; charset=utf-8")
        if path == "/robots.txt":
            return text_response("User-agent: *\nDisallow:\n")
        if path == "/contact":
            return shop_page(self._state, "Contact", "<p>Quay 4, open from nine to five. Knock loudly.</p>")
        return None

    def _start(self) -> LabResponse:
        sections: dict[str, list[str]] = {}
        for page in self.pages:
            links = [link(item.href, item.label) for item in page.links]
            sections.setdefault(page.section, []).extend(links)
        body = f'<p class="offer">{text(self._state.offer())}</p>'
        body += "".join(f"<h2>{text(name)}</h2>{listing(links)}" for name, links in sections.items() if links)
        body += "".join(f'<img src="{text(page.picture)}" alt="">' for page in self.pages if page.picture)
        main = f"<h1>Welcome aboard</h1>{body}"
        return LabResponse(
            200,
            (("Content-Type", "text/html; charset=utf-8"),),
            document(self._state, f"{SHOP}: everything for the quay", main).encode(),
        )

    def _about(self) -> LabResponse:
        intro = (
            "<p>This shop is a practice target on your own machine. Nothing is for sale, nothing is stored, "
            "and no page can reach the machine it runs on.</p>"
        )
        if self.fixed:
            return shop_page(self._state, "About this lab", intro + "<p>This is the twin without flaws.</p>")
        body = "".join(self._about_page(page) for page in self.pages if page.flaws)
        return shop_page(self._state, "About this lab", intro + body)

    @staticmethod
    def _about_page(page: Page) -> str:
        flaws = [f"<code>{text(flaw.check)}</code> {text(flaw.summary)}" for flaw in page.flaws]
        return f"<h2>{text(page.title)} ({text(page.path)})</h2>{listing(flaws)}"
