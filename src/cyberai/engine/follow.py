"""What a page leads to: the requests to crawl next."""

from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import CheckOutcome, Skipped, SkipReason
from cyberai.domain.unit import Unit
from cyberai.engine import modes
from cyberai.engine.context import Context
from cyberai.engine.coverage import crawl_outcome
from cyberai.engine.frontier import crawl_unit
from cyberai.engine.outgoing import Outgoing, outgoing
from cyberai.engine.page import Page
from cyberai.engine.shape import shape_of

DEEP = 5
"""From this many links on, pages of a structure met ALIKE times lead no further: endless generated pages."""

ALIKE = 40


def next_requests(
    context: Context, asset: RequestAsset, page: Page
) -> tuple[tuple[CheckOutcome, ...], tuple[Unit, ...]]:
    """Ledger entries about what is not followed, and the units to crawl."""
    noted: list[CheckOutcome] = []
    units: dict[str, Unit] = {}
    depth, referer = asset.depth + 1, str(page.exchange.request.url)
    nowhere = _leads_nowhere(context, asset, page)
    for found in () if nowhere else outgoing(page, redirects=context.spec.options.follow_redirects):
        request = found.request
        refused = _refused(context, found)
        if refused is None:
            unit = crawl_unit(request, depth, referer, found.optional)
            if unit.id in units or (found.written and context.crawl.submitted_enough(request)):
                continue
            units[unit.id] = unit
        elif context.crawl.first_mention(f"{request.method} {request.url}"):
            noted.append(crawl_outcome(request.url, refused))
    shapes = tuple(shape_of(u.asset.request) for u in units.values() if isinstance(u.asset, RequestAsset))
    context.crawl.learn(shape_of(asset.request), page.structure, shapes)
    return tuple(noted), tuple(units.values())


def _leads_nowhere(context: Context, asset: RequestAsset, page: Page) -> bool:
    alike = context.crawl.alike(asset.request.url.origin, page.structure)
    return asset.depth >= context.max_depth or (asset.depth >= DEEP and alike > ALIKE)


def _refused(context: Context, found: Outgoing) -> Skipped | None:
    if not context.scope.allows_url(found.request.url):
        return Skipped(SkipReason.OUT_OF_SCOPE, "a link that leads out of the scan's scope")
    why = modes.refusal(found.request, context.spec.policies.mode, found.label, found.secrets)
    return Skipped(SkipReason.POLICY, why) if why is not None else None
