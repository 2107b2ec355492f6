"""The web page in a real Chromium, over a real server and a real scan: by keyboard, without JavaScript, in both
colour schemes and every width."""

import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from support.browser import Tab, browser
from support.processes import KEY, Server, running_lab, running_server
from support.web_people import flaws, sign_in, tab_to

pytestmark = pytest.mark.e2e

WIDTHS = (360, 768, 1280, 1920)
EXPECTED = ("the server responded with a status of",)
"""What Chromium logs of an answer that is no success; everything else is a complaint."""


@pytest.fixture(scope="module")
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Server]:
    with running_server(tmp_path_factory.mktemp("web") / "data", "--workers", "1") as running:
        yield running


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    with running_lab("--set", "demo", home=tmp_path_factory.mktemp("lab")) as description:
        yield next(str(item["target"]) for item in description["targets"] if item["kind"] == "http")


@pytest.fixture
def tab(tmp_path: Path) -> Iterator[Tab]:
    with browser(tmp_path) as opened:
        opened.look()
        yield opened


@pytest.fixture(scope="module")
def scan(server: Server, lab: str) -> str:
    """A scan that has ended, with findings and a report."""
    _, _, made = server.call("POST", "/v1/scans", {"target": lab, "name": "lab"})
    scan_id = str(server.wait_for_end(made["id"])["id"])
    status, _, _ = server.call("POST", "/v1/reports", {"scan_id": scan_id, "format": "html"})
    assert status == 201
    return scan_id


def assert_quiet(tab: Tab, server: Server) -> None:
    """Nothing was fetched from elsewhere, and the browser complained of nothing."""
    tab.settle()
    complaints = [text for text in tab.complaints if not any(known in text for known in EXPECTED)]
    assert complaints == []
    assert tab.dialogs == []
    origin = server.base.removeprefix("http://")
    foreign = [url for url in tab.requests if url.partition("://")[2].partition("/")[0] != origin]
    # The browser draws the arrow of its own date field from such an address; no page of ours holds one.
    assert [url for url in foreign if not url.startswith("data:image/svg+xml;base64,")] == []


def assert_key_is_nowhere(tab: Tab) -> None:
    kept = tab.run("JSON.stringify([location.href, {...localStorage}, {...sessionStorage}, document.cookie])")
    assert KEY not in kept
    assert json.loads(kept)[1:] == [{}, {}, ""]
    assert [url for url in tab.requests if KEY in url] == []


def test_a_tour_with_the_keyboard_alone(server: Server, lab: str, tab: Tab) -> None:
    tab.call("Browser.grantPermissions", permissions=["clipboardReadWrite", "clipboardSanitizedWrite"])
    tab.open(server.base + "/")
    tab.type(KEY)
    follow(tab, "location.pathname === '/scans'")
    tab_to(tab, "a[href='/scans/new']")
    follow(tab, "location.pathname === '/scans/new'")
    tab.type(lab)
    follow(tab, "location.pathname.startsWith('/scans/scan_')")
    scan_id = tab.run("location.pathname").rpartition("/")[2]
    # From here on the page follows the scan by itself: it is never loaded again.
    tab.run("window.mark = 'the same page'")
    tab.wait_for("document.querySelector('#scan-findings .badge')", 60)
    tab.wait_for("document.querySelector('.verdict')", 120)
    assert tab.run("window.mark") == "the same page"
    tab.wait_for("document.querySelector('#announce').textContent.startsWith('Completed')")
    shown = tab.run("document.querySelectorAll('#scan-findings tbody tr').length")
    assert shown == len(server.vulnerabilities(scan_id)) > 10

    tab_to(tab, "#scan-findings a.title")
    follow(tab, "location.pathname.startsWith('/vulnerabilities/vuln_')")
    assert tab.run("document.querySelectorAll('.pane mark').length") >= 1
    tab_to(tab, "button.copy")
    tab.press("Enter", text="\r")
    tab.wait_for("document.querySelector('button.copy').textContent === 'Copied'")
    copied = tab.run("navigator.clipboard.readText()")
    vuln_id = tab.run("location.pathname").rpartition("/")[2]
    _, _, known = server.call("GET", f"/v1/vulnerabilities/{vuln_id}")
    assert copied == known["evidence"][0]["reproduce"]
    tab_to(tab, "#status")
    tab.press("ArrowDown")
    tab_to(tab, "#judgement button")
    follow(tab, "location.search === '?saved=yes'")
    assert "Saved" in tab.text()
    assert server.call("GET", f"/v1/vulnerabilities/{vuln_id}")[2]["status"] == "in_progress"

    tab_to(tab, "nav.main a[href='/reports']")
    follow(tab, "location.pathname === '/reports'")
    tab_to(tab, "main form button")
    tab.press("Enter", text="\r")
    tab.wait_for("document.querySelector('td a.button')", 60)
    assert_key_is_nowhere(tab)
    tab_to(tab, "form.leave button")
    follow(tab, "location.pathname === '/sign-in'")
    tab.open(server.base + "/scans")
    assert tab.run("location.pathname") == "/sign-in"
    assert_quiet(tab, server)


