"""Importing NVD and OSV: parts side by side, changes on top, taken whole or not at all."""

import asyncio
import gzip
import hashlib
import io
import zipfile
from collections.abc import Callable
from pathlib import Path

import pytest

from cyberai.app import feed_files
from cyberai.app.context import App
from cyberai.app.feed_files import FeedFile
from cyberai.app.feed_import import import_file
from cyberai.app.feeds import Imported, current_feeds
from cyberai.app.flaw_feeds import Origin
from cyberai.app.known_flaws import find_flaws
from cyberai.domain.asset import ProductAsset
from cyberai.domain.errors import InvalidRequest
from cyberai.domain.ids import SYSTEM
from cyberai.domain.known import stream
from cyberai.domain.known.found import KnownFlaws
from support.deployment import deployment
from support.known_feeds import feed, osv, package, simple

NGINX = "a:f5:nginx"
OLD, NEW = "2026-11-20T00:00:00.000", "2026-11-24T00:00:00.000"
KEV = b'{"catalogVersion": "1", "dateReleased": "2026-11-25", "vulnerabilities": [{"cveID": "CVE-2024-1001", "dateAdded": "2026-01-01"}]}'


def file(name: str, data: bytes) -> FeedFile:
    return FeedFile(name, io.BytesIO(data))


def zipped(**documents: bytes) -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in documents.items():
            archive.writestr(f"{name}.json", text)
    return packed.getvalue()


async def take(app: App, name: str, data: bytes, sha256: str = "") -> Imported:
    return await import_file(app, file(name, data), Origin(sha256))


async def known(app: App, version: str = "1.18.0", name: str = NGINX, said: str = "") -> KnownFlaws | None:
    cpe = f"cpe:2.3:{name}:{version}:*:*:*:*:*:*:*"
    asset = ProductAsset("h.example", 80, "http", "nginx", version, cpe, "", 95, said)
    return await app.store.read(SYSTEM, lambda tx: find_flaws(tx, asset, None, app.clock.now()))


async def ids(app: App, version: str = "1.18.0") -> list[str]:
    found = await known(app, version)
    return [flaw.match.id for flaw in found.flaws] if found else []


def story(tmp_path: Path, tell: Callable[[App], object]) -> None:
    async def told() -> None:
        async with deployment(tmp_path) as app:
            await tell(app)  # type: ignore[misc]

    asyncio.run(told())


