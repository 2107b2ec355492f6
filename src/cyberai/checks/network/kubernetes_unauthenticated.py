"""A Kubernetes API server, or a node's kubelet, shows the cluster's objects to callers without credentials.

## Impact
Names of namespaces, pods, images and settings are there to plan with; a kubelet that answers strangers usually runs
commands in every container of its node for them, and a role bound to `system:anonymous` seldom stops at reading.

## Remediation
For the API server take `system:anonymous` and `system:unauthenticated` out of role bindings and set
`--anonymous-auth=false` where nothing needs it. For the kubelet set `authentication.anonymous.enabled: false` and
`authorization.mode: Webhook`, and leave `readOnlyPort` at 0. Let only the control plane reach the ports.

## How it is proven
Without credentials the list of namespaces (API server) or pods (kubelet) is answered as such a list, twice. That the
version is told to everyone is how Kubernetes is meant to be, and no finding.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_NAME = Pattern(r"\"metadata\":\s*\{\s*\"name\":\s*\"([\w.\-]{1,253})\"")
_KINDS = {
    "/api/v1/namespaces?limit=5": Pattern(r"\"kind\":\s*\"NamespaceList\""),
    "/pods": Pattern(r"^\s*\{\"kind\":\s*\"PodList\""),
}


@check(
    id="network.kubernetes-unauthenticated",
    title="Kubernetes without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A01:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=(
        "https://kubernetes.io/docs/reference/access-authn-authz/authentication/#anonymous-requests",
        "https://kubernetes.io/docs/reference/access-authn-authz/kubelet-authn-authz/",
    ),
    tags=("kubernetes", "kubelet", "control-plane", "exposure"),
)
async def kubernetes_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """One list that only credentials should open, and once more when it comes."""
    if not speaks(service, {"kubernetes", "kubelet"}):
        return
    paths = [path for path in _KINDS if (path == "/pods") or service.protocol != "kubelet"]
    for path in paths:
        if not _is_list(path, await probe.get(web_root(service).with_target(path))):
            continue
        again = await probe.get(web_root(service).with_target(path))
        kind = _KINDS[path].search(again.response.body)
        if not _is_list(path, again) or kind is None:
            return
        names = [excerpt(match.groups[0]) for match in _NAME.finditer(again.response.body)][:1_000]
        what = "pods" if path == "/pods" else "namespaces"
        who = "kubelet" if path == "/pods" else "API server"
        yield shown(
            service,
            again,
            match=excerpt(kind.text),
            note=f"The {what} are listed without credentials: {listed(names)}",
            detail=f"The {who} lists {what}: {listed(names)}",
            title=f"Kubernetes {who} without authentication",
        )
        return


def _is_list(path: str, exchange: Exchange) -> bool:
    response = exchange.response
    return (
        response.status == 200
        and "json" in response.content_type
        and _KINDS[path].search(response.body) is not None
    )
