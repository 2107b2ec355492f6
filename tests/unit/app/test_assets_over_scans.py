"""Scan after scan of one host: its ports, services and certificates appear, change, go and return."""

import asyncio
from pathlib import Path

from cyberai.app.context import App
from cyberai.app.inventory_view import AssetResource, list_assets, list_changes
from cyberai.app.listing import Asked, Sort
from cyberai.app.purge import purge_scan
from cyberai.app.requests import OptionsRequest, ScanRequest
from cyberai.app.run_shard import claim, run_shard
from cyberai.app.scan_creation import create_scan
from cyberai.app.work import beat
from cyberai.domain.ids import DEFAULT_WORKSPACE as WS
from cyberai.ports.inventory import AssetFilter, ChangeFilter
from cyberai.ports.network import Handshake, TlsVersion
from cyberai.ports.repositories import Order
from netkit.certificates import issue
from support.deployment import deployment
from support.simulated_network import Service, SimulatedNetwork
from unit.app.test_pause import OneSite

HOST = "127.0.0.1"
SSH = Service(talk=lambda said: b"SSH-2.0-OpenSSH_9.2p1 Debian-2+deb12u3\r\n")
REDIS = Service(talk=lambda said: b"+PONG\r\n" if said == b"PING\r\n" else b"-ERR unknown command\r\n")


def tls(name: str) -> Service:
    issued = issue(name, names=(name,))
    version = TlsVersion.TLS1_3
    shown = Handshake(version.value, "TLS_AES_128_GCM_SHA256", (issued.der,), trusted=False, trust_error="x")
    return Service(versions=frozenset({version}), handshake=shown)


async def scan(app: App, ports: str = "22,443,6379") -> str:
    request = ScanRequest(target=HOST, scan_type="network", options=OptionsRequest(ports=ports))
    made = await create_scan(app, WS, request)
    lease = await claim(app, "w1")
    assert lease is not None
    await run_shard(app, lease)
    return made.id


async def assets(app: App, scan_id: str | None = None, **where: tuple[str, ...]) -> dict[str, AssetResource]:
    asked = AssetFilter(**where, scan_id=() if scan_id is None else (scan_id,))
    page = await list_assets(app, WS, asked, Asked(limit=200), scan_id)
    return {_name(row): row for row in page.data}


def _name(row: AssetResource) -> str:
    return row.kind if row.port is None else f"{row.kind} {row.port}"


async def changes(app: App, scan_id: str) -> list[tuple[str, str]]:
    oldest_first = Asked(limit=200, sort=Sort(Order.CREATED, ascending=True))
    page = await list_changes(app, WS, ChangeFilter(scan_id=(scan_id,)), oldest_first)
    return [(row.asset, row.change) for row in page.data]


def test_the_life_of_a_host(tmp_path: Path) -> None:
    network = SimulatedNetwork(services={22: SSH, 443: tls("one.example")})

    async def story() -> None:
        async with deployment(tmp_path, network=OneSite(network)) as app:  # type: ignore[arg-type]
            await beat(app, "w1")
            first = await scan(app)
            found = await assets(app, first)
            assert set(found) == {"host", "port 22", "port 443", "service 22", "service 443", "certificate"}
            assert found["port 22"].parent_id == found["host"].id
            assert found["service 22"].parent_id == found["port 22"].id
            assert found["service 443"].certificate_ids == (found["certificate"].id,)
            shown = found["service 22"].service
            assert shown is not None
            assert (shown.protocol, shown.tls) == ("ssh", False)
            certificate = found["certificate"].certificate
            assert certificate is not None
            assert (certificate.names, certificate.trusted) == (("one.example",), False)
            assert len(await changes(app, first)) == 6

            again = await scan(app)
            assert await changes(app, again) == []
            assert set(await assets(app, again)) == set(found)

            network.services = {6379: REDIS, 443: tls("two.example")}
            third = await scan(app)
            noticed = await changes(app, third)
            assert (f"{HOST}:22/tcp", "gone") in noticed
            assert noticed.count((f"{HOST}:6379/tcp", "appeared")) == 2
            assert (f"{HOST}:443/tcp", "changed") in noticed
            assert set(await assets(app, state=("gone",))) == {"port 22", "service 22"}

            network.services = {22: SSH, 443: network.services[443]}
            fourth = await scan(app, "22,443")
            assert sorted(await changes(app, fourth)) == [(f"{HOST}:22/tcp", "returned")] * 2
            assert "service 6379" in await assets(app, state=("present",)), "nobody looked at its port"

            for scan_id in (first, again, third, fourth):
                await purge_scan(app, WS, scan_id)
            assert await assets(app) == {}

    asyncio.run(story())
