"""Looking a second time: a direct observation counts as confirmed when another request shows it again."""

from cyberai.checkkit.probe import Probe
from cyberai.domain.asset import PageAsset
from cyberai.domain.http import Exchange

_HTML = frozenset({"text/html", "application/xhtml+xml"})


async def again(page: PageAsset, probe: Probe) -> Exchange:
    """The page once more (the engine lets checks of one page share such a look). A request that may change
    something is not repeated: the page itself comes back."""
    request = page.exchange.request
    return await probe.send(request) if request.method in ("GET", "HEAD") else page.exchange


def times_seen(page: PageAsset, second: Exchange) -> int:
    """How many answers an observation is made on that both hold: 1 where the request could not be repeated."""
    return 1 if second is page.exchange else 2


def is_document(exchange: Exchange) -> bool:
    """True for a page people see: status 200 and an HTML type."""
    return exchange.response.status == 200 and exchange.response.content_type in _HTML
