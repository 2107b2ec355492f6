"""Whatever a target (or a user) writes stays text on every page: a real Chromium runs none of it, fetches nothing for
it and logs no breach of the page's policy."""

import asyncio
import json
from collections.abc import Iterator

import pytest

from cyberai.domain.ids import DEFAULT_WORKSPACE, ScanId, VulnerabilityId, make_id
from cyberai.domain.report import Report, ReportFormat, ReportStatus, ReportType
from cyberai.domain.scan import Progress, ScanOptions, ScanSpec, ScanStatus, Verdict, VerdictResult
from cyberai.domain.vulnerability import Location, Sighting
from cyberai.ports.store import Tx
from cyberai.storage.sqlite import SqliteStore
from support.browser import Tab, browser
from support.processes import Server, running_server
from support.store import RealClock
from support.web_people import flaws, sign_in
from unit.reports import poisoned, sample
from unit.reports.hostile_strings import HOSTILE

pytestmark = pytest.mark.e2e

TEXTS = tuple(dict.fromkeys(poisoned.encodable(text) for text in HOSTILE))
AT = sample.AT


def scan_id(number: int) -> ScanId:
    return ScanId(make_id("scan", AT // 1000 + number, number))


def poison(tx: Tx, number: int, text: str) -> None:
    """One scan, one vulnerability with all kinds of evidence and one report that hold the text everywhere."""
    at = AT + number
    running = number % 4 < 2
    known = sample.scan(VerdictResult.INCONCLUSIVE, id=scan_id(number))
    tx.scans.insert(
        known.replace(
            created_at=at,
            status=ScanStatus.PAUSED if running else ScanStatus.FAILED,
            finished_at=None if running else at,
            spec=ScanSpec(targets=(text, text), name=text, tags=(text,), options=ScanOptions(ports=text)),
            status_detail=text,
            progress=Progress(current=5, status=text),
            verdict=None
            if running
            else Verdict(result=VerdictResult.INCONCLUSIVE, reasons=(text,), coverage_percent=1.0),
        )
    )
    row = sample.vulnerability(
        number,
        id=VulnerabilityId(make_id("vuln", AT // 1000 + number, number)),
        fingerprint=f"{number:064x}",
        scan_id=scan_id(number),
        first_scan_id=scan_id(number),
        title=text,
        description=text,
        remediation=text,
        host=text,
        target=text,
        affected_component=text,
        location=Location(
            url=text if number % 3 else None, method=text, parameter=f"query:{text}", port=1, service=text
        ),
        cve=(text,),
        cwe=(text,),
        owasp=(text,),
        tags=(text,),
        assignee=text,
        notes=text,
        references=(text, f"https://{text}"),
        status_reason=text,
        check_id=text,
        cvss_vector=text,
        created_at=at,
    )
    tx.vulnerabilities.record(Sighting(vulnerability=row, evidence=poisoned.evidence(text), place=text))
    tx.reports.insert(
        Report(
            id=make_id("report", AT // 1000 + number, number),  # type: ignore[arg-type]
            workspace=DEFAULT_WORKSPACE,
            type=ReportType.TECHNICAL,
            format=ReportFormat.HTML,
            scan_ids=(scan_id(number),),
            status=ReportStatus.FAILED,
            created_at=at,
            updated_at=at,
            title=text,
            completed_at=at,
            error=text,
        )
    )


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    folder = tmp_path_factory.mktemp("hostile") / "data"
    folder.mkdir()

    def poison_all(tx: Tx) -> None:
        tx.ensure_workspace(AT)
        for number, text in enumerate(TEXTS, 1):
            poison(tx, number, text)

    async def fill() -> None:
        store = SqliteStore.open(folder / "cyberai.db", RealClock())
        try:
            await store.write(DEFAULT_WORKSPACE, poison_all)
        finally:
            await store.aclose()

    asyncio.run(fill())
    with running_server(folder, "--workers", "1") as running:
        yield running


@pytest.fixture(scope="module")
def tab(tmp_path_factory: pytest.TempPathFactory, server: Server) -> Iterator[Tab]:
    with browser(tmp_path_factory.mktemp("browser")) as opened:
        opened.look(width=900)
        sign_in(opened, server.base)
        yield opened


def assert_inert(tab: Tab, server: Server, where: str) -> None:
    """The page is one of ours as a whole: our elements only, in our order, and nothing has happened."""
    tab.settle()
    assert tab.dialogs == [], where
    assert tab.complaints == [], where
    origin = server.base + "/"
    allowed = (origin, origin.replace("http:", "ws:"), "data:image/svg+xml;base64,")
    assert [url for url in tab.requests if not url.startswith(allowed)] == [], where
    paths = {
        url.removeprefix(origin).partition("?")[0].partition("/")[0]
        for url in tab.requests
        if url.startswith(origin)
    }
    assert paths <= {"", "sign-in", "static", "scans", "vulnerabilities", "reports"}, (where, paths)
    shape = tab.run(
        "({ scripts: [...document.scripts].map((one) => one.getAttribute('src')),"
        " strange: [...document.querySelectorAll("
        "'style, iframe, object, embed, base, img, video, audio, math, foreignObject, animate, marquee, template, plaintext, xmp'"
        ")].map((one) => one.outerHTML),"
        " handlers: [...document.querySelectorAll('*')].flatMap((one) => [...one.attributes])"
        "   .filter((one) => one.name.startsWith('on') || one.name === 'style' || one.name === 'srcdoc').map((one) => one.name),"
        " links: [...document.querySelectorAll('a[href], form[action]')]"
        "   .map((one) => new URL(one.getAttribute('href') || one.getAttribute('action'), location))"
        "   .filter((one) => one.origin !== location.origin).map((one) => one.protocol),"
        " end: document.body.lastElementChild.className, title: document.title.endsWith('Cyber AI') })"
    )
    assert len(shape["scripts"]) == 1, (where, shape)
    assert shape["scripts"][0].startswith("/static/page.js?v="), (where, shape)
    assert shape["strange"] == [], where
    assert shape["handlers"] == [], where
    assert set(shape["links"]) <= {"https:"}, (where, shape["links"])
    assert (shape["end"], shape["title"]) == ("foot", True), (where, shape)


def test_the_lists(server: Server, tab: Tab) -> None:
    for path in ("/scans", "/vulnerabilities", "/reports"):
        seen, following = 0, path
        while following:
            tab.open(server.base + following)
            assert_inert(tab, server, following)
            tab.look(width=360)
            assert flaws(tab) == [], following
            seen += tab.run("document.querySelectorAll('tbody tr').length")
            following = tab.run(
                "(document.querySelector('nav.pager a[rel=next]') || { getAttribute: () => '' }).getAttribute('href')"
            )
        assert seen == len(TEXTS), path


def test_every_finding(server: Server, tab: Tab) -> None:
    for number, text in enumerate(TEXTS, 1):
        path = f"/vulnerabilities/{make_id('vuln', AT // 1000 + number, number)}"
        tab.open(server.base + path)
        tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        assert_inert(tab, server, ascii(text))
        assert tab.run("document.querySelectorAll('.evidence').length") == 3


def test_every_other_scan(server: Server, tab: Tab) -> None:
    for number, text in list(enumerate(TEXTS, 1))[::2]:
        tab.open(f"{server.base}/scans/{scan_id(number)}")
        assert_inert(tab, server, ascii(text))
        assert tab.run("document.querySelectorAll('#scan-findings tbody tr').length") == 1


def test_what_is_entered_and_comes_back(server: Server, tab: Tab) -> None:
    """A form that is refused shows what was entered, the search shows what was searched for."""
    for text in TEXTS[::6]:
        tab.open(server.base + "/scans/new")
        for field in ("target", "name", "options.ports", "tags", "policies.exclude_paths"):
            tab.run(f"document.getElementById({json.dumps(field)}).value = {json.dumps(text)}")
        tab.submit("main form .primary")
        tab.complaints[:] = [
            line for line in tab.complaints if "the server responded with a status of 4" not in line
        ]
        assert_inert(tab, server, ascii(text))
    for text in TEXTS[::6]:
        tab.open(server.base + "/scans")
        tab.fill("#f-target", text)
        tab.submit("form.filters button")
        tab.complaints[:] = [
            line for line in tab.complaints if "the server responded with a status of 4" not in line
        ]
        assert_inert(tab, server, ascii(text))


def test_the_browser_of_this_test_would_tell(server: Server, tab: Tab) -> None:
    """What the tests above look for is really told: markup put into a page of ours is refused, and heard of."""
    tab.open(server.base + "/scans")
    with pytest.raises(AssertionError, match="TrustedHTML"):
        tab.run("document.body.innerHTML = '<img src=x onerror=alert(1)>'")
    tab.run(
        "(() => { const one = document.createElement('img'); one.src = 'http://a.example/x';"
        " one.setAttribute('style', 'color: red'); document.body.append(one); })()"
    )
    tab.wait_for("true")
    tab.settle()
    heard = " ".join(tab.complaints)
    assert "img-src" in heard
    assert "style-src" in heard
    tab.complaints.clear()
