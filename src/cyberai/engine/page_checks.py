"""Passive checks: they look at a page the crawler fetched, and may look a second time."""

from cyberai.checkkit import PageAsset, Scope
from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import CheckOutcome
from cyberai.domain.fingerprint import page_place
from cyberai.domain.http import HttpRequest
from cyberai.engine.context import Context
from cyberai.engine.coverage import host_label
from cyberai.engine.fetch import Tally
from cyberai.engine.page import Page, is_file, is_named_file
from cyberai.engine.probe import EngineProbe, Repeats
from cyberai.engine.run_check import of_page, recorded, run_check
from cyberai.engine.shape import check_shape, digest, kin_of, shape_of


async def check_page(context: Context, asset: RequestAsset, page: Page, tally: Tally) -> list[CheckOutcome]:
    """Run the page checks on an answer, once per shape of request and structure of answer, and the content checks
    on each script as well."""
    shape = page_shape(asset.request, page)
    if context.crawl.first_look(shape):
        checks = context.checks[Scope.CONTENT]
        if not page.is_html or context.crawl.among_first(_kin(asset.request, page), shape):
            checks = context.checks[Scope.PAGE] + checks
    elif page.is_script:
        checks = context.checks[Scope.CONTENT]
        shape = shape_of(asset.request)
    else:
        return []
    target = PageAsset(page.exchange, shape)
    url = asset.request.url
    host = host_label(url.host, url.port)
    # A page that is refused or moved shows nothing of what was found on it.
    place = page_place(url) if 200 <= page.exchange.response.status < 300 else ""
    repeats: Repeats = {}
    outcomes = []
    for check in checks:
        counted = Tally()
        probe = EngineProbe(context, check.meta.max_requests, counted, asset, repeats)
        outcome = await run_check(check, target, probe)
        outcome = of_page(outcome, asset.request)
        outcomes.append(recorded(check, target.key, host, outcome, counted.sent, place))
        tally.sent += counted.sent
    return outcomes


def _kin(request: HttpRequest, page: Page) -> str:
    """What pages of one template have in common, header fields and cookies included."""
    response = page.exchange.response
    cookies = {line.partition("=")[0] for line in response.header_values("set-cookie")}
    fields = {name.lower() for name, _ in response.headers}
    return f"page {kin_of(request, page.structure)} {digest(' '.join(sorted(fields | cookies)))}"


def page_shape(request: HttpRequest, page: Page) -> str:
    """What makes two pages the same to page checks."""
    response = page.exchange.response
    plain = is_file(response) or is_named_file(request.url, response)
    if plain and response.header("set-cookie") is None:
        # A web server sends all its files with the same header fields, whatever their names and folders: where
        # each page has a folder of its own (`/blog/a-slug/`), the structure of the page says what is alike.
        fields = digest(" ".join(sorted({name.lower() for name, _ in response.headers})))
        return f"{request.method} {request.url.origin}/* ~{page.structure} {fields}"
    return check_shape(request, page.structure) if request.url.query else shape_of(request)
