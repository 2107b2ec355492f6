"""The Docker Engine's API takes orders from anyone who can reach its port.

## Impact
Whoever may start containers may mount the host's disk into one: this is root on the host, and open ports of this kind
are found and used by worms within hours.

## Remediation
Take `-H tcp://` out of the daemon's options and use its socket or SSH (`docker -H ssh://host`). Where the port is needed,
require client certificates (`--tlsverify` with `--tlscacert`) and put a firewall before it.

## How it is proven
`/version` is answered with the engine's API version and `/containers/json` with a list of containers (one at most is
asked for). Both are read-only; nothing is started.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_API = Pattern(r"\"ApiVersion\":\s?\"([\d.]{1,10})\"")
_VERSION = Pattern(r"\"Version\":\s?\"([\w.\-+~:]{1,60})\"")
_LIST = Pattern(r"^\s*\[\s*(?:\]\s*$|\{\"Id\":\s?\"[0-9a-f]{12,64}\")")


@check(
    id="network.docker-unauthenticated",
    title="Docker API without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:C/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://docs.docker.com/engine/security/protect-access/",),
    tags=("docker", "control-plane", "exposure"),
)
async def docker_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The version, then the list of containers."""
    if not speaks(service, {"docker"}):
        return
    about = await probe.get(web_root(service).with_target("/version"))
    api = _API.search(about.response.body)
    if about.response.status != 200 or api is None:
        return
    containers = await probe.get(web_root(service).with_target("/containers/json?limit=1"))
    listing = _LIST.search(containers.response.body)
    if containers.response.status != 200 or listing is None:
        return
    version = _VERSION.search(about.response.body)
    told = f"Docker {excerpt(version.groups[0])}" if version is not None else "Docker"
    yield shown(
        service,
        containers,
        match=excerpt(listing.text),
        note="The version is told and containers are listed without credentials.",
        detail=f"{told}, API {excerpt(api.groups[0])}",
    )
