"""The table of pages. An identifier is the second segment of its path (`/scans/{id}/cancel`)."""

from collections.abc import Awaitable, Callable, Iterable

from msgspec import Struct

from cyberai.api.reply import Reply
from cyberai.domain.api_key import ApiScope
from cyberai.web import api_docs, certificates, reports, scan, scan_form, scans, vulnerabilities
from cyberai.web.sign_in import Door, home
from cyberai.web.visit import Visit

Handler = Callable[[Visit], Awaitable[Reply]]
_IDENTIFIER = 2


class Page(Struct, frozen=True, kw_only=True):
    """One page and method. `public` needs no session; `scope` is what the session's key must have."""

    method: str
    path: str
    handler: Handler
    scope: ApiScope | None = None
    public: bool = False


def pages(door: Door) -> tuple[Page, ...]:
    """Every page of the site."""

    def page(method: str, path: str, handler: Handler, scope: ApiScope) -> Page:
        return Page(method=method, path=path, handler=handler, scope=scope)

    return (
        Page(method="GET", path="/", handler=home),
        Page(method="GET", path="/sign-in", handler=door.show, public=True),
        Page(method="POST", path="/sign-in", handler=door.enter, public=True),
        Page(method="POST", path="/sign-out", handler=door.leave, public=True),
        Page(method="GET", path="/docs", handler=api_docs.show, public=True),
        page("GET", "/scans", scans.show_list, ApiScope.SCANS_READ),
        page("GET", "/scans/new", scan_form.show, ApiScope.SCANS_WRITE),
        page("POST", "/scans/new", scan_form.create, ApiScope.SCANS_WRITE),
        page("GET", "/scans/{id}", scan.show, ApiScope.SCANS_READ),
        page("POST", "/scans/{id}/pause", scans.pause, ApiScope.SCANS_WRITE),
        page("POST", "/scans/{id}/resume", scans.resume, ApiScope.SCANS_WRITE),
        page("POST", "/scans/{id}/cancel", scans.cancel, ApiScope.SCANS_WRITE),
        page("GET", "/certificates", certificates.show, ApiScope.SCANS_READ),
        page("GET", "/vulnerabilities", vulnerabilities.show_list, ApiScope.VULNERABILITIES_READ),
        page("GET", "/vulnerabilities/{id}", vulnerabilities.show, ApiScope.VULNERABILITIES_READ),
        page("POST", "/vulnerabilities/{id}", vulnerabilities.update, ApiScope.VULNERABILITIES_WRITE),
        page("GET", "/reports", reports.show_list, ApiScope.REPORTS_READ),
        page("POST", "/reports", reports.create, ApiScope.REPORTS_WRITE),
        page("GET", "/reports/{id}/download", reports.download, ApiScope.REPORTS_READ),
    )


class Table:
    """Finds the pages of a path by method."""

    def __init__(self, pages: Iterable[Page]) -> None:
        self._fixed: dict[str, dict[str, Page]] = {}
        self._named: dict[tuple[str, ...], dict[str, Page]] = {}
        for page in pages:
            self._methods(page.path)[page.method] = page

    def find(self, path: str) -> tuple[dict[str, Page], str]:
        """The pages by method and the identifier; empty when there is none."""
        fixed = self._fixed.get(path)
        if fixed is not None:
            return fixed, ""
        parts = path.split("/")
        if len(parts) <= _IDENTIFIER:
            return {}, ""
        identifier = parts.pop(_IDENTIFIER)
        return (self._named.get(tuple(parts), {}), identifier) if identifier else ({}, "")

    def allow(self, methods: dict[str, Page]) -> str:
        """The value of `Allow`."""
        names = [*(("GET", "HEAD") if "GET" in methods else ()), *(("POST",) if "POST" in methods else ())]
        return ", ".join([*names, "OPTIONS"])

    def _methods(self, path: str) -> dict[str, Page]:
        if "{" not in path:
            return self._fixed.setdefault(path, {})
        parts = path.split("/")
        del parts[_IDENTIFIER]
        return self._named.setdefault(tuple(parts), {})