def test_years_add_up_and_a_change_hides_what_was_said_before(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("cyberai.app.flaw_feeds.STEP", 2)

    async def tell(app: App) -> None:
        assert await known(app) is None
        first = simple("CVE-2024-1001", NGINX, OLD, ex="1.19.0")
        done = await take(app, "nvdcve-2.0-2024.json", feed(first, simple("CVE-2024-1002", "a:x:y", OLD)))
        assert (done.feed.part, done.feed.entries, done.feed.rows, done.feed.date) == (
            "2024",
            2,
            4,
            "2026-11-26",
        )
        year = feed(simple("CVE-2025-1003", NGINX, OLD, ex="1.19.0"))
        await take(app, "nvdcve-2.0-2025.json.gz", gzip.compress(year))
        assert await ids(app) == ["CVE-2025-1003", "CVE-2024-1001"]
        # Changes: one flaw was corrected, one is about another product now, one is new.
        changes = feed(
            simple("CVE-2024-1001", NGINX, NEW, ex="1.17.0"), simple("CVE-2026-1004", NGINX, NEW, ex="1.19.0")
        )
        assert (await take(app, "nvdcve-2.0-modified.json", changes)).feed.part == "updates"
        assert await ids(app) == ["CVE-2026-1004", "CVE-2025-1003"]
        # Further changes keep those before that are not in them.
        more = feed(simple("CVE-2025-1003", "a:x:y", NEW))
        done = await take(app, "page.json", more)
        assert (done.feed.entries, done.feed.rows) == (3, 6)
        assert await ids(app) == ["CVE-2026-1004"]
        assert await ids(app, "1.16.9") == ["CVE-2026-1004", "CVE-2024-1001"]
        # The year anew, as of later: it counts, and the change it holds is kept no longer.
        later = "2026-11-25T00:00:00.000"
        done = await take(
            app, "nvdcve-2.0-2024.json", feed(simple("CVE-2024-1001", NGINX, later, ex="1.19.0"))
        )
        assert done.replaced is not None and done.replaced.entries == 2  # noqa: PT018
        assert await ids(app) == ["CVE-2026-1004", "CVE-2024-1001"]
        assert (await take(app, "page.json", more)).feed.entries == 2
        # The same name with another year's entries is no year.
        assert (await take(app, "nvdcve-2.0-2024.json", changes)).feed.part == "updates"
        parts = [(one.name.value, one.part) for one in await current_feeds(app)]
        assert parts == [("nvd", "2024"), ("nvd", "2025"), ("nvd", "updates")]

    story(tmp_path, tell)


def test_ecosystems_and_threats(tmp_path: Path) -> None:
    def debian(cve: str, fixed: str, modified: str = "2026-11-20T00:00:00Z") -> bytes:
        part = package("Debian:12", "openssh", {"introduced": "0"}, {"fixed": fixed})
        return osv(f"DEBIAN-{cve}", part, upstream=[cve], modified=modified)

    async def tell(app: App) -> None:
        both = zipped(
            a=debian("CVE-2024-1001", "1:9.2p1-2+deb12u9"), b=debian("CVE-2024-1002", "1:9.2p1-2+deb12u9")
        )
        done = await take(app, "all.zip", both)
        assert (done.feed.name.value, done.feed.part, done.feed.entries) == ("osv", "Debian", 2)
        await take(app, "kev.json", KEV)
        banner = "SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3"
        found = await known(app, "9.2p1", "a:openbsd:openssh", banner)
        assert found is not None
        assert [(one.match.id, one.match.doubt, one.threat.kev is not None) for one in found.flaws if one.threat] == [
            ("CVE-2024-1001", None, True), ("CVE-2024-1002", None, False),
        ]  # fmt: skip
        assert [(one.name, one.day) for one in found.feeds] == [("OSV", "2026-11-20")]
        single = debian("CVE-2024-1002", "1:9.2p1-2+deb12u1", "2026-11-24T00:00:00Z")
        assert (await take(app, "one.json", single)).feed.part == "updates"
        found = await known(app, "9.2p1", "a:openbsd:openssh", banner)
        assert found is not None
        assert [one.match.id for one in found.flaws] == ["CVE-2024-1001"]

    story(tmp_path, tell)


GOOD = feed(simple("CVE-2024-1001", NGINX), simple("CVE-2024-1002", NGINX))
BAD = [
    ("cut off", GOOD[:-40], "cut off"), ("cut in the list", GOOD[: len(GOOD) // 2], "cut off"),
    ("one entry too few", GOOD.replace(b'"resultsPerPage": 2', b'"resultsPerPage": 3'), "says that it has '3'"),
    ("twice", feed(simple("CVE-2024-1001", NGINX), simple("CVE-2024-1001", NGINX)), "more than once"),
    ("no number", feed(simple("CVE-24-1", NGINX)), "no CVE number"), ("empty", feed(), "no entry"),
    ("version 1", GOOD.replace(b'"version": "2.0"', b'"version": "1.1"'), "2.0 is read"),
    ("latin-1", GOOD.replace(b"invented", b"inv\xe9nted"), "UTF-8"), ("utf-16", GOOD.decode().encode("utf-16"), ""),
    ("deep", GOOD.replace(b'"An invented flaw."', b"[" * 100_000), ""), ("two", GOOD + b"{}", "follows"),
    ("a range that is none", feed(simple("CVE-2024-1001", NGINX, ex="1" * 300)), "too long"),
    ("a gzip cut off", gzip.compress(GOOD)[:-9], "cut off"), ("gzip and more", gzip.compress(GOOD) + b"x", "follows"),
    ("a list of numbers", GOOD.replace(b'"vulnerabilities": [', b'"vulnerabilities": [1, '), "none of NVD's"),
    ("a damaged zip", zipped(a=GOOD)[:-30], ""), ("a huge number", feed(simple("CVE-2024-1001", NGINX), x=0).replace(b'"x": 0', b'"x": ' + b"9" * 9000), "too many digits"),
    ("not osv", osv("X-1").replace(b'"X-1"', b"7"), "none of OSV"), ("osv without id", osv(""), "no proper id"),
    ("an osv zip with a bad one", zipped(a=osv("A-1", package("PyPI", "x")), b=b"{"), "none of OSV"),
]  # fmt: skip


def test_what_is_refused_leaves_what_was_there(tmp_path: Path, monkeypatch) -> None:
    monkeypatch.setattr("cyberai.app.flaw_feeds.STEP", 1)
    monkeypatch.setattr(feed_files, "PIECE", 64)

    async def tell(app: App) -> None:
        await take(app, "nvdcve-2.0-2024.json", feed(simple("CVE-2024-1000", NGINX)))
        for what, data, words in BAD:
            with pytest.raises(InvalidRequest) as refused:
                await take(app, "nvdcve-2.0-2024.json", data)
            assert words in refused.value.message, (what, refused.value.message)
            assert len(refused.value.message) < 400, what
            assert await ids(app) == ["CVE-2024-1000"], what
        lied = hashlib.sha256(b"other").hexdigest()
        for packed in (GOOD, gzip.compress(GOOD)):
            with pytest.raises(InvalidRequest, match="not the one that its maker tells of"):
                await take(app, "nvdcve-2.0-2024.json", packed, lied)
        assert await ids(app) == ["CVE-2024-1000"]
        # Of the expanded feed or of the file itself.
        for digest in (GOOD, gzip.compress(GOOD, mtime=0)):
            told = hashlib.sha256(digest).hexdigest().upper()
            await take(app, "nvdcve-2.0-2024.json.gz", gzip.compress(GOOD, mtime=0), told)
        assert await ids(app) == ["CVE-2024-1002", "CVE-2024-1001"]

    story(tmp_path, tell)


def test_sizes_are_bounded(tmp_path: Path, monkeypatch) -> None:
    async def tell(app: App) -> None:
        for module, name, limit, data, words in (
            (feed_files, "MAX_FILE", 100, GOOD, "larger than"),
            (feed_files, "MAX_EXPANDED", 500, gzip.compress(GOOD), "expands to more"),
            (stream, "MAX_ITEM", 300, GOOD, "too large"),
            (feed_files, "MAX_DIRECTORY", 20, zipped(a=osv("A-1", package("PyPI", "x"))), "too many files"),
            (
                feed_files,
                "MAX_DOCUMENTS",
                1,
                zipped(a=osv("A-1", package("PyPI", "x")), b=osv("B-1")),
                "more than 1",
            ),
        ):
            with monkeypatch.context() as patched:
                patched.setattr(module, name, limit)
                patched.setattr(feed_files, "PIECE", 64)
                with pytest.raises(InvalidRequest, match=words):
                    await take(app, "nvdcve-2.0-2024.json", data)
        assert await known(app) is None

    story(tmp_path, tell)
