"""How units of the web stages are made."""

from msgspec import structs

from cyberai.domain.asset import OriginAsset, RequestAsset
from cyberai.domain.fingerprint import is_identifier, normalise_path
from cyberai.domain.http import HttpRequest, Url
from cyberai.domain.unit import Stage, Unit
from cyberai.engine.insertion import label, path_point
from cyberai.engine.shape import ONLY, check_shape, crawl_key
from cyberai.engine.soft404 import directory, extension


def crawl_unit(
    request: HttpRequest,
    depth: int = 0,
    referer: str = "",
    optional: tuple[str, ...] = (),
    via: tuple[HttpRequest, ...] = (),
) -> Unit:
    """Fetch this request and read its page."""
    asset = RequestAsset(request, crawl_key(request), depth, referer, optional, via)
    return Unit(Stage.CRAWL, asset, depth)


def crawl_entry(url: Url) -> Unit:
    """Enter the web here."""
    return crawl_unit(HttpRequest("GET", url))


def revisit_unit(url: Url) -> Unit:
    """Look for what is submitted to the origin on its pages."""
    return Unit(Stage.REVISIT, OriginAsset(url.with_target("/")))


def check_unit(asset: RequestAsset, structure: str, only: str = "") -> Unit:
    """Test this request's insertion points; `only` names the one point (kind:name) it is about."""
    shape = check_shape(asset.request, structure, only)
    return Unit(Stage.CHECK, structs.replace(asset, shape=shape), asset.depth)


def unknown_names_unit(asset: RequestAsset) -> Unit | None:
    """The test of the path's last segment, one per directory and extension: the program that answers for a name
    that is not there is the same for all."""
    request = asset.request
    point = path_point(request)
    if request.method != "GET" or point is None or is_identifier(point.value):
        return None
    place = f"{request.url.origin}{normalise_path(directory(request.url))}*{extension(request.url)}"
    shape = f"GET {place}{ONLY}{label(point)}"
    return Unit(Stage.CHECK, structs.replace(asset, shape=shape), asset.depth)