def follow(tab: Tab, arrived: str) -> None:
    """Enter, and the page it leads to."""
    tab.press("Enter", text="\r")
    tab.wait_for(f"{arrived} && document.readyState === 'complete'")


def test_without_javascript(server: Server, scan: str, lab: str, tab: Tab) -> None:
    tab.without_javascript()
    sign_in(tab, server.base)
    tab.open(server.base + "/scans/new")
    tab.fill("#target", "nonsense target")
    tab.submit("main form .primary")
    assert "is no target; give a domain, address, network, host:port or URL" in tab.text()
    tab.fill("#target", lab)
    tab.submit("main form .primary")
    path = tab.run("location.pathname")
    # The page loads itself again until the scan has ended.
    tab.wait_for("document.querySelector('.verdict')", 120)
    assert tab.run("location.pathname") == path
    tab.submit("#scan-findings a.title")
    assert tab.run("getComputedStyle(document.querySelector('button.copy')).display") == "none"
    tab.fill("#reason", "looked at")
    tab.submit("#judgement button")
    assert "Saved" in tab.text()
    tab.open(f"{server.base}/scans/{scan}")
    tab.submit("form[action='/reports'] button")
    assert tab.run("location.pathname") == "/reports"
    assert not [url for url in tab.requests if url.startswith("ws:")]
    tab.submit("form.leave button")
    assert tab.run("location.pathname") == "/sign-in"
    assert_quiet(tab, server)


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_every_page_can_be_read_reached_and_understood(
    server: Server, scan: str, tab: Tab, dark: bool
) -> None:
    _, _, page = server.call("GET", f"/v1/vulnerabilities?scan_id={scan}&limit=1")
    empty: dict[str, Any] = server.call("POST", "/v1/api-keys", {"name": "empty", "scopes": ["scans:read"]})[
        2
    ]
    found: list[str] = []

    def look(path: str) -> None:
        for width in WIDTHS:
            tab.look(width=width, dark=dark)
            found.extend(f"{path} at {width}: {flaw}" for flaw in flaws(tab))

    tab.open(server.base + "/sign-in")
    look("/sign-in")
    tab.fill("#key", "wrong")
    tab.submit("main form button")
    look("/sign-in with a wrong key")
    sign_in(tab, server.base)
    vulnerability = page["data"][0]["id"]
    for path in (
        "/scans",
        "/scans?status=failed",
        "/scans/new",
        f"/scans/{scan}",
        "/vulnerabilities",
        "/vulnerabilities?severity=info&status=fixed",
        f"/vulnerabilities/{vulnerability}",
        "/certificates",
        "/reports",
        "/nowhere",
    ):
        tab.open(server.base + path)
        tab.run("document.querySelectorAll('details').forEach((one) => { one.open = true; })")
        look(path)
    tab.open(server.base + "/scans/new")
    tab.fill("#target", "nonsense target")
    tab.submit("main form .primary")
    look("/scans/new with a problem")
    tab.submit("form.leave button")
    sign_in(tab, server.base, empty["key"])
    look("/scans of a reader")
    assert found == []
    assert_quiet(tab, server)


