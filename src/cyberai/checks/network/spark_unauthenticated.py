"""A Spark master shows its cluster to anyone, and takes applications from them.

## Impact
Whoever reaches a standalone master can submit applications, which are commands on its workers, unless a shared secret is
set; the page names the workers and what runs there.

## Remediation
Set a shared secret (`spark.authenticate=true`, `spark.authenticate.secret`), turn off the submission server
(`spark.master.rest.enabled=false`), put a proxy with a log-in before the web interface, and let only the cluster's machines
reach the ports 7077, 6066 and 8080.

## How it is proven
The master's state is answered as JSON with its workers, twice, without credentials; or its submission server tells, as
anyone may ask it then, that it knows nothing of a submission that never was. Nothing is submitted.
"""

from collections.abc import AsyncIterator

from cyberai.checkkit import Exchange, Grain, Hit, Probe, Scope, ServiceAsset, Severity, check
from cyberai.checkkit.open_service import shown, web_root
from cyberai.checkkit.service_port import speaks
from cyberai.checkkit.text import Pattern, excerpt

_URL = Pattern(r"\"url\"\s*:\s*\"(spark://[^\"]{1,200})\"")
_WORKERS = Pattern(r"\"workers\"\s*:\s*\[")
_NEVER = "driver-20000101000000-0000"
_REFUSES = Pattern(r"^\s*\{\s*\"action\"\s*:\s*\"ErrorResponse\"")
_KNOWS = Pattern(
    r"^\s*\{\s*\"action\"\s*:\s*\"SubmissionStatusResponse\",\s*\"serverSparkVersion\"\s*:\s*\"([\w.\-]{1,40})\""
)


@check(
    id="network.spark-unauthenticated",
    title="Spark master open to everyone",
    severity=Severity.HIGH,
    cvss="CVSS:3.1/AV:N/AC:L/PR:N/UI:N/S:U/C:L/I:L/A:L",
    cwe=("CWE-306",),
    owasp=("A07:2021",),
    scope=Scope.SERVICE,
    grain=Grain.PORT,
    max_requests=2,
    references=("https://spark.apache.org/docs/latest/security.html",),
    tags=("spark", "exposure"),
)
async def spark_unauthenticated(service: ServiceAsset, probe: Probe) -> AsyncIterator[Hit]:
    """The state, and once more when it comes; of a submission server, a submission's."""
    if not speaks(service, {"spark"}):
        return
    first = await probe.get(web_root(service).with_target("/json/"))
    if _REFUSES.search(first.response.body) is not None:
        status = await probe.get(web_root(service).with_target(f"/v1/submissions/status/{_NEVER}"))
        hit = _submissions(service, status)
        if hit is not None:
            yield hit
        return
    if _master(first) is None:
        return
    again = await probe.get(web_root(service).with_target("/json/"))
    url = _master(again)
    if url is None:
        return
    yield shown(
        service,
        again,
        match=url,
        note="The master's state and its workers are shown without credentials.",
        detail=f"Spark master at {url}",
    )


def _submissions(service: ServiceAsset, status: Exchange) -> Hit | None:
    """What the submission server says to a stranger; None when it wants a log-in."""
    known = _KNOWS.search(status.response.body)
    if status.response.status != 200 or known is None:
        return None
    return shown(
        service,
        status,
        match='"SubmissionStatusResponse"',
        note="The submission server answers without credentials: it would take a program to run as well.",
        detail=f"Submission server of Spark {excerpt(known.groups[0])}",
    )


def _master(exchange: Exchange) -> str | None:
    """The master's address in its state; None when this is none."""
    url = _URL.search(exchange.response.body)
    if exchange.response.status != 200 or url is None or _WORKERS.search(exchange.response.body) is None:
        return None
    return excerpt(url.groups[0])
