"""Scans that look versions up in imported feeds: one finding per product at a port, and silence without a feed."""

import asyncio
import io
from collections.abc import Awaitable, Callable
from pathlib import Path

import pytest

from cyberai.app.context import App
from cyberai.app.feed_files import FeedFile
from cyberai.app.feed_import import import_file
from cyberai.app.requests import OptionsRequest, ScanRequest
from cyberai.app.run_shard import claim, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.work import beat
from cyberai.domain.finding import ServiceEvidence, Tier
from cyberai.domain.http import HttpRequest, HttpResponse
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.domain.severity import Severity
from cyberai.domain.vulnerability import Vulnerability
from support.deployment import deployment
from support.known_feeds import configuration, cpe, feed, item, match, node, osv, package, simple
from support.simulated_network import Service, SimulatedNetwork
from unit.app.test_pause import OneSite

HOST = "127.0.0.1"
CHECK = "network.known-vulnerabilities"
NGINX, SSH, REDIS = "a:f5:nginx", "a:openbsd:openssh", "a:redis:redis"
KEV = b'{"catalogVersion": "1", "dateReleased": "2023-11-14", "vulnerabilities": [{"cveID": "CVE-2024-1002", "dateAdded": "2023-01-01"}]}'
LOW = "CVSS:3.1/AV:N/AC:H/PR:N/UI:R/S:U/C:N/I:L/A:N"


def page(_: HttpRequest) -> HttpResponse:
    return HttpResponse(
        200, (("Server", "nginx/1.18.0"), ("Content-Type", "text/html")), b"<html>shop</html>"
    )


def greeting(text: str) -> Service:
    return Service(talk=lambda _: text.encode() + b"\r\n")


PLAIN, PACKED = greeting("SSH-2.0-OpenSSH_9.2p1"), greeting("SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3")


async def found(app: App, ports: str = "22,80", kind: str = "network") -> dict[int, Vulnerability]:
    request = ScanRequest(target=HOST, scan_type=kind, options=OptionsRequest(ports=ports))
    made = await create_scan(app, WS, request)
    lease = await claim(app, "w1")
    assert lease is not None
    await run_shard(app, lease)
    rows = await app.store.read(WS, lambda tx: tx.vulnerabilities.with_cve(None, 100))
    assert made.id
    return {row.vulnerability.location.port or 0: row.vulnerability for row in rows}


async def take(app: App, data: bytes, name: str = "nvdcve-2.0-2024.json") -> None:
    await import_file(app, FeedFile(name, io.BytesIO(data)))


def told(tmp_path: Path, services: dict[int, Service], tell: Callable[[App], Awaitable[None]]) -> None:
    async def story() -> None:
        async with deployment(tmp_path, network=OneSite(SimulatedNetwork(services))) as app:
            await beat(app, "w1")
            await tell(app)

    asyncio.run(story())


YEAR = feed(
    item("CVE-2024-1001", configuration(node(match(cpe(NGINX), ex="1.19.0"))), score=LOW),
    item("CVE-2024-1002", configuration(node(match(cpe("a:nginx:nginx"), ex="1.19.0"))), score=LOW),
    simple("CVE-2024-1003", NGINX, ex="1.18.0"), simple("CVE-2024-1004", SSH, ex="9.3"),
    item("CVE-2024-1005", configuration(node(match(cpe(NGINX))), node(match(cpe("h:maker:box"), vulnerable=False)), operator="AND")),
)  # fmt: skip


def test_one_finding_per_product_with_its_flaws_in_order(tmp_path: Path) -> None:
    async def tell(app: App) -> None:
        assert await found(app) == {}
        await take(app, YEAR)
        await take(app, KEV, "kev.json")
        rows = await found(app)
        assert set(rows) == {22, 80}
        web = rows[80]
        assert (web.check_id, web.tier, web.severity) == (CHECK, Tier.STRONG, Severity.LOW)
        # Known to be exploited first; what needs a platform is told apart, and does not raise the severity.
        assert web.title == "nginx 1.18.0 has 2 published flaws"
        assert sorted(web.cve) == ["CVE-2024-1001", "CVE-2024-1002"]
        assert (
            "By its version: CVE-2024-1002 (CVSS 3.1, known to be exploited), CVE-2024-1001 (CVSS 3.1)."
            in web.description
        )
        assert (
            "only on a platform that is not known from here (such as maker box): CVE-2024-1005"
            in web.description
        )
        assert "CVE-2024-1003" not in web.description
        assert "Looked up in NVD of 2026-11-26 (of today)" in web.description
        assert web.threat is not None and web.threat.kev is not None  # noqa: PT018
        (evidence,) = await app.store.read(WS, lambda tx: tx.vulnerabilities.evidence(web.id))
        assert isinstance(evidence, ServiceEvidence)
        assert (evidence.received, evidence.match) == (b"Server: nginx/1.18.0", "1.18.0")
        assert evidence.command == f"curl -skI http://{HOST}:80/"
        assert (rows[22].tier, rows[22].severity, rows[22].cve) == (
            Tier.STRONG,
            Severity.CRITICAL,
            ("CVE-2024-1004",),
        )

    told(tmp_path, {22: PLAIN, 80: Service(respond=page)}, tell)


def test_a_distribution_on_the_host_makes_leads_of_what_it_packs(tmp_path: Path) -> None:
    async def tell(app: App) -> None:
        await take(app, YEAR)
        rows = await found(app)
        assert {port: row.tier for port, row in rows.items()} == {22: Tier.LEAD, 80: Tier.LEAD}
        assert rows[22].title == "OpenSSH 9.2p1 may have 1 published flaw"
        assert "carry repairs that the version does not show: CVE-2024-1004" in rows[22].description
        # Its own data decides: first it is repaired in a later package, then in this one.
        part = package("Debian:12", "openssh", {"introduced": "0"}, {"fixed": "1:9.2p1-2+deb12u4"})
        await take(app, osv("DEBIAN-CVE-2024-1004", part, upstream=["CVE-2024-1004"]), "one.json")
        assert (await found(app))[22].tier is Tier.STRONG

    told(tmp_path, {22: PACKED, 80: Service(respond=page)}, tell)


@pytest.mark.parametrize("kind", ["vulnerability", "web"])
def test_websites_of_other_scans(tmp_path: Path, kind: str) -> None:
    async def tell(app: App) -> None:
        await take(app, YEAR)
        rows = await found(app, "80", kind)
        assert rows[80].check_id == CHECK

    told(tmp_path, {80: Service(respond=page)}, tell)


def test_a_repaired_version_closes_the_finding(tmp_path: Path) -> None:
    now = {"server": "nginx/1.18.0"}

    def changing(_: HttpRequest) -> HttpResponse:
        return HttpResponse(
            200, (("Server", now["server"]), ("Content-Type", "text/html")), b"<html>shop</html>"
        )

    async def tell(app: App) -> None:
        await take(app, YEAR)
        before = (await found(app, "80"))[80]
        now["server"] = "nginx/1.18.1"
        after = (await found(app, "80"))[80]
        assert (after.id, after.title) == (before.id, "nginx 1.18.1 has 2 published flaws")
        now["server"] = "nginx/1.20.0"
        await take(app, feed(simple("CVE-2024-1001", NGINX, ex="1.19.0")))
        gone = (await found(app, "80"))[80]
        assert gone.detection.value == "fixed_confirmed"

    told(tmp_path, {80: Service(respond=changing)}, tell)
