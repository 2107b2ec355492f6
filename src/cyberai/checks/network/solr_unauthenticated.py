"""A Solr server is administered by anyone who can reach its port.

## Impact
All collections can be read, changed and deleted, and collections and their configuration made, which has been a way to
running commands on the host more than once.

## Remediation
Turn on authentication and authorization (`bin/solr auth enable`, `security.json` with `blockUnknown: true`), bind Solr to the
addresses that need it (`SOLR_JETTY_HOST`), and put a firewall before the port 8983.

## How it is proven
The administration's page about the system answers with Solr's version and home, and the list of cores is answered,
both without a log-in. Nothing is changed.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_SYSTEM = Pattern(r"\"solr_home\"\s*:\s*\"")
_VERSION = Pattern(r"\"solr-spec-version\"\s*:\s*\"([\w.\-+]{1,40})\"")
_CORES = Pattern(r"\"status\"\s*:\s*\{")
_NAME = Pattern(r"\"name\"\s*:\s*\"([^\"]{1,200})\"")


@check(
    id="network.solr-unauthenticated",
    title="Solr without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://solr.apache.org/guide/solr/latest/deployment-guide/securing-solr.html",),
    tags=("solr", "database", "exposure"),
)
async def solr_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The system, then the cores without details."""
    if not speaks(service, {"solr"}):
        return
    about = await probe.get(web_root(service).with_target("/solr/admin/info/system?wt=json"))
    version = _VERSION.search(about.response.body)
    if about.response.status != 200 or version is None or _SYSTEM.search(about.response.body) is None:
        return
    cores = await probe.get(web_root(service).with_target("/solr/admin/cores?wt=json&indexInfo=false"))
    listing = _CORES.search(cores.response.body)
    if cores.response.status != 200 or listing is None:
        return
    names = [excerpt(match.groups[0]) for match in _NAME.finditer(cores.response.body)][:1_000]
    yield shown(
        service,
        cores,
        match=excerpt(listing.text),
        note=f"System and cores are shown without a log-in: {listed(names)}",
        detail=f"Solr {excerpt(version.groups[0])}; cores: {listed(names)}",
    )
