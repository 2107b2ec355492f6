"""A Hadoop YARN resource manager shows its cluster to anyone, and takes them for whoever they say they are.

## Impact
With Hadoop's simple authentication the caller names the user: whoever reaches the port can submit applications, which are
commands on the cluster's machines, and worms do so on their own.

## Remediation
Turn on Kerberos (`hadoop.security.authentication=kerberos`) and authentication of the web interfaces
(`hadoop.http.authentication.type=kerberos`, `hadoop.http.authentication.simple.anonymous.allowed=false`), and let only the
cluster's machines reach the port 8088.

## How it is proven
The cluster's state and the list of applications (one at most is asked for) are answered without credentials. Nothing is
submitted, not even the request for a new application's number.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_JSON = (("Accept", "application/json"),)
_CLUSTER = Pattern(r"^\s*\{(?:\"clusterInfo\":\s?\{)?\"(?:id|clusterId|startedOn)\":\s?\d{1,20}")
"""Which of a class's members come, and whether its name stands around them, is up to the library that writes JSON."""
_VERSION = Pattern(r"\"hadoopVersion\":\s?\"([\w.\-+]{1,40})\"")
_APPLICATIONS = Pattern(r"^\s*\{\"apps\":\s?(?:null|[{\[])")


@check(
    id="network.hadoop-unauthenticated",
    title="Hadoop YARN without authentication",
    severity=Severity.CRITICAL,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:H/I:H/A:H",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=(
        "https://hadoop.apache.org/docs/stable/hadoop-project-dist/hadoop-common/HttpAuthentication.html",
    ),
    tags=("hadoop", "yarn", "exposure"),
)
async def hadoop_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The cluster, then its applications."""
    if not speaks(service, {"yarn"}):
        return
    about = await probe.get(web_root(service).with_target("/ws/v1/cluster/info"), _JSON)
    cluster = _CLUSTER.search(about.response.body)
    version = _VERSION.search(about.response.body)
    if about.response.status != 200 or cluster is None or version is None:
        return
    applications = await probe.get(web_root(service).with_target("/ws/v1/cluster/apps?limit=1"), _JSON)
    listing = _APPLICATIONS.search(applications.response.body)
    if applications.response.status != 200 or listing is None:
        return
    yield shown(
        service,
        applications,
        match=excerpt(listing.text),
        note="The cluster's state and its applications are shown without credentials.",
        detail=f"Hadoop {excerpt(version.groups[0])}",
    )
