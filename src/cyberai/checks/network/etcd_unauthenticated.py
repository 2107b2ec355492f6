"""An etcd server gives its keys to anyone who can reach its port.

## Impact
etcd holds what clusters are made of: behind Kubernetes all secrets and the whole state. Whoever writes to it commands
the cluster.

## Remediation
Require client certificates (`--client-cert-auth`, `--trusted-ca-file`), or turn on authentication (`etcdctl auth enable`)
after making a root user, and let only the API servers reach the ports 2379 and 2380.

## How it is proven
`/version` is answered as etcd does, and then the list of keys: by the v2 interface, or, outside of safe mode, as a range
of version 3 that asks for key names only, five at most. Values are not read, and nothing is written.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, HttpRequest, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_VERSION = Pattern(r"\"etcdserver\":\s?\"([\w.\-+]{1,40})\"")
_V2 = Pattern(r"^\{\"action\":\s?\"get\",\s?\"node\":\s?\{")
_V3 = Pattern(r"^\{\"header\":\s?\{\"cluster_id\":\s?\"\d{1,30}\"[^}]*\"revision\":\s?\"\d{1,30}\"")
_COUNT = Pattern(r"\"count\":\s?\"(\d{1,20})\"")
_ALL_KEYS = b'{"key":"AA==","range_end":"AA==","limit":"5","keys_only":true}'


@check(
    id="network.etcd-unauthenticated",
    title="etcd without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=("https://etcd.io/docs/latest/op-guide/security/",),
    tags=("etcd", "kubernetes", "control-plane", "exposure"),
)
async def etcd_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The version, then the list of keys by the old interface, else by the new one."""
    if not speaks(service, {"etcd"}):
        return
    about = await probe.get(web_root(service).with_target("/version"))
    version = _VERSION.search(about.response.body)
    if about.response.status != 200 or version is None:
        return
    told = f"etcd {excerpt(version.groups[0])}"
    old = await probe.get(web_root(service).with_target("/v2/keys/"))
    if old.response.status == 200 and _V2.search(old.response.body) is not None:
        yield _hit(service, old, '"action":"get"', f"{told} lists its keys (v2)")
        return
    request = HttpRequest(
        "POST",
        web_root(service).with_target("/v3/kv/range"),
        (("Content-Type", "application/json"),),
        _ALL_KEYS,
    )
    new = await probe.send(request)
    head = _V3.search(new.response.body)
    if new.response.status != 200 or head is None:
        return
    count = _COUNT.search(new.response.body)
    keys = f"{excerpt(count.groups[0])} keys" if count is not None else "no keys yet"
    yield _hit(service, new, excerpt(head.text), f"{told} answers a range of all keys (v3): {keys}")


def _hit(service: ServiceAsset, exchange: Exchange, match: str, detail: str) -> Hit:
    return shown(
        service,
        exchange,
        match=match if match.encode() in exchange.response.body else "",
        note="The version is told and the keys are listed without credentials.",
        detail=detail,
    )
