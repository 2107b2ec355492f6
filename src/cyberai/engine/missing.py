"""The soft-404 control: what a site answers for what is not there."""

from msgspec import structs

from cyberai.domain.fingerprint import normalise_path
from cyberai.domain.http import Exchange, HttpRequest, Url
from cyberai.engine.context import Context
from cyberai.engine.difference import MAX_COMPARED
from cyberai.engine.fetch import Tally
from cyberai.engine.soft404 import directory, extension, missing_url
from cyberai.engine.soft404 import is_missing as is_missing


def control_place(url: Url) -> tuple[str, str, str]:
    """What the control of an address depends on: origin, folder and extension."""
    return url.origin, directory(url), extension(url)


async def missing_control(context: Context, url: Url, tally: Tally, sample: int = 1) -> Exchange:
    """The answer to a path beside `url` that cannot exist; asked once per directory, extension and `sample`."""

    async def ask() -> Exchange:
        control = missing_url(url, context.rng.letters(12))
        exchange = await context.fetcher.send(HttpRequest("GET", control), tally, retries=1)
        body = exchange.response.body[:MAX_COMPARED]
        return structs.replace(exchange, response=structs.replace(exchange.response, body=body))

    folder = normalise_path(directory(url))
    return await context.missing.get((url.origin, folder, extension(url), sample), ask)
