"""What of a crawled request is to be tested: its CHECK units."""

from collections.abc import Sequence

from msgspec import structs

from cyberai.checkkit import InsertionPoint, Scope
from cyberai.domain.asset import RequestAsset
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.unit import Unit
from cyberai.engine.context import Context
from cyberai.engine.cookies import cookies_after, with_cookies
from cyberai.engine.fetch import Tally
from cyberai.engine.form_variants import each_field_alone
from cyberai.engine.frontier import check_unit, revisit_unit, unknown_names_unit
from cyberai.engine.insertion import ordinary_points, own_points
from cyberai.engine.page import Page, is_file, is_named_file
from cyberai.engine.shape import RARE, kin_of, shape_of


async def tests_of(context: Context, asset: RequestAsset, page: Page, tally: Tally) -> tuple[Unit, ...]:
    """The CHECK units of a fetched request; none for files as they are, none for errors without parameters."""
    if not context.checks[Scope.INSERTION] and not context.checks[Scope.STORED]:
        return ()
    shape = shape_of(asset.request)
    if not context.crawl.testable(shape, page.structure):
        return _looked_at(context, asset, page, shape)
    if asset.request.url.query and not context.crawl.among_first(
        kin_of(asset.request, page.structure), shape
    ):
        return ()
    tested = structs.replace(asset, request=_with_cookies_set(context, page, asset.request))
    response = page.exchange.response
    # The path names the file: what stands behind it, such as a version, keeps browsers' caches apart.
    named = is_named_file(asset.request.url, response)
    plain = named or is_file(response)
    ordinary = () if named else ordinary_points(tested.request)
    units = []
    tested = _less_covered(context, tested, ordinary, response)
    own = own_points(tested.request) if 300 <= response.status < 400 else ()
    if ordinary or own or (200 <= response.status < 300 and not plain):
        units.append(check_unit(tested, page.structure))
    if "?" in shape:
        units.append(revisit_unit(tested.request.url))
    beside = unknown_names_unit(tested)
    if beside is not None and 200 <= response.status < 400 and not plain:
        units.append(beside)
    variants = await each_field_alone(context, asset, page, ordinary, tally)
    units += [check_unit(variant.asset, variant.structure, variant.only) for variant in variants]
    return tuple(units)


def _looked_at(context: Context, asset: RequestAsset, page: Page, shape: str) -> tuple[Unit, ...]:
    """One more page of a program whose parameters were tested: another page may read other headers."""
    if not (page.is_html and page.exchange.response.status == 200):
        return ()
    if not context.crawl.worth_a_look(shape, page.structure):
        return ()
    tested = structs.replace(asset, request=_with_cookies_set(context, page, asset.request))
    return (check_unit(tested, page.structure, RARE),)


def _less_covered(
    context: Context, asset: RequestAsset, points: Sequence[InsertionPoint], response: HttpResponse
) -> RequestAsset:
    """The request without those of its points that are tested elsewhere. A page that is refused or not there may stop
    before it reads anything: its points are tested, and count for no other page."""
    covered = context.crawl.pairs.covered(points)
    if 200 <= response.status < (300 if asset.request.method == "GET" else 400):
        context.crawl.pairs.test(points)
    return structs.replace(asset, covered=covered) if covered else asset


def _with_cookies_set(context: Context, page: Page, request: HttpRequest) -> HttpRequest:
    """The request as a browser would repeat it: cookies this answer or the login set are cookies its program may
    read; those of the session itself stay out of it."""
    held = cookies_after(page.exchange.request, page.exchange.response)
    plain = context.logins.plain_cookies(request)
    held = tuple({**dict(plain), **dict(held)}.items()) if plain else held
    return context.logins.bare(with_cookies(request, held)) if held else request
