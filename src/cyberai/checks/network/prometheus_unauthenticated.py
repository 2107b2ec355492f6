"""A Prometheus server shows its targets and measurements to anyone who can reach its port.

## Impact
The targets name hosts, ports and services of the inner network, labels often carry more than that, and every
measurement can be read; with `--web.enable-admin-api` series can be deleted, and with `--web.enable-lifecycle` the server
stopped.

## Remediation
Set a log-in and TLS in the web configuration file (`--web.config.file` with `basic_auth_users`), or put a proxy with a
log-in before the server, and bind it to the addresses that need it (`--web.listen-address`).

## How it is proven
The interface answers with the version of the server and with the list of its targets; both change nothing.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_BUILD = Pattern(
    r"^\{\"status\":\s?\"success\",\s?\"data\":\s?\{\"version\":\s?\"([\w.\-+]{1,40})\",\s?\"revision\""
)
_TARGETS = Pattern(r"^\{\"status\":\s?\"success\",\s?\"data\":\s?\{\"activeTargets\":\s?\[")
_SCRAPED = Pattern(r"\"scrapeUrl\":\s?\"")


@check(
    id="network.prometheus-unauthenticated",
    title="Prometheus without authentication",
    severity=Severity.MEDIUM,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:N/A:N",
    cwe=("CWE-306", "CWE-200"),
    owasp=("A05:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://prometheus.io/docs/operating/security/",),
    tags=("prometheus", "monitoring", "exposure"),
)
async def prometheus_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The version, then the targets."""
    if not speaks(service, {"prometheus"}):
        return
    about = await probe.get(web_root(service).with_target("/api/v1/status/buildinfo"))
    version = _BUILD.search(about.response.body)
    if about.response.status != 200 or version is None:
        return
    targets = await probe.get(web_root(service).with_target("/api/v1/targets?state=active"))
    listing = _TARGETS.search(targets.response.body)
    if targets.response.status != 200 or listing is None:
        return
    count = sum(1 for _ in _SCRAPED.finditer(targets.response.body))
    yield shown(
        service,
        targets,
        match=excerpt(listing.text),
        note="The version and the targets are told without a log-in.",
        detail=f"Prometheus {excerpt(version.groups[0])}, {count} targets",
    )
