"""Scan after scan of one site: what is mended is closed, what is gone or out of reach is not, what returns reopens."""

import asyncio
from pathlib import Path

from cyberai.app.context import App
from cyberai.app.events import events_after
from cyberai.app.requests import CheckSelectionRequest, OptionsRequest, ScanRequest, VulnerabilityPatch
from cyberai.app.run_shard import claim, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.vulnerabilities import list_vulnerabilities, update_vulnerability
from cyberai.app.work import beat
from cyberai.domain.history import OPERATOR
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.ports.network import TransportError, TransportReason
from cyberai.ports.repositories import VulnerabilityFilter
from support.deployment import deployment
from support.miniature_site import html, links, query
from support.simulated_network import website
from unit.app.test_pause import OneSite

TARGET = "http://127.0.0.1:9/"
XSS, FILES = "web.reflected-xss", "web.exposed-files"
HEADERS = "passive.security-headers"


class Shop:
    """A site with one echo and one forgotten file, each of which can be mended, and a link that can vanish."""

    def __init__(self) -> None:
        self.escapes = self.hides = self.slow = self.framed = self.refuses = False
        self.linked = True

    def respond(self, request: HttpRequest) -> HttpResponse:
        path = request.url.path
        if path == "/guarded":
            guard = () if self.framed else (("X-Frame-Options", "DENY"),)
            headers = (*guard, ("Referrer-Policy", "no-referrer"), ("X-Content-Type-Options", "nosniff"))
            policy = ("Content-Security-Policy", "default-src 'self'; object-src 'none'; base-uri 'none'")
            return (
                html("<h1>Please log in</h1>", 401)
                if self.refuses
                else html("<h1>Quay</h1>", 200, (*headers, policy))
            )
        if path == "/":
            return html(links("/search?q=rope") if self.linked else "<p>closed</p>")
        if path == "/search":
            if self.slow:
                raise TransportError(TransportReason.TIMEOUT, "too slow")
            word = query(request).get("q", "")
            return html(f"<p>{word.replace('<', '&lt;') if self.escapes else word}</p>")
        files = {} if self.hides else {"/.git/HEAD": b"ref: refs/heads/main\n", "/.git/config": b"[core]\n"}
        if path in files:
            return HttpResponse(200, (("Content-Type", "text/plain"),), files[path])
        return html("<h1>Not found</h1>", 404)


class Story:
    """One workspace, one site."""

    def __init__(self, app: App) -> None:
        self.app = app

    async def scan(self, *checks: str, target: str = TARGET) -> dict[str, tuple[str, str]]:
        """Scan; then (status, detection) by check."""
        chosen = CheckSelectionRequest(include=list(checks or (XSS, FILES)))
        await create_scan(self.app, WS, ScanRequest(target=target, options=OptionsRequest(checks=chosen)))
        lease = await claim(self.app, "w1")
        assert lease is not None
        await run_shard(self.app, lease)
        rows = (await list_vulnerabilities(self.app, WS, VulnerabilityFilter(), limit=50, cursor=None)).data
        return {row.check_id: (row.status, row.detection) for row in rows}

    async def events(self) -> list[str]:
        events = await events_after(self.app, WS, 0, 1000)
        return [e.type.value.partition(".")[2] for e in events if e.type.value.startswith("vulnerability.")]


def play(folder: Path, shop: Shop, story: object) -> None:
    async def run() -> None:
        network = OneSite(website(shop.respond, 9))
        async with deployment(folder, network=network) as app:
            await beat(app, "w1")
            await story(Story(app))  # type: ignore[operator]

    asyncio.run(run())


def test_what_is_mended_is_closed_and_what_returns_is_opened_again(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        assert await story.scan() == {XSS: ("open", "new"), FILES: ("open", "new")}
        assert await story.scan() == {XSS: ("open", "present"), FILES: ("open", "present")}
        shop.escapes = shop.hides = True
        closed = ("fixed", "fixed_confirmed")
        assert await story.scan() == {XSS: closed, FILES: closed}
        assert await story.scan() == {XSS: closed, FILES: closed}
        shop.escapes = False
        assert await story.scan() == {XSS: ("open", "regressed"), FILES: closed}
        assert await story.scan() == {XSS: ("open", "present"), FILES: closed}
        events = await story.events()
        assert (events.count("fixed"), events.count("regressed"), events.count("updated")) == (2, 1, 0)

    play(tmp_path, shop, story)


def test_what_is_not_found_again_is_not_closed(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        await story.scan()
        shop.linked = False
        assert (await story.scan())[XSS] == ("open", "not_observed")
        shop.linked = True
        assert (await story.scan())[XSS] == ("open", "present")
        shop.slow = True
        assert (await story.scan())[XSS][0] == "open"
        shop.slow = False
        shop.escapes = True
        assert (await story.scan(FILES))[XSS][0] == "open", "a scan with other checks says nothing"
        assert (await story.scan())[XSS] == ("fixed", "fixed_confirmed")

    play(tmp_path, shop, story)


def test_what_people_decided_stays(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        await story.scan(XSS)
        rows = (await list_vulnerabilities(story.app, WS, VulnerabilityFilter(), limit=50, cursor=None)).data
        await update_vulnerability(
            story.app, WS, rows[0].id, VulnerabilityPatch(status="false_positive"), by=OPERATOR
        )
        shop.escapes = True
        assert (await story.scan(XSS))[XSS] == ("false_positive", "fixed_confirmed")

    play(tmp_path, shop, story)


def test_what_a_page_no_longer_shows_is_closed_where_the_page_was_read(tmp_path: Path) -> None:
    shop = Shop()

    async def story(story: Story) -> None:
        shop.framed = True
        target = f"{TARGET}guarded"
        assert await story.scan(HEADERS, target=target) == {HEADERS: ("open", "new")}
        shop.framed, shop.refuses = False, True
        assert (await story.scan(HEADERS, target=target))[HEADERS][0] == "open", "the page was not shown"
        shop.refuses = False
        assert await story.scan(HEADERS, target=target) == {HEADERS: ("fixed", "fixed_confirmed")}
        shop.framed = True
        assert await story.scan(HEADERS, target=target) == {HEADERS: ("open", "regressed")}

    play(tmp_path, shop, story)