def test_where_no_websocket_comes_through_the_page_follows_all_the_same(
    server: Server, lab: str, tab: Tab
) -> None:
    sign_in(tab, server.base)
    tab.open(server.base + "/scans/new")
    tab.call(
        "Page.addScriptToEvaluateOnNewDocument",
        source="window.WebSocket = function () { setTimeout(() => this.onclose({ code: 1006 })); };",
    )
    tab.settle()
    tab.requests.clear()
    tab.fill("#target", lab)
    tab.submit("main form .primary")
    tab.run("window.mark = 'the same page'")
    tab.wait_for("document.querySelector('.verdict')", 120)
    assert tab.run("window.mark") == "the same page"
    assert not [url for url in tab.requests if url.startswith("ws:")]


def test_a_revoked_key_ends_an_open_page(server: Server, scan: str, tab: Tab) -> None:
    _, _, made = server.call("POST", "/v1/api-keys", {"name": "short"})
    sign_in(tab, server.base, made["key"])
    tab.open(f"{server.base}/scans/{scan}")
    tab.wait_for("document.readyState === 'complete'")
    assert [url for url in tab.requests if url.endswith("/live")]
    status, _, _ = server.call("DELETE", f"/v1/api-keys/{made['id']}")
    assert status == 200
    tab.wait_for("location.pathname === '/sign-in'", 10)


def test_a_logo_is_chosen_as_a_file(server: Server, scan: str, tab: Tab, tmp_path: Path) -> None:
    logo, large = tmp_path / "logo.svg", tmp_path / "large.png"
    logo.write_text(
        "<svg xmlns='http://www.w3.org/2000/svg' width='9' height='9'><circle cx='4' cy='4' r='4'/></svg>"
    )
    large.write_bytes(bytes(150_001))

    def choose(path: Path, done: str) -> None:
        chooser = tab.call("Runtime.evaluate", expression="document.getElementById('logo-file')")["result"]
        tab.call("DOM.setFileInputFiles", files=[str(path)], objectId=chooser["objectId"])
        tab.wait_for(done)

    sign_in(tab, server.base)
    tab.open(f"{server.base}/reports?scan_id={scan}")
    tab.run("document.querySelector('details.more').open = true")
    assert tab.run("document.getElementById('logo').checkVisibility()") is False
    choose(large, "document.getElementById('logo-said').textContent.includes('150,001 bytes')")
    assert tab.run("document.getElementById('logo').value") == ""
    choose(logo, "document.getElementById('logo').value.startsWith('data:image/svg+xml;base64,')")
    tab.picture(tmp_path / "chosen.png")
    # What else is wrong loses nothing of it.
    tab.fill("#title", "x" * 300)
    tab.submit("form[action='/reports'] button.primary")
    assert "The file chosen before is kept" in tab.text()
    tab.fill("#title", "With a logo")
    tab.submit("form[action='/reports'] button.primary")
    tab.wait_for("document.querySelector('#reports a[download]')", 60)
    made = server.call("GET", "/v1/reports?limit=1")[2]["data"][0]
    assert (made["title"], made["format"]) == ("With a logo", "html")
    tab.open(f"{server.base}/reports?scan_id={scan}")
    tab.run("document.querySelector('details.more').open = true")
    choose(logo, "document.getElementById('logo').value")
    tab.run("document.getElementById('format').value = 'csv'")
    tab.submit("form[action='/reports'] button.primary")
    assert "Goes with the formats html and pdf only" in tab.text()
    tab.picture(tmp_path / "refused.png")
    assert_quiet(tab, server)
