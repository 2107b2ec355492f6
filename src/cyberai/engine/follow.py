"""What a page leads to: the requests to crawl next."""

from collections.abc import Iterator

from cyberai.domain.asset import RequestAsset
from cyberai.domain.check import CheckOutcome, Skipped, SkipReason
from cyberai.domain.http import Url
from cyberai.domain.unit import Unit
from cyberai.engine import modes
from cyberai.engine.context import Context
from cyberai.engine.coverage import crawl_outcome
from cyberai.engine.csrf import steps_after
from cyberai.engine.frontier import crawl_unit
from cyberai.engine.outgoing import Outgoing, outgoing
from cyberai.engine.page import MAX_LINKS, Page
from cyberai.engine.shape import shape_of
from cyberai.engine.soft404 import directory

DEEP = 5
"""From this many links on, pages of a structure met ALIKE times lead no further: endless generated pages."""

ALIKE = 40

DESCENTS = 150
"""Pages of one structure before those that lie deep no longer lead below themselves: mazes of folders."""

_DEEP_PATH = 3


def next_requests(
    context: Context, asset: RequestAsset, page: Page
) -> tuple[tuple[CheckOutcome, ...], tuple[Unit, ...]]:
    """Ledger entries about what is not followed, and the units to crawl."""
    noted = list(_given_up(page))
    units: dict[str, Unit] = {}
    referer, shape = str(page.exchange.request.url), shape_of(asset.request)
    said = context.novelty.is_new(asset.request.url.origin, page.exchange.response)
    steps = steps_after(asset)
    alike = context.crawl.alike(asset.request.url.origin, page.structure)
    nowhere = _leads_nowhere(context, asset, alike)
    for found in () if nowhere else outgoing(page, redirects=context.spec.options.follow_redirects):
        request = context.logins.bare(found.request)
        if alike > DESCENTS and _descends(asset.request.url, request.url):
            continue
        refused = _refused(context, found)
        if refused is None:
            other = shape_of(request)
            same_list = said and other == shape and not found.written and context.crawl.free_step(shape)
            via = steps if found.written else ()
            unit = crawl_unit(request, asset.depth + (not same_list), referer, found.optional, via)
            if unit.id not in units and not _known_enough(context, found, other):
                units[unit.id] = unit
        elif context.crawl.first_mention(f"{request.method} {request.url}"):
            noted.append(crawl_outcome(request.url, refused))
    shapes = tuple(shape_of(u.asset.request) for u in units.values() if isinstance(u.asset, RequestAsset))
    context.crawl.learn(shape, page.structure, shapes, said)
    return tuple(noted), tuple(units.values())


def _given_up(page: Page) -> Iterator[CheckOutcome]:
    """What of a page is not looked at, for the ledger."""
    url, response = page.exchange.request.url, page.exchange.response
    if response.truncated and (page.is_html or page.links):
        why = f"only the first {len(response.body) // 1024:,} KiB were read: it is longer, or was cut off"
        yield crawl_outcome(url, Skipped(SkipReason.BUDGET, why))
    if len(page.links) >= MAX_LINKS:
        why = f"only the first {MAX_LINKS:,} links of the page are followed"
        yield crawl_outcome(url, Skipped(SkipReason.BUDGET, why))


def _known_enough(context: Context, found: Outgoing, shape: str) -> bool:
    """True for the further submissions of one form, and the further pages about what this scan itself made."""
    if found.written:
        return context.crawl.submitted_enough(found.request)
    return found.ours and not context.crawl.first_mention(f"ours {shape}")


def _descends(url: Url, below: Url) -> bool:
    folder = directory(url)
    return (
        folder.count("/") > _DEEP_PATH
        and below.path.startswith(folder)
        and below.path.count("/") > url.path.count("/")
    )


def _leads_nowhere(context: Context, asset: RequestAsset, alike: int) -> bool:
    return asset.depth >= context.max_depth or (asset.depth >= DEEP and alike > ALIKE)


def _refused(context: Context, found: Outgoing) -> Skipped | None:
    if not context.scope.allows_url(found.request.url):
        return Skipped(SkipReason.OUT_OF_SCOPE, "a link that leads out of the scan's scope")
    why = modes.refusal(
        found.request,
        context.spec.policies.mode,
        found.seen,
        logged_in=context.logins.asked_for,
        user=context.logins.user,
    )
    return Skipped(SkipReason.POLICY, why) if why is not None else None
