"""NATS' monitoring port tells everyone who asks what the server is and who is connected.

## Impact
Addresses, names, accounts and subscriptions of all clients, and the server's configuration, are there for an attacker to
plan with; the port has no log-in at all.

## Remediation
Bind the monitor to the host itself (`http: 127.0.0.1:8222`) or leave `http` out of the configuration, and let the
monitoring system reach it through a proxy with a log-in.

## How it is proven
`/varz` answers with the server's id and version, and `/connz` with its list of connections (one at most is asked for);
both change nothing.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_SERVER = Pattern(r"\"server_id\":\s*\"[A-Z0-9]{4,80}\"")
_VERSION = Pattern(r"\"version\":\s*\"([\w.\-+]{1,40})\"")
_CONNECTIONS = Pattern(r"\"num_connections\":\s*\d{1,10},\s*\"total\":\s*(\d{1,10})")


@check(
    id="network.nats-monitoring",
    title="NATS monitoring open to everyone",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-306", "CWE-200"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://docs.nats.io/running-a-nats-service/nats_admin/monitoring",),
    tags=("nats", "monitoring", "exposure"),
)
async def nats_monitoring(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Two pages that only this monitor has."""
    if not speaks(service, {"nats-monitoring"}):
        return
    general = await probe.get(web_root(service).with_target("/varz"))
    version = _VERSION.search(general.response.body)
    if general.response.status != 200 or version is None or _SERVER.search(general.response.body) is None:
        return
    listing = await probe.get(web_root(service).with_target("/connz?limit=1"))
    connections = _CONNECTIONS.search(listing.response.body)
    if listing.response.status != 200 or connections is None:
        return
    told = f"NATS version {excerpt(version.groups[0])}, {excerpt(connections.groups[0])} connections"
    yield shown(
        service,
        general,
        match=excerpt(version.text),
        note="/varz and /connz answer without a log-in.",
        detail=told,
    )
