"""`cyberai feeds update` against a publisher on this machine: fetched over TLS, held to its checksum, not fetched twice."""

import asyncio
import gzip
import hashlib
import io
import zipfile
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cyberai.app.context import App
from cyberai.app.feed_update import Publishers, Updated, sources, update
from cyberai.app.feeds import current_feeds
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.target import parse_network
from cyberai.net.egress import EgressPolicy
from cyberai.net.session import ScanNetwork
from cyberai.ports.feeds import FeedName
from netkit.certificates import Issued, issue
from netkit.servers import request_head, response, serving
from support.deployment import deployment
from support.known_feeds import feed, osv, package, simple
from support.store import RealClock

NOW = 1_704_100_000_000_000
"""1 January 2024."""
ALL = (FeedName.NVD, FeedName.KEV, FeedName.EPSS, FeedName.OSV)
YEAR = feed(simple("CVE-2023-1001", "a:f5:nginx"))
KEV = b'{"catalogVersion": "1", "dateReleased": "2023-11-14", "vulnerabilities": [{"cveID": "CVE-2023-1001", "dateAdded": "2023-01-01"}]}'
EPSS = b"#model_version:v1,score_date:2023-11-14T00:00:00Z\ncve,epss,percentile\nCVE-2023-1001,0.5,0.5\n"


def packed(record: bytes) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w") as archive:
        archive.writestr("a.json", record)
    return made.getvalue()


def meta(document: bytes) -> bytes:
    return f"lastModifiedDate:2023-11-14\r\nsize:1\r\nsha256:{hashlib.sha256(document).hexdigest().upper()}\r\n".encode()


