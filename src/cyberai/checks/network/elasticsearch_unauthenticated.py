"""An Elasticsearch or OpenSearch server lists its indices to anyone who can reach its port, without a log-in.

## Impact
All documents can be read, changed and deleted. Open servers are found within hours; their data is copied, deleted
and offered back for money.

## Remediation
Leave the security features on (`xpack.security.enabled: true`, the default since 8.0; OpenSearch's security plugin),
bind the server to the addresses that need it (`network.host`) and put a firewall before the ports 9200 and 9300.

## How it is proven
The start page names the cluster and the version of Lucene as these servers do, and the list of indices is answered
as such a list, twice; both change nothing. A server that shows its version to everyone and its indices to nobody is
silent.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import (
    Exchange,
    Grain,
    Hit,
    HttpEvidence,
    Oracle,
    Probe,
    Proof,
    Scope,
    ServiceAsset,
    Severity,
    Transport,
    Url,
    check,
)
from cyberai.checkkit.text import Pattern, excerpt

_CLUSTER = Pattern(r"\"cluster_name\"\s*:\s*\"([^\"]{1,200})\"")
_LUCENE = Pattern(r"\"lucene_version\"\s*:\s*\"[\d.]{1,20}\"")
_NUMBER = Pattern(r"\"number\"\s*:\s*\"([\w.\-]{1,40})\"")
_OPENSEARCH = Pattern(r"\"distribution\"\s*:\s*\"opensearch\"")
_LIST = Pattern(r"^\s*\[\s*(?:\]|\{)")
_INDEX = Pattern(r"\"index\"\s*:\s*\"([^\"]{1,255})\"")
_INDICES = "/_cat/indices?format=json&h=index,docs.count"
_SHOWN = 8


@check(
    id="network.elasticsearch-unauthenticated",
    title="Elasticsearch without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=3,
    references=(
        "https://www.elastic.co/docs/deploy-manage/security",
        "https://docs.opensearch.org/latest/security/",
    ),
    tags=("elasticsearch", "opensearch", "database", "exposure"),
)
async def elasticsearch_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """Three read-only requests to what introduced itself as such a server."""
    if service.transport is not Transport.TCP:
        return
    if service.protocol != "elasticsearch":
        return
    root = Url("https" if service.tls else "http", service.host, service.port)
    start = await probe.get(root)
    cluster = _CLUSTER.search(start.response.body)
    if start.response.status != 200 or cluster is None or _LUCENE.search(start.response.body) is None:
        return
    if _indices(await probe.get(root.with_target(_INDICES))) is None:
        return
    shown = await probe.get(root.with_target(_INDICES))
    names = _indices(shown)
    if names is None:
        return
    product = "OpenSearch" if _OPENSEARCH.search(start.response.body) else "Elasticsearch"
    number = _NUMBER.search(start.response.body)
    version = f"{product} {excerpt(number.groups[0])}" if number is not None else product
    told = ", ".join(names[:_SHOWN]) + (f" and {len(names) - _SHOWN} more" if len(names) > _SHOWN else "")
    yield Hit(
        proof=Proof(Oracle.OBSERVATION, repeats=2),
        evidence=(
            HttpEvidence(
                shown,
                None,
                names[0] if names else "[",
                f"The indices of {version} are listed without a log-in: {told or 'none'}"[:500],
            ),
        ),
        host=service.host,
        port=service.port,
        title=f"{product} without authentication",
        detail=f"{version}, cluster {excerpt(cluster.groups[0])}; indices: {told or 'none'}"[:500],
    )


def _indices(exchange: Exchange) -> list[str] | None:
    response = exchange.response
    if response.status != 200 or "json" not in response.content_type or not _LIST.search(response.body):
        return None
    return [excerpt(match.groups[0]) for match in _INDEX.finditer(response.body)][:1_000]
