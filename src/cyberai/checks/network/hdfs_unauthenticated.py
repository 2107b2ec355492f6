"""A Hadoop file system is listed to anyone, and takes them for whoever they say they are.

## Impact
With Hadoop's simple authentication the caller names the user, the file system's owner too: whoever reaches the port can
read, change and delete all files.

## Remediation
Turn on Kerberos (`hadoop.security.authentication=kerberos`, `dfs.web.authentication.kerberos.principal`) and authentication
of the web interfaces (`hadoop.http.authentication.type=kerberos`), and let only the cluster's machines reach the ports 9870
and 8020.

## How it is proven
WebHDFS lists the root directory, twice, without credentials. No file is read or written.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import listed, shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_LISTING = Pattern(r"^\s*\{\s*\"FileStatuses\"\s*:\s*\{\s*\"FileStatus\"\s*:\s*\[")
_ROOT = "/webhdfs/v1/?op=LISTSTATUS"
_NAME = Pattern(r"\"pathSuffix\"\s*:\s*\"([^\"]{1,200})\"")


@check(
    id="network.hdfs-unauthenticated",
    title="Hadoop file system without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-hdfs/WebHDFS.html",),
    tags=("hadoop", "hdfs", "exposure"),
)
async def hdfs_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The root, and once more when it is listed."""
    if not speaks(service, {"hdfs"}):
        return
    first = await probe.get(web_root(service).with_target(_ROOT))
    if first.response.status != 200 or _LISTING.search(first.response.body) is None:
        return
    again = await probe.get(web_root(service).with_target(_ROOT))
    listing = _LISTING.search(again.response.body)
    if again.response.status != 200 or listing is None:
        return
    names = [excerpt(match.groups[0]) for match in _NAME.finditer(again.response.body)][:1_000]
    yield shown(
        service,
        again,
        match=excerpt(listing.text),
        note="The root directory is listed without credentials.",
        detail=f"In the root: {listed(names)}",
    )