class Publisher:
    """Answers by path; `asked` are the paths, `etags` says what is still the same."""

    def __init__(self) -> None:
        self.files: dict[str, bytes] = {
            "/nvd/nvdcve-2.0-2023.json.gz": gzip.compress(YEAR), "/nvd/nvdcve-2.0-2023.meta": meta(YEAR),
            "/kev.json": KEV, "/epss.csv.gz": gzip.compress(EPSS),
            "/osv/Debian/all.zip": packed(osv("DSA-1", package("Debian:12", "x"))),
        }  # fmt: skip
        self.moved: dict[str, str] = {}
        self.asked: list[str] = []
        self.short = False

    async def serve(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        while True:
            head = await request_head(reader)
            path = head.split(b" ")[1].decode()
            self.asked.append(path)
            writer.write(self.answer(path, head))
            await writer.drain()

    def answer(self, path: str, head: bytes) -> bytes:
        if path in self.moved:
            return response(b"", status="302 Found", headers=f"Location: {self.moved[path]}\r\n")
        body = self.files.get(path)
        if body is None:
            return response(b"none", status="404 Not Found")
        etag = f'"{hashlib.sha256(body).hexdigest()[:8]}"'
        if f"If-None-Match: {etag}".encode() in head:
            return b"HTTP/1.1 304 Not Modified\r\n\r\n"
        return response(body, headers=f"ETag: {etag}\r\n")


Tell = Callable[[App, Publisher, Publishers], Awaitable[None]]


def told(tmp_path: Path, tell: Tell, *, trusted: bool = True) -> None:
    authority = issue("Authority", authority=True)
    server: Issued = issue("publisher", authority, names=("127.0.0.1",))
    roots = tmp_path / "roots.pem"
    roots.write_bytes((authority if trusted else issue("Other", authority=True)).pem)

    async def story() -> None:
        publisher = Publisher()
        egress = EgressPolicy(allow=[parse_network("127.0.0.0/8")])
        network = ScanNetwork(egress, RealClock(), ca_file=roots)
        async with serving(publisher.serve, tls=server.server_context(tmp_path)) as port:
            base = f"https://127.0.0.1:{port}"
            places = Publishers(
                nvd=f"{base}/nvd", kev=f"{base}/kev.json", epss=f"{base}/epss.csv.gz", osv=f"{base}/osv/", ecosystems=("Debian",)
            )  # fmt: skip
            async with deployment(tmp_path, network=network) as app:
                await tell(app, publisher, places)

    asyncio.run(story())


async def run_all(app: App, places: Publishers) -> list[Updated]:
    return [await update(app, source) for source in sources(places, ALL, NOW, years=(2023,))]


def test_what_is_offered_is_imported_and_not_fetched_twice(tmp_path: Path) -> None:
    async def tell(app: App, publisher: Publisher, places: Publishers) -> None:
        done = await run_all(app, places)
        assert [(one.failure, one.imported is not None) for one in done] == [("", True)] * 4
        feeds = {(one.name.value, one.part): one for one in await current_feeds(app)}
        assert set(feeds) == {("nvd", "2023"), ("kev", ""), ("epss", ""), ("osv", "Debian")}
        assert all(one.etag and one.source.startswith("https://127.0.0.1:") for one in feeds.values())
        publisher.asked.clear()
        assert [(one.failure, one.imported) for one in await run_all(app, places)] == [("", None)] * 4
        assert publisher.asked == [
            "/nvd/nvdcve-2.0-2023.meta",
            "/kev.json",
            "/epss.csv.gz",
            "/osv/Debian/all.zip",
        ]
        # What has changed comes again.
        changed = feed(simple("CVE-2023-1001", "a:f5:nginx"), simple("CVE-2023-1002", "a:f5:nginx"))
        publisher.files |= {
            "/nvd/nvdcve-2.0-2023.json.gz": gzip.compress(changed),
            "/nvd/nvdcve-2.0-2023.meta": meta(changed),
        }
        imported = (await run_all(app, places))[0].imported
        assert imported is not None and imported.feed.entries == 2  # noqa: PT018

    told(tmp_path, tell)


def test_what_is_wrong_is_not_imported(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    async def tell(app: App, publisher: Publisher, places: Publishers) -> None:
        good = dict(publisher.files)
        year = "/nvd/nvdcve-2.0-2023"
        for change, words in (
            ({f"{year}.meta": meta(KEV)}, "not the one that its maker tells of"), ({f"{year}.meta": b"hello"}, "no SHA-256"),
            ({f"{year}.json.gz": gzip.compress(YEAR)[:-5]}, "cut off"), ({f"{year}.json.gz": b""}, "not the one"),
        ):  # fmt: skip
            publisher.files = good | change
            assert words in (await run_all(app, places))[0].failure
        del publisher.files[f"{year}.json.gz"]
        publisher.files[f"{year}.meta"] = good[f"{year}.meta"]
        assert "answered 404" in (await run_all(app, places))[0].failure
        # Redirects lead to https only, and end.
        publisher.files = good
        publisher.moved = {"/kev.json": "/there.json", "/there.json": "/kev.json"}
        assert "leads from one address to the next" in (await run_all(app, places))[1].failure
        publisher.moved = {"/kev.json": "http://192.0.2.1/kev.json"}
        assert "anyone on the way" in (await run_all(app, places))[1].failure
        publisher.moved = {"/kev.json": "https://169.254.169.254/kev.json"}
        assert "metadata" in (await run_all(app, places))[1].failure
        publisher.moved = {"/kev.json": "/moved.json"}
        publisher.files["/moved.json"] = KEV.replace(b"2023-11-14", b"2023-11-15")
        assert (await run_all(app, places))[1].failure == ""
        monkeypatch.setattr("cyberai.app.feed_update.MAX_BODY", 20)
        publisher.files["/epss.csv.gz"] = gzip.compress(EPSS.replace(b"0.5", b"0.6"))
        assert "is larger than" in (await run_all(app, places))[2].failure

    told(tmp_path, tell)


def test_a_certificate_that_nobody_trusts_ends_it(tmp_path: Path) -> None:
    async def tell(app: App, publisher: Publisher, places: Publishers) -> None:
        done = await run_all(app, places)
        assert all("certificate" in one.failure for one in done)
        assert publisher.asked == []
        assert await current_feeds(app) == ()

    told(tmp_path, tell, trusted=False)


def test_what_is_fetched_is_told_before(tmp_path: Path) -> None:
    places = Publishers(
        nvd="https://m.example/n/",
        kev="https://m.example/k",
        epss="",
        osv="https://m.example/o",
        ecosystems=(),
    )
    files = [source.url for source in sources(places, [FeedName.NVD, FeedName.KEV], NOW)]
    assert files[0] == "https://m.example/n/nvdcve-2.0-2002.json.gz"
    assert files[-3:] == [
        "https://m.example/n/nvdcve-2.0-2024.json.gz", "https://m.example/n/nvdcve-2.0-modified.json.gz", "https://m.example/k",
    ]  # fmt: skip
    (rocky,) = sources(places, [FeedName.OSV], NOW, ecosystems=("Rocky Linux",))
    assert rocky.url == "https://m.example/o/Rocky%20Linux/all.zip"
    for bad in ("http://m.example/kev.json", "kev.json", "file:///etc/passwd"):
        with pytest.raises(InvalidRequest):
            sources(Publishers(nvd="", kev=bad, epss="", osv="", ecosystems=()), [FeedName.KEV], NOW)
    assert tmp_path.exists()
