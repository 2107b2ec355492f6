"""Fetching feeds where their publishers offer them, because somebody asked for it: never by itself."""

import io
from collections.abc import Iterable, Iterator
from urllib.parse import quote

from msgspec import Struct

from cyberai.app.context import App
from cyberai.app.feed_files import FeedFile
from cyberai.app.feed_import import import_file
from cyberai.app.feeds import Imported, current_feeds
from cyberai.app.flaw_feeds import FIRST_YEAR, Origin, digest_in
from cyberai.app.times import rfc3339
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.feeds import FeedError
from cyberai.domain.http import HttpRequest, HttpResponse, Url
from cyberai.domain.scope import ScanScope
from cyberai.domain.target import parse_target
from cyberai.ports.feeds import Feed, FeedName
from cyberai.ports.network import SessionLimits, TransportError

MAX_BODY = 512 << 20
"""Bytes of a file that is fetched."""
MAX_META = 4_096
TIMEOUT = 900.0
"""Seconds that one file may take."""
MAX_REDIRECTS = 3
_LOOPBACK = ("127.0.0.1", "::1", "localhost")


class Publishers(Struct, frozen=True, kw_only=True):
    """Where each feed is: of NVD and OSV the folder, of the others the file."""

    nvd: str
    kev: str
    epss: str
    osv: str
    ecosystems: tuple[str, ...]


class Source(Struct, frozen=True, kw_only=True):
    """One file to fetch; `meta` is the address of what tells its checksum, empty where there is none."""

    name: FeedName
    url: str
    file: str
    meta: str = ""


class Updated(Struct, frozen=True, kw_only=True):
    """What came of one file: what was imported, or None where it is as it was or, with `failure`, could not be had."""

    source: Source
    imported: Imported | None = None
    failure: str = ""


def sources(
    publishers: Publishers,
    wanted: Iterable[FeedName],
    now: int,
    years: tuple[int, ...] = (),
    ecosystems: tuple[str, ...] = (),
) -> tuple[Source, ...]:
    """The files, in order. Without `years` all of NVD: each year up to that of `now` (UTC microseconds), and the changes of
    the last days. Raise InvalidRequest for an address that is none or is not fetched over https."""
    found: list[Source] = []
    for name in dict.fromkeys(wanted):
        match name:
            case FeedName.NVD:
                found += _of_nvd(publishers.nvd.rstrip("/"), int(rfc3339(now)[:4]), years)
            case FeedName.OSV:
                base = publishers.osv.rstrip("/")
                for ecosystem in ecosystems or publishers.ecosystems:
                    found.append(Source(name=name, url=f"{base}/{quote(ecosystem)}/all.zip", file="all.zip"))
            case FeedName.KEV:
                found.append(Source(name=name, url=publishers.kev, file="kev.json"))
            case FeedName.EPSS:
                found.append(Source(name=name, url=publishers.epss, file="epss.csv.gz"))
    for source in found:
        _address(source.url)
    return tuple(found)


def _of_nvd(base: str, this_year: int, years: tuple[int, ...]) -> Iterator[Source]:
    names = [str(year) for year in years or range(FIRST_YEAR, this_year + 1)]
    for name in names if years else [*names, "modified"]:
        file = f"nvdcve-2.0-{name}"
        yield Source(
            name=FeedName.NVD,
            url=f"{base}/{file}.json.gz",
            file=f"{file}.json.gz",
            meta=f"{base}/{file}.meta",
        )


def _address(text: str) -> Url:
    """Raise InvalidRequest for what is not fetched: anything but https, on this machine also http."""
    try:
        url = Url.parse(text)
    except ValueError as error:
        raise InvalidRequest(
            f"{text[:200]!a} is no address of a feed: {error}",
            reason="Name an address such as https://mirror.example/nvd",
        ) from error
    if url.scheme != "https" and url.host not in _LOOPBACK:
        raise InvalidRequest(
            f"{text[:200]} is not fetched: anyone on the way could change it",
            reason="Name an address with https",
        )
    return url


async def update(app: App, source: Source) -> Updated:
    """Fetch one file, unless it is the one that was imported, check it and import it."""
    before = next((feed for feed in await current_feeds(app) if feed.source == source.url), None)
    try:
        digest = await _told_digest(app, source)
        if digest and before is not None and before.sha256 == digest:
            return Updated(source=source)
        url, response = await _fetched(app, source.url, MAX_BODY, before)
        if response is None:
            return Updated(source=source)
        origin = Origin(digest, source.url, (response.header("etag") or "")[:200])
        imported = await import_file(app, FeedFile(source.file, io.BytesIO(response.body)), origin)
    except FeedError as error:
        return Updated(source=source, failure=str(error))
    except InvalidRequest as error:
        return Updated(source=source, failure=error.message)
    if imported.feed.name is not source.name:
        return Updated(
            source=source, imported=imported, failure=f"{url} is {imported.feed.name.value.upper()}"
        )
    return Updated(source=source, imported=imported)


async def _told_digest(app: App, source: Source) -> str:
    if not source.meta:
        return ""
    _, response = await _fetched(app, source.meta, MAX_META, None)
    return digest_in(response.text) if response is not None else ""


async def _fetched(
    app: App, address: str, limit: int, before: Feed | None
) -> tuple[Url, HttpResponse | None]:
    """The answer, None where the file has not changed since; raise FeedError where it cannot be had."""
    url = _address(address)
    for _ in range(MAX_REDIRECTS + 1):
        response = await _answer(app, url, limit, before)
        if response.status == 304 and before is not None:
            return url, None
        if response.status == 200:
            if response.truncated:
                raise FeedError(f"{url} is larger than {limit >> 20:,} MiB")
            return url, response
        location = response.header("location")
        if response.status not in (301, 302, 303, 307, 308) or not location:
            raise FeedError(f"{url} answered {response.status}")
        url = _address(str(url.join(location)))
    raise FeedError(f"{address} leads from one address to the next")


async def _answer(app: App, url: Url, limit: int, before: Feed | None) -> HttpResponse:
    headers = (("If-None-Match", before.etag),) if before is not None and before.etag else ()
    limits = SessionLimits(
        concurrent=1,
        request_timeout=TIMEOUT,
        requests_per_second=None,
        ignore_ssl=False,
        user_agent=f"CyberAI/{app.version} (feeds)",
    )
    session = app.network.open(ScanScope((parse_target(url.origin + "/"),)), limits)
    try:
        # As a secret would: only to a server whose certificate is trusted.
        return await session.http.send(
            HttpRequest("GET", url, headers), max_body=limit, private=url.scheme == "https"
        )
    except TransportError as error:
        raise FeedError(f"{url}: {error.detail or error.reason.value}") from error
    finally:
        await session.aclose()
