"""A Consul agent takes calls of its API from anyone who can reach its port, without a token.

## Impact
The inventory of services and the key-value store can be read, services can be registered and changed, and agents with
script checks enabled run commands for whoever registers one.

## Remediation
Turn on ACLs (`acl { enabled = true, default_policy = "deny" }`) and bootstrap them, leave `enable_script_checks` off (or use
`enable_local_script_checks`), bind the HTTP port to the host itself (`client_addr`) and use TLS.

## How it is proven
`/v1/agent/self` shows the agent's configuration, which needs the right `agent:read`, and `/v1/catalog/services` lists
the services. Both are read-only.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_AGENT = Pattern(r"\"Config\":\s?\{[^{}]{0,900}\"NodeName\":\s?\"([^\"]{1,200})\"")
_VERSION = Pattern(r"\"Version\":\s?\"([\w.\-+]{1,40})\"")
_SERVICES = Pattern(r"^\s*\{\s*\"[^\"]{1,200}\":\s*\[")
_NAME = Pattern(r"\"([^\"]{1,200})\":\s*\[")


@check(
    id="network.consul-unauthenticated",
    title="Consul without access control",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:N",
    cwe=("CWE-306",),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://developer.hashicorp.com/consul/docs/security/acl",),
    tags=("consul", "control-plane", "exposure"),
)
async def consul_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The agent's configuration, then the list of services."""
    if not speaks(service, {"consul"}):
        return
    about = await probe.get(web_root(service).with_target("/v1/agent/self"))
    agent = _AGENT.search(about.response.body)
    if about.response.status != 200 or agent is None:
        return
    services = await probe.get(web_root(service).with_target("/v1/catalog/services"))
    if services.response.status != 200 or _SERVICES.search(services.response.body) is None:
        return
    names = [excerpt(match.groups[0]) for match in _NAME.finditer(services.response.body)][:1_000]
    version = _VERSION.search(about.response.body)
    told = excerpt(version.groups[0]) if version is not None else "of unknown version"
    yield shown(
        service,
        services,
        match=names[0] if names else "",
        note=f"The agent's configuration and its services are shown without a token: {listed(names)}",
        detail=f"Consul {told}, node {excerpt(agent.groups[0])}; services: {listed(names)}",
    )
